//go:build unix

package main

import (
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/template"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// files are spans of one call as instrumentations export them, captured from real ones; what
// differs from call to call is left open.
//
//go:embed templates/*.json
var files embed.FS

var templates = template.Must(template.ParseFS(files, "templates/*.json"))

// calls are a row of calls.csv: so many calls of one service that are alike.
type calls struct {
	start                                       time.Time
	service, instrumentation, model             string
	user, feature, failure, attempt             string
	count, input, cacheRead, cacheWrite, output int
}

// columns of calls.csv.
const columns = 13

// call is one of them, as the templates want it.
type call struct {
	calls

	number int
}

const (
	interval = 2 * time.Second // from call to call, so that none overlaps the next
	duration = time.Second
)

func (c call) id() string {
	sum := sha256.Sum256(fmt.Append(nil, c.calls, c.number))
	return hex.EncodeToString(sum[:])
}

func (c call) begin() time.Time { return c.start.Add(time.Duration(c.number) * interval) }

// Trace is the trace ID.
func (c call) Trace() string { return c.id()[:32] }

// Span is the ID of the n-th span of the call.
func (c call) Span(n int) string { return strconv.Itoa(n+1) + c.id()[33:48] }

// ID is what the provider calls its response.
func (c call) ID() string { return "resp_" + c.id()[48:] }

// Model that was called.
func (c call) Model() string { return c.model }

// Start of the call in nanoseconds.
func (c call) Start() int64 { return c.begin().UnixNano() }

// End of the call in nanoseconds.
func (c call) End() int64 { return c.begin().Add(duration).UnixNano() }

// Input tokens, without cached ones.
func (c call) Input() int { return c.input }

// AllInput has the cached ones in it.
func (c call) AllInput() int { return c.input + c.cacheRead + c.cacheWrite }

// CacheRead has the tokens read from the cache.
func (c call) CacheRead() int { return c.cacheRead }

// CacheWrite has the tokens written to the cache for five minutes.
func (c call) CacheWrite() int { return c.cacheWrite }

// Output tokens.
func (c call) Output() int { return c.output }

// Total is what OpenAI calls total_tokens.
func (c call) Total() int { return c.AllInput() + c.output }

// UncachedTotal is what one instrumentation of Anthropic calls total_tokens.
func (c call) UncachedTotal() int { return c.input + c.output }

// readTraffic returns one export request for each row of the file.
func readTraffic(path string) ([]ptrace.Traces, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.FieldsPerRecord = columns
	if _, err := rows.Read(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var requests []ptrace.Traces
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return requests, nil
		}
		var request ptrace.Traces
		if err == nil {
			request, err = export(row)
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %w", path, line, err)
		}
		requests = append(requests, request)
	}
}

// export makes the spans of a row.
func export(row []string) (ptrace.Traces, error) {
	request := ptrace.NewTraces()
	c, err := parseCalls(row)
	if err != nil {
		return request, err
	}
	for number := range c.count {
		traces, err := call{calls: c, number: number}.spans()
		if err != nil {
			return request, err
		}
		traces.ResourceSpans().MoveAndAppendTo(request.ResourceSpans())
	}
	return request, nil
}

func parseCalls(row []string) (calls, error) {
	c := calls{
		service: row[1], instrumentation: row[2], model: row[3], user: row[4], feature: row[5],
		failure: row[11], attempt: row[12],
	}
	var err error
	if c.start, err = time.Parse(time.RFC3339, row[0]); err != nil {
		return c, err
	}
	for i, number := range []*int{&c.count, &c.input, &c.cacheRead, &c.cacheWrite, &c.output} {
		if *number, err = strconv.Atoi(row[6+i]); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c call) spans() (ptrace.Traces, error) {
	var document strings.Builder
	if err := templates.ExecuteTemplate(&document, c.instrumentation+".json", c); err != nil {
		return ptrace.Traces{}, err
	}
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(document.String()))
	if err != nil {
		return traces, fmt.Errorf("%s: %w", c.instrumentation, err)
	}
	for _, resource := range traces.ResourceSpans().All() {
		c.describe(resource.Resource().Attributes())
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				c.enrich(span)
			}
		}
	}
	return traces, nil
}

// ownTeams are services whose deployment names the team and the cost center.
var ownTeams = map[string][2]string{"storefront-assistant": {"growth", "cc-3300"}}

// describe sets what the SDK of the service is configured with.
func (c call) describe(resource pcommon.Map) {
	resource.PutStr("service.name", c.service)
	resource.PutStr("deployment.environment.name", "production")
	if own, ok := ownTeams[c.service]; ok {
		resource.PutStr("team", own[0])
		resource.PutStr("cost_center", own[1])
	}
}

// enrich sets what the application adds to its spans.
func (c call) enrich(span ptrace.Span) {
	attributes := span.Attributes()
	for key, value := range map[string]string{"user.id": c.user, "app.feature": c.feature, "error.type": c.failure} {
		if value != "" {
			attributes.PutStr(key, value)
		}
	}
	if n, err := strconv.Atoi(c.attempt); err == nil {
		attributes.PutInt("app.attempt", int64(n))
	}
	if c.failure != "" {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
}

// printSpans writes each request on a line, as POST /v1/traces of an OTLP receiver takes it.
func printSpans(out io.Writer, requests []ptrace.Traces) error {
	for _, request := range requests {
		document, err := (&ptrace.JSONMarshaler{}).MarshalTraces(request)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n", document); err != nil {
			return err
		}
	}
	return nil
}
