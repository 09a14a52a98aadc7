package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// runTimeout bounds the whole run.
const runTimeout = 2 * time.Minute

// run sends every capture through one collector, as one stream of traffic, and returns what it said
// about each trace.
func run(ctx context.Context, binary string, captures []*capture) (map[pcommon.TraceID][]billing.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	collector, err := billing.StartCollector(ctx, binary)
	if err != nil {
		return nil, err
	}
	sent := sendAll(ctx, collector, captures)
	claims, err := collector.Finish()
	return claims, errors.Join(sent, err)
}

// sendAll sends traces and logs of each capture, in the order in which they were made.
func sendAll(ctx context.Context, collector *billing.Collector, captures []*capture) error {
	for _, c := range captures {
		traces, err := ptraceotlp.NewExportRequestFromTraces(c.Traces).MarshalProto()
		if err != nil {
			return err
		}
		logs, err := plogotlp.NewExportRequestFromLogs(c.Logs).MarshalProto()
		if err != nil {
			return err
		}
		err = errors.Join(collector.Send(ctx, "/v1/traces", traces), collector.Send(ctx, "/v1/logs", logs))
		if err != nil {
			return fmt.Errorf("%s: %w", c.ID(), err)
		}
	}
	return nil
}
