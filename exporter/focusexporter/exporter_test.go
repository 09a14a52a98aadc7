package focusexporter

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// sumPoints adds up the points of a metric that have the attribute's value.
func sumPoints(data metricdata.Aggregation, name, value string) (sum int64) {
	points, ok := data.(metricdata.Sum[int64])
	if !ok {
		return 0
	}
	for _, p := range points.DataPoints {
		if v, ok := p.Attributes.Value(attribute.Key(name)); name == "" || ok && v.AsString() == value {
			sum += p.Value
		}
	}
	return sum
}

func TestRows(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Format = "parquet" })
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1), priced(2), priced(3).with("finops.team", "support"))
		e.stop()
	})
	rows := h.rows(focus.Metered)
	require.Len(t, rows, 4)
	r := rows[0]
	assert.Equal(t, "openai/gpt-4o@2024-08-06/input", r.SkuId)
	assert.Equal(t, "352", r.ConsumedQuantity.String())
	assert.Equal(t, "0.000352", r.PricingQuantity.String())
	assert.Equal(t, "2.5", r.ListUnitPrice.String())
	assert.Equal(t, "0.00088", r.BilledCost.String())
	assert.Equal(t, "2", r.XRequests.String())
	assert.JSONEq(t, `{"cost_center":"cc-42","deployment.environment.name":"prod","service.name":"api","team":"search"}`, r.Tags)
	assert.Equal(t, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), r.ChargePeriodStart)
	assert.Equal(t, "0.01032", h.cost())
	for name := range h.files(focus.Metered) {
		assert.Regexp(t, `^billing_period=2000-01/day=2000-01-01/2000-01-01T00-[0-9a-f]{12}-0\.parquet$`, name)
	}
}

// A price change within the hour splits the row.
func TestPriceChange(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1).with("finops.cost.lines", "input:10@0.1"), priced(2).with("finops.cost.lines", "input:10@0.2"))
		e.send(priced(3).with("finops.cost.lines", "input:10@0.1/0.1/0.15"))
		e.stop()
	})
	assert.Len(t, h.rows(focus.Metered), 3)
	assert.Equal(t, "4", h.cost())
}

// Two currencies are two rows, never one sum.
func TestCurrencies(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1), priced(2).with("finops.cost.currency", "EUR"), priced(3).with("finops.cost.currency", "EUR"))
		e.stop()
	})
	sums := map[string]focus.Number{}
	for _, r := range h.rows(focus.Metered) {
		sums[r.BillingCurrency] = sums[r.BillingCurrency].Add(r.EffectiveCost)
	}
	assert.Equal(t, pricedCost, sums["USD"].String())
	assert.Equal(t, "0.00688", sums["EUR"].String())
}

// What has no price is in a dataset of its own, with the usage that telemetry shows.
func TestUnpriced(t *testing.T) {
	h := newHarness(t, nil)
	unpriced := func(id uint64, reason string) call {
		return priced(id).with("finops.cost.status", "unpriced").with("finops.cost.reason", reason).
			with("finops.cost.lines", nil).with("finops.cost.currency", nil).with("finops.cost.confidence", nil).
			with("finops.pricing.id", nil).with("finops.model.name", nil).with("finops.model.version", nil)
	}
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(
			unpriced(1, "unknown_model").with("gen_ai.usage.input_tokens", 100).with("gen_ai.usage.output_tokens", 20),
			unpriced(2, "no_usage"),
			priced(3).with("finops.cost.lines", "nonsense").with("gen_ai.usage.input_tokens", 7),
			priced(4).with("finops.cost.currency", "usd"),
			priced(5).with("finops.cost.status", "guessed"),
			priced(6).with("finops.cost.status", "duplicate").with("finops.cost.lines", nil),
		)
		e.stop()
	})
	assert.Empty(t, h.rows(focus.Metered))
	var got []string
	for _, r := range h.rows(focus.Unpriced) {
		got = append(got, strings.Join([]string{r.XCostReason, r.SkuMeter, r.ConsumedQuantity.String(), r.XRequests.String()}, " "))
	}
	assert.ElementsMatch(t, []string{
		"unknown_model input 100 1", "unknown_model output 20 0", "no_usage request  1", "malformed_lines input 7 1", "malformed_lines request  2",
	}, got)
	assert.EqualValues(t, 3, h.counter("records", "outcome", "malformed"))
	assert.EqualValues(t, 1, h.counter("records", "outcome", "ignored"))
}

func TestLogs(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		require.NoError(t, e.logs.ConsumeLogs(t.Context(), logs(priced(1), priced(1).with("x", 1))))
		e.send(priced(1))
		e.stop()
	})
	assert.Equal(t, "0.01032", h.cost())
}

func TestUnmarked(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1).with("finops.cost.status", nil))
		e.stop()
	})
	assert.Empty(t, h.files(focus.Metered))
	assert.EqualValues(t, 1, h.counter("records", "outcome", "unmarked"))
}

// Open periods are written at the interval; what is closed is written once more and forgotten.
func TestPublishing(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		e.send(priced(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, pricedCost, h.cost())
		e.send(priced(2))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, "0.00688", h.cost())
		assert.Len(t, h.files(focus.Metered), 1)
		assert.EqualValues(t, 2, h.counter("rows", "", ""))

		time.Sleep(2*time.Hour + time.Minute)
		synctest.Wait()
		assert.Zero(t, h.counter("rows", "", ""))
		assert.Equal(t, "0.00688", h.cost())
		e.stop()
	})
}

// Late charges are in files of their own, and the file of their period stays as it was.
func TestLate(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		first := time.Now()
		e := h.start()
		e.send(priced(1))
		time.Sleep(2*time.Hour + time.Minute)
		synctest.Wait()
		closed := h.files(focus.Metered)
		require.Len(t, closed, 1)

		e.send(priced(2).at(first), priced(3).at(first.Add(-365*24*time.Hour)))
		time.Sleep(time.Minute)
		e.send(priced(4).at(first))
		time.Sleep(time.Hour)
		e.send(priced(5).at(first))
		e.stop()

		all := h.files(focus.Metered)
		require.Len(t, all, 4, "one that is closed, last year's late one, and late ones that arrived in two hours")
		for name, data := range closed {
			assert.Equal(t, data, all[name])
		}
		for name, data := range all {
			for _, row := range parse(t, name, data) {
				assert.Equal(t, strings.Contains(name, "/late-"), row.XLate, name)
				assert.Contains(t, name, "day="+row.ChargePeriodStart.Format(time.DateOnly))
				assert.Contains(t, name, "billing_period="+row.BillingPeriodStart.Format("2006-01"))
			}
		}
	})
	assert.Equal(t, "0.0172", h.cost())
	assert.EqualValues(t, 4, h.counter("late_records", "", ""))
}

func TestClocks(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		now := time.Now()
		e := h.start()
		e.send(
			priced(1).at(time.Time{}),
			priced(2).at(now.Add(6*time.Minute)),
			priced(3).at(now.AddDate(100, 0, 0)),
			priced(4).at(now.Add(4*time.Minute)),
		)
		e.stop()
	})
	rows := h.rows(focus.Metered)
	require.Len(t, rows, 2)
	assert.Equal(t, "4", rows[0].XRequests.String())
	assert.Equal(t, "0.01376", h.cost())
	assert.EqualValues(t, 1, h.counter("clock_corrections", "clock", "undated"))
	assert.EqualValues(t, 2, h.counter("clock_corrections", "clock", "ahead"))
}

func TestDays(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Grain = GrainDay })
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1))
		time.Sleep(20 * time.Hour)
		e.send(priced(2))
		e.stop()
	})
	rows := h.rows(focus.Metered)
	require.Len(t, rows, 2)
	assert.Equal(t, 24*time.Hour, rows[0].ChargePeriodEnd.Sub(rows[0].ChargePeriodStart))
	assert.Equal(t, "0.00688", h.cost())
	for name := range h.files(focus.Metered) {
		assert.Regexp(t, `/2000-01-01-[0-9a-f]{12}-0\.csv$`, name)
	}
}

// The cost of a shared call goes to those who share it, exactly.
func TestShares(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1).with("finops.team", "shared").with("finops.allocation.team", "split").
			with("finops.shares.team", "search:1;support:1;growth:1").
			with("finops.shares.cost_center", "cc-1:1;cc-2:1;cc-3:1"))
		e.stop()
	})
	rows := h.rows(focus.Metered)
	require.Len(t, rows, 6)
	owners := map[string]bool{}
	for _, r := range rows {
		owners[r.Tags] = true
		assert.NotEmpty(t, r.XAllocatedMethodId)
	}
	assert.Len(t, owners, 3)
	assert.Equal(t, pricedCost, h.cost())
	assert.Equal(t, "1", h.total(func(r *focus.Row) focus.Number { return r.XRequests }))
}

// Replicas write files beside each other.
func TestReplicas(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		one := h.start()
		h.state = h.tb.TempDir()
		two := h.start()
		one.send(priced(1))
		two.send(priced(2))
		one.stop()
		two.stop()
	})
	assert.Len(t, h.files(focus.Metered), 2)
	assert.Equal(t, "0.00688", h.cost())
}

func TestWithoutStorage(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Storage = nil })
	synctest.Test(t, func(*testing.T) {
		for id := range uint64(2) {
			e := h.start()
			e.send(priced(id), priced(id))
			e.stop()
		}
	})
	assert.Equal(t, "0.00688", h.cost(), "each run writes files of its own")
	assert.Len(t, h.files(focus.Metered), 2)
}

// Everything is accounted while files are begun anew because they are full.
func TestFullFiles(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.MaxRowsPerFile, c.MaxRows = 2, 100 })
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		for id := range uint64(20) {
			e.send(priced(id).with("finops.team", string(rune('a'+id%7))))
		}
		synctest.Wait()
		assert.LessOrEqual(t, h.counter("rows", "", ""), int64(2))
		e.stop()
	})
	assert.Equal(t, "0.0688", h.cost())
	for name, data := range h.files(focus.Metered) {
		assert.LessOrEqual(t, len(parse(t, name, data)), 2)
	}
}

func TestStartTwice(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		e.stop()
		assert.ErrorIs(t, e.Start(context.Background(), h.host), sharing.ErrStopped)
	})
}
