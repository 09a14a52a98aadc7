package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
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

// collector is the one under test, with what it writes.
type collector struct {
	process   *otelcol.Process
	url       string
	directory string
}

func startCollector(ctx context.Context, binary string) (*collector, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	directory, err := os.MkdirTemp("", "finops-interop-")
	if err != nil {
		return nil, err
	}
	addresses, err := otelcol.FreeAddresses(ctx, 1)
	if err != nil {
		return nil, err
	}
	c := &collector{url: "http://" + addresses[0], directory: directory}
	path := filepath.Join(directory, "config.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, config, addresses[0], c.file("traces"), c.file("logs")), 0o600); err != nil {
		return nil, err
	}
	c.process, err = otelcol.Start(ctx, binary, path)
	return c, err
}

func (c *collector) file(signal string) string { return filepath.Join(c.directory, signal+".json") }

// finish stops the collector and returns what it said about each trace.
func (c *collector) finish() (map[pcommon.TraceID][]billing.Claim, error) {
	defer os.RemoveAll(c.directory)
	if err := c.process.Stop(stopTimeout); err != nil {
		return nil, err
	}
	return billing.ReadClaims(c.file("traces"), c.file("logs"))
}
