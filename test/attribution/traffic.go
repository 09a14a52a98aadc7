//go:build unix

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/instrumented"
)

// calls are a row of calls.csv: so many calls of one service that are alike.
type calls struct {
	start                                       time.Time
	service, instrumentation, model             string
	user, feature, failure, attempt             string
	count, input, cacheRead, cacheWrite, output int
}

// columns of calls.csv.
const columns = 13

// call is one of them.
type call struct {
	calls

	number int
}

// interval from call to call, so that none overlaps the next.
const interval = 2 * time.Second

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
	traces, err := instrumented.Call{
		Identity: fmt.Sprint(c.calls, c.number), Model: c.model, Begin: c.start.Add(time.Duration(c.number) * interval),
		Input: c.input, CacheRead: c.cacheRead, CacheWrite: c.cacheWrite, Output: c.output,
	}.Spans(c.instrumentation)
	if err != nil {
		return traces, err
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
	for _, attribute := range [...]struct{ key, value string }{
		{"user.id", c.user}, {"app.feature", c.feature}, {"error.type", c.failure},
	} {
		if attribute.value != "" {
			attributes.PutStr(attribute.key, attribute.value)
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
