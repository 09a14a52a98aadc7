package whole

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/otelcol-finops/otelcol-finops/bench/load"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// Run is one measurement of one variant.
type Run struct {
	// CPU is the collector's CPU seconds per million spans.
	CPU float64
	// SpansPerSecond is not a capacity: the load generator shares the cores.
	SpansPerSecond float64
	// PeakRSS in bytes.
	PeakRSS int64
	// Counted is how many of the model calls that were sent the metrics count; 1 is all, and
	// -1 that the variant counts nothing.
	Counted float64
}

// Load is what a measurement sends.
type Load struct {
	Batch       *workload.Batch
	Connections int
	// WarmUp and Batches are numbers of batches, not measured and measured.
	WarmUp, Batches int
}

// Measure runs the variant once on the binary.
func (v Variant) Measure(ctx context.Context, binary string, l Load) (run Run, err error) {
	dir, err := os.MkdirTemp("", "finops-bench-")
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := start(ctx, binary, dir, v.Config)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, c.Stop(stopTimeout)) }()
	sender, err := load.Dial(OTLP, l.Connections, l.Batch)
	if err != nil {
		return run, err
	}
	defer func() { err = errors.Join(err, sender.Close()) }()
	if err := sender.Send(ctx, l.WarmUp); err != nil {
		return run, err
	}
	if run, err = timed(ctx, c.PID(), sender, l); err != nil {
		return run, err
	}
	run.Counted = -1
	if v.Requests != "" {
		sent := float64((l.WarmUp + l.Batches) * l.Batch.GenAI)
		run.Counted, err = counted(ctx, v.Requests, sent)
	}
	return run, err
}

func timed(ctx context.Context, pid int, sender *load.Sender, l Load) (run Run, err error) {
	before, err := cpuTime(pid)
	if err != nil {
		return run, err
	}
	began := time.Now()
	if err := sender.Send(ctx, l.Batches); err != nil {
		return run, err
	}
	elapsed := time.Since(began)
	after, err := cpuTime(pid)
	if err != nil {
		return run, err
	}
	spans := float64(l.Batches * l.Batch.Spans)
	run.CPU = (after - before).Seconds() / spans * 1e6
	run.SpansPerSecond = spans / elapsed.Seconds()
	run.PeakRSS, err = peakRSS(pid)
	return run, err
}

// counted returns the share of the calls sent that the page shows, after a flush at most.
func counted(ctx context.Context, metric string, sent float64) (float64, error) {
	var seen float64
	for range 25 {
		page, err := promtext.Fetch(ctx, "http://"+Prometheus+"/metrics")
		if err != nil {
			return 0, err
		}
		if seen = page.Sum(metric, nil); seen == sent {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	return seen / sent, nil
}
