package importer

import (
	"fmt"
	"slices"
	"sort"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// level holds the rates of one service tier as they were written.
type level struct {
	base  rates
	above map[int64]rates
}

// liteLLMCard collects the prices of one entry.
type liteLLMCard struct {
	at entry
	// inclusive: the provider counts a call of exactly the threshold as above it.
	inclusive bool
	levels    map[string]*level
	// variants other than service tiers.
	variants []pricing.Variant
	offPeak  *offPeak
	ranges   []tierRates
}

func (c *liteLLMCard) level(tier string) *level {
	l := c.levels[tier]
	if l == nil {
		l = &level{base: rates{}, above: map[int64]rates{}}
		c.levels[tier] = l
	}
	return l
}

// field files a rate per token; other prices are left to special and units, which know
// what they depend on.
func (c *liteLLMCard) field(m member) error {
	if handledElsewhere[m.key] || liteLLMIgnored[m.key] {
		return nil
	}
	f, ok := parseRateField(m.key)
	if !ok {
		c.at.unexpressed(m.key, string(m.raw), "the catalog has no meter or condition for it")
		return nil
	}
	amount, err := checkRate(m.node, f.meter, perMillion)
	if err != nil {
		return err
	}
	into := c.level(f.tier).base
	if f.threshold > 0 {
		if c.level(f.tier).above[f.threshold] == nil {
			c.level(f.tier).above[f.threshold] = rates{}
		}
		into = c.level(f.tier).above[f.threshold]
	}
	into[f.meter] = rate{amount: amount}
	return nil
}

func (c *liteLLMCard) list() pricing.PriceList {
	base := c.base()
	list := base.list()
	if list.Free {
		return list
	}
	for _, tier := range c.tierNames() {
		when := pricing.Condition{ServiceTier: liteLLMTiers[tier]}
		list.Variants = append(list.Variants, c.tierCard(tier, base).variant(base, liteLLMTiers[tier][0], when))
	}
	list.Variants = append(list.Variants, c.variants...)
	if c.offPeak != nil {
		list.Variants = append(list.Variants, c.offPeak.variant(base))
	}
	return list
}

func (c *liteLLMCard) tierNames() []string {
	var names []string
	for tier := range c.levels {
		if tier != "" {
			names = append(names, tier)
		}
	}
	sort.Strings(names)
	return names
}

// base is the card of the standard tier. Only prices of text and cache have thresholds
// in LiteLLM's own reckoning, everything else keeps its rate above them.
func (c *liteLLMCard) base() card {
	l := c.level("")
	out := card{rates: l.base, tiers: c.ranges}
	if len(c.ranges) == 0 {
		out.tiers = c.climb(l.base.tokens(), l.thresholds(), func(t int64) rates { return l.above[t] })
	}
	return out
}

func (l *level) thresholds() []int64 {
	out := make([]int64, 0, len(l.above))
	for t := range l.above {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

// climb completes tiers: what a threshold does not name stays as it was below it.
func (c *liteLLMCard) climb(below rates, thresholds []int64, at func(int64) rates) []tierRates {
	var out []tierRates
	for _, t := range thresholds {
		below = below.with(at(t))
		out = append(out, tierRates{t, c.inclusive, below})
	}
	return out
}

// tierCard is the complete card of a service tier, with everything that the tier's fields
// leave open filled as LiteLLM fills it.
func (c *liteLLMCard) tierCard(tier string, base card) card {
	if tier == "batches" {
		return c.batchCard()
	}
	standard, own := c.level(""), c.level(tier)
	out := card{rates: standard.base.tokens().with(own.base)}
	if _, dearer := own.base[meter.Output]; dearer {
		out.rates = reasoningAsOutput(out.rates, own.base)
	}
	thresholds := append(standard.thresholds(), own.thresholds()...)
	slices.Sort(thresholds)
	out.tiers = c.climb(out.rates, slices.Compact(thresholds), func(t int64) rates {
		return standard.above[t].with(own.above[t])
	})
	if len(c.ranges) > 0 {
		// A table of ranges takes the place of everything, service tiers included.
		return base
	}
	return out
}

// reasoningAsOutput drops the standard reasoning rate where a tier has an output rate of its own.
func reasoningAsOutput(all, own rates) rates {
	if _, ok := own[meter.Reasoning]; !ok {
		delete(all, meter.Reasoning)
	}
	return all
}

// batchCard fills a batch tier: a kind of input without a batch rate of its own costs what
// batch input costs, above a threshold as below it, and so for output; only pictures are halved.
func (c *liteLLMCard) batchCard() card {
	standard, own := c.level("").base.tokens(), c.level("batches")
	stated := halved(standard).with(own.base)
	out := card{rates: batchFilled(stated, standard)}
	for _, t := range c.climb(stated.tokens(), own.thresholds(), func(t int64) rates { return own.above[t] }) {
		t.rates = batchFilled(t.rates, standard)
		out.tiers = append(out.tiers, t)
	}
	return out
}

// halved is what batch input and output cost where only one of them is written.
func halved(standard rates) rates {
	out := rates{}
	for _, m := range []meter.Meter{meter.Input, meter.Output} {
		if full, ok := standard[m]; ok {
			out[m] = rate{amount: full.amount.mul(mustDecimal("0.5"))}
		}
	}
	return out
}

func batchFilled(stated, standard rates) rates {
	out := stated.with(nil)
	for m, full := range standard {
		if hasMeter(stated, m) {
			continue
		}
		if m == meter.OutputImage {
			out[m] = rate{amount: full.amount.mul(mustDecimal("0.5"))}
			continue
		}
		if r, ok := firstOf(stated, batchParents(m, stated)); ok {
			out[m] = r
		}
	}
	return out
}

// batchParents are the meters, the nearest first, whose batch rate a meter without one has. Writes of an
// hour fall back to stated writes of five minutes by themselves.
func batchParents(m meter.Meter, stated rates) []meter.Meter {
	switch {
	case m == meter.CacheWrite1h && hasMeter(stated, meter.CacheWrite5m):
		return nil
	case m == meter.CacheReadAudio, m == meter.CacheReadImage:
		return []meter.Meter{meter.CacheRead, meter.Input}
	case m.IsInput():
		return []meter.Meter{meter.Input}
	default:
		return []meter.Meter{meter.Output}
	}
}

func firstOf(all rates, meters []meter.Meter) (rate, bool) {
	for _, m := range meters {
		if r, ok := all[m]; ok {
			return r, true
		}
	}
	return rate{}, false
}

func hasMeter(r rates, m meter.Meter) bool {
	_, ok := r[m]
	return ok
}

// rateOf reads a rate from a nested object.
func rateOf(fields map[string]node, key string, m meter.Meter, places int) (rate, bool, error) {
	n, ok := fields[key]
	if !ok || n.isNull() {
		return rate{}, false, nil
	}
	amount, err := checkRate(n, m, places)
	if err != nil {
		return rate{}, false, fmt.Errorf("%s: %w", key, err)
	}
	return rate{amount: amount}, true, nil
}

// nestedRates reads the token rates of a nested object and calls other for its other keys.
func nestedRates(members []member, other func(member)) (rates, error) {
	out := rates{}
	for _, m := range members {
		f, ok := parseRateField(m.key)
		if !ok || f.tier != "" || f.threshold != 0 {
			other(m)
			continue
		}
		amount, err := checkRate(m.node, f.meter, perMillion)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.key, err)
		}
		out[f.meter] = rate{amount: amount}
	}
	return out, nil
}
