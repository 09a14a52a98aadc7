package output

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// writer is the state of one Build.
type writer struct {
	*Builder
	metrics pmetric.MetricSlice
	at      pcommon.Timestamp
	since   pcommon.Timestamp
	final   bool
}

// spec is what a metric is called.
type spec struct {
	name, description, unit string
	monotonic               bool
}

func (w *writer) metric(s spec) pmetric.Metric {
	m := w.metrics.AppendEmpty()
	m.SetName(s.name)
	m.SetDescription(s.description)
	m.SetUnit(s.unit)
	return m
}

func (w *writer) temporality() pmetric.AggregationTemporality {
	if w.Delta {
		return pmetric.AggregationTemporalityDelta
	}
	return pmetric.AggregationTemporalityCumulative
}

// selected returns pointers to the points that a metric is made of.
func selected[L, V any](points []series.Point[L, V], want func(*series.Point[L, V]) bool) []*series.Point[L, V] {
	out := make([]*series.Point[L, V], 0, len(points))
	for i := range points {
		if want(&points[i]) {
			out = append(out, &points[i])
		}
	}
	return out
}

// moment is when a point was taken, and since when it counts.
type moment struct{ start, at pcommon.Timestamp }

// zeroAndValue says which points a series gets. A series is first sent as zero, because a counter
// that appears with a value has no increase that anybody could see; the value follows with the next
// flush, or at once when there is none.
func zeroAndValue[L, V any](w *writer, p *series.Point[L, V]) (zero, value bool) {
	if w.Delta {
		return false, true
	}
	return p.Phase != series.PhaseLive, p.Phase != series.PhaseNew || w.final
}

func zeroMoment[L, V any](p *series.Point[L, V]) moment { return moment{start: p.Start, at: p.Zero} }

func valueMoment[L, V any](w *writer, p *series.Point[L, V]) moment {
	if w.Delta {
		return moment{start: w.since, at: w.at}
	}
	// After a step back of the clock the value still comes after the zero.
	return moment{start: p.Start, at: max(w.at, p.Zero+1)}
}

// putAttributes gives a point its dimensions, its currency and room for what distinguishes it.
func putAttributes[L, V any](attrs pcommon.Map, p *series.Point[L, V]) {
	const extra = 3 // most that a metric adds: status, reason, error type
	attrs.EnsureCapacity(p.Group.Attributes.Len() + extra)
	p.Group.Attributes.CopyTo(attrs)
	if p.Currency != "" {
		attrs.PutStr(ledger.AttrCurrency, p.Currency)
	}
}

func writeSum[L, V any](
	w *writer, s spec, points []*series.Point[L, V],
	set func(pmetric.NumberDataPoint, V), put func(pcommon.Map, L),
) {
	if len(points) == 0 {
		return
	}
	sum := w.metric(s).SetEmptySum()
	sum.SetIsMonotonic(s.monotonic)
	sum.SetAggregationTemporality(w.temporality())
	dps := sum.DataPoints()
	dps.EnsureCapacity(len(points))
	write := func(p *series.Point[L, V], v V, m moment) {
		dp := dps.AppendEmpty()
		dp.SetStartTimestamp(m.start)
		dp.SetTimestamp(m.at)
		set(dp, v)
		putAttributes(dp.Attributes(), p)
		put(dp.Attributes(), p.Label)
	}
	for _, p := range points {
		zero, value := zeroAndValue(w, p)
		if zero {
			var none V
			write(p, none, zeroMoment(p))
		}
		if value {
			write(p, p.Value, valueMoment(w, p))
		}
	}
}

func (w *writer) histogram(s spec, points []*series.SpreadPoint) {
	if len(points) == 0 {
		return
	}
	m := w.metric(s)
	write := w.explicit(m)
	if w.Layout.IsExponential() {
		write = w.exponential(m)
	}
	none := series.Spread{Distribution: w.Layout.New()}
	for _, p := range points {
		zero, value := zeroAndValue(w, p)
		if zero {
			write(p, &none, zeroMoment(p))
		}
		if value {
			write(p, &p.Value, valueMoment(w, p))
		}
	}
}

type writeSpread func(*series.SpreadPoint, *series.Spread, moment)

func (w *writer) explicit(metric pmetric.Metric) writeSpread {
	h := metric.SetEmptyHistogram()
	h.SetAggregationTemporality(w.temporality())
	return func(p *series.SpreadPoint, v *series.Spread, m moment) {
		dp := h.DataPoints().AppendEmpty()
		dp.SetStartTimestamp(m.start)
		dp.SetTimestamp(m.at)
		dp.SetCount(v.Count)
		dp.SetSum(v.Sum.Float64())
		dp.ExplicitBounds().FromRaw(w.Layout.Bounds)
		dp.BucketCounts().FromRaw(v.Counts)
		putExemplars(dp.Exemplars(), v.Exemplars)
		putAttributes(dp.Attributes(), p)
	}
}

func (w *writer) exponential(metric pmetric.Metric) writeSpread {
	h := metric.SetEmptyExponentialHistogram()
	h.SetAggregationTemporality(w.temporality())
	return func(p *series.SpreadPoint, v *series.Spread, m moment) {
		dp := h.DataPoints().AppendEmpty()
		dp.SetStartTimestamp(m.start)
		dp.SetTimestamp(m.at)
		dp.SetCount(v.Count)
		dp.SetSum(v.Sum.Float64())
		dp.SetScale(v.Scale)
		dp.SetZeroCount(v.Zero)
		dp.Positive().SetOffset(v.Offset)
		dp.Positive().BucketCounts().FromRaw(v.Counts)
		putExemplars(dp.Exemplars(), v.Exemplars)
		putAttributes(dp.Attributes(), p)
	}
}

func putExemplars(dst pmetric.ExemplarSlice, exemplars []series.Exemplar) {
	dst.EnsureCapacity(len(exemplars))
	for i := range exemplars {
		e := dst.AppendEmpty()
		e.SetTraceID(exemplars[i].TraceID)
		e.SetSpanID(exemplars[i].SpanID)
		e.SetTimestamp(exemplars[i].Time)
		e.SetDoubleValue(exemplars[i].Cost.Float64())
	}
}
