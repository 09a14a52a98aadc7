// Package output makes OTLP metrics of a snapshot. Here, and only here, exact amounts become
// doubles.
package output

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Attributes of data points beyond the dimensions.
const (
	AttrMeter       = "finops.meter"
	AttrSavingsKind = "finops.savings.kind"
)

// Names of the metrics.
const (
	MetricCost        = "finops.cost"
	MetricListCost    = "finops.list_cost"
	MetricSavings     = "finops.savings"
	MetricTokens      = "finops.tokens"
	MetricUnits       = "finops.units"
	MetricRequests    = "finops.requests"
	MetricRequestCost = "finops.request.cost"
)

// Builder makes metrics. It is immutable and safe for concurrent use.
type Builder struct {
	Layout *histogram.Layout
	Delta  bool
	// Resource are the resource attributes of everything that is built.
	Resource pcommon.Map
	// ScopeName and ScopeVersion are those of the instrumentation scope.
	ScopeName, ScopeVersion string
}

// Build returns the metrics of snap. With delta temporality its points start at since. A final
// build holds no value back for a series whose zero was not sent yet, but sends both.
func (b *Builder) Build(snap *series.Snapshot, since pcommon.Timestamp, final bool) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	b.Resource.CopyTo(rm.Resource().Attributes())
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(b.ScopeName)
	sm.Scope().SetVersion(b.ScopeVersion)

	w := writer{Builder: b, metrics: sm.Metrics(), at: snap.Time, since: since, final: final}
	w.metrics.EnsureCapacity(8)
	for _, currency := range currencies(snap) {
		w.money(snap, currency)
	}
	w.usage(snap)
	w.requests(snap)
	return md
}

// currencies returns the currencies of a snapshot, of which there is rarely more than one.
func currencies(snap *series.Snapshot) []string {
	var codes []string
	for i := range snap.Spreads {
		if c := snap.Spreads[i].Currency; !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	for i := range snap.Costs {
		if c := snap.Costs[i].Currency; !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	slices.Sort(codes)
	return codes
}

func (w *writer) money(snap *series.Snapshot, currency string) {
	costs := selected(snap.Costs, func(p *series.CostPoint) bool { return p.Currency == currency })
	writeSum(w, spec{MetricCost, "Effective cost of GenAI calls.", currency, true}, costs,
		func(dp pmetric.NumberDataPoint, c series.Cost) { dp.SetDoubleValue(c.Effective.Float64()) }, putMeter)
	writeSum(w, spec{MetricListCost, "What GenAI calls would have cost at list price.", currency, true}, costs,
		func(dp pmetric.NumberDataPoint, c series.Cost) { dp.SetDoubleValue(c.List.Float64()) }, putMeter)
	savings := selected(snap.Savings, func(p *series.SavingPoint) bool { return p.Currency == currency })
	writeSum(w, spec{MetricSavings, "Saved against the standard tier's list price with nothing cached; a premium is negative.", currency, false}, savings,
		func(dp pmetric.NumberDataPoint, a money.Amount) { dp.SetDoubleValue(a.Float64()) }, putKind)
	spreads := selected(snap.Spreads, func(p *series.SpreadPoint) bool { return p.Currency == currency })
	w.histogram(spec{MetricRequestCost, "Effective cost of one GenAI call.", currency, true}, spreads)
}

func (w *writer) usage(snap *series.Snapshot) {
	tokens := selected(snap.Usage, func(p *series.UsagePoint) bool { return p.Label.IsToken() })
	writeSum(w, spec{MetricTokens, "Tokens of priced GenAI calls.", "{token}", true}, tokens, setTokens, putMeter)
	units := selected(snap.Usage, func(p *series.UsagePoint) bool { return !p.Label.IsToken() })
	writeSum(w, spec{MetricUnits, "What priced GenAI calls were billed for beside tokens.", "{unit}", true}, units,
		func(dp pmetric.NumberDataPoint, q money.Quantity) { dp.SetDoubleValue(q.Float64()) }, putMeter)
}

func (w *writer) requests(snap *series.Snapshot) {
	writeSum(w, spec{MetricRequests, "GenAI calls, by what became of their cost.", "{request}", true},
		selected(snap.Requests, func(*series.RequestPoint) bool { return true }),
		func(dp pmetric.NumberDataPoint, n uint64) { dp.SetIntValue(int64(n)) }, putRequest)
}

// setTokens leaves a fraction of a token for the point in which it has become a whole one.
func setTokens(dp pmetric.NumberDataPoint, q money.Quantity) {
	n, _ := q.Int64()
	dp.SetIntValue(n)
}

func putMeter(attrs pcommon.Map, m meter.Meter) { attrs.PutStr(AttrMeter, m.String()) }

func putKind(attrs pcommon.Map, k series.Kind) { attrs.PutStr(AttrSavingsKind, k.String()) }

func putRequest(attrs pcommon.Map, r series.Request) {
	attrs.PutStr(ledger.AttrStatus, string(r.Status))
	if r.Reason != "" {
		attrs.PutStr(ledger.AttrReason, r.Reason)
	}
	if r.ErrorType != "" {
		attrs.PutStr(record.AttrErrorType, r.ErrorType)
	}
}
