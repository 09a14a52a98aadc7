package genaicostconnector

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"pgregory.net/rapid"
)

// count runs calls through a connector, in the given batches, and returns what a backend knows in the end.
func count(tb testing.TB, change func(*Config), batches ...[]call) page {
	h := newHarness(tb, change)
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	for _, batch := range batches {
		require.NoError(tb, c.ConsumeTraces(tb.Context(), traces(batch...)))
	}
	require.NoError(tb, c.Shutdown(tb.Context()))
	return page{}.read(sink.AllMetrics()...)
}

func TestMetrics(t *testing.T) {
	c := priced(1)
	c.lines = "input:176@0.0000025/0.0000025/0.000005;cache_read:1024@0.00000125;output:300@0.00001;web_search:1.5@0.01"
	c.savings = "service_tier:-0.5;cache:1.023"
	got := count(t, nil, []call{c})

	const dims = "deployment.environment.name=prod,finops.cost.confidence=exact,%sfinops.cost_center=cc-42,%s" +
		"finops.model.name=gpt-4o,finops.model.version=2024-08-06,%sfinops.team=search," +
		"gen_ai.operation.name=chat,gen_ai.provider.name=openai,service.name=api}"
	money := func(metric, after string) string {
		return metric + "{unit=USD," + fmt.Sprintf(dims, "finops.cost.currency=USD,", after, "")
	}
	kind := func(k string) string {
		return "finops.savings{unit=USD," + fmt.Sprintf(dims, "finops.cost.currency=USD,", "", "finops.savings.kind="+k+",")
	}
	usage := func(metric, unit, m string) string {
		return metric + "{unit=" + unit + "," + fmt.Sprintf(dims, "", "finops.meter="+m+",", "")
	}
	want := page{
		money("finops.cost", "finops.meter=input,"):           0.00044,
		money("finops.cost", "finops.meter=cache_read,"):      0.00128,
		money("finops.cost", "finops.meter=output,"):          0.003,
		money("finops.cost", "finops.meter=web_search,"):      0.015,
		money("finops.list_cost", "finops.meter=input,"):      0.00088,
		money("finops.list_cost", "finops.meter=cache_read,"): 0.00128,
		money("finops.list_cost", "finops.meter=output,"):     0.003,
		money("finops.list_cost", "finops.meter=web_search,"): 0.015,
		kind("service_tier"):                                  -0.5,
		kind("cache"):                                         1.023,
		kind("agreement"):                                     0.00044,
		usage("finops.tokens", "{token}", "input"):            176,
		usage("finops.tokens", "{token}", "cache_read"):       1024,
		usage("finops.tokens", "{token}", "output"):           300,
		usage("finops.units", "{unit}", "web_search"):         1.5,
		money("finops.request.cost_count", ""):                1,
		money("finops.request.cost_sum", ""):                  0.01972,
		"finops.requests{unit={request}," + fmt.Sprintf(strings.Replace(dims, "%sfinops.cost_center", "%sfinops.cost.status=priced,finops.cost_center", 1), "", "", ""): 1,
	}
	assert.Equal(t, want, got)
}

func TestKindsOfMetrics(t *testing.T) {
	h := newHarness(t, nil)
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	one := priced(1)
	one.lines += ";web_search:1@0.01"
	one.savings = "cache:1"
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(one)))
	require.NoError(t, c.Shutdown(t.Context()))
	type kind struct {
		unit      string
		monotonic bool
		integer   bool
	}
	got := map[string]kind{}
	for _, m := range last(t, sink).ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Type() != pmetric.MetricTypeSum {
			assert.Equal(t, "finops.request.cost", m.Name())
			assert.Equal(t, "USD", m.Unit())
			assert.Equal(t, pmetric.AggregationTemporalityCumulative, m.Histogram().AggregationTemporality())
			continue
		}
		assert.Equal(t, pmetric.AggregationTemporalityCumulative, m.Sum().AggregationTemporality())
		got[m.Name()] = kind{
			unit:      m.Unit(),
			monotonic: m.Sum().IsMonotonic(),
			integer:   m.Sum().DataPoints().At(0).ValueType() == pmetric.NumberDataPointValueTypeInt,
		}
	}
	assert.Equal(t, map[string]kind{
		"finops.cost":      {"USD", true, false},
		"finops.list_cost": {"USD", true, false},
		"finops.savings":   {"USD", false, false},
		"finops.tokens":    {"{token}", true, true},
		"finops.units":     {"{unit}", true, false},
		"finops.requests":  {"{request}", true, true},
	}, got)
}

func TestOnlyPricedAndFreeCallsBringMoney(t *testing.T) {
	var calls []call
	for i, s := range []struct{ status, reason string }{
		{"priced", ""},
		{"free", "zero_price"},
		{"unpriced", "unknown_model"},
		{"not_billed", "error"},
		{"duplicate", "ancestor"},
		{"aggregate", "agent"},
	} {
		c := priced(uint64(i + 1))
		c.status, c.reason = s.status, s.reason
		if s.status == "free" {
			c.lines = "input:10@0"
		}
		calls = append(calls, c)
	}
	gatewayCache := priced(7)
	gatewayCache.status, gatewayCache.reason, gatewayCache.lines, gatewayCache.currency = "free", "gateway_cache", "", ""
	got := count(t, nil, append(calls, gatewayCache))
	assert.InDelta(t, 7, got.total("finops.requests"), 0)
	assert.InDelta(t, 1, got.total("finops.requests", "finops.cost.status=duplicate", "finops.cost.reason=ancestor"), 0)
	assert.InDelta(t, 1, got.total("finops.requests", "finops.cost.status=aggregate", "finops.cost.reason=agent"), 0)
	assert.InDelta(t, pricedCost, got.total("finops.cost"), 1e-15)
	assert.InDelta(t, 476+10, got.total("finops.tokens"), 0)
	assert.InDelta(t, 2, got.total("finops.request.cost_count"), 0)
}

func TestErrorTypeOfRequests(t *testing.T) {
	c := priced(1).with("error.type", "rate_limited")
	c.status, c.reason, c.lines = "not_billed", "error", ""
	got := count(t, nil, []call{c})
	assert.InDelta(t, 1, got.total("finops.requests", "error.type=rate_limited"), 0)
}

func TestMalformedRecordsAreRequestsWithoutCost(t *testing.T) {
	for name, spoil := range map[string]func(*call){
		"no lines":        func(c *call) { c.lines = "" },
		"bad lines":       func(c *call) { c.lines = "input:1@" },
		"second line bad": func(c *call) { c.lines += ";web_search:x@1" },
		"negative":        func(c *call) { c.lines = "input:-5@1" },
		"unknown meter":   func(c *call) { c.lines = "gold:1@1" },
		"out of range":    func(c *call) { c.lines = "input:" + strings.Repeat("9", 25) + "@" + strings.Repeat("9", 20) },
		"no currency":     func(c *call) { c.currency = "" },
		"bad currency":    func(c *call) { c.currency = "$" },
		"bad savings":     func(c *call) { c.savings = "luck:1" },
		"unknown status":  func(c *call) { c.status = "settled" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := priced(1)
			spoil(&bad)
			got := count(t, nil, []call{bad, priced(2)})
			assert.InDelta(t, 2, got.total("finops.requests"), 0)
			assert.InDelta(t, 1, got.total("finops.requests", "finops.cost.status=unpriced", "finops.cost.reason=malformed_lines"), 0)
			assert.InDelta(t, pricedCost, got.total("finops.cost"), 1e-15)
			assert.InDelta(t, 476, got.total("finops.tokens"), 0)
			assert.InDelta(t, 0, got.total("finops.savings"), 0)
		})
	}
}

func TestHostileAttributes(t *testing.T) {
	invalid := priced(1).with("finops.team", "caf\xe9").with("error.type", "\xff")
	same := priced(2).with("finops.team", "caf\xe9")
	long := priced(3).with("finops.team", strings.Repeat("é", 5000))
	empty := priced(4).with("finops.team", "")
	absent := priced(5)
	delete(absent.attrs, "finops.team")
	typed := priced(6).with("finops.team", int64(7))
	many := priced(7)
	for i := range 10_000 {
		many.attrs[fmt.Sprintf("attribute.%d", i)] = "x"
	}
	got := count(t, nil, []call{invalid, same, long, empty, absent, typed, many}, []call{invalid.again(8)})
	assert.InDelta(t, 8*pricedCost, got.total("finops.cost"), 1e-14)
	teams := map[string]struct{}{}
	for key := range got {
		for label := range strings.SplitSeq(key, ",") {
			if strings.HasPrefix(label, "finops.team=") {
				teams[label] = struct{}{}
			}
		}
		assert.Equal(t, strings.ToValidUTF8(key, "?"), key)
	}
	assert.Len(t, teams, 4, "search, invalid, long and 7")
	assert.InDelta(t, 2, got.total("finops.requests", "finops.team=caf\uFFFD", "error.type=\uFFFD"), 0)
	assert.InDelta(t, 1, got.total("finops.requests", "finops.team="+strings.Repeat("é", 512)+","), 0)
}

func (c call) again(id uint64) call {
	c.id = id
	return c
}

func TestDimensions(t *testing.T) {
	old := priced(1)
	old.attrs = map[string]any{
		"gen_ai.system":        "az.ai.openai",
		"gen_ai.request.model": "gpt-4o",
		"finops.project":       "atlas",
	}
	old.resource = map[string]any{"service.name": "api", "deployment.environment": "prod", "finops.team": "platform"}
	got := count(t, func(c *Config) {
		c.Dimensions = []Dimension{{Name: "finops.project"}, {Name: "finops.cost_center", Default: "none"}, {Name: "absent"}}
		c.ExcludeDimensions = []string{"gen_ai.operation.name"}
	}, []call{old, priced(2)})
	assert.InDelta(t, 1, got.total("finops.requests",
		"gen_ai.provider.name=az.ai.openai", "finops.model.name=gpt-4o", "deployment.environment.name=prod",
		"finops.project=atlas", "finops.cost_center=none", "finops.team=platform", "service.name=api"), 0)
	assert.InDelta(t, 1, got.total("finops.requests", "finops.cost_center=cc-42"), 0)
	assert.Zero(t, got.total("finops.requests", "gen_ai.operation.name"))
	assert.Zero(t, got.total("finops.requests", "absent"))
}

func TestCurrenciesAreNotAddedUp(t *testing.T) {
	euro := priced(2)
	euro.currency = "EUR"
	got := count(t, nil, []call{priced(1), euro})
	assert.InDelta(t, pricedCost, got.total("finops.cost", "unit=USD", "finops.cost.currency=USD"), 1e-15)
	assert.InDelta(t, pricedCost, got.total("finops.cost", "unit=EUR", "finops.cost.currency=EUR"), 1e-15)
	assert.InDelta(t, 2*476, got.total("finops.tokens"), 0)
	assert.InDelta(t, 2, got.total("finops.requests"), 0)
}

func TestOverflowKeepsTheMoney(t *testing.T) {
	var calls []call
	for i := range 100 {
		calls = append(calls, priced(uint64(i+1)).with("finops.team", fmt.Sprintf("team-%d", i)).
			with("error.type", fmt.Sprintf("error-%d", i)))
	}
	got := count(t, func(c *Config) { c.AggregationCardinalityLimit = 10 }, calls)
	assert.InDelta(t, 100*pricedCost, got.total("finops.cost"), 1e-14)
	assert.InDelta(t, 90*pricedCost, got.total("finops.cost", "otel.metric.overflow=true"), 1e-14)
	assert.InDelta(t, 90, got.total("finops.requests", "otel.metric.overflow=true", "finops.cost.status=priced"), 0)
	assert.Zero(t, got.total("finops.requests", "otel.metric.overflow=true", "error.type"))
	assert.InDelta(t, 100, got.total("finops.request.cost_count"), 0)
}

func TestErrorTypesOverflowWithinADimensionSet(t *testing.T) {
	var calls []call
	for i := range 100 {
		calls = append(calls, priced(uint64(i+1)).with("error.type", fmt.Sprintf("error-%d", i)))
	}
	got := count(t, nil, calls)
	assert.InDelta(t, 100, got.total("finops.requests"), 0)
	assert.InDelta(t, 36, got.total("finops.requests", "otel.metric.overflow=true"), 0)
	assert.Zero(t, got.total("finops.cost", "otel.metric.overflow=true"), "the money has a place")
}

func TestReplays(t *testing.T) {
	batch := []call{priced(1), priced(2), priced(2)}
	assert.InDelta(t, 2, count(t, nil, batch, batch).total("finops.requests"), 0)
	assert.InDelta(t, 6, count(t, func(c *Config) { c.ReplayWindowSize = 0 }, batch, batch).total("finops.requests"), 0)
}

func TestLogRecords(t *testing.T) {
	h := newHarness(t, nil)
	sink := &consumertest.MetricsSink{}
	c := h.logs(sink)
	require.NoError(t, c.ConsumeLogs(t.Context(), logRecords(priced(1), priced(2))))
	// Sent again after the catalog has changed.
	replay := priced(1)
	replay.lines = "input:176@0.0000026"
	replay = replay.with("finops.cost.confidence", "estimated")
	require.NoError(t, c.ConsumeLogs(t.Context(), logRecords(replay)))
	other := priced(1)
	other.resource = map[string]any{"service.name": "worker"}
	require.NoError(t, c.ConsumeLogs(t.Context(), logRecords(other)))
	require.NoError(t, c.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	assert.InDelta(t, 3, got.total("finops.requests"), 0)
	assert.InDelta(t, 3*pricedCost, got.total("finops.cost"), 1e-15)
}

func TestSpansWithoutIDs(t *testing.T) {
	td := traces(priced(1), priced(2).with("gen_ai.response.id", "b"))
	for _, rs := range td.ResourceSpans().All() {
		span := rs.ScopeSpans().At(0).Spans().At(0)
		span.SetTraceID(pcommon.TraceID{})
		span.SetSpanID(pcommon.SpanID{})
	}
	h := newHarness(t, nil)
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	for range 2 {
		require.NoError(t, c.ConsumeTraces(t.Context(), td))
	}
	require.NoError(t, c.Shutdown(t.Context()))
	assert.InDelta(t, 2, page{}.read(sink.AllMetrics()...).total("finops.requests"), 0)
}

// TestConcurrentConnections sends from eight connections at once, every span twice.
func TestConcurrentConnections(t *testing.T) {
	const connections, batches, size = 8, 50, 64
	h := newHarness(t, func(c *Config) { c.MetricsFlushInterval = minFlushInterval })
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	var done sync.WaitGroup
	for conn := range connections {
		done.Go(func() {
			for batch := range batches {
				var calls []call
				for i := range size {
					id := uint64((conn*batches+batch)*size + i + 1)
					calls = append(calls, priced(id).with("finops.team", fmt.Sprintf("team-%d", id%7)))
				}
				td := traces(calls...)
				for range 2 {
					if err := c.ConsumeTraces(t.Context(), td); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	done.Wait()
	require.NoError(t, c.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	const spans = connections * batches * size
	assert.InDelta(t, spans, got.total("finops.requests"), 0)
	assert.InDelta(t, spans*476, got.total("finops.tokens"), 0)
	want, _ := new(big.Rat).Mul(big.NewRat(344, 100_000), big.NewRat(spans, 1)).Float64()
	assert.InDelta(t, want, got.total("finops.cost"), 1e-12)
}

// TestTotalsDoNotDependOnOrder is exact: the same calls in any order, in any batches and with any replays
// give the same doubles.
func TestTotalsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(rt, "calls")
		calls := make([]call, n)
		for i := range calls {
			c := priced(uint64(i+1)).with("finops.team", rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "team"))
			c.lines = fmt.Sprintf("input:%d@0.%015d;output:%d@0.%015d",
				rapid.IntRange(0, 1e9).Draw(rt, "input"), rapid.IntRange(0, 1e14).Draw(rt, "price"),
				rapid.IntRange(0, 1e9).Draw(rt, "output"), rapid.IntRange(0, 1e14).Draw(rt, "price"))
			calls[i] = c
		}
		want := count(t, nil, calls)

		seed := rapid.Uint64().Draw(rt, "seed")
		rnd := rand.New(rand.NewPCG(seed, 0))
		shuffled := slices.Clone(calls)
		for range rnd.IntN(n) {
			shuffled = append(shuffled, calls[rnd.IntN(n)])
		}
		rnd.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		var batches [][]call
		for len(shuffled) > 0 {
			k := 1 + rnd.IntN(len(shuffled))
			batches = append(batches, shuffled[:k])
			shuffled = shuffled[k:]
		}
		if got := count(t, nil, batches...); !assert.ObjectsAreEqual(want, got) {
			rt.Fatalf("want %v\n got %v", want, got)
		}
	})
}
