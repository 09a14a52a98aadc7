//go:build unix

package main

import (
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

//go:embed collector.yaml
var config []byte

// files are the captured spans, by <instrumentation>/<case>.json.
type files = fs.FS

// collector is the running collector and where to reach it.
type collector struct {
	process          *otelcol.Process
	grpc, http, page string
	spans            string // file of exported spans
}

func startCollector(ctx context.Context, binary, directory string) (*collector, error) {
	addresses, err := otelcol.FreeAddresses(ctx, 3)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(directory, "collector.yaml")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	process, err := otelcol.Start(ctx, binary, path,
		"DEMO_GRPC="+addresses[0], "DEMO_HTTP="+addresses[1],
		"DEMO_PROMETHEUS="+addresses[2], "DEMO_DIRECTORY="+directory)
	if err != nil {
		return nil, err
	}
	return &collector{
		process: process,
		grpc:    addresses[0],
		http:    addresses[1],
		page:    "http://" + addresses[2] + "/metrics",
		spans:   filepath.Join(directory, "spans.json"),
	}, nil
}

// seen is what the collector wrote about all spans sent, in both of its outputs.
type seen struct {
	spans books.Books
	page  promtext.Page
	// difference is the largest between the page and the exact sums of the spans.
	difference float64
}

// await returns when all spans sent were exported and the metrics page counts every one that got
// a verdict, and its cost: a new series is 0 for one flush before it has its value.
func (c *collector) await(ctx context.Context, sent int) (seen, error) {
	ctx, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	for {
		all, err := c.look(ctx, sent)
		if err == nil {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return seen{}, fmt.Errorf("after %s: %w", metricsTimeout, err)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// look reads spans and metrics once; the error says what is still missing.
func (c *collector) look(ctx context.Context, sent int) (seen, error) {
	all, err := books.ReadFile(c.spans)
	if err != nil {
		return seen{}, fmt.Errorf("no spans exported: %w", err)
	}
	if len(all) != sent {
		return seen{}, fmt.Errorf("%d of %d spans exported", len(all), sent)
	}
	spans := all.Judged()
	if len(spans) == 0 {
		return seen{}, fmt.Errorf("none of %d spans got a verdict", sent)
	}
	page, err := promtext.Fetch(ctx, c.page)
	if err != nil {
		return seen{}, fmt.Errorf("no metrics: %w", err)
	}
	if counted := page.Sum("finops_requests_total", nil); counted != float64(len(spans)) {
		return seen{}, fmt.Errorf("%g of %d spans counted in the metrics", counted, len(spans))
	}
	difference, err := reconcile(spans, page)
	return seen{spans: spans, page: page, difference: difference}, err
}
