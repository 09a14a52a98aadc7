package main

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// outcome is one cell of the table.
type outcome struct {
	result
	verdict billing.Verdict
	bills   []billing.Bill
	claims  []billing.Claim
	scopes  []string
	pins    map[string]string
}

// evaluate judges the runs, and saves each as a capture.
func evaluate(results []result, claims map[pcommon.TraceID][]billing.Claim, directory string) ([]outcome, error) {
	prices, err := billing.BuiltinPrices()
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(results))
	for i, r := range results {
		versions, err := r.versions()
		if err != nil {
			return nil, err
		}
		if r.err != nil {
			outcomes[i] = outcome{result: r, pins: versions}
			continue
		}
		truth, err := r.write(directory, versions)
		if err != nil {
			return nil, err
		}
		o := outcome{result: r, pins: versions}
		start, traces := o.index()
		for _, call := range billing.Calls(truth) {
			o.bills = append(o.bills, prices.Bill(call, start))
		}
		for _, trace := range traces {
			o.claims = append(o.claims, claims[trace]...)
		}
		o.verdict = billing.Judge(o.claims, o.bills, r.sink.traces.SpanCount()+r.sink.logs.LogRecordCount())
		outcomes[i] = o
	}
	return outcomes, nil
}

// index notes the scopes and returns the start of the first span and the traces, in their order.
func (o *outcome) index() (time.Time, []pcommon.TraceID) {
	start := time.Now()
	var traces []pcommon.TraceID
	add := func(scope pcommon.InstrumentationScope, trace pcommon.TraceID) {
		if name := strings.TrimSpace(scope.Name() + " " + scope.Version()); !slices.Contains(o.scopes, name) {
			o.scopes = append(o.scopes, name)
		}
		if !slices.Contains(traces, trace) {
			traces = append(traces, trace)
		}
	}
	for _, rs := range o.sink.traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				add(ss.Scope(), span.TraceID())
				if begun := span.StartTimestamp().AsTime(); begun.Before(start) {
					start = begun
				}
			}
		}
	}
	for _, rl := range o.sink.logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				add(sl.Scope(), record.TraceID())
			}
		}
	}
	return start, traces
}
