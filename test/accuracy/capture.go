package main

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

// capture is what an instrumentation exported for one case, and what really happened.
type capture struct {
	captures.Case
	traces map[pcommon.TraceID]bool
	spans  []ptrace.Span
	// scopes are the instrumentations with their versions.
	scopes []string
	// start is when the first span began; now when there is none.
	start time.Time
	calls []billing.Call
}

// loadCaptures reads the corpus, with what judging needs taken out of the spans.
func loadCaptures(dir string) ([]*capture, error) {
	cases, err := captures.Load(dir)
	if err != nil {
		return nil, err
	}
	all := make([]*capture, len(cases))
	for i, c := range cases {
		all[i] = &capture{Case: c, traces: map[pcommon.TraceID]bool{}, start: time.Now(), calls: billing.Calls(c.Truth)}
		all[i].index()
	}
	return all, nil
}

func (c *capture) index() {
	for _, rs := range c.Traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := strings.TrimSpace(ss.Scope().Name() + " " + ss.Scope().Version())
			if !slices.Contains(c.scopes, scope) {
				c.scopes = append(c.scopes, scope)
			}
			for _, span := range ss.Spans().All() {
				c.spans = append(c.spans, span)
				c.traces[span.TraceID()] = true
				if start := span.StartTimestamp().AsTime(); start.Before(c.start) {
					c.start = start
				}
			}
		}
	}
}
