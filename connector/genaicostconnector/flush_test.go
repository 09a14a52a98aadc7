package genaicostconnector

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

const pricedCost = 0.00344

func TestNewSeriesIsZeroFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		sink := &consumertest.MetricsSink{}
		c := h.traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))

		time.Sleep(15 * time.Second)
		synctest.Wait()
		first := last(t, sink)
		assert.Positive(t, first.DataPointCount())
		eachPoint(first, func(key string, v float64, start, at pcommon.Timestamp) {
			assert.Zero(t, v, key)
			assert.Less(t, start, at, key)
		})

		time.Sleep(15 * time.Second)
		synctest.Wait()
		second := page{}.read(last(t, sink))
		assert.InDelta(t, pricedCost, second.total("finops.cost"), 1e-15)
		assert.InDelta(t, 476, second.total("finops.tokens"), 0)
		assert.InDelta(t, 1, second.total("finops.requests"), 0)

		// Another meter of known dimensions is a new series, the others go on.
		more := priced(2)
		more.lines += ";web_search:1@0.01"
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(more)))
		time.Sleep(15 * time.Second)
		synctest.Wait()
		third := page{}.read(last(t, sink))
		assert.Zero(t, third.total("finops.cost", "finops.meter=web_search"))
		assert.InDelta(t, 2*pricedCost, third.total("finops.cost"), 1e-15)

		time.Sleep(15 * time.Second)
		synctest.Wait()
		fourth := page{}.read(last(t, sink))
		assert.InDelta(t, 0.01, fourth.total("finops.cost", "finops.meter=web_search"), 1e-15)
		assert.InDelta(t, 1, fourth.total("finops.units"), 0)
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestLiveSeriesAreSentAtEveryFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		sink := &consumertest.MetricsSink{}
		c := h.traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Len(t, sink.AllMetrics(), 240)
		p := page{}.read(last(t, sink))
		assert.InDelta(t, pricedCost, p.total("finops.cost"), 1e-15)
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestShutdownSendsZeroAndValueOfNewSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		sink := &consumertest.MetricsSink{}
		c := h.traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		require.NoError(t, c.Shutdown(t.Context()))

		type sample struct {
			v  float64
			at pcommon.Timestamp
		}
		got := map[string][]sample{}
		eachPoint(last(t, sink), func(key string, v float64, start, at pcommon.Timestamp) {
			assert.Less(t, start, at)
			got[key] = append(got[key], sample{v, at})
		})
		require.NotEmpty(t, got)
		for key, samples := range got {
			require.Len(t, samples, 2, key)
			assert.Zero(t, samples[0].v, key)
			assert.Positive(t, samples[1].v, key)
			assert.Less(t, samples[0].at, samples[1].at, key)
		}
	})
}

func TestSeriesExpireAndRestartAtZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		sink := &consumertest.MetricsSink{}
		c := h.traces(sink)
		start := func() (at pcommon.Timestamp) {
			eachPoint(last(t, sink), func(_ string, _ float64, s, _ pcommon.Timestamp) { at = s })
			return at
		}
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(time.Minute)
		synctest.Wait()
		before := start()

		time.Sleep(24*time.Hour + time.Minute)
		synctest.Wait()
		sink.Reset()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, sink.AllMetrics(), "nothing is left to send")

		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(2))))
		time.Sleep(15 * time.Second)
		synctest.Wait()
		require.Len(t, sink.AllMetrics(), 1)
		assert.Zero(t, page{}.read(sink.AllMetrics()...).total("finops.cost"))
		assert.Greater(t, start(), before)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		assert.InDelta(t, pricedCost, page{}.read(last(t, sink)).total("finops.cost"), 1e-15)
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// flaky refuses while broken is set.
type flaky struct {
	consumertest.MetricsSink
	broken atomic.Bool
}

func (f *flaky) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if f.broken.Load() {
		return errors.New("queue is full")
	}
	return f.MetricsSink.ConsumeMetrics(ctx, md)
}

func TestRefusedZeroIsSentWithTheValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil)
		sink := &flaky{}
		sink.broken.Store(true)
		c := h.traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(time.Minute)
		synctest.Wait()
		sink.broken.Store(false)
		time.Sleep(15 * time.Second)
		synctest.Wait()

		md := last(t, &sink.MetricsSink)
		values := map[string][]float64{}
		eachPoint(md, func(key string, v float64, _, _ pcommon.Timestamp) { values[key] = append(values[key], v) })
		for key, v := range values {
			require.Len(t, v, 2, key)
			assert.Zero(t, v[0], key)
			assert.Positive(t, v[1], key)
		}
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestDelta(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, func(c *Config) { c.Temporality = TemporalityDelta })
		sink := &flaky{}
		c := h.traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, sink.AllMetrics(), 1, "only changes are sent")

		sink.broken.Store(true)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(2))))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(3))))
		time.Sleep(time.Minute)
		synctest.Wait()
		sink.broken.Store(false)
		require.NoError(t, c.Shutdown(t.Context()))

		mds := sink.AllMetrics()
		require.Len(t, mds, 2)
		p := page{}.add(mds...)
		assert.InDelta(t, 3*pricedCost, p.total("finops.cost"), 1e-15)
		assert.InDelta(t, 3*476, p.total("finops.tokens"), 0)
		assert.InDelta(t, 3, p.total("finops.requests"), 0)
		assert.InDelta(t, 3, p.total("finops.request.cost_count"), 0)
		var until pcommon.Timestamp
		for _, md := range mds {
			var end pcommon.Timestamp
			eachPoint(md, func(key string, _ float64, start, at pcommon.Timestamp) {
				assert.GreaterOrEqual(t, start, until, key)
				assert.Greater(t, at, start, key)
				end = at
			})
			until = end
		}
	})
}

func TestDeltaIsNotDoubledWhenOneOfTwoRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, func(c *Config) { c.Temporality = TemporalityDelta })
		good, bad := &flaky{}, &flaky{}
		bad.broken.Store(true)
		c1, c2 := h.traces(good), h.traces(bad)
		for id := range uint64(5) {
			require.NoError(t, c1.ConsumeTraces(t.Context(), traces(priced(id+1))))
			time.Sleep(15 * time.Second)
			synctest.Wait()
		}
		bad.broken.Store(false)
		require.NoError(t, c1.Shutdown(t.Context()))
		require.NoError(t, c2.Shutdown(t.Context()))
		for _, s := range []*flaky{good, bad} {
			assert.InDelta(t, 5*pricedCost, page{}.add(s.AllMetrics()...).total("finops.cost"), 1e-15)
		}
	})
}

var _ consumer.Metrics = (*flaky)(nil)

// TestNothingExpiresWhileItIsRefused breaks the sink for longer than series live.
func TestNothingExpiresWhileItIsRefused(t *testing.T) {
	for _, temporality := range []Temporality{TemporalityCumulative, TemporalityDelta} {
		t.Run(string(temporality), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, func(c *Config) {
					c.Temporality = temporality
					c.SeriesExpiration = 10 * time.Minute
				})
				sink := &flaky{}
				c := h.traces(sink)
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
				time.Sleep(time.Minute)
				synctest.Wait()
				sink.broken.Store(true)
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(2))))
				time.Sleep(time.Hour)
				synctest.Wait()
				sink.broken.Store(false)
				time.Sleep(15 * time.Second)
				synctest.Wait()
				got := page{}.read(sink.AllMetrics()...)
				if temporality == TemporalityDelta {
					got = page{}.add(sink.AllMetrics()...)
				}
				assert.InDelta(t, 2*pricedCost, got.total("finops.cost"), 1e-15)
				assert.InDelta(t, 2, got.total("finops.requests"), 0)
				require.NoError(t, c.Shutdown(t.Context()))
			})
		})
	}
}

// TestDeltasKeptForOneSinkAreBounded breaks one of two sinks for longer than its deltas are kept.
func TestDeltasKeptForOneSinkAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, func(c *Config) { c.Temporality = TemporalityDelta })
		good, bad := &flaky{}, &flaky{}
		bad.broken.Store(true)
		c1, c2 := h.traces(good), h.traces(bad)
		for id := range uint64(maxUnsent + 3) {
			require.NoError(t, c1.ConsumeTraces(t.Context(), traces(priced(id+1))))
			time.Sleep(15 * time.Second)
			synctest.Wait()
		}
		bad.broken.Store(false)
		require.NoError(t, c1.Shutdown(t.Context()))
		require.NoError(t, c2.Shutdown(t.Context()))
		assert.InDelta(t, maxUnsent+3, page{}.add(good.AllMetrics()...).total("finops.requests"), 0)
		assert.InDelta(t, maxUnsent, page{}.add(bad.AllMetrics()...).total("finops.requests"), 0, "the newest")
	})
}
