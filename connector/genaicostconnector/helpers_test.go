package genaicostconnector

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
)

// call is a span as the processor leaves it.
type call struct {
	id       uint64
	status   string
	reason   string
	lines    string
	savings  string
	currency string
	attrs    map[string]any
	resource map[string]any
}

// priced returns a call that costs 176 * 0.0000025 + 300 * 0.00001 = 0.00344.
func priced(id uint64) call {
	return call{
		id:       id,
		status:   "priced",
		currency: "USD",
		lines:    "input:176@0.0000025;output:300@0.00001",
		attrs: map[string]any{
			"gen_ai.provider.name":   "openai",
			"gen_ai.operation.name":  "chat",
			"finops.model.name":      "gpt-4o",
			"finops.model.version":   "2024-08-06",
			"finops.team":            "search",
			"finops.cost_center":     "cc-42",
			"finops.cost.confidence": "exact",
		},
		resource: map[string]any{"service.name": "api", "deployment.environment.name": "prod"},
	}
}

func (c call) with(name string, value any) call {
	attrs := map[string]any{name: value}
	for k, v := range c.attrs {
		if k != name {
			attrs[k] = v
		}
	}
	c.attrs = attrs
	return c
}

func (c call) put(attrs pcommon.Map) {
	for _, name := range sortedKeys(c.attrs) {
		_ = attrs.PutEmpty(name).FromRaw(c.attrs[name])
	}
	for name, value := range map[string]string{
		"finops.cost.status":   c.status,
		"finops.cost.reason":   c.reason,
		"finops.cost.lines":    c.lines,
		"finops.cost.savings":  c.savings,
		"finops.cost.currency": c.currency,
	} {
		if value != "" {
			attrs.PutStr(name, value)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func spanIDs(id uint64) (trace pcommon.TraceID, span pcommon.SpanID) {
	binary.BigEndian.PutUint64(trace[:], id)
	binary.BigEndian.PutUint64(span[:], id)
	trace[15], span[0] = 1, 1
	return trace, span
}

// traces returns one batch of calls, each under a resource of its own.
func traces(calls ...call) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, c := range calls {
		rs := td.ResourceSpans().AppendEmpty()
		for _, name := range sortedKeys(c.resource) {
			_ = rs.Resource().Attributes().PutEmpty(name).FromRaw(c.resource[name])
		}
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		trace, id := spanIDs(c.id)
		span.SetTraceID(trace)
		span.SetSpanID(id)
		span.SetEndTimestamp(1_700_000_000_000_000_000)
		c.put(span.Attributes())
	}
	return td
}

// harness runs a connector's instances against a sink.
type harness struct {
	t       testing.TB
	factory connector.Factory
	set     connector.Settings
	cfg     *Config
	host    component.Host
	tel     *componenttest.Telemetry
}

func newHarness(tb testing.TB, change func(*Config)) *harness {
	f := NewFactory()
	cfg := f.CreateDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(tb, cfg.Validate())
	tel := componenttest.NewTelemetry()
	tb.Cleanup(func() { require.NoError(tb, tel.Shutdown(context.Background())) })
	set := connectortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	return &harness{t: tb, factory: f, set: set, cfg: cfg, host: componenttest.NewNopHost(), tel: tel}
}

func (h *harness) traces(next consumer.Metrics) connector.Traces {
	c, err := h.factory.CreateTracesToMetrics(context.Background(), h.set, h.cfg, next)
	require.NoError(h.t, err)
	require.NoError(h.t, c.Start(context.Background(), h.host))
	return c
}

func (h *harness) logs(next consumer.Metrics) connector.Logs {
	c, err := h.factory.CreateLogsToMetrics(context.Background(), h.set, h.cfg, next)
	require.NoError(h.t, err)
	require.NoError(h.t, c.Start(context.Background(), h.host))
	return c
}

// page is what a backend knows that keeps the last point of each series, like a Prometheus page.
type page map[string]float64

// read applies all points of md in the order of their time.
func (p page) read(mds ...pmetric.Metrics) page {
	for _, md := range mds {
		eachPoint(md, func(key string, v float64, _, _ pcommon.Timestamp) { p[key] = v })
	}
	return p
}

// add applies delta points.
func (p page) add(mds ...pmetric.Metrics) page {
	for _, md := range mds {
		eachPoint(md, func(key string, v float64, _, _ pcommon.Timestamp) { p[key] += v })
	}
	return p
}

// total sums a metric over its series that hold all the given attributes.
func (p page) total(metric string, attrs ...string) float64 {
	var sum float64
	for key, v := range p {
		name, labels, _ := strings.Cut(key, "{")
		matches := name == metric
		for _, a := range attrs {
			matches = matches && strings.Contains(labels, a)
		}
		if matches {
			sum += v
		}
	}
	return sum
}

// eachPoint calls each with the metric, its unit and the attributes of every point; a histogram is
// two series, its count and its sum.
func eachPoint(md pmetric.Metrics, each func(key string, v float64, start, at pcommon.Timestamp)) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				switch m.Type() {
				case pmetric.MetricTypeSum:
					for _, dp := range m.Sum().DataPoints().All() {
						v := dp.DoubleValue()
						if dp.ValueType() == pmetric.NumberDataPointValueTypeInt {
							v = float64(dp.IntValue())
						}
						each(seriesKey(m, "", dp.Attributes()), v, dp.StartTimestamp(), dp.Timestamp())
					}
				case pmetric.MetricTypeHistogram:
					for _, dp := range m.Histogram().DataPoints().All() {
						each(seriesKey(m, "_count", dp.Attributes()), float64(dp.Count()), dp.StartTimestamp(), dp.Timestamp())
						each(seriesKey(m, "_sum", dp.Attributes()), dp.Sum(), dp.StartTimestamp(), dp.Timestamp())
					}
				case pmetric.MetricTypeExponentialHistogram:
					for _, dp := range m.ExponentialHistogram().DataPoints().All() {
						each(seriesKey(m, "_count", dp.Attributes()), float64(dp.Count()), dp.StartTimestamp(), dp.Timestamp())
						each(seriesKey(m, "_sum", dp.Attributes()), dp.Sum(), dp.StartTimestamp(), dp.Timestamp())
					}
				}
			}
		}
	}
}

func seriesKey(m pmetric.Metric, suffix string, attrs pcommon.Map) string {
	labels := make([]string, 0, attrs.Len())
	for name, value := range attrs.All() {
		labels = append(labels, name+"="+value.AsString())
	}
	slices.Sort(labels)
	return fmt.Sprintf("%s%s{unit=%s,%s}", m.Name(), suffix, m.Unit(), strings.Join(labels, ","))
}

// last returns the metrics of the latest flush and empties the sink.
func last(tb testing.TB, sink *consumertest.MetricsSink) pmetric.Metrics {
	all := sink.AllMetrics()
	require.NotEmpty(tb, all)
	sink.Reset()
	return all[len(all)-1]
}

func nopSink() consumer.Metrics { return consumertest.NewNop() }
