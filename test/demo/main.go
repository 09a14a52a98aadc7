//go:build unix

// Command demo shows what a collector built from this repository makes of real GenAI traffic.
//
// It starts the collector on free ports in a temporary directory, replays captured spans of
// several instrumentations over OTLP, prints what they cost by team and model, and checks that
// the metrics say the same as the spans. Nothing is left behind.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// Time that a step may take on a busy machine.
const (
	startTimeout   = 60 * time.Second
	replayTimeout  = 30 * time.Second
	metricsTimeout = 60 * time.Second
	stopTimeout    = 30 * time.Second
)

func main() {
	binary := flag.String("collector", "_build/otelcol-finops", "the collector to run")
	captures := flag.String("captures", "testdata/captures", "directory of captured spans")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demonstrate(ctx, os.Stdout, *binary, *captures)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demonstrate(ctx context.Context, out io.Writer, binary, captures string) error {
	directory, err := os.MkdirTemp("", "otelcol-finops-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)

	fmt.Fprintln(out, "starting the collector")
	c, err := startCollector(ctx, binary, directory)
	if err != nil {
		return fmt.Errorf("start the collector: %w", err)
	}
	err = c.account(ctx, out, captures)
	if stopErr := c.process.Stop(stopTimeout); err == nil && stopErr != nil {
		err = fmt.Errorf("stop the collector: %w", stopErr)
	}
	return err
}

// account replays the traffic, waits for its metrics and prints them.
func (c *collector) account(ctx context.Context, out io.Writer, captures string) error {
	sent, err := c.replay(ctx, out, os.DirFS(captures))
	if err != nil {
		return fmt.Errorf("replay captured traffic: %w; the collector's log:\n%s", err, c.process.Log())
	}
	fmt.Fprintln(out, "waiting for the metrics")
	all, err := c.await(ctx, sent)
	if err != nil {
		return fmt.Errorf("%w; the collector's log:\n%s", err, c.process.Log())
	}
	if err := report(out, all.page); err != nil {
		return err
	}
	explain(out, all.spans)
	fmt.Fprintf(out, "Checked: the ledger lines of %d spans, summed exactly, equal the metrics (USD %s; largest difference %.0e).\n",
		len(all.spans), all.spans.Cost().FloatString(9), all.difference)
	fmt.Fprint(out, next)
	return nil
}

const next = `
Where to look next
  examples/prometheus   the same as a configuration to run and to scrape
  docs/metrics.md       every metric, with queries
  docs/accuracy.md      what a confidence says, by instrumentation
  README.md             adding the components to your own collector
`

// replay sends what every service captured and returns the number of spans.
func (c *collector) replay(ctx context.Context, out io.Writer, captures files) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, replayTimeout)
	defer cancel()
	overGRPC, closeConnection, err := newGRPC(c.grpc)
	if err != nil {
		return 0, err
	}
	defer closeConnection() //nolint:errcheck // all requests were answered
	senders := map[protocol]sender{protocolGRPC: overGRPC, protocolHTTP: newHTTP(c.http)}

	total := 0
	for _, s := range services {
		requests, err := s.load(captures, time.Now())
		if err != nil {
			return 0, err
		}
		count := 0
		for _, request := range requests {
			if err := senders[s.protocol](ctx, request); err != nil {
				return 0, fmt.Errorf("%s over %s: %w", s.name, s.protocol, err)
			}
			count += request.SpanCount()
		}
		fmt.Fprintf(out, "  %-15s %3d spans over OTLP/%s\n", s.name, count, s.protocol)
		total += count
	}
	return total, nil
}

// explain prints the dearest call with the facts that its price rests on.
func explain(out io.Writer, spans books.Books) {
	var dearest books.Span
	for _, span := range spans {
		if span.Amount().Cmp(dearest.Amount()) > 0 {
			dearest = span
		}
	}
	fmt.Fprintf(out, "The dearest call, and why: span %s of %v\n", dearest.SpanID, dearest.Resource["service.name"])
	for _, key := range []string{
		"finops.cost.amount", "finops.cost.currency", "finops.cost.confidence", "finops.pricing.id", "finops.cost.lines",
	} {
		fmt.Fprintf(out, "  %-24s %s\n", key, dearest.Text(key))
	}
	fmt.Fprintln(out)
}
