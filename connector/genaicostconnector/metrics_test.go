package genaicostconnector

import (
	"maps"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadatatest"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricingsource"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// countMetrics makes metrics count for all services.
func countMetrics(c *Config) { c.Count.Default = signals.Metrics }

func (h *harness) metrics(next consumer.Metrics) connector.Metrics {
	c, err := h.factory.CreateMetricsToMetrics(h.t.Context(), h.set, h.cfg, next)
	require.NoError(h.t, err)
	require.NoError(h.t, c.Start(h.t.Context(), h.host))
	return c
}

// usageEpoch is a day for which the builtin catalog has prices of all models used here.
var usageEpoch = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// export is one export of Claude Code: the tokens of each type, cumulative since start.
type export struct {
	start, at time.Duration
	tokens    map[string]float64
	model     string
	delta     bool
}

func (e export) metrics() pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "claude-code")
	rm.Resource().Attributes().PutStr("team", "search")
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("com.anthropic.claude_code")
	m := sm.Metrics().AppendEmpty()
	m.SetName("claude_code.token.usage")
	s := m.SetEmptySum()
	s.SetIsMonotonic(true)
	s.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	if e.delta {
		s.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	}
	for kind, n := range e.tokens {
		dp := s.DataPoints().AppendEmpty()
		dp.SetStartTimestamp(pcommon.NewTimestampFromTime(usageEpoch.Add(e.start)))
		dp.SetTimestamp(pcommon.NewTimestampFromTime(usageEpoch.Add(e.at)))
		dp.SetDoubleValue(n)
		dp.Attributes().PutStr("type", kind)
		dp.Attributes().PutStr("model", e.model)
		if e.model == "" {
			dp.Attributes().PutStr("model", "claude-sonnet-4-5-20250929")
		}
	}
	return md
}

// consume runs exports through a connector and returns what a backend knows in the end.
func consume(tb testing.TB, change func(*Config), exports ...export) (page, *harness) {
	h := newHarness(tb, change)
	sink := &consumertest.MetricsSink{}
	c := h.metrics(sink)
	for _, e := range exports {
		require.NoError(tb, c.ConsumeMetrics(tb.Context(), e.metrics()))
	}
	require.NoError(tb, c.Shutdown(tb.Context()))
	return page{}.read(sink.AllMetrics()...), h
}

// Claude Sonnet 4.5 costs 3 USD for a million input tokens, 0.30 to read and 3.75 to write the cache, 15 for
// output.
const (
	sonnetInput  = 3e-6
	sonnetRead   = 0.3e-6
	sonnetWrite  = 3.75e-6
	sonnetOutput = 15e-6
)

func TestMetricsArePriced(t *testing.T) {
	got, _ := consume(t, countMetrics, export{delta: true, at: time.Minute, tokens: map[string]float64{
		"input": 8, "output": 1002, "cacheRead": 118243, "cacheCreation": 9254,
	}})
	assert.InDelta(t, 8*sonnetInput, got.total("finops.cost", "finops.meter=input"), 1e-12)
	assert.InDelta(t, 1002*sonnetOutput, got.total("finops.cost", "finops.meter=output"), 1e-12)
	assert.InDelta(t, 118243*sonnetRead, got.total("finops.cost", "finops.meter=cache_read"), 1e-12)
	assert.InDelta(t, 9254*sonnetWrite, got.total("finops.cost", "finops.meter=cache_write_5m"), 1e-12)
	assert.InDelta(t, 0.0852294, got.total("finops.cost"), 1e-12)
	assert.InDelta(t, 0.0852294, got.total("finops.list_cost"), 1e-12)
	assert.InDelta(t, 128507, got.total("finops.tokens"), 0)
	assert.InDelta(t, 118243*(sonnetInput-sonnetRead)-9254*(sonnetWrite-sonnetInput), got.total("finops.savings"), 1e-9)
	for _, label := range []string{
		"finops.cost.confidence=estimated", "finops.model.name=claude-sonnet-4-5", "gen_ai.provider.name=anthropic",
		"service.name=claude-code", "finops.team=search", "finops.cost_center=unallocated", "finops.cost.currency=USD",
	} {
		assert.InDelta(t, 0.0852294, got.total("finops.cost", label), 1e-12, label)
	}
	for key := range got {
		assert.NotContains(t, key, "finops.request", "how many requests there were is not known")
	}
}

func TestCumulativeMetrics(t *testing.T) {
	in := func(n float64) map[string]float64 { return map[string]float64{"input": n} }
	for _, tt := range []struct {
		name    string
		exports []export
		want    float64
	}{
		{"one point bills nothing", []export{{at: time.Minute, tokens: in(1e6)}}, 0},
		{"differences", []export{
			{at: time.Minute, tokens: in(1e6)},
			{at: 2 * time.Minute, tokens: in(1e6 + 10)},
			{at: 3 * time.Minute, tokens: in(1e6 + 25)},
		}, 25},
		{"replay", []export{
			{at: time.Minute, tokens: in(100)},
			{at: 2 * time.Minute, tokens: in(110)},
			{at: 2 * time.Minute, tokens: in(110)},
			{at: time.Minute, tokens: in(100)},
		}, 10},
		{"restart of the process", []export{
			{at: time.Minute, tokens: in(100)},
			{start: 90 * time.Second, at: 2 * time.Minute, tokens: in(150)},
		}, 150},
		{"a counter that falls", []export{
			{at: time.Minute, tokens: in(100)},
			{at: 2 * time.Minute, tokens: in(30)},
		}, 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := consume(t, countMetrics, tt.exports...)
			assert.InDelta(t, tt.want, got.total("finops.tokens"), 0)
			assert.InDelta(t, tt.want*sonnetInput, got.total("finops.cost"), 1e-12)
		})
	}
}

// TestSizeTiersDoNotApplyToSums has more input in an interval than the threshold of the model's long context:
// the calls it is made of may have been small.
func TestSizeTiersDoNotApplyToSums(t *testing.T) {
	got, _ := consume(t, countMetrics, export{delta: true, at: time.Minute, tokens: map[string]float64{"input": 5e6, "output": 1e6}})
	assert.InDelta(t, 5e6*sonnetInput+1e6*sonnetOutput, got.total("finops.cost"), 1e-9)
}

func TestMetricsCountOnlyWhereTheyAreSaidTo(t *testing.T) {
	one := export{delta: true, at: time.Minute, tokens: map[string]float64{"input": 10, "output": 5}}
	for name, tt := range map[string]struct {
		count signals.CountConfig
		want  float64
	}{
		"unset":            {signals.CountConfig{}, 0},
		"other default":    {signals.CountConfig{Default: signals.Logs}, 0},
		"default":          {signals.CountConfig{Default: signals.Metrics}, 15},
		"service":          {signals.CountConfig{Services: map[string]signals.Signal{"claude-code": signals.Metrics}}, 15},
		"another service":  {signals.CountConfig{Services: map[string]signals.Signal{"api": signals.Metrics}}, 0},
		"service excepted": {signals.CountConfig{Default: signals.Metrics, Services: map[string]signals.Signal{"claude-code": signals.Logs}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, h := consume(t, func(c *Config) { c.Count = tt.count }, one)
			assert.InDelta(t, tt.want, got.total("finops.tokens"), 0)
			outcome := "accounted"
			if tt.want == 0 {
				outcome = "other_signal"
			}
			assertPoints(t, h, map[string]int64{outcome: 2})
		})
	}
}

func assertPoints(t *testing.T, h *harness, want map[string]int64) {
	t.Helper()
	var points []metricdata.DataPoint[int64]
	for outcome, n := range want {
		points = append(points, metricdata.DataPoint[int64]{
			Attributes: attribute.NewSet(attribute.String("outcome", outcome)), Value: n,
		})
	}
	metadatatest.AssertEqualConnectorGenAiCostMetricPoints(t, h.tel, points, metricdatatest.IgnoreTimestamp())
}

func TestOutcomesOfPoints(t *testing.T) {
	in := func(n float64) map[string]float64 { return map[string]float64{"input": n} }
	core, logs := observer.New(zap.WarnLevel)
	h := newHarness(t, countMetrics)
	h.set.Logger = zap.New(core)
	c := h.metrics(nopSink())
	agent := export{delta: true, at: time.Hour, tokens: in(7)}.metrics()
	agent.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().
		PutStr("gen_ai.operation.name", "invoke_agent")
	for _, md := range []pmetric.Metrics{
		export{at: time.Minute, tokens: in(100)}.metrics(),
		export{at: 2 * time.Minute, tokens: in(100)}.metrics(),
		export{at: 3 * time.Minute, tokens: in(50)}.metrics(),
		export{at: 3 * time.Minute, tokens: in(50)}.metrics(),
		export{delta: true, at: time.Minute, tokens: in(100), model: "nobody-knows-1"}.metrics(),
		export{delta: true, at: time.Minute, tokens: map[string]float64{"input": math.NaN(), "dreams": 3}}.metrics(),
		agent,
	} {
		require.NoError(t, c.ConsumeMetrics(t.Context(), md))
	}
	metadatatest.AssertEqualConnectorGenAiCostMetricStreams(t, h.tel, []metricdata.DataPoint[int64]{{Value: 3}},
		metricdatatest.IgnoreTimestamp())
	require.NoError(t, c.Shutdown(t.Context()))
	assertPoints(t, h, map[string]int64{
		"seeded": 1, "accounted": 2, "replayed": 1, "unpriced": 1, "invalid": 1, "unknown_type": 1, "aggregate": 1,
	})
	metadatatest.AssertEqualConnectorGenAiCostMetricResets(t, h.tel, []metricdata.DataPoint[int64]{{Value: 1}},
		metricdatatest.IgnoreTimestamp())
	unpriced := logs.FilterMessageSnippet("no price").All()
	require.Len(t, unpriced, 1)
	assert.Equal(t, "nobody-knows-1", unpriced[0].ContextMap()["model"])
	assert.Equal(t, "unknown_model", unpriced[0].ContextMap()["reason"])
}

// TestMetricsAfterRestart restarts the Collector between two exports. With storage nothing is lost, and nothing
// counts twice; without, each stream starts again.
func TestMetricsAfterRestart(t *testing.T) {
	at := func(n int) pmetric.Metrics {
		return export{at: time.Duration(n) * time.Minute, tokens: map[string]float64{"input": float64(100 * n)}}.metrics()
	}
	t.Run("storage", func(t *testing.T) {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			sink := &consumertest.MetricsSink{}
			c := newStored(t, fileStorage(t, dir), countMetrics).metrics(sink)
			require.NoError(t, c.ConsumeMetrics(t.Context(), at(1)))
			require.NoError(t, c.ConsumeMetrics(t.Context(), at(2)))
			time.Sleep(time.Minute)
			synctest.Wait()
			left := crash(t, dir)
			require.NoError(t, c.Shutdown(t.Context()))

			c = newStored(t, fileStorage(t, left), countMetrics).metrics(sink)
			require.NoError(t, c.ConsumeMetrics(t.Context(), at(2)))
			require.NoError(t, c.ConsumeMetrics(t.Context(), at(5)))
			require.NoError(t, c.Shutdown(t.Context()))
			assert.InDelta(t, 400, page{}.read(last(t, sink)).total("finops.tokens"), 0)
		})
	})
	t.Run("no storage", func(t *testing.T) {
		got, _ := consume(t, countMetrics,
			export{at: 2 * time.Minute, tokens: map[string]float64{"input": 200}})
		assert.Zero(t, got.total("finops.tokens"))
	})
}

// TestMetricsWithFailingStorage checks that streams and series stay together while nothing can be written:
// a crash then leaves the stream where the series is.
func TestMetricsWithFailingStorage(t *testing.T) {
	at := func(n int) pmetric.Metrics {
		return export{at: time.Duration(n) * time.Minute, tokens: map[string]float64{"input": float64(100 * n)}}.metrics()
	}
	for _, temporality := range []Temporality{TemporalityCumulative, TemporalityDelta} {
		t.Run(string(temporality), func(t *testing.T) {
			change := func(c *Config) {
				countMetrics(c)
				c.Temporality = temporality
			}
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				ext := &fragile{Extension: fileStorage(t, dir)}
				sink, after := &consumertest.MetricsSink{}, &consumertest.MetricsSink{}
				c := newStored(t, ext, change).metrics(sink)
				require.NoError(t, c.ConsumeMetrics(t.Context(), at(1)))
				require.NoError(t, c.ConsumeMetrics(t.Context(), at(2)))
				time.Sleep(time.Minute)
				synctest.Wait()
				sent := page{}.add(sink.AllMetrics()...).total("finops.tokens")
				ext.full.Store(true)
				require.NoError(t, c.ConsumeMetrics(t.Context(), at(3)))
				time.Sleep(time.Minute)
				synctest.Wait()
				lost := crash(t, dir)
				ext.full.Store(false)
				time.Sleep(time.Minute)
				synctest.Wait()
				saved := crash(t, dir)
				require.NoError(t, c.Shutdown(t.Context()))

				for _, left := range []string{lost, saved} {
					c = newStored(t, fileStorage(t, left), change).metrics(after)
					require.NoError(t, c.ConsumeMetrics(t.Context(), at(4)))
					require.NoError(t, c.Shutdown(t.Context()))
					if temporality == TemporalityCumulative {
						assert.InDelta(t, 300, page{}.read(last(t, after)).total("finops.tokens"), 0)
					}
				}
				if temporality == TemporalityDelta {
					assert.InDelta(t, 100, sent, 0)
					// 200 after the crash that lost the third point's state, 100 after the other.
					assert.InDelta(t, 300, page{}.add(after.AllMetrics()...).total("finops.tokens"), 0)
				}
			})
		})
	}
}

// TestAnySplitOfACounterCostsTheSame exports one session at any moments, with repeats.
func TestAnySplitOfACounterCostsTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		total := map[string]float64{"input": 0, "output": 0, "cacheRead": 0, "cacheCreation": 0}
		snapshot := func(minute int) export {
			return export{at: time.Duration(minute) * time.Minute, tokens: maps.Clone(total)}
		}
		exports := []export{snapshot(1)}
		for i := range rapid.IntRange(1, 8).Draw(r, "exports") {
			for _, kind := range []string{"input", "output", "cacheRead", "cacheCreation"} {
				total[kind] += float64(rapid.IntRange(0, 1e6).Draw(r, kind))
			}
			exports = append(exports, snapshot(2+i))
			if rapid.Bool().Draw(r, "again") {
				exports = append(exports, rapid.SampledFrom(exports).Draw(r, "which"))
			}
		}
		got, _ := consume(t, countMetrics, exports...)
		whole, _ := consume(t, countMetrics, exports[0], snapshot(20))
		assert.Equal(r, whole, got)
	})
}

func TestMetricsAndSpansShareOneState(t *testing.T) {
	h := newHarness(t, countMetrics)
	sink := &consumertest.MetricsSink{}
	fromTraces, fromMetrics := h.traces(sink), h.metrics(sink)
	require.NoError(t, fromTraces.ConsumeTraces(t.Context(), traces(priced(1))))
	require.NoError(t, fromMetrics.ConsumeMetrics(t.Context(),
		export{delta: true, at: time.Minute, tokens: map[string]float64{"output": 1000}}.metrics()))
	require.NoError(t, fromTraces.Shutdown(t.Context()))
	require.NoError(t, fromMetrics.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	assert.InDelta(t, pricedCost+1000*sonnetOutput, got.total("finops.cost"), 1e-12)
	assert.InDelta(t, 1, got.total("finops.requests"), 0)
	assert.InDelta(t, pricedCost, got.total("finops.request.cost_sum"), 1e-12)
}

func TestPricingMustBeThere(t *testing.T) {
	id := component.MustNewID("gen_ai_pricing")
	h := newHarness(t, func(c *Config) { c.Pricing = &id })
	h.set.ID = connectorID
	c, err := h.factory.CreateMetricsToMetrics(t.Context(), h.set, h.cfg, nopSink())
	require.NoError(t, err)
	require.ErrorContains(t, c.Start(t.Context(), h.host),
		`connectors::gen_ai_cost::pricing: extension "gen_ai_pricing" is not running; add it under extensions and service::extensions`)
	require.NoError(t, c.Shutdown(t.Context()))

	spans := h.traces(nopSink())
	require.NoError(t, spans.Shutdown(t.Context()), "records come priced")
}

func TestMetricsAtTheEndOfTime(t *testing.T) {
	for _, at := range []time.Duration{-usageEpoch.Sub(time.Unix(0, 1)), 200 * 365 * 24 * time.Hour} {
		got, _ := consume(t, countMetrics,
			export{delta: true, at: at, tokens: map[string]float64{"input": 1e15}},
			export{delta: true, at: at + 1, tokens: map[string]float64{"input": 1e15}},
		)
		for key, v := range got {
			assert.False(t, math.IsNaN(v) || math.IsInf(v, 0) || v < 0, key)
		}
	}
}

func BenchmarkConsumeMetrics(b *testing.B) {
	h := newHarness(b, countMetrics)
	c := h.metrics(nopSink())
	defer func() { require.NoError(b, c.Shutdown(b.Context())) }()
	at := 0
	b.ReportAllocs()
	for b.Loop() {
		at++
		md := export{delta: true, at: time.Duration(at) * time.Second, tokens: map[string]float64{
			"input": 8, "output": 1002, "cacheRead": 118243, "cacheCreation": 9254,
		}}.metrics()
		require.NoError(b, c.ConsumeMetrics(b.Context(), md))
	}
}

// TestMetricsConcurrently exports many sessions at once, while everything is flushed all the time.
func TestMetricsConcurrently(t *testing.T) {
	const sessions, exports = 8, 25
	h := newStored(t, fileStorage(t, t.TempDir()), func(c *Config) {
		countMetrics(c)
		c.MetricsFlushInterval = minFlushInterval
	})
	sink := &consumertest.MetricsSink{}
	c := h.metrics(sink)
	var wg sync.WaitGroup
	for session := range sessions {
		wg.Go(func() {
			for i := range exports {
				md := export{at: time.Duration(i+1) * time.Minute, tokens: map[string]float64{"input": float64(10 * i)}}.metrics()
				md.ResourceMetrics().At(0).Resource().Attributes().PutInt("session", int64(session))
				assert.NoError(t, c.ConsumeMetrics(t.Context(), md))
				if i%5 == 0 {
					time.Sleep(minFlushInterval / 2)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, c.Shutdown(t.Context()))
	assert.InDelta(t, 10*(exports-1)*sessions, page{}.read(sink.AllMetrics()...).total("finops.tokens"), 0)
}

// TestFeesOfRequestsAreNotCharged prices a model whose every request has a fee: an interval is any number
// of requests.
func TestFeesOfRequestsAreNotCharged(t *testing.T) {
	source, err := pricingsource.Find(componenttest.NewNopHost(), nil)
	require.NoError(t, err)
	price := source.Engine().Price(&pricing.Call{Provider: "perplexity", RequestModel: "sonar-pro", Time: usageEpoch})
	require.NotNil(t, price.Sheet)
	require.False(t, price.Sheet.Rates[meter.Request].Effective.IsZero(), "the model has a fee")
	want, _ := price.Sheet.Rates[meter.Output].Effective.Mul(money.Units(1000))

	h := newHarness(t, countMetrics)
	sink := &consumertest.MetricsSink{}
	c := h.metrics(sink)
	md := export{delta: true, at: time.Minute, tokens: map[string]float64{"output": 1000}, model: "sonar-pro"}.metrics()
	md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().
		PutStr("gen_ai.provider.name", "perplexity")
	require.NoError(t, c.ConsumeMetrics(t.Context(), md))
	require.NoError(t, c.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	assert.Equal(t, want.Float64(), got.total("finops.cost"))
	assert.Zero(t, got.total("finops.units"))
}

func TestMetricsBeyondTheCardinalityLimit(t *testing.T) {
	got, h := consume(t, func(c *Config) {
		countMetrics(c)
		c.AggregationCardinalityLimit = 1
	},
		export{delta: true, at: time.Minute, tokens: map[string]float64{"output": 1}},
		export{delta: true, at: time.Minute, tokens: map[string]float64{"output": 2}, model: "claude-haiku-4-5"},
		export{delta: true, at: time.Minute, tokens: map[string]float64{"output": 4}, model: "claude-opus-4-5"},
	)
	assert.InDelta(t, 7, got.total("finops.tokens"), 0)
	assert.InDelta(t, 6, got.total("finops.tokens", "otel.metric.overflow=true"), 0)
	metadatatest.AssertEqualConnectorGenAiCostOverflowedRecords(t, h.tel, []metricdata.DataPoint[int64]{{Value: 2}},
		metricdatatest.IgnoreTimestamp())
}
