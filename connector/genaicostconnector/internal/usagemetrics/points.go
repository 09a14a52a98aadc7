package usagemetrics

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// point is a data point of any kind of metric that counts.
type point struct {
	Point
	attributes  pcommon.Map
	temporality byte
	counts      bool
}

// maxTokens bounds a believable counter, far above what any process counts in its life.
var maxTokens = money.Units(1e15)

// valid reports whether the point is a number of tokens at some time.
func (p *point) valid() bool {
	return p.counts && p.Time != 0 && p.Value.Sign() >= 0 && p.Value.Cmp(maxTokens) <= 0
}

// points returns the points of a metric that say anything.
func points(m pmetric.Metric) iter.Seq[point] {
	return func(yield func(point) bool) {
		switch m.Type() {
		case pmetric.MetricTypeSum:
			t := m.Sum().AggregationTemporality()
			if !m.Sum().IsMonotonic() {
				t = pmetric.AggregationTemporalityUnspecified
			}
			numbers(m.Sum().DataPoints(), t, yield)
		case pmetric.MetricTypeGauge:
			numbers(m.Gauge().DataPoints(), pmetric.AggregationTemporalityUnspecified, yield)
		case pmetric.MetricTypeHistogram:
			for _, dp := range m.Histogram().DataPoints().All() {
				p := newPoint(dp, m.Histogram().AggregationTemporality())
				p.set(dp.Sum(), dp.HasSum())
				if !dp.Flags().NoRecordedValue() && !yield(p) {
					return
				}
			}
		case pmetric.MetricTypeExponentialHistogram:
			for _, dp := range m.ExponentialHistogram().DataPoints().All() {
				p := newPoint(dp, m.ExponentialHistogram().AggregationTemporality())
				p.set(dp.Sum(), dp.HasSum())
				if !dp.Flags().NoRecordedValue() && !yield(p) {
					return
				}
			}
		case pmetric.MetricTypeSummary:
			for _, dp := range m.Summary().DataPoints().All() {
				p := newPoint(dp, pmetric.AggregationTemporalityCumulative)
				p.set(dp.Sum(), true)
				if !dp.Flags().NoRecordedValue() && !yield(p) {
					return
				}
			}
		}
	}
}

func numbers(dps pmetric.NumberDataPointSlice, t pmetric.AggregationTemporality, yield func(point) bool) {
	for _, dp := range dps.All() {
		p := newPoint(dp, t)
		switch dp.ValueType() {
		case pmetric.NumberDataPointValueTypeInt:
			p.Value = money.Units(dp.IntValue())
		case pmetric.NumberDataPointValueTypeDouble:
			p.set(dp.DoubleValue(), true)
		default:
			p.counts = false
		}
		if !dp.Flags().NoRecordedValue() && !yield(p) {
			return
		}
	}
}

func newPoint(dp interface {
	Attributes() pcommon.Map
	StartTimestamp() pcommon.Timestamp
	Timestamp() pcommon.Timestamp
}, t pmetric.AggregationTemporality,
) point {
	return point{
		Point: Point{
			Start: uint64(dp.StartTimestamp()),
			Time:  uint64(dp.Timestamp()),
			Delta: t == pmetric.AggregationTemporalityDelta,
		},
		attributes:  dp.Attributes(),
		temporality: byte(t),
		counts:      t != pmetric.AggregationTemporalityUnspecified,
	}
}

// set sets a value that came as a double.
func (p *point) set(v float64, has bool) {
	q, ok := money.QuantityFromFloat(v)
	p.Value = q
	p.counts = p.counts && ok && has
}
