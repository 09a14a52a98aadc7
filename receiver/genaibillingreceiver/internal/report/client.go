package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configretry"
)

const (
	// maxPages bounds a list that never ends.
	maxPages = 1000
	// maxSkew is how far apart the clocks may be before days would be taken for final too early.
	maxSkew = 5 * time.Minute
)

// Error says which report could not be read.
type Error struct {
	Provider, Endpoint string
	Err                error
}

// Error names provider and endpoint.
func (e *Error) Error() string { return e.Provider + " " + e.Endpoint + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Client reads the reports of an API.
type Client struct {
	API *API
	// HTTP must not follow redirects: they would take the key elsewhere. [NoRedirects] says so.
	HTTP *http.Client
	// Base is scheme, host and what stands before the paths.
	Base string
	// Account is who pays; the APIs do not name the organization.
	Account   string
	UserAgent string
	MaxSize   int64
	// Key is asked at each reading, so that a new one is taken without a restart.
	Key   func() (string, error)
	Retry configretry.BackOffConfig
	// Retried is told of each further attempt.
	Retried func(context.Context)
	Now     func() time.Time
	// Sleep returns early, with an error, when the context is done.
	Sleep func(context.Context, time.Duration) error
}

// NoRedirects is the CheckRedirect of a client for [Client].
func NoRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// errNotFound says that the API has no such list.
var errNotFound = errors.New("the API has no such list")

// Read reads all lists of the API.
func (c *Client) Read(ctx context.Context, span Span) (*Report, error) {
	key, err := c.Key()
	if err != nil {
		return nil, &Error{c.API.Provider, "key", err}
	}
	r := &Report{}
	tokensOf := map[requester]bool{}
	for i := range c.API.endpoints {
		p := page{report: r, provider: c.API.Provider, account: c.Account, tokensOf: tokensOf}
		if err := c.readEndpoint(ctx, &c.API.endpoints[i], key, span, p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readEndpoint reads a list, or what an API without the list has in its place.
func (c *Client) readEndpoint(ctx context.Context, e *endpoint, key string, span Span, p page) error {
	p.seen = map[time.Time]bool{}
	err := c.readList(ctx, e, key, span, &p)
	absent := len(p.seen) == 0 && errors.Is(err, errNotFound)
	switch {
	case err == nil:
		return nil
	case absent && e.older != nil:
		return c.readEndpoint(ctx, e.older, key, span, p)
	case absent && e.optional:
		p.report.Absent = append(p.report.Absent, e.path)
		return nil
	default:
		return &Error{c.API.Provider, e.path, err}
	}
}

func (c *Client) readList(ctx context.Context, e *endpoint, key string, span Span, p *page) error {
	for _, req := range e.requests(span) {
		p.span = req.span
		if err := c.readPages(ctx, e, key, req.query, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) readPages(ctx context.Context, e *endpoint, key string, query url.Values, p *page) error {
	cursors := map[string]bool{}
	for next := ""; ; {
		body, err := c.get(ctx, e.path, query, next, key)
		if err != nil {
			return err
		}
		if next, err = e.decode(p, body); err != nil || next == "" {
			return err
		}
		if cursors[next] || len(cursors) >= maxPages {
			return fmt.Errorf("next_page repeats itself or never ends (%d pages)", len(cursors)+1)
		}
		cursors[next] = true
	}
}

// get tries until there is an answer, or none is to be expected.
func (c *Client) get(ctx context.Context, path string, query url.Values, cursor, key string) ([]byte, error) {
	if cursor != "" {
		query = with(query, map[string]string{"page": cursor})
	}
	target := join(c.Base, path) + "?" + query.Encode()
	started := c.Now()
	for attempt := 0; ; attempt++ {
		body, err := c.try(ctx, target, key)
		again, ok := errors.AsType[*transient](err)
		if !ok || !c.Retry.Enabled || ctx.Err() != nil {
			return body, err
		}
		wait := max(c.backOff(attempt), again.after)
		if limit := c.Retry.MaxElapsedTime; limit > 0 && c.Now().Add(wait).Sub(started) > limit {
			return nil, fmt.Errorf("%w; given up after %d attempts: the next, in %s, would be beyond max_elapsed_time of %s",
				err, attempt+1, wait.Round(time.Second), limit)
		}
		c.Retried(ctx)
		if err := c.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// join leaves out of a path what the base ends with: both https://api.openai.com and https://api.openai.com/v1 are called the
// address of the API, and none has a version twice.
func join(base, path string) string {
	base = strings.TrimRight(base, "/")
	for end := len(path) - 1; end > 0; end-- {
		if path[end] == '/' && !strings.HasSuffix(base, "/"+path[:end]) && strings.HasSuffix(base, path[:end]) {
			return base + path[end:]
		}
	}
	return base + path
}

// backOff is the wait after an attempt, spread at random.
func (c *Client) backOff(attempt int) time.Duration {
	wait := float64(c.Retry.InitialInterval) * math.Pow(c.Retry.Multiplier, float64(attempt))
	wait = min(wait, float64(c.Retry.MaxInterval))
	return time.Duration(wait * (1 + c.Retry.RandomizationFactor*(2*rand.Float64()-1)))
}

// transient is a failure that may pass.
type transient struct {
	err error
	// after is what the server asked to wait.
	after time.Duration
}

// Error says what failed, without the wait.
func (t *transient) Error() string { return t.err.Error() }

// Unwrap returns what failed.
func (t *transient) Unwrap() error { return t.err }

// try makes one request.
func (c *Client) try(ctx context.Context, target, key string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return nil, errors.New("endpoint is no URL")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.UserAgent)
	c.API.authorize(req.Header, key)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the URL is long, and named already
		}
		return nil, &transient{err: fmt.Errorf("no answer: %w", err)}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, c.refused(resp)
	}
	return c.body(resp)
}

// refused says what an answer without a report means. Its body is not repeated: some providers repeat the key in it.
func (c *Client) refused(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized:
		return fmt.Errorf("answered %s: the key is wrong or revoked; use %s", resp.Status, c.API.keyHint)
	case code == http.StatusForbidden:
		return fmt.Errorf("answered %s: the key may not read this; use %s", resp.Status, c.API.keyHint)
	case code == http.StatusNotFound:
		return fmt.Errorf("answered %s: %w", resp.Status, errNotFound)
	case code >= 300 && code < 400:
		return fmt.Errorf("answered %s: redirects are not followed, they would take the key elsewhere; set endpoint to where the API is", resp.Status)
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return &transient{err: fmt.Errorf("answered %s", resp.Status), after: retryAfter(resp.Header.Get("Retry-After"), c.Now())}
	default:
		return fmt.Errorf("answered %s", resp.Status)
	}
}

// retryAfter reads seconds or a date.
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(s, 10, 32); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

func (c *Client) body(resp *http.Response) ([]byte, error) {
	if err := c.checkClock(resp.Header.Get("Date")); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.MaxSize+1))
	switch {
	case err != nil:
		return nil, &transient{err: fmt.Errorf("answer broke off: %w", err)}
	case int64(len(body)) > c.MaxSize:
		return nil, fmt.Errorf("answer is larger than max_size (%d bytes)", c.MaxSize)
	case strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<"):
		return nil, errors.New("answer is HTML, not JSON: endpoint leads to a web page or a proxy's login, not to the API")
	case !json.Valid(body):
		return nil, &transient{err: fmt.Errorf("answer is no whole JSON document (%d bytes)", len(body))}
	}
	return body, nil
}

// checkClock compares the server's clock: with one that is ahead, days would be final before they are.
func (c *Client) checkClock(date string) error {
	server, err := http.ParseTime(date)
	if err != nil {
		return nil //nolint:nilerr // a proxy may have removed the header
	}
	if skew := c.Now().Sub(server); skew.Abs() > maxSkew {
		return fmt.Errorf("this machine's clock differs from the server's by %s: set it right, or days would be taken for final at the wrong time", skew.Round(time.Second))
	}
	return nil
}
