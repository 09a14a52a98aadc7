//go:build unix

package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// overlay moves the example to free ports and keeps the spans.
//
//go:embed overlay.yaml
var overlay []byte

// collector is the running collector and where to reach it.
type collector struct {
	process *otelcol.Process
	traces  string // address of the OTLP receiver
	page    string // URL
	spans   string // file of exported spans
}

// result is what a collector made of the requests.
type result struct {
	spans books.Books
	page  []byte // of metrics
	rows  [][]string
}

// replay sends the requests to a collector of the example.
func (o options) replay(ctx context.Context, requests []ptrace.Traces) (result, error) {
	directory, err := os.MkdirTemp("", "otelcol-finops-attribution-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(directory)
	c, err := o.start(ctx, directory)
	if err != nil {
		return result{}, fmt.Errorf("start the collector: %w", err)
	}
	var got result
	got.spans, got.page, err = c.take(ctx, requests)
	if err != nil {
		err = fmt.Errorf("%w; the collector's log:\n%s", err, c.process.Log())
	}
	if stopErr := c.process.Stop(stopTimeout); err == nil && stopErr != nil {
		err = fmt.Errorf("stop the collector: %w", stopErr)
	}
	if err != nil {
		return result{}, err
	}
	// FOCUS files are complete when the collector has ended.
	files := filepath.Join(directory, "focus")
	if o.focus != "" {
		if err := os.CopyFS(o.focus, os.DirFS(files)); err != nil {
			return result{}, err
		}
	}
	got.rows, err = readRows(filepath.Join(files, "metered"))
	return got, err
}

func (o options) start(ctx context.Context, directory string) (*collector, error) {
	addresses, err := otelcol.FreeAddresses(ctx, 3)
	if err != nil {
		return nil, err
	}
	moved := filepath.Join(directory, "overlay.yaml")
	if err := os.WriteFile(moved, overlay, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	process, err := otelcol.StartMerged(ctx, o.collector, []string{filepath.Join(o.example, "config.yaml"), moved},
		"EXAMPLE_DIRECTORY="+o.example, "REPLAY_DIRECTORY="+directory,
		"REPLAY_GRPC="+addresses[0], "REPLAY_HTTP="+addresses[1], "REPLAY_PROMETHEUS="+addresses[2])
	if err != nil {
		return nil, err
	}
	return &collector{
		process: process,
		traces:  addresses[1],
		page:    "http://" + addresses[2] + "/metrics",
		spans:   filepath.Join(directory, "spans.json"),
	}, nil
}

// take delivers the requests and waits until all of it is in spans and metrics.
func (c *collector) take(ctx context.Context, requests []ptrace.Traces) (books.Books, []byte, error) {
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	sent := 0
	for _, request := range requests {
		if err := otelcol.PostTraces(sending, c.traces, request); err != nil {
			return nil, nil, err
		}
		sent += request.SpanCount()
	}
	return c.await(ctx, sent)
}

// do copies the body of a good answer to out.
func do(request *http.Request, out io.Writer) error {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s: %s: %s", request.URL, response.Status, text)
	}
	_, err = io.Copy(out, response.Body)
	return err
}

// await returns when all spans sent were exported, the page counts every one that got a verdict, and
// has stood still for longer than two flushes take: a new series is 0 at first, and has its value one
// flush later.
func (c *collector) await(ctx context.Context, sent int) (books.Books, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, metricsTimeout)
	defer cancel()
	var last []byte
	for {
		spans, page, err := c.look(ctx, sent)
		switch {
		case err != nil:
			page = nil
		case bytes.Equal(page, last):
			return spans, page, nil
		default:
			err = errMoving
		}
		last = page
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("%w after %s", err, metricsTimeout)
		case <-time.After(flushes):
		}
	}
}

// flushes is longer than two flushes of the metrics, as overlay.yaml sets them.
const flushes = 1500 * time.Millisecond

var errMoving = errors.New("the metrics still change")

// look reads spans and metrics once; the error says what is still missing.
func (c *collector) look(ctx context.Context, sent int) (books.Books, []byte, error) {
	all, err := books.ReadFile(c.spans)
	if err != nil {
		return nil, nil, err
	}
	if len(all) != sent {
		return nil, nil, fmt.Errorf("%d of %d spans exported", len(all), sent)
	}
	spans := all.Judged()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.page, http.NoBody)
	if err != nil {
		return nil, nil, err
	}
	var text bytes.Buffer
	if err := do(request, &text); err != nil {
		return nil, nil, err
	}
	page, err := promtext.Parse(bytes.NewReader(text.Bytes()))
	if err != nil {
		return nil, nil, err
	}
	if counted := page.Sum("finops_requests_total", nil); counted != float64(len(spans)) {
		return nil, nil, fmt.Errorf("%g of %d spans counted in the metrics", counted, len(spans))
	}
	return spans, text.Bytes(), nil
}
