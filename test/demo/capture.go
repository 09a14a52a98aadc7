//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// load reads the service's captured spans and makes them its own, one call after the other,
// the last of which ends now.
func (s service) load(files fs.FS, now time.Time) ([]ptrace.Traces, error) {
	requests := make([]ptrace.Traces, 0, len(s.captures))
	end := now
	for _, name := range slices.Backward(s.captures) {
		document, err := fs.ReadFile(files, name+".json")
		if err != nil {
			return nil, err
		}
		traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(document)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.adopt(traces)
		end = moveTo(traces, end).Add(-time.Second)
		requests = append(requests, traces)
	}
	slices.Reverse(requests)
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

// moveTo shifts all spans by the same duration, so that the last of them ends at end, and
// returns when the first then starts. Prices are those of the date of a call, and a capture's
// date may be far from the reader's.
func moveTo(traces ptrace.Traces, end time.Time) (start time.Time) {
	first, last := pcommon.Timestamp(math.MaxUint64), pcommon.Timestamp(0)
	for span := range spans(traces) {
		first, last = min(first, span.StartTimestamp()), max(last, span.EndTimestamp())
	}
	shift := end.Sub(last.AsTime())
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
	return first.AsTime().Add(shift)
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
