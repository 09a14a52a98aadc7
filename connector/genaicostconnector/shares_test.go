package genaicostconnector

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadatatest"
)

// shared is a call of the team platform that others pay for, as the processor leaves it.
func shared(id uint64, shares string) call {
	return priced(id).with("finops.team", "platform").
		with("finops.allocation.team", "split").with("finops.shares.team", shares)
}

func TestSharedCost(t *testing.T) {
	c := shared(1, "search:3;support:2")
	c.lines = "input:100@0.01/0.01/0.02;web_search:1@0.5"
	c.savings = "cache:0.5"
	got := count(t, nil, []call{c})
	const search, support, platform = "finops.team=search", "finops.team=support", "finops.team=platform"

	assert.InDelta(t, 0.6, got.total("finops.cost", search, "finops.meter=input"), 1e-15)
	assert.InDelta(t, 0.4, got.total("finops.cost", support, "finops.meter=input"), 1e-15)
	assert.InDelta(t, 0.3, got.total("finops.cost", search, "finops.meter=web_search"), 1e-15)
	assert.InDelta(t, 1.5, got.total("finops.list_cost", search), 1e-15)
	assert.InDelta(t, 1, got.total("finops.list_cost", support), 1e-15)
	assert.InDelta(t, 0.3, got.total("finops.savings", search, "finops.savings.kind=cache"), 1e-15)
	assert.InDelta(t, 0.6, got.total("finops.savings", search, "finops.savings.kind=agreement"), 1e-15)
	for _, metric := range []string{"finops.cost", "finops.list_cost", "finops.savings"} {
		assert.Zero(t, got.total(metric, platform), metric)
	}
	for metric, want := range map[string]float64{
		"finops.requests": 1, "finops.tokens": 100, "finops.units": 1,
		"finops.request.cost_count": 1, "finops.request.cost_sum": 1.5,
	} {
		assert.InDelta(t, want, got.total(metric), 1e-15, metric)
		assert.InDelta(t, want, got.total(metric, platform), 1e-15, metric)
	}
}

// TestAllocationAsADimension is how documented queries tell split cost from direct cost.
func TestAllocationAsADimension(t *testing.T) {
	got := count(t, func(c *Config) {
		c.Dimensions = []Dimension{{Name: "finops.allocation.team", Default: "direct"}}
	}, []call{shared(1, "search:1;support:1"), priced(2)})
	assert.InDelta(t, pricedCost/2, got.total("finops.cost", "finops.team=search", "finops.allocation.team=split"), 1e-15)
	assert.InDelta(t, pricedCost, got.total("finops.cost", "finops.team=search", "finops.allocation.team=direct"), 1e-15)
}

func TestSharesOfAConfiguredDimension(t *testing.T) {
	c := shared(1, "search:1;support:1").with("finops.product", "suite").with("finops.shares.product", "maps:3;mail:1")
	got := count(t, func(c *Config) { c.Dimensions = []Dimension{{Name: "finops.product"}} }, []call{c})
	assert.InDelta(t, pricedCost*3/8, got.total("finops.cost", "finops.team=search", "finops.product=maps"), 1e-15)
	assert.InDelta(t, pricedCost/8, got.total("finops.cost", "finops.team=support", "finops.product=mail"), 1e-15)

	got = count(t, nil, []call{c})
	assert.InDelta(t, pricedCost/2, got.total("finops.cost", "finops.team=search"), 1e-15,
		"shares of what is no dimension here split nothing")
}

func TestSharedLogRecords(t *testing.T) {
	h := newHarness(t, nil)
	sink := &consumertest.MetricsSink{}
	c := h.logs(sink)
	require.NoError(t, c.ConsumeLogs(t.Context(), logRecords(shared(1, "search:1;support:3"))))
	// The same call after the shares have changed is the same call.
	require.NoError(t, c.ConsumeLogs(t.Context(), logRecords(shared(1, "search:1"))))
	require.NoError(t, c.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	assert.InDelta(t, pricedCost/4, got.total("finops.cost", "finops.team=search"), 1e-15)
	assert.InDelta(t, pricedCost*3/4, got.total("finops.cost", "finops.team=support"), 1e-15)
}

func TestUnreadableSharesAreCountedAndLogged(t *testing.T) {
	h := newHarness(t, nil)
	core, logs := observer.New(zap.WarnLevel)
	h.set.Logger = zap.New(core)
	sink := &consumertest.MetricsSink{}
	c := h.traces(sink)
	batch := []call{shared(1, "search:0"), shared(2, "search"), shared(2, "search"), shared(3, "search:1")}
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(batch...)))
	metadatatest.AssertEqualConnectorGenAiCostUnreadableShares(t, h.tel,
		[]metricdata.DataPoint[int64]{int64Point(2)}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, c.Shutdown(t.Context()))
	got := page{}.read(sink.AllMetrics()...)
	assert.InDelta(t, 2*pricedCost, got.total("finops.cost", "finops.team=platform"), 1e-15)
	assert.InDelta(t, pricedCost, got.total("finops.cost", "finops.team=search"), 1e-15)
	lines := logs.FilterMessageSnippet("shares cannot be read")
	require.Equal(t, 1, lines.Len(), "once for an interval")
	assert.Equal(t, int64(2), lines.All()[0].ContextMap()["records"])
	assert.Contains(t, lines.All()[0].ContextMap()["first"], `weight "0"`)
}

// TestSharedTotalsDoNotDependOnOrder is exact: any order, batching, replays and number of replicas give each
// team the same doubles.
func TestSharedTotalsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := make([]call, rapid.IntRange(1, 20).Draw(rt, "calls"))
		for i := range calls {
			c := shared(uint64(i+1), fmt.Sprintf("a:%d;b:%d;c:%d", rapid.Uint32Min(1).Draw(rt, "a"),
				rapid.Uint32Min(1).Draw(rt, "b"), rapid.Uint32Range(1, 9).Draw(rt, "c")))
			if rapid.Bool().Draw(rt, "two dimensions") {
				c = c.with("finops.shares.cost_center", fmt.Sprintf("x:1;y:%d", rapid.IntRange(1, 9).Draw(rt, "y")))
			}
			c.lines = fmt.Sprintf("input:%d@0.%015d", rapid.IntRange(1, 1e9).Draw(rt, "input"), rapid.IntRange(1, 1e14).Draw(rt, "price"))
			calls[i] = c
		}
		want := count(t, nil, calls)

		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		mixed := append(slices.Clone(calls), calls[rnd.IntN(len(calls))])
		rnd.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		cut := rnd.IntN(len(mixed) + 1)
		if got := count(t, nil, mixed[:cut], mixed[cut:]); !assert.ObjectsAreEqual(want, got) {
			rt.Fatalf("want %v\n got %v", want, got)
		}
	})
}

// TestSharesDoNotAllocate: parts of known series cost no memory once shares and series are known.
func TestSharesDoNotAllocate(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Exemplars.Enabled = false
		// A window that is soon full, and no flush, whose allocations would be counted too.
		c.ReplayWindowSize, c.MetricsFlushInterval = 1<<13, time.Hour
	})
	c := h.traces(nopSink())
	var serial uint64
	td := benchTraces(1)
	putShares(td)
	consume := func() {
		renew(td, &serial)
		if err := c.ConsumeTraces(t.Context(), td); err != nil {
			t.Error(err)
		}
	}
	for range 64 { // until the replay window has its size
		consume()
	}
	assert.Less(t, testing.AllocsPerRun(20, consume), 2.0, "for %d spans", benchBatch)
	require.NoError(t, c.Shutdown(t.Context()))
}
