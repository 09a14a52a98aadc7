package billing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// config has no key of the processor: what is shown is what one gets without tuning.
const config = `
receivers:
  otlp: {protocols: {http: {endpoint: %s}}}
processors:
  gen_ai_cost:
exporters:
  file/traces: {path: %q}
  file/logs: {path: %q}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [gen_ai_cost], exporters: [file/traces]}
    logs: {receivers: [otlp], processors: [gen_ai_cost], exporters: [file/logs]}
  telemetry: {metrics: {level: none}}
`

const (
	startTimeout = time.Minute
	stopTimeout  = 30 * time.Second
)

// Collector is the built collector that prices what is sent to it, and keeps what it says.
type Collector struct {
	// URL is its OTLP endpoint, without the path of a signal.
	URL string

	process   *otelcol.Process
	directory string
}

// StartCollector starts the binary. End it with [Collector.Finish].
func StartCollector(ctx context.Context, binary string) (*Collector, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	directory, err := os.MkdirTemp("", "finops-billing-")
	if err != nil {
		return nil, err
	}
	addresses, err := otelcol.FreeAddresses(ctx, 1)
	if err != nil {
		return nil, err
	}
	c := &Collector{URL: "http://" + addresses[0], directory: directory}
	path := filepath.Join(directory, "config.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, config, addresses[0], c.file("traces"), c.file("logs")), 0o600); err != nil {
		return nil, err
	}
	c.process, err = otelcol.Start(ctx, binary, path)
	return c, err
}

func (c *Collector) file(signal string) string { return filepath.Join(c.directory, signal+".json") }

// Send sends an export request to the path of its signal, as it is, so that the collector
// sees the batches of whoever made it.
func (c *Collector) Send(ctx context.Context, path string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("collector: %s: %s", response.Status, answer)
	}
	return nil
}

// Finish stops the collector and returns what it said about each trace.
func (c *Collector) Finish() (map[pcommon.TraceID][]Claim, error) {
	defer os.RemoveAll(c.directory)
	if err := c.process.Stop(stopTimeout); err != nil {
		return nil, err
	}
	return ReadClaims(c.file("traces"), c.file("logs"))
}
