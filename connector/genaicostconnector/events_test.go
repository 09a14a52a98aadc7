package genaicostconnector

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadatatest"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

func (h *harness) tracesToEvents(next consumer.Logs) connector.Traces {
	c, err := h.factory.CreateTracesToLogs(context.Background(), h.set, h.cfg, next)
	require.NoError(h.t, err)
	require.NoError(h.t, c.Start(context.Background(), h.host))
	return c
}

func (h *harness) logsToEvents(next consumer.Logs) connector.Logs {
	c, err := h.factory.CreateLogsToLogs(context.Background(), h.set, h.cfg, next)
	require.NoError(h.t, err)
	require.NoError(h.t, c.Start(context.Background(), h.host))
	return c
}

func above(threshold float64) func(*Config) {
	return func(c *Config) { c.Events.Threshold = &threshold }
}

// records returns all log records that a sink has got.
func records(lds ...plog.Logs) []plog.LogRecord {
	var out []plog.LogRecord
	for _, ld := range lds {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					out = append(out, lr)
				}
			}
		}
	}
	return out
}

// dear is a call that costs so many USD.
func dear(id uint64, usd string) call {
	c := priced(id)
	c.lines = "input:1@" + usd
	return c
}

func TestEvent(t *testing.T) {
	h := newHarness(t, above(0.003))
	h.cfg.ExcludeDimensions = []string{"finops.model.version", "service.name", "finops.cost.confidence"}
	h.cfg.Dimensions = []Dimension{{Name: "finops.product", Default: "none"}}
	sink := &consumertest.LogsSink{}
	c := h.tracesToEvents(sink)
	one := shared(7, "search:1;support:1").with("gen_ai.response.id", "resp-1").with("finops.pricing.id", "openai/gpt-4o@2024-08-06").
		with("gen_ai.input.messages", "prompt").with("app.user", "ann")
	cheap := dear(8, "0.003")
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(one, cheap)))
	require.NoError(t, c.Shutdown(t.Context()))

	require.Len(t, sink.AllLogs(), 1)
	got := records(sink.AllLogs()...)
	require.Len(t, got, 1, "a call that costs as much as the threshold does not cost more")
	trace, span := spanIDs(7)
	assert.Equal(t, trace, got[0].TraceID())
	assert.Equal(t, span, got[0].SpanID())
	assert.Equal(t, pcommon.Timestamp(1_700_000_000_000_000_000), got[0].Timestamp())
	assert.Equal(t, map[string]any{
		"finops.cost.amount":     0.00344,
		"finops.cost.currency":   "USD",
		"finops.event.reason":    "threshold",
		"gen_ai.provider.name":   "openai",
		"gen_ai.operation.name":  "chat",
		"finops.model.name":      "gpt-4o",
		"finops.model.version":   "2024-08-06",
		"finops.team":            "platform",
		"finops.allocation.team": "split",
		"finops.cost_center":     "cc-42",
		"finops.product":         "none",
		"finops.cost.confidence": "exact",
		"finops.pricing.id":      "openai/gpt-4o@2024-08-06",
		"gen_ai.response.id":     "resp-1",
	}, got[0].Attributes().AsRaw())
	resource := sink.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().AsRaw()
	assert.Equal(t, map[string]any{"service.name": "api", "deployment.environment.name": "prod"}, resource)
}

// TestEventsBesideMetrics: the Collector gives each batch to the instance for metrics and to that for events.
func TestEventsBesideMetrics(t *testing.T) {
	h := newHarness(t, above(0.5))
	metrics, logs := &consumertest.MetricsSink{}, &consumertest.LogsSink{}
	toMetrics, toEvents := h.traces(metrics), h.tracesToEvents(logs)
	logsToMetrics, logsToEvents := h.logs(metrics), h.logsToEvents(logs)
	td, ld := traces(dear(1, "1"), priced(2)), logRecords(dear(3, "2"))
	for range 2 { // and once more, because some exporter failed
		require.NoError(t, toEvents.ConsumeTraces(t.Context(), td))
		require.NoError(t, toMetrics.ConsumeTraces(t.Context(), td))
		require.NoError(t, logsToEvents.ConsumeLogs(t.Context(), ld))
		require.NoError(t, logsToMetrics.ConsumeLogs(t.Context(), ld))
	}
	metadatatest.AssertEqualConnectorGenAiCostRecords(t, h.tel, []metricdata.DataPoint[int64]{
		int64Point(2, attribute.String("outcome", "accounted"), attribute.String("signal", "traces")),
		int64Point(2, attribute.String("outcome", "replayed"), attribute.String("signal", "traces")),
		int64Point(1, attribute.String("outcome", "accounted"), attribute.String("signal", "logs")),
		int64Point(1, attribute.String("outcome", "replayed"), attribute.String("signal", "logs")),
	}, metricdatatest.IgnoreTimestamp())
	for _, c := range []component.Component{toMetrics, toEvents, logsToMetrics, logsToEvents} {
		require.NoError(t, c.Shutdown(t.Context()))
	}
	assert.Len(t, records(logs.AllLogs()...), 2)
	assert.InDelta(t, 3+pricedCost, page{}.read(metrics.AllMetrics()...).total("finops.cost"), 1e-12)
}

func TestEventsAloneKeepNoSeries(t *testing.T) {
	h := newHarness(t, nil)
	sink := &consumertest.LogsSink{}
	c := h.tracesToEvents(sink)
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(1), shared(2, "a:1;b:1"))))
	metadatatest.AssertEqualConnectorGenAiCostDimensionSets(t, h.tel, []metricdata.DataPoint[int64]{int64Point(0)}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualConnectorGenAiCostRecords(t, h.tel, []metricdata.DataPoint[int64]{
		int64Point(2, attribute.String("outcome", "accounted"), attribute.String("signal", "traces")),
		int64Point(1, attribute.String("outcome", "replayed"), attribute.String("signal", "traces")),
	}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, c.Shutdown(t.Context()))
	assert.Len(t, records(sink.AllLogs()...), 2)
}

func TestEventsOfEachInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, func(c *Config) {
			c.Events.Top, c.Events.Limit = new(1), 2
			c.Events.Threshold = new(1.0)
		})
		a, b := &consumertest.LogsSink{}, &consumertest.LogsSink{}
		router := connector.NewLogsRouter(map[pipeline.ID]consumer.Logs{
			pipeline.NewIDWithName(pipeline.SignalLogs, "a"): a,
			pipeline.NewIDWithName(pipeline.SignalLogs, "b"): b,
		})
		c := h.tracesToEvents(router)
		next := func() (trace []byte) {
			time.Sleep(defaultEventsInterval)
			synctest.Wait()
			assert.Len(t, b.AllLogs(), len(a.AllLogs()))
			for _, lr := range records(a.AllLogs()...) {
				id := lr.TraceID()
				trace = append(trace, id[7])
			}
			a.Reset()
			b.Reset()
			return trace
		}
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(dear(1, "2"), dear(2, "3"), dear(3, "4"), dear(4, "0.5"))))
		assert.Empty(t, a.AllLogs(), "the interval is not over")
		assert.Equal(t, []byte{3, 2}, next())
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(dear(3, "4"), dear(5, "0.2"), dear(6, "0.1"))))
		assert.Equal(t, []byte{5}, next(), "a span that is sent again is no event again")
		assert.Empty(t, next())

		ignore := metricdatatest.IgnoreTimestamp()
		metadatatest.AssertEqualConnectorGenAiCostEvents(t, h.tel, []metricdata.DataPoint[int64]{
			int64Point(2, attribute.String("reason", "threshold")),
			int64Point(1, attribute.String("reason", "top")),
		}, ignore)
		metadatatest.AssertEqualConnectorGenAiCostEventsSuppressed(t, h.tel, []metricdata.DataPoint[int64]{int64Point(1)}, ignore)
		require.NoError(t, c.Shutdown(t.Context()))
		assert.Empty(t, a.AllLogs())
	})
}

// moody refuses while it is broken, and spoils what it gets.
type moody struct {
	consumertest.LogsSink
	broken atomic.Bool
}

func (m *moody) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if m.broken.Load() {
		ld.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
		return errors.New("full")
	}
	return m.LogsSink.ConsumeLogs(ctx, ld)
}

func TestRefusedEventsAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		bad, good := &moody{}, &consumertest.LogsSink{}
		bad.broken.Store(true)
		c := h.tracesToEvents(bad)
		other := h.tracesToEvents(good)
		for i := range uint64(maxUnsent + 2) {
			require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(i+1))))
			time.Sleep(defaultEventsInterval)
			synctest.Wait()
		}
		assert.Len(t, good.AllLogs(), maxUnsent+2, "who accepts them gets them once")
		metadatatest.AssertEqualConnectorGenAiCostEventsLost(t, h.tel,
			[]metricdata.DataPoint[int64]{int64Point(2)}, metricdatatest.IgnoreTimestamp())
		metadatatest.AssertEqualConnectorGenAiCostFlushFailures(t, h.tel, []metricdata.DataPoint[int64]{
			int64Point(maxUnsent+2, attribute.String("stage", "events")),
		}, metricdatatest.IgnoreTimestamp())

		bad.broken.Store(false)
		time.Sleep(defaultEventsInterval)
		synctest.Wait()
		got := records(bad.AllLogs()...)
		require.Len(t, got, maxUnsent)
		id := got[0].TraceID()
		assert.Equal(t, byte(3), id[7], "the oldest are lost first, and the others come in order")
		require.NoError(t, c.Shutdown(t.Context()))
		require.NoError(t, other.Shutdown(t.Context()))
	})
}

// TestNoEventTwiceAfterACrash: calls are durable before anybody hears of them.
func TestNoEventTwiceAfterACrash(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ext := &fragile{Extension: fileStorage(t, dir)}
		change := func(c *Config) { c.MetricsFlushInterval = time.Hour }
		sink := &consumertest.LogsSink{}
		c := newStored(t, ext, change).tracesToEvents(sink)
		ext.full.Store(true)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(defaultEventsInterval)
		synctest.Wait()
		assert.Empty(t, sink.AllLogs(), "what cannot be remembered waits")
		ext.full.Store(false)
		time.Sleep(defaultEventsInterval)
		synctest.Wait()
		require.Len(t, records(sink.AllLogs()...), 1)

		after := &consumertest.LogsSink{}
		again := newStored(t, fileStorage(t, crash(t, dir)), change).tracesToEvents(after)
		require.NoError(t, again.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
		require.NoError(t, again.Shutdown(t.Context()))
		require.Len(t, records(after.AllLogs()...), 1)
		id := records(after.AllLogs()...)[0].TraceID()
		assert.Equal(t, byte(2), id[7])
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// TestEventsHoldNoContent makes events of all captured spans and log records, which hold the prompts and answers
// of their calls, and looks for these.
func TestEventsHoldNoContent(t *testing.T) {
	cases, err := captures.Load("../../testdata/captures")
	require.NoError(t, err)
	h := newHarness(t, above(0))
	h.cfg.Events.Limit = maxEventsLimit
	h.cfg.ReplayWindowSize = 0
	sink := &consumertest.LogsSink{}
	fromTraces, fromLogs := h.tracesToEvents(sink), h.logsToEvents(sink)
	contents := map[string]struct{}{}
	mark := func(attrs pcommon.Map) {
		for name, v := range attrs.All() {
			if s := v.AsString(); genai.IsContent(name) && len(s) > 8 {
				contents[s] = struct{}{}
			}
		}
		attrs.PutStr("finops.cost.status", "priced")
		attrs.PutStr("finops.cost.currency", "USD")
		attrs.PutStr("finops.cost.lines", "input:1@0.5")
	}
	for _, c := range cases {
		for _, rs := range c.Traces.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					mark(span.Attributes())
				}
			}
		}
		for _, lr := range records(c.Logs) {
			mark(lr.Attributes())
			if s := lr.Body().AsString(); len(s) > 64 {
				contents[s] = struct{}{}
			}
		}
		require.NoError(t, fromTraces.ConsumeTraces(t.Context(), c.Traces))
		require.NoError(t, fromLogs.ConsumeLogs(t.Context(), c.Logs))
	}
	require.NoError(t, fromTraces.Shutdown(t.Context()))
	require.NoError(t, fromLogs.Shutdown(t.Context()))
	require.Greater(t, len(contents), 100, "the captures have content")
	require.Len(t, sink.AllLogs(), 1)
	ld := sink.AllLogs()[0]
	require.Greater(t, ld.LogRecordCount(), 100)

	allowed := map[string]bool{"finops.cost.amount": true, "finops.cost.currency": true, "finops.event.reason": true}
	for _, d := range h.cfg.eventDimensions() {
		allowed[d.Name] = true
	}
	for _, lr := range records(ld) {
		for name, v := range lr.Attributes().All() {
			assert.True(t, allowed[name], name)
			assert.NotContains(t, contents, v.AsString(), name)
		}
		assert.True(t, strings.HasPrefix(lr.Body().Str(), "GenAI call cost 0.5 USD, more than"), lr.Body().Str())
	}
	raw, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	for s := range contents {
		assert.NotContains(t, string(raw), s)
	}
}

func TestDimensionsOfContentAreRefused(t *testing.T) {
	for _, name := range []string{"gen_ai.input.messages", "gen_ai.prompt.0.content", "input.value"} {
		cfg := createDefaultConfig().(*Config)
		cfg.Dimensions = []Dimension{{Name: name}}
		require.ErrorContains(t, confmap.Validate(cfg), "which no metric or event may; remove it")
	}
	cfg := createDefaultConfig().(*Config)
	cfg.Dimensions = []Dimension{{Name: "gen_ai.prompt.name"}}
	require.NoError(t, confmap.Validate(cfg))
}

func TestValidateEvents(t *testing.T) {
	for want, change := range map[string]func(*EventsConfig){
		"events::threshold is -1; use a number from 0 to 1e14":          func(c *EventsConfig) { c.Threshold = new(-1.0) },
		"events::threshold is NaN":                                      func(c *EventsConfig) { c.Threshold = new(math.NaN()) },
		"events::top is -1; use 0 to events::limit (100)":               func(c *EventsConfig) { c.Top = new(-1) },
		"events::top is 101; use 0 to events::limit (100)":              func(c *EventsConfig) { c.Top = new(101) },
		"events::top is 10; use 0 to events::limit (5)":                 func(c *EventsConfig) { c.Limit = 5 },
		"events::top is 0 and events::threshold is not set, so no call": func(c *EventsConfig) { c.Top = new(0) },
		"events::limit is 0; use 1 to 10000":                            func(c *EventsConfig) { c.Limit = 0 },
		"events::limit is 10001":                                        func(c *EventsConfig) { c.Limit = 10_001 },
		"events::interval is 10ms; use at least 1s":                     func(c *EventsConfig) { c.Interval = 10 * time.Millisecond },
	} {
		cfg := createDefaultConfig().(*Config)
		change(&cfg.Events)
		require.ErrorContains(t, confmap.Validate(cfg), want)
	}
	cfg := createDefaultConfig().(*Config)
	assert.Equal(t, 10, cfg.Events.top())
	cfg.Events.Threshold, cfg.Events.Limit = new(0.0), 1
	assert.Equal(t, 0, cfg.Events.top(), "who sets a threshold asks for nothing else")
	require.NoError(t, confmap.Validate(cfg))
}

func TestEventsThatNobodyReceivesAreExplained(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		logs   bool
		want   int
	}{
		"configured":          {above(1), false, 1},
		"configured and used": {above(1), true, 0},
		"default":             {nil, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tt.change)
			core, logs := observer.New(zap.WarnLevel)
			h.set.Logger = zap.New(core)
			var events connector.Traces
			if tt.logs {
				events = h.tracesToEvents(&consumertest.LogsSink{})
			}
			c := h.traces(nopSink())
			require.NoError(t, c.Shutdown(t.Context()))
			if events != nil {
				require.NoError(t, events.Shutdown(t.Context()))
			}
			assert.Equal(t, tt.want, logs.FilterMessageSnippet("nobody receives them; add the connector to the receivers").Len())
		})
	}
}
