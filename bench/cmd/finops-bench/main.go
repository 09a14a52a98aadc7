// Finops-bench runs every benchmark of this module in interleaved rounds and writes the results and
// the pages that show them. Run it in bench/.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/otelcol-finops/otelcol-finops/bench/result"
)

type options struct {
	collector string
	results   string
	page      string
	rounds    int
	batches   int
	benchtime string
	bench     string
	micro     bool
	whole     bool
}

func main() {
	var o options
	flag.StringVar(&o.collector, "collector", "../_build/otelcol-finops", "collector under test, as make build leaves it")
	flag.StringVar(&o.results, "results", "results", "directory of the results")
	flag.StringVar(&o.page, "page", "../docs/performance.md", "page with the ratios")
	flag.IntVar(&o.rounds, "rounds", 5, "interleaved rounds")
	flag.IntVar(&o.batches, "batches", 1000, "batches of 512 spans that a whole collector is measured with")
	flag.StringVar(&o.benchtime, "benchtime", "200x", "-benchtime of the micro benchmarks")
	flag.StringVar(&o.bench, "bench", ".", "micro benchmarks to run, a regular expression")
	flag.BoolVar(&o.micro, "micro", true, "run the micro benchmarks")
	flag.BoolVar(&o.whole, "whole", true, "measure whole collectors")
	flag.Parse()
	if err := o.main(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "finops-bench:", err)
		os.Exit(1)
	}
}

func (o options) main(ctx context.Context) error {
	file := filepath.Join(o.results, "results.json")
	r, err := result.Load(file)
	if err != nil {
		return err
	}
	if o.micro || o.whole {
		if err := o.measure(ctx, r); err != nil {
			return err
		}
		r.Date, r.Go, r.Cores = time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.NumCPU()
		if err := r.Save(file); err != nil {
			return err
		}
	}
	for _, b := range r.Budgets() {
		fmt.Printf("%-70s %-26s %s\n", b.Work, b.Budget, b.Measured)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(o.results, "README.md"), []byte(r.Details()), 0o600),
		os.WriteFile(o.page, []byte(r.Performance()), 0o600),
	)
}

func (o options) measure(ctx context.Context, r *result.Result) error {
	tools, err := os.MkdirTemp("", "finops-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tools)
	if o.micro {
		if err := o.measureMicro(ctx, tools, r); err != nil {
			return err
		}
	}
	if o.whole {
		return o.measureWhole(ctx, tools, r)
	}
	return nil
}
