package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

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

// runTimeout bounds the whole run, stopTimeout the collector's last part of it.
const (
	runTimeout  = 2 * time.Minute
	stopTimeout = 30 * time.Second
)

// run sends every capture through one collector, as one stream of traffic, and returns what it said
// about each trace.
func run(ctx context.Context, binary string, captures []*capture) (map[pcommon.TraceID][]billing.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "finops-accuracy-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	addresses, err := otelcol.FreeAddresses(ctx, 1)
	if err != nil {
		return nil, err
	}
	traces, logs, path := filepath.Join(dir, "traces.json"), filepath.Join(dir, "logs.json"), filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, config, addresses[0], traces, logs), 0o600); err != nil {
		return nil, err
	}
	collector, err := otelcol.Start(ctx, binary, path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(sendAll(ctx, addresses[0], captures), collector.Stop(stopTimeout)); err != nil {
		return nil, err
	}
	return billing.ReadClaims(traces, logs)
}

// sendAll sends traces and logs of each capture, in the order in which they were made.
func sendAll(ctx context.Context, address string, captures []*capture) error {
	for _, c := range captures {
		traces, err := ptraceotlp.NewExportRequestFromTraces(c.Traces).MarshalProto()
		if err != nil {
			return err
		}
		logs, err := plogotlp.NewExportRequestFromLogs(c.Logs).MarshalProto()
		if err != nil {
			return err
		}
		err = errors.Join(send(ctx, "http://"+address+"/v1/traces", traces), send(ctx, "http://"+address+"/v1/logs", logs))
		if err != nil {
			return fmt.Errorf("%s: %w", c.ID(), err)
		}
	}
	return nil
}

func send(ctx context.Context, url string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
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
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	return nil
}
