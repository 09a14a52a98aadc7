package rating

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// everything is a price that depends on every fact there is.
func everything(tb testing.TB) *pricing.Price {
	tb.Helper()
	sheet := sheetOf(tb, "everything", perMillion{
		meter.Input: "3", meter.CacheRead: "0.3", meter.CacheWrite5m: "3.75", meter.CacheWrite1h: "6",
		meter.Output: "15", meter.Reasoning: "15", meter.InputAudio: "40", meter.OutputAudio: "80", meter.InputVideo: "1",
		meter.WebSearch: "0.01",
	}, "1", "1")
	sheet.Entry = &pricing.Entry{
		ServiceTiers: []string{"batch", "priority"}, Speeds: true, Regions: true, Deployments: true,
		ToolFees: []meter.Meter{meter.WebSearch}, ContextTiers: true,
	}
	return priceOf(sheet)
}

// nothing is a price on which no fact has any influence.
func nothing(tb testing.TB) *pricing.Price {
	tb.Helper()
	return priceOf(sheetOf(tb, "nothing", perMillion{
		meter.Input: "0", meter.CacheRead: "0", meter.CacheWrite5m: "0", meter.CacheWrite1h: "0", meter.Output: "0",
	}, "1", "1"))
}

func cachedUsage() usage {
	return usage{meter.Input: 100, meter.CacheRead: 10, meter.CacheWrite5m: 10, meter.Output: 50}
}

func gaps(gaps ...genai.Gap) func(*genai.Call, *pricing.Price) {
	return func(call *genai.Call, _ *pricing.Price) {
		for _, gap := range gaps {
			call.Gaps.Add(gap)
		}
	}
}

func assumedRate(m meter.Meter) func(*genai.Call, *pricing.Price) {
	return func(call *genai.Call, price *pricing.Price) {
		call.Usage[m] = money.Units(5)
		price.Sheet.Rates[m] = price.Sheet.Rates[meter.Input]
		price.Sheet.Rates[m].Assumed = true
	}
}

// ruleCases has, for every rule of the table: what makes it hold, and changes of the price or the
// call that take its influence away.
var ruleCases = map[string]struct {
	holds  func(*genai.Call, *pricing.Price)
	lifted map[string]func(*genai.Call, *pricing.Price)
	want   ledger.Confidence
}{
	"cache_read_dropped": {
		holds: gaps(genai.GapCacheReadDropped), want: ledger.ConfidenceUpperBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"cached at the input's price": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates[meter.CacheRead] = p.Sheet.Rates[meter.Input]
			},
			"no input": func(c *genai.Call, _ *pricing.Price) { c.Usage = usage{meter.Output: 5}.meters() },
		},
	},
	"cache_write_dropped": {
		holds: gaps(genai.GapCacheWriteDropped), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"writing is free of premium": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates[meter.CacheWrite5m] = p.Sheet.Rates[meter.Input]
				p.Sheet.Rates[meter.CacheWrite1h] = p.Sheet.Rates[meter.Input]
			},
		},
	},
	"cache_lost": {
		holds: gaps(genai.GapCacheLost), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no cache rates of its own": func(c *genai.Call, p *pricing.Price) {
				c.Usage = usage{meter.Input: 5}.meters()
				p.Sheet.Rates[meter.CacheRead].Assumed = true
				p.Sheet.Rates[meter.CacheWrite5m].Known = false
			},
		},
	},
	"write_split_unknown": {
		holds: gaps(genai.GapWriteSplitUnknown), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"one price for both": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates[meter.CacheWrite1h] = p.Sheet.Rates[meter.CacheWrite5m]
			},
			"nothing written": func(c *genai.Call, _ *pricing.Price) { c.Usage = usage{meter.Input: 5}.meters() },
		},
	},
	"service_tier_unknown": {
		holds: gaps(genai.GapServiceTierUnknown), want: ledger.ConfidenceEstimated,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no tiers":     func(_ *genai.Call, p *pricing.Price) { p.Sheet.Entry.ServiceTiers = nil },
			"only batches": func(_ *genai.Call, p *pricing.Price) { p.Sheet.Entry.ServiceTiers = []string{"batch"} },
			"tier known":   func(c *genai.Call, _ *pricing.Price) { c.ServiceTier = "standard" },
			"nothing paid": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates = [meter.Count]pricing.Rate{}
				p.Sheet.Free = true
			},
		},
	},
	"tool_fees_invisible": {
		holds: gaps(genai.GapToolFeesInvisible), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no fees":        func(_ *genai.Call, p *pricing.Price) { p.Sheet.Entry.ToolFees = nil },
			"calls counted":  func(c *genai.Call, _ *pricing.Price) { c.Usage[meter.WebSearch] = oneRequest },
			"nothing stated": func(_ *genai.Call, p *pricing.Price) { p.Sheet.Entry = nil },
		},
	},
	"reasoning_dropped": {
		holds: gaps(genai.GapReasoningDropped), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no such rate": func(_ *genai.Call, p *pricing.Price) { p.Sheet.Rates[meter.Reasoning].Known = false },
		},
	},
	"modality_unknown_dearer": {
		holds: func(c *genai.Call, p *pricing.Price) {
			c.Gaps.Add(genai.GapModalityUnknown)
			p.Sheet.Rates[meter.InputVideo].Known = false
		},
		want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"text only": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates[meter.InputAudio].Known, p.Sheet.Rates[meter.OutputAudio].Known = false, false
			},
		},
	},
	"modality_unknown_cheaper": {
		holds: func(c *genai.Call, p *pricing.Price) {
			c.Gaps.Add(genai.GapModalityUnknown)
			p.Sheet.Rates[meter.InputAudio].Known, p.Sheet.Rates[meter.OutputAudio].Known = false, false
		},
		want: ledger.ConfidenceUpperBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"text only": func(_ *genai.Call, p *pricing.Price) { p.Sheet.Rates[meter.InputVideo].Known = false },
		},
	},
	"clamped": {
		holds: gaps(genai.GapClamped), want: ledger.ConfidenceEstimated,
	},
	"form_unknown": {
		holds: gaps(genai.GapFormUnknown), want: ledger.ConfidenceEstimated,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no cache that costs anything": func(c *genai.Call, p *pricing.Price) {
				c.Usage = usage{meter.Input: 5}.meters()
				p.Sheet.Rates[meter.CacheRead].Assumed = true
				p.Sheet.Rates[meter.CacheWrite5m].Known = false
			},
		},
	},
	"time_assumed":    {holds: gaps(genai.GapTimeAssumed), want: ledger.ConfidenceEstimated},
	"usage_estimated": {holds: gaps(genai.GapUsageEstimated), want: ledger.ConfidenceEstimated},
	"output_unreliable": {
		holds: gaps(genai.GapOutputUnreliable), want: ledger.ConfidenceEstimated,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"no output": func(c *genai.Call, _ *pricing.Price) { c.Usage = usage{meter.Input: 5}.meters() },
		},
	},
	"usage_partial": {
		holds: gaps(genai.GapUsagePartial), want: ledger.ConfidenceLowerBound,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"tokens cost nothing": func(_ *genai.Call, p *pricing.Price) {
				p.Sheet.Rates[meter.Input].Effective, p.Sheet.Rates[meter.Output].Effective = money.UnitPrice{}, money.UnitPrice{}
			},
		},
	},
	"provider_guessed": {holds: gaps(genai.GapProviderGuessed), want: ledger.ConfidenceEstimated},
	"provider_guessed_by_catalog": {
		holds: func(_ *genai.Call, p *pricing.Price) { p.ProviderGuessed = true }, want: ledger.ConfidenceEstimated,
	},
	"tier_assumed_cheaper": {
		holds: func(c *genai.Call, p *pricing.Price) { c.ServiceTier, p.TierAssumed = "Flex", true },
		want:  ledger.ConfidenceUpperBound,
	},
	"tier_assumed_dearer": {
		holds: func(c *genai.Call, p *pricing.Price) { c.RequestedTier, p.TierAssumed = "priority", true },
		want:  ledger.ConfidenceLowerBound,
	},
	"tier_assumed": {
		holds: func(c *genai.Call, p *pricing.Price) { c.ServiceTier, p.TierAssumed = "scale", true },
		want:  ledger.ConfidenceEstimated,
	},
	"disputed": {
		holds: func(_ *genai.Call, p *pricing.Price) { p.Sheet.Entry.Disputed = "two pages" },
		want:  ledger.ConfidenceEstimated,
		lifted: map[string]func(*genai.Call, *pricing.Price){
			"overridden": func(_ *genai.Call, p *pricing.Price) { p.Sheet.Source = ledger.SourceOverride },
		},
	},
	"match_uncertain": {
		holds: func(_ *genai.Call, p *pricing.Price) { p.Match, p.MatchUncertain = pricing.MatchPrefix, true },
		want:  ledger.ConfidenceEstimated,
	},
	"foreign_model": {
		holds: func(_ *genai.Call, p *pricing.Price) { p.Foreign = true }, want: ledger.ConfidenceEstimated,
	},
	"cache_read_rate_assumed":  {holds: assumedRate(meter.CacheRead), want: ledger.ConfidenceUpperBound},
	"cache_write_rate_assumed": {holds: assumedRate(meter.CacheWrite1h), want: ledger.ConfidenceLowerBound},
	"modality_rate_assumed":    {holds: assumedRate(meter.InputAudio), want: ledger.ConfidenceLowerBound},
	"rate_assumed":             {holds: assumedRate(meter.Citation), want: ledger.ConfidenceEstimated},
}

func names(d Doubts) []string {
	var out []string
	for _, rule := range d.Rules() {
		out = append(out, rule.Name)
	}
	return out
}

func TestEveryRule(t *testing.T) {
	for _, rule := range AllRules() {
		t.Run(rule.Name, func(t *testing.T) {
			c, ok := ruleCases[rule.Name]
			require.True(t, ok, "every rule has a test")
			assert.NotEmpty(t, rule.Why)

			call, price := callWith(cachedUsage()), everything(t)
			require.Equal(t, ledger.ConfidenceExact, rate(t, call, price).Confidence, "before")
			c.holds(call, price)
			v := rate(t, call, price)
			assert.Equal(t, []string{rule.Name}, names(v.Doubts))
			assert.Equal(t, c.want, v.Confidence)

			for name, lift := range c.lifted {
				call, price := callWith(cachedUsage()), everything(t)
				c.holds(call, price)
				lift(call, price)
				v := rate(t, call, price)
				assert.NotContains(t, names(v.Doubts), rule.Name, name)
			}
		})
	}
	assert.Len(t, ruleCases, len(AllRules()), "every test has a rule")
}

// Whatever is missing, what is free for certain is free exactly.
func TestFreeIsExact(t *testing.T) {
	for _, rule := range AllRules() {
		t.Run(rule.Name, func(t *testing.T) {
			call, price := callWith(cachedUsage()), nothing(t)
			ruleCases[rule.Name].holds(call, price)
			v := rate(t, call, price)
			assert.Equal(t, ledger.StatusFree, v.Status)
			assert.Equal(t, ledger.ConfidenceExact, v.Confidence, "%v", names(v.Doubts))
		})
	}
}

func TestDirectionsAddUp(t *testing.T) {
	cases := []struct {
		name string
		gaps []genai.Gap
		want ledger.Confidence
	}{
		{"none", nil, ledger.ConfidenceExact},
		{"over", []genai.Gap{genai.GapCacheReadDropped}, ledger.ConfidenceUpperBound},
		{"under", []genai.Gap{genai.GapCacheWriteDropped, genai.GapCacheLost}, ledger.ConfidenceLowerBound},
		{"both", []genai.Gap{genai.GapCacheReadDropped, genai.GapCacheWriteDropped}, ledger.ConfidenceEstimated},
		{"either alone", []genai.Gap{genai.GapClamped}, ledger.ConfidenceEstimated},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			call, price := callWith(cachedUsage()), everything(t)
			gaps(c.gaps...)(call, price)
			assert.Equal(t, c.want, rate(t, call, price).Confidence)
		})
	}
}

func TestTierAndSpeedTogether(t *testing.T) {
	call, price := callWith(cachedUsage()), everything(t)
	call.ServiceTier, call.Speed, price.TierAssumed, price.SpeedAssumed = "batch", "fast", true, true
	assert.Equal(t, ledger.ConfidenceEstimated, rate(t, call, price).Confidence)
	call.ServiceTier = "priority"
	assert.Equal(t, ledger.ConfidenceLowerBound, rate(t, call, price).Confidence)
}

func TestGraduatedTierIsLookedAtToo(t *testing.T) {
	call, price := callWith(cachedUsage()), everything(t)
	call.Gaps.Add(genai.GapCacheReadDropped)
	price.Upper = everything(t).Sheet
	price.Sheet.Rates[meter.CacheRead] = price.Sheet.Rates[meter.Input]
	assert.Equal(t, ledger.ConfidenceUpperBound, rate(t, call, price).Confidence)
}

// A gap that the reader learns to find must not be ignored in silence.
func TestEveryGapHasARule(t *testing.T) {
	for gap := genai.Gap(0); gap.String() != "unknown"; gap++ {
		if gap == genai.GapRegionUnknown {
			assert.Zero(t, gapRules[gap], "the table says why")
			continue
		}
		assert.NotZero(t, gapRules[gap], gap)
	}
}
