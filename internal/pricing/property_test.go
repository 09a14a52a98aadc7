package pricing

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// drawPrices makes a price list with a rate for every token meter, tiers that get dearer and variants.
func drawPrices(t *rapid.T) PriceList {
	rate := func(label string) RateSpec {
		return RateSpec{Rate: strconv.FormatFloat(float64(rapid.IntRange(0, 100_000).Draw(t, label))/1000, 'f', -1, 64)}
	}
	p := PriceList{Rates: make(map[string]RateSpec)}
	for m := range meter.Request {
		if m == meter.Input || m == meter.Output || rapid.Bool().Draw(t, "has "+m.String()) {
			p.Rates[m.String()] = rate(m.String())
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "tiers") {
		p.Tiers = append(p.Tiers, Tier{
			Threshold: int64(1000 * (i + 1)), Op: rapid.SampledFrom([]string{"", opGreater, opGreaterEqual}).Draw(t, "op"),
			Multipliers: Multipliers{multiplierTokens: strconv.Itoa(i + 2)},
		})
	}
	for i, when := range []Condition{
		{ServiceTier: []string{"batch"}},
		{ServiceTier: []string{"batch"}, Region: []string{"us"}},
		{Speed: []string{"fast"}},
		{Region: []string{"us"}},
		{NotRegion: []string{"eu"}},
		{Windows: []Window{{From: "00:00", To: "12:00"}}},
	} {
		v := Variant{Name: fmt.Sprintf("v%d", i), When: when, Multipliers: Multipliers{multiplierTokens: "0." + strconv.Itoa(i+1)}}
		if rapid.Bool().Draw(t, "own rates") {
			// Without tiers of its own the variant would end where the list's begin.
			v.Rates, v.Tiers = map[string]RateSpec{"input": rate("variant input")}, p.Tiers
		}
		if i > 0 && rapid.Bool().Draw(t, "excludes") {
			v.Excludes = []string{"v0"}
		}
		p.Variants = append(p.Variants, v)
	}
	return p
}

func drawCall(t *rapid.T) *Call {
	return &Call{
		Provider: "p", RequestModel: "m",
		ServiceTier: rapid.SampledFrom([]string{"", "default", "batch", "priority"}).Draw(t, "tier"),
		Speed:       rapid.SampledFrom([]string{"", "fast"}).Draw(t, "speed"),
		Region:      rapid.SampledFrom([]string{"", "us", "eu", "ap"}).Draw(t, "region"),
		Time:        time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "time"), 0),
		Usage:       drawUsage(t),
	}
}

func drawUsage(t *rapid.T) *meter.Usage {
	u := new(meter.Usage)
	for m := range meter.Request {
		u[m] = money.Units(rapid.Int64Range(0, 700).Draw(t, "usage of "+m.String()))
	}
	return u
}

func engineOf(t require.TestingT, p PriceList) *Engine {
	f, err := CheckFile("f", &File{
		Format: FormatVersion, Provider: "p", Models: []Model{{ID: "m", Prices: []PriceList{p}}},
	}, ParseOptions{})
	require.NoError(t, err)
	c, err := Compile(f)
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{})
	require.NoError(t, err)
	return e
}

func sum(t require.TestingT, p *Price, u *meter.Usage) money.Amount {
	require.Empty(t, p.Reason)
	var total money.Amount
	for m := range u {
		cost, ok := p.Sheet.Rates[m].Effective.Mul(u[m])
		require.True(t, ok)
		total = total.Add(cost)
	}
	return total
}

func TestOrderOfVariantsInTheFileDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prices, call := drawPrices(t), drawCall(t)
		want := engineOf(t, prices).Price(call)
		shuffled := prices
		shuffled.Variants = rapid.Permutation(prices.Variants).Draw(t, "order")
		shuffled.Tiers = rapid.Permutation(prices.Tiers).Draw(t, "order of tiers")
		got := engineOf(t, shuffled).Price(call)
		require.Equal(t, want.Sheet.ID, got.Sheet.ID)
		require.Equal(t, want.Sheet.Rates, got.Sheet.Rates)
	})
}

// More tokens never cost less: the tiers here only get dearer, as those of real lists do.
func TestMoreTokensNeverCostLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, call := engineOf(t, drawPrices(t)), drawCall(t)
		less := e.Price(call)
		before := sum(t, &less, call.Usage)
		m := rapid.IntRange(0, int(meter.Request)-1).Draw(t, "meter")
		call.Usage[m] = call.Usage[m].Add(money.Units(rapid.Int64Range(1, 2000).Draw(t, "more")))
		more := e.Price(call)
		require.GreaterOrEqual(t, sum(t, &more, call.Usage).Cmp(before), 0)
	})
}

func TestTierBoundaryIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]string{opGreater, opGreaterEqual}).Draw(t, "op")
		threshold := rapid.Int64Range(1, 1<<40).Draw(t, "threshold")
		e := engineOf(t, PriceList{
			Rates: map[string]RateSpec{"input": {Rate: "1"}},
			Tiers: []Tier{{Threshold: threshold, Op: op, Rates: map[string]RateSpec{"input": {Rate: "2"}}}},
		})
		for _, delta := range []int64{-1, 0, 1} {
			call := drawCall(t)
			call.Usage = new(meter.Usage)
			call.Usage[meter.Input] = money.Units(threshold + delta)
			p := e.Price(call)
			above := delta > 0 || (delta == 0 && op == opGreaterEqual)
			require.Equal(t, above, p.Sheet.ID == "p/m#long_context", "%d against %s %d", threshold+delta, op, threshold)
		}
	})
}

// Additive and inclusive telemetry is the same usage once it is normalised, and a sheet prices meters
// apart: the cost of a whole is the sum of the costs of its parts at the same sheet.
func TestPartsSumUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, call := engineOf(t, drawPrices(t)), drawCall(t)
		p := e.Price(call)
		total := new(big.Rat)
		for m := range call.Usage {
			cost, ok := p.Sheet.Rates[m].Effective.Mul(call.Usage[m])
			require.True(t, ok)
			total.Add(total, cost.Rat())
		}
		require.Zero(t, total.Cmp(sum(t, &p, call.Usage).Rat()))
		for m := range p.Sheet.Rates {
			r := p.Sheet.Rates[m]
			require.Equal(t, r.Known, meter.Meter(m).IsToken())
			require.Equal(t, p.Sheet.Rates[meter.Meter(m).Uncached()].List, r.Uncached)
		}
	})
}

func TestGlobs(t *testing.T) {
	pattern := rapid.StringMatching(`[ab*]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := pattern.Draw(t, "a"), pattern.Draw(t, "b")
		words := rapid.SliceOfN(rapid.StringMatching(`[ab]{0,6}`), 1, 50).Draw(t, "words")
		for _, word := range words {
			inA, inB := globMatch(a, word), globMatch(b, word)
			require.False(t, inA && inB && !globsMeet(a, b), "%q is in %q and %q", word, a, b)
			require.False(t, inA && !inB && (globs{a}).within(globs{b}), "%q is in %q and not in %q", word, a, b)
		}
	})
	assert.True(t, globsMeet("a*b", "*ab*"))
	assert.False(t, globsMeet("a*", "b*"))
	assert.False(t, globsMeet("*a", "*b"))
	assert.True(t, globs{"gpt-4o"}.within(globs{"gpt-*"}))
	assert.False(t, globs{"gpt-*"}.within(globs{"gpt-4*"}))
	assert.False(t, globs(nil).within(globs{"*x"}))
}

func TestConcurrentUse(t *testing.T) {
	e := engine(t, Customization{Agreements: []Agreement{{Selector: Selector{Team: []string{"t1", "t3"}}, Discount: "5%"}}})
	models := []string{"gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-mini", "o3", "gpt-5.4", "unknown"}
	price := func(e *Engine, i int) Price {
		return e.Price(&Call{
			Provider: "openai", ResponseModel: models[i%len(models)], Team: fmt.Sprintf("t%d", i%4),
			ServiceTier: []string{"", "batch", "flex"}[i%3], Time: time.Unix(1_790_000_000, 0),
			Usage: tokens(map[meter.Meter]int64{meter.Input: int64(i % 7 * 100_000)}),
		})
	}
	want := make([]Price, 1000)
	reference := engine(t, Customization{Agreements: []Agreement{{Selector: Selector{Team: []string{"t1", "t3"}}, Discount: "5%"}}})
	for i := range want {
		want[i] = price(reference, i)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range want {
				got := price(e, i)
				if i == 500 {
					e.forget()
				}
				if !assert.Equal(t, want[i].Reason, got.Reason) {
					return
				}
				if got.Sheet != nil {
					assert.Equal(t, want[i].Sheet.ID, got.Sheet.ID)
					assert.Equal(t, want[i].Sheet.Rates, got.Sheet.Rates)
				}
			}
		})
	}
	wg.Wait()
}

func TestCachesAreBounded(t *testing.T) {
	e := engine(t, Customization{Agreements: []Agreement{{Selector: Selector{Team: []string{"x*"}}, Discount: "5%"}}})
	call := worked(t, "2026-03-12T23:59:50Z")
	call.RequestModel = ""
	for i := range lookupSets * lookupWays * 2 {
		call.ResponseModel = "model-" + strconv.Itoa(i)
		e.Price(call)
	}
	stats := e.Stats()
	assert.Equal(t, uint64(lookupSets*lookupWays*2), stats.Misses)
	assert.Greater(t, stats.Evictions, uint64(lookupSets))

	call.ResponseModel = "claude-sonnet-4-6"
	for i := range maxSelections + 10 {
		call.Team = "x" + strconv.Itoa(i)
		require.Empty(t, e.Price(call).Reason)
	}
	selections := 0
	for _, o := range e.offers {
		if known := o.selections.Load(); known != nil {
			selections += len(*known)
		}
	}
	assert.Positive(t, selections)
	assert.LessOrEqual(t, selections, maxSelections)

	e.sheets.Store(maxEngineSheets)
	call.Team = "new"
	require.Empty(t, e.Price(call).Reason)
	assert.Empty(t, e.offers, "too many sheets empty the caches")
	require.Empty(t, e.Price(call).Reason)
}

func TestKnownCallsMakeNoGarbage(t *testing.T) {
	e := engine(t, Customization{Agreements: []Agreement{{Selector: Selector{Team: []string{"x*"}}, Discount: "5%"}}})
	call := worked(t, "2026-03-12T23:59:50Z")
	call.Team, call.ServiceTier = "x1", "ON_DEMAND"
	e.Price(call)
	assert.Zero(t, testing.AllocsPerRun(100, func() { e.Price(call) }))
	call.ResponseModel, call.RequestModel = "unknown", "unknown-too"
	e.Price(call)
	assert.Zero(t, testing.AllocsPerRun(100, func() { e.Price(call) }))
}

// The models of a file are found whatever the order they are listed in.
func TestOrderOfModelsInTheFileDoesNotMatter(t *testing.T) {
	f := readCatalog(t).providers["openai"].order[0].file
	rapid.Check(t, func(t *rapid.T) {
		shuffled := *f
		shuffled.Models = rapid.Permutation(slices.Clone(f.Models)).Draw(t, "models")
		a, err := Compile(f)
		require.NoError(t, err)
		b, err := Compile(&shuffled)
		require.NoError(t, err)
		name := rapid.SampledFrom([]string{"gpt-4o-2024-05-13", "gpt-4o-2026-01-01", "gpt-5.4-preview", "gpt-4o-mini-2024-07-18", "o3-mini"}).Draw(t, "name")
		ra, rb := a.resolve("openai", name), b.resolve("openai", name)
		require.Equal(t, ra.entry == nil, rb.entry == nil)
		if ra.entry != nil {
			require.Equal(t, ra.entry.model.ID, rb.entry.model.ID)
			require.Equal(t, ra.match, rb.match)
		}
	})
}
