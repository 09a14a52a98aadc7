package dedup_test

import (
	"encoding/binary"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
)

// series makes calls that have nothing to do with each other, numbered from first.
func series(first, n int) []dedup.Item {
	items := make([]dedup.Item, n)
	for i := range items {
		items[i] = span(0, 0, 0, 9)
		id := dedup.Hash("call", string(binary.BigEndian.AppendUint64(nil, uint64(first+i))))
		binary.BigEndian.PutUint64(items[i].Trace[:], id)
		binary.BigEndian.PutUint64(items[i].Span[:], id+1)
		binary.BigEndian.PutUint64(items[i].Parent[:], id+2)
		items[i].Response = id + 3
		items[i].Output = int64(first + i)
		items[i].Start += int64(first+i) * 1e6
		items[i].End += int64(first+i) * 1e6
	}
	return items
}

func resolve(d *dedup.Deduplicator, items []dedup.Item) []dedup.Verdict {
	verdicts := make([]dedup.Verdict, len(items))
	d.Resolve(items, verdicts)
	return verdicts
}

func TestWindow(t *testing.T) {
	c := newClock()
	cfg := dedup.NewDefaultConfig()
	cfg.Window = time.Minute
	d := dedup.New(cfg, c.Now)
	outer, inner := span(1, 1, 0, 9, scope("framework")), span(1, 2, 1, 8, under(1))
	assert.Equal(t, []dedup.Verdict{count}, resolve(d, []dedup.Item{inner}))
	c.now = c.now.Add(time.Minute)
	assert.Equal(t, []dedup.Verdict{ancestor}, resolve(d, []dedup.Item{outer}), "within the window")
	c.now = c.now.Add(2 * time.Second)
	assert.Equal(t, dedup.Stats{Remembered: 2}, d.Stats())
	resolve(d, nil)
	assert.Equal(t, dedup.Stats{Remembered: 1, Expired: 1}, d.Stats())
	c.now = c.now.Add(time.Hour)
	assert.Equal(t, []dedup.Verdict{count}, resolve(d, []dedup.Item{outer}), "forgotten")
	assert.Equal(t, dedup.Stats{Remembered: 1, Expired: 2}, d.Stats())
}

func TestMaxSpans(t *testing.T) {
	cfg := dedup.NewDefaultConfig()
	cfg.MaxSpans = 1000
	d := dedup.New(cfg, newClock().Now)
	resolve(d, series(0, 1000))
	assert.Equal(t, dedup.Stats{Remembered: 1000}, d.Stats())
	resolve(d, series(1000, 200))
	assert.Equal(t, dedup.Stats{Remembered: 1000, Evicted: 200}, d.Stats())
	assert.NotContains(t, resolve(d, series(0, 5000)), respID, "a batch larger than memory is judged in parts")
	assert.LessOrEqual(t, d.Stats().Remembered, int64(1000))
}

// A forgotten root must not take what was known of its call with it.
func TestEvictionWithinACall(t *testing.T) {
	cfg := dedup.NewDefaultConfig()
	cfg.MaxSpans = 1000
	d := dedup.New(cfg, newClock().Now)
	first, second, third := span(1, 1, 0, 9, response("r")), span(2, 2, 1, 8, response("r")), span(3, 3, 1, 8, response("r"))
	assert.Equal(t, []dedup.Verdict{count}, resolve(d, []dedup.Item{first}))
	resolve(d, series(0, 499))
	assert.Equal(t, []dedup.Verdict{respID}, resolve(d, []dedup.Item{second}))
	resolve(d, series(1000, 500))
	require.Positive(t, d.Stats().Evicted, "the first is forgotten")
	assert.Equal(t, []dedup.Verdict{respID}, resolve(d, []dedup.Item{third}))
}

func TestLateRicherSpans(t *testing.T) {
	d := dedup.New(dedup.NewDefaultConfig(), newClock().Now)
	resolve(d, []dedup.Item{span(1, 1, 0, 9, response("r"), usage(100, 100, 400))})
	resolve(d, []dedup.Item{span(2, 2, 0, 9, response("r"), usage(7100, 100, 400))})
	resolve(d, []dedup.Item{span(3, 3, 0, 9, response("r"), usage(50, 50, 10))})
	assert.Equal(t, dedup.Stats{Remembered: 3, Late: 1, LateTokens: 7000}, d.Stats())
}

func TestSearchAmongManyAlikeIsGivenUp(t *testing.T) {
	d := dedup.New(dedup.NewDefaultConfig(), newClock().Now)
	resolve(d, []dedup.Item{span(99, 99, 0, 9, scope("framework"), usage(1, 1, 1))})
	var alike []dedup.Item
	for i := range 300 {
		it := span(byte(i), byte(i%250+1), 20, 30)
		it.Trace[0] = byte(i >> 8)
		// All end in the same moment as the framework's span but cannot be within it.
		alike = append(alike, it)
	}
	resolve(d, alike)
	assert.Equal(t, []dedup.Verdict{count}, resolve(d, []dedup.Item{span(98, 98, 0, 9, scope("framework"))}))
	assert.EqualValues(t, 1, d.Stats().Truncated)
}

// Sizes between the steps in which tables grow, and what needs all of the indexes.
func TestMemoryPerSpan(t *testing.T) {
	for _, n := range []int{50_000, 120_000, 200_000, 300_000} {
		for _, name := range []string{"calls", "wrapper around SDK"} {
			each := memoryPerSpan(t, n, name)
			t.Logf("%d %s: %.1f bytes per remembered span", n, name, each)
			assert.Less(t, each, 200.0, "%d %s", n, name)
		}
	}
}

func memoryPerSpan(t *testing.T, n int, name string) float64 {
	t.Helper()
	cfg := dedup.NewDefaultConfig()
	cfg.MaxSpans = n
	items := workload(name)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := dedup.New(cfg, newClock().Now)
	for round := uint64(1); d.Stats().Evicted < int64(n); round++ {
		renew(items, round)
		resolve(d, items)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.EqualValues(t, n, d.Stats().Remembered)
	runtime.KeepAlive(d)
	return float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / float64(n)
}

func TestConcurrentUse(t *testing.T) {
	d := dedup.New(dedup.NewDefaultConfig(), time.Now)
	var workers sync.WaitGroup
	results := make([][]dedup.Verdict, 8)
	for w := range results {
		workers.Go(func() {
			for i := range 20 {
				results[w] = append(results[w], resolve(d, series(i*50, 50))...)
				d.Stats()
			}
		})
	}
	workers.Wait()
	for _, r := range results {
		assert.Equal(t, results[0], r, "whoever comes first, the verdicts are the same")
	}
}

func TestConfigValidate(t *testing.T) {
	valid := dedup.NewDefaultConfig()
	require.NoError(t, valid.Validate())
	require.NoError(t, valid.Gateways.Validate())
	for name, tc := range map[string]struct {
		edit func(*dedup.Config)
		want string
	}{
		"no window":      {func(c *dedup.Config) { c.Window = 0 }, "window: 0s"},
		"endless window": {func(c *dedup.Config) { c.Window = 48 * time.Hour }, "window: 48h"},
		"too few spans":  {func(c *dedup.Config) { c.MaxSpans = 10 }, "max_spans: 10 is not between 1000"},
		"no name":        {func(c *dedup.Config) { c.GatewayServices = []string{""} }, "gateway_services: an empty name"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := dedup.NewDefaultConfig()
			tc.edit(&cfg)
			require.ErrorContains(t, cfg.Validate(), tc.want)
		})
	}
	require.ErrorContains(t, dedup.GatewayPolicy("both").Validate(), `"both" is none of first_seen, caller, gateway`)
	valid.GatewayServices = []string{"litellm"}
	assert.True(t, valid.IsGateway("litellm"))
	assert.False(t, valid.IsGateway("checkout"))
}
