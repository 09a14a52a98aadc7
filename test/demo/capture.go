//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// load reads the service's captured spans and makes them its own.
func (s service) load(files fs.FS, now time.Time) ([]ptrace.Traces, error) {
	requests := make([]ptrace.Traces, 0, len(s.captures))
	for _, name := range s.captures {
		document, err := fs.ReadFile(files, name+".json")
		if err != nil {
			return nil, err
		}
		traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(document)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.adopt(traces)
		moveTo(traces, now)
		requests = append(requests, traces)
	}
	return requests, nil
}

// adopt sets the resource that the service's SDK would have set.
func (s service) adopt(traces ptrace.Traces) {
	for _, resource := range traces.ResourceSpans().All() {
		attributes := resource.Resource().Attributes()
		attributes.PutStr("service.name", s.name)
		attributes.PutStr("team", s.team)
		attributes.PutStr("cost_center", s.costCenter)
	}
}

// moveTo shifts all spans by the same duration, so that the last one ends now. Prices are
// those of the date of a call, and a capture's date may be far from the reader's.
func moveTo(traces ptrace.Traces, now time.Time) {
	var last pcommon.Timestamp
	for span := range spans(traces) {
		last = max(last, span.EndTimestamp())
	}
	shift := now.Sub(last.AsTime())
	move := func(at pcommon.Timestamp) pcommon.Timestamp {
		return pcommon.NewTimestampFromTime(at.AsTime().Add(shift))
	}
	for span := range spans(traces) {
		span.SetStartTimestamp(move(span.StartTimestamp()))
		span.SetEndTimestamp(move(span.EndTimestamp()))
		for _, event := range span.Events().All() {
			event.SetTimestamp(move(event.Timestamp()))
		}
	}
}

// spans iterates over all spans of traces.
func spans(traces ptrace.Traces) func(yield func(ptrace.Span) bool) {
	return func(yield func(ptrace.Span) bool) {
		for _, resource := range traces.ResourceSpans().All() {
			for _, scope := range resource.ScopeSpans().All() {
				for _, span := range scope.Spans().All() {
					if !yield(span) {
						return
					}
				}
			}
		}
	}
}
