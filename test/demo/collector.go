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

// await returns when all spans sent were exported and the metrics page counts every one that
// got a verdict.
func (c *collector) await(ctx context.Context, sent int) (books.Books, promtext.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	for {
		spans, page, progress := c.look(ctx, sent)
		if progress == "" {
			return spans, page, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("%s after %s", progress, metricsTimeout)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// look reads spans and metrics once and says what is still missing, if anything is.
func (c *collector) look(ctx context.Context, sent int) (spans books.Books, page promtext.Page, missing string) {
	all, err := books.ReadFile(c.spans)
	if err != nil {
		return nil, nil, "no spans exported: " + err.Error()
	}
	if len(all) != sent {
		return nil, nil, fmt.Sprintf("%d of %d spans exported", len(all), sent)
	}
	spans = all.Judged()
	if len(spans) == 0 {
		return nil, nil, fmt.Sprintf("none of %d spans got a verdict", sent)
	}
	if page, err = promtext.Fetch(ctx, c.page); err != nil {
		return nil, nil, "no metrics: " + err.Error()
	}
	if counted := page.Sum("finops_requests_total", nil); counted != float64(len(spans)) {
		return nil, nil, fmt.Sprintf("%g of %d spans counted in the metrics", counted, len(spans))
	}
	return spans, page, ""
}
