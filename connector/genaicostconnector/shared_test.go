package genaicostconnector

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pipeline"

	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// logRecords returns one batch of calls reported as log records, each under a resource of its own.
func logRecords(calls ...call) plog.Logs {
	ld := plog.NewLogs()
	for _, c := range calls {
		rl := ld.ResourceLogs().AppendEmpty()
		for _, name := range sortedKeys(c.resource) {
			_ = rl.Resource().Attributes().PutEmpty(name).FromRaw(c.resource[name])
		}
		lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		trace, span := spanIDs(1)
		lr.SetTraceID(trace)
		lr.SetSpanID(span)
		lr.SetTimestamp(1_700_000_000_000_000_000)
		lr.Attributes().PutInt("request_id", int64(c.id))
		c.put(lr.Attributes())
	}
	return ld
}

func metricsPipeline(name string) pipeline.ID {
	return pipeline.NewIDWithName(pipeline.SignalMetrics, name)
}

func TestInstancesShareOneState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		a, b := &consumertest.MetricsSink{}, &consumertest.MetricsSink{}
		// The Collector gives the instance of each signal a router of its own over the same pipelines.
		router := func() consumer.Metrics {
			return connector.NewMetricsRouter(map[pipeline.ID]consumer.Metrics{
				metricsPipeline("a"): a,
				metricsPipeline("b"): b,
			})
		}
		fromTraces, fromLogs := h.traces(router()), h.logs(router())
		require.NoError(t, fromTraces.ConsumeTraces(t.Context(), traces(priced(1))))
		require.NoError(t, fromLogs.ConsumeLogs(t.Context(), logRecords(priced(2), priced(3))))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		for _, sink := range []*consumertest.MetricsSink{a, b} {
			require.Len(t, sink.AllMetrics(), 2, "each pipeline gets each flush once")
			p := page{}.read(sink.AllMetrics()...)
			assert.InDelta(t, 3*pricedCost, p.total("finops.cost"), 1e-15)
			assert.InDelta(t, 3, p.total("finops.requests"), 0)
		}

		require.NoError(t, fromTraces.Shutdown(t.Context()))
		require.NoError(t, fromLogs.ConsumeLogs(t.Context(), logRecords(priced(4))))
		require.NoError(t, fromLogs.Shutdown(t.Context()))
		require.NoError(t, fromLogs.Shutdown(t.Context()), "a second time does no harm")
		assert.InDelta(t, 4*pricedCost, page{}.read(a.AllMetrics()...).total("finops.cost"), 1e-15)
		assert.Len(t, a.AllMetrics(), 3)
	})
}

func TestComponentsOfOtherIDsShareNothing(t *testing.T) {
	h := newHarness(t, nil)
	a, b := &consumertest.MetricsSink{}, &consumertest.MetricsSink{}
	first := h.traces(a)
	h.set.ID = component.NewIDWithName(h.set.ID.Type(), "other")
	second := h.traces(b)
	require.NoError(t, first.ConsumeTraces(t.Context(), traces(priced(1))))
	require.NoError(t, second.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
	require.NoError(t, first.Shutdown(t.Context()))
	require.NoError(t, second.Shutdown(t.Context()))
	assert.InDelta(t, 1, page{}.read(a.AllMetrics()...).total("finops.requests"), 0)
	assert.InDelta(t, 2, page{}.read(b.AllMetrics()...).total("finops.requests"), 0)
	assert.NotEqual(t, instanceID(t, last(t, a)), instanceID(t, last(t, b)))
}

func TestStartAfterShutdownIsRefused(t *testing.T) {
	h := newHarness(t, nil)
	a, err := h.factory.CreateTracesToMetrics(t.Context(), h.set, h.cfg, nopSink())
	require.NoError(t, err)
	b := h.traces(nopSink())
	require.NoError(t, b.Shutdown(t.Context()))
	require.ErrorIs(t, a.Start(t.Context(), h.host), sharing.ErrStopped)
	require.NoError(t, a.Shutdown(t.Context()))

	// A new instance begins anew, as after a reload of the configuration.
	again := h.traces(nopSink())
	require.NoError(t, again.Shutdown(t.Context()))
}

func TestSameConsumerIsServedOnce(t *testing.T) {
	h := newHarness(t, nil)
	sink := &consumertest.MetricsSink{}
	a, b := h.traces(sink), h.traces(sink)
	require.NoError(t, a.ConsumeTraces(t.Context(), traces(priced(1))))
	require.NoError(t, b.ConsumeTraces(t.Context(), traces(priced(1))), "another pipeline brings the same span")
	require.NoError(t, a.Shutdown(t.Context()))
	require.NoError(t, b.Shutdown(t.Context()))
	require.Len(t, sink.AllMetrics(), 1)
	assert.InDelta(t, 1, page{}.read(sink.AllMetrics()...).total("finops.requests"), 0)
}
