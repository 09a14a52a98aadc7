package genaicostconnector

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadatatest"
)

func int64Point(n int64, attrs ...attribute.KeyValue) metricdata.DataPoint[int64] {
	return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attrs...)}
}

func TestRecordsAreCountedByOutcome(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.ReplayWindowSize = 2
		c.AggregationCardinalityLimit = 2
	})
	core, logs := observer.New(zap.WarnLevel)
	h.set.Logger = zap.New(core)
	c := h.traces(nopSink())

	bad := priced(1)
	bad.lines = "input"
	plain := call{id: 2, attrs: map[string]any{"http.route": "/"}}
	unmarked := call{id: 3, attrs: map[string]any{"gen_ai.request.model": "gpt-4o"}}
	calls := []call{bad, plain, unmarked, unmarked}
	for i := range 5 {
		calls = append(calls, priced(uint64(10+i)).with("finops.team", strconv.Itoa(i)))
	}
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(append(calls, priced(14))...)))
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(unmarked)))

	records := func(outcome string, n int64) metricdata.DataPoint[int64] {
		return int64Point(n, attribute.String("outcome", outcome), attribute.String("signal", "traces"))
	}
	ignore := metricdatatest.IgnoreTimestamp()
	metadatatest.AssertEqualConnectorGenAiCostRecords(t, h.tel, []metricdata.DataPoint[int64]{
		records("accounted", 5),
		records("malformed", 1),
		records("replayed", 1),
		records("unmarked", 3),
		records("ignored", 1),
	}, ignore)
	metadatatest.AssertEqualConnectorGenAiCostReplayEvictions(t, h.tel, []metricdata.DataPoint[int64]{int64Point(4)}, ignore)
	metadatatest.AssertEqualConnectorGenAiCostDimensionSets(t, h.tel, []metricdata.DataPoint[int64]{int64Point(3)}, ignore)
	metadatatest.AssertEqualConnectorGenAiCostOverflowedRecords(t, h.tel, []metricdata.DataPoint[int64]{int64Point(4)}, ignore)

	require.NoError(t, c.Shutdown(t.Context()))
	assert.Equal(t, 1, logs.FilterMessageSnippet("put the gen_ai_cost processor into the pipeline").Len(), "once")
	malformed := logs.FilterMessageSnippet("records whose cost cannot be read")
	require.Equal(t, 1, malformed.Len(), "once for an interval")
	assert.Equal(t, int64(1), malformed.All()[0].ContextMap()["records"])
}

func TestFlushFailuresAreCountedByStage(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ext := &fragile{Extension: fileStorage(t, dir)}
		h := newStored(t, ext, nil)
		sink := &flaky{}
		c := h.traces(sink)
		flushes := func(n int) {
			time.Sleep(time.Duration(n) * defaultFlushInterval)
			synctest.Wait()
		}
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		flushes(1)
		ext.full.Store(true)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(2))))
		flushes(1)
		ext.full.Store(false)
		sink.broken.Store(true)
		flushes(2)
		sink.broken.Store(false)
		metadatatest.AssertEqualConnectorGenAiCostFlushFailures(t, h.tel, []metricdata.DataPoint[int64]{
			int64Point(1, attribute.String("stage", "persist")),
			int64Point(2, attribute.String("stage", "emit")),
		}, metricdatatest.IgnoreTimestamp())

		size, err := h.tel.GetMetric("otelcol_connector_gen_ai_cost_persist_size")
		require.NoError(t, err)
		assert.Greater(t, size.Data.(metricdata.Sum[int64]).DataPoints[0].Value, int64(500))
		duration, err := h.tel.GetMetric("otelcol_connector_gen_ai_cost_persist_duration")
		require.NoError(t, err)
		assert.Positive(t, duration.Data.(metricdata.Histogram[float64]).DataPoints[0].Count)
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestExemplars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, func(c *Config) { c.Exemplars.MaxPerDataPoint = 2 })
		sink := &consumertest.MetricsSink{}
		c := h.traces(sink)
		exemplars := func() pmetric.ExemplarSlice {
			for _, m := range last(t, sink).ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				if m.Type() == pmetric.MetricTypeHistogram {
					return m.Histogram().DataPoints().At(0).Exemplars()
				}
			}
			t.Fatal("no histogram")
			return pmetric.ExemplarSlice{}
		}
		flush := func() {
			time.Sleep(15 * time.Second)
			synctest.Wait()
		}
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2), priced(3))))
		flush()
		assert.Zero(t, exemplars().Len(), "a zero has none")
		flush()
		got := exemplars()
		require.Equal(t, 2, got.Len())
		trace, span := spanIDs(3)
		assert.Equal(t, trace, got.At(0).TraceID(), "the newest of its bucket")
		assert.Equal(t, span, got.At(0).SpanID())
		assert.InDelta(t, pricedCost, got.At(0).DoubleValue(), 1e-15)
		assert.Equal(t, pcommon.Timestamp(1_700_000_000_000_000_000), got.At(0).Timestamp())
		flush()
		assert.Zero(t, exemplars().Len(), "each is shown once")
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestExemplarsCanBeTurnedOff(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Exemplars.Enabled = false })
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
	require.NoError(t, c.Shutdown(t.Context()))
	for _, m := range last(t, sink).ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Type() == pmetric.MetricTypeHistogram {
			for _, dp := range m.Histogram().DataPoints().All() {
				assert.Zero(t, dp.Exemplars().Len())
			}
		}
	}
}

func TestExponentialHistogram(t *testing.T) {
	for _, temporality := range []Temporality{TemporalityCumulative, TemporalityDelta} {
		t.Run(string(temporality), func(t *testing.T) {
			h := newHarness(t, func(c *Config) {
				c.Histogram.Exponential = configoptional.Some(ExponentialHistogramConfig{MaxSize: 8})
				c.Temporality = temporality
			})
			sink := &consumertest.MetricsSink{}
			c := h.traces(sink)
			dear, free := priced(2), priced(3)
			dear.lines = "input:1@50"
			free.status, free.lines = "free", "input:1@0"
			require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), dear, free)))
			require.NoError(t, c.Shutdown(t.Context()))
			md := last(t, sink)
			for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				if m.Name() != "finops.request.cost" {
					continue
				}
				require.Equal(t, pmetric.MetricTypeExponentialHistogram, m.Type())
				dps := m.ExponentialHistogram().DataPoints()
				dp := dps.At(dps.Len() - 1)
				assert.Equal(t, uint64(3), dp.Count())
				assert.Equal(t, uint64(1), dp.ZeroCount())
				assert.InDelta(t, 50+pricedCost, dp.Sum(), 1e-12)
				counts := dp.Positive().BucketCounts().AsRaw()
				assert.LessOrEqual(t, len(counts), 8)
				var n uint64
				for _, k := range counts {
					n += k
				}
				assert.Equal(t, uint64(2), n)
				return
			}
			t.Fatal("no histogram")
		})
	}
}

func TestResourceAndScope(t *testing.T) {
	h := newHarness(t, nil)
	h.set.Resource.Attributes().PutStr("service.name", "gateway")
	h.set.BuildInfo.Version = "1.2.3"
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
	require.NoError(t, c.Shutdown(t.Context()))
	rm := last(t, sink).ResourceMetrics().At(0)
	name, _ := rm.Resource().Attributes().Get("service.name")
	assert.Equal(t, "gateway", name.Str())
	scope := rm.ScopeMetrics().At(0).Scope()
	assert.Equal(t, "github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector", scope.Name())
	assert.Equal(t, "1.2.3", scope.Version())
}
