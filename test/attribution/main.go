//go:build unix

// Command attribution replays the company of examples/attribution and prints what each team and
// cost center has to pay.
//
// It starts the collector with the example's own configuration on free ports, makes spans of
// calls.csv as the instrumentations named there do, sends them over OTLP, and adds up what
// the calls cost four times: by hand (expected.csv), from the spans that the collector exported, from
// its metrics page, and from its FOCUS files. All four must agree to the last digit.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// Time that a step may take on a busy machine.
const (
	startTimeout   = 60 * time.Second
	sendTimeout    = 60 * time.Second
	metricsTimeout = 60 * time.Second
	stopTimeout    = 30 * time.Second
)

// options are what the command line says.
type options struct {
	collector string // the binary to run
	example   string // directory of the example
	expected  string // the table worked out by hand
	spans     bool   // print the spans instead of sending them
	page      string // where to keep the metrics page, if anywhere
	focus     string // where to keep the FOCUS files, if anywhere
}

func main() {
	var o options
	flag.StringVar(&o.collector, "collector", "_build/otelcol-finops", "the collector to run")
	flag.StringVar(&o.example, "example", "examples/attribution", "directory of the example")
	flag.StringVar(&o.expected, "expected", "", "table of expected cost; expected.csv of the example if not given")
	flag.BoolVar(&o.spans, "spans", false, "print the spans as OTLP JSON, one request a line, and send nothing")
	flag.StringVar(&o.page, "page", "", "file to write the metrics page to")
	flag.StringVar(&o.focus, "focus", "", "directory to copy the FOCUS files to")
	flag.Parse()
	if o.expected == "" {
		o.expected = filepath.Join(o.example, "expected.csv")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := o.run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "attribution:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context, out io.Writer) error {
	requests, err := readTraffic(filepath.Join(o.example, "calls.csv"))
	if err != nil {
		return err
	}
	if o.spans {
		return printSpans(out, requests)
	}
	expected, err := readTable(o.expected)
	if err != nil {
		return err
	}
	got, err := o.replay(ctx, requests)
	if err != nil {
		return err
	}
	if o.page != "" {
		if err := os.WriteFile(o.page, got.page, 0o600); err != nil {
			return err
		}
	}
	return account(out, expected, got)
}
