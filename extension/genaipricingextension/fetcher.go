package genaipricingextension

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/component"
)

const (
	// firstRetry is the wait after the first failure in a row; it doubles up to the refresh interval.
	firstRetry = 5 * time.Second
	// jitter is the share of an interval that is added or taken away at random.
	jitter = 0.1
)

// fetcher asks one endpoint for its catalog, again and again.
type fetcher struct {
	cfg    *CatalogConfig
	client *http.Client
	// etag is of the newest content that the endpoint gave, good or bad: bad content need
	// not be transferred a second time to be refused.
	etag string
	// offer takes new content; nil content means that the endpoint confirmed the last.
	offer func(context.Context, *content)
	// fail takes the reason why there is no answer.
	fail func(context.Context, error)
}

// connect makes the client; the extensions it uses exist from Start on only.
func (f *fetcher) connect(ctx context.Context, host component.Host, set component.TelemetrySettings) error {
	client, err := f.cfg.Client.ToClient(ctx, host.GetExtensions(), set)
	if err != nil {
		return fmt.Errorf("client for %s: %w", f.cfg.name(), err)
	}
	f.client = client
	return nil
}

// run fetches at once and then at every interval, until ctx is done.
func (f *fetcher) run(ctx context.Context) {
	defer f.client.CloseIdleConnections()
	failures := 0
	for {
		c, err := f.fetch(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			f.fail(ctx, err)
		default:
			failures = 0
			f.offer(ctx, c)
		}
		if !sleep(ctx, f.wait(failures)) {
			return
		}
	}
}

// wait is the time until the next attempt.
func (f *fetcher) wait(failures int) time.Duration {
	interval := f.cfg.RefreshInterval
	if failures > 0 {
		interval = min(interval, firstRetry<<min(failures-1, 20))
	}
	return time.Duration(float64(interval) * (1 - jitter + 2*jitter*rand.Float64()))
}

// fetch returns the endpoint's content, or nil when it has not changed.
func (f *fetcher) fetch(ctx context.Context) (*content, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.cfg.Client.Endpoint, http.NoBody)
	if err != nil {
		return nil, err
	}
	if f.etag != "" {
		req.Header.Set("If-None-Match", f.etag)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil, nil
	case http.StatusOK:
		return f.read(resp)
	default:
		return nil, fmt.Errorf("endpoint answered %s", resp.Status)
	}
}

func (f *fetcher) read(resp *http.Response) (*content, error) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, f.cfg.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	if int64(len(data)) > f.cfg.MaxSize {
		return nil, fmt.Errorf("answer is larger than max_size (%d bytes)", f.cfg.MaxSize)
	}
	f.etag = resp.Header.Get("ETag")
	return newContent(data, time.Now(), f.etag), nil
}

// sleep reports whether d has passed before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
