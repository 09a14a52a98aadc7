package importer

import (
	"sort"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// card is one complete list of rates, with those that hold above thresholds.
type card struct {
	rates rates
	// tiers by ascending threshold; each names every token rate that holds in it, so that
	// nothing depends on the order in which missing rates are looked for.
	tiers []tierRates
}

type tierRates struct {
	threshold int64
	inclusive bool
	rates     rates
}

func (t tierRates) spec() pricing.Tier {
	tier := pricing.Tier{Threshold: t.threshold, Rates: t.rates.spec()}
	if t.inclusive {
		tier.Op = "gte"
	}
	return tier
}

func tierSpecs(tiers []tierRates) []pricing.Tier {
	out := make([]pricing.Tier, 0, len(tiers))
	for _, t := range tiers {
		out = append(out, t.spec())
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// list is the card as a price list; free when its rates say so.
func (c card) list() pricing.PriceList {
	if c.rates.allZero() {
		return pricing.PriceList{Free: true}
	}
	return pricing.PriceList{Rates: c.rates.spec(), Tiers: tierSpecs(c.tiers)}
}

// variant is the card as a variant of base. A variant that does not know a threshold of
// its base charges the same above it as below.
func (c card) variant(base card, name string, when pricing.Condition) pricing.Variant {
	return pricing.Variant{Name: name, When: when, Rates: c.feesOf(base).spec(), Tiers: tierSpecs(c.tiersFor(base))}
}

// feesOf are the rates without those fees that are the same in the base. Token rates stay, even equal
// ones: they say that the variant does not change them.
func (c card) feesOf(base card) rates {
	out := make(rates, len(c.rates))
	for m, r := range c.rates {
		same, ok := base.rates[m]
		if m.IsToken() || !ok || same.amount.cmp(r.amount) != 0 {
			out[m] = r
		}
	}
	return out
}

func (c card) tiersFor(base card) []tierRates {
	byThreshold := map[int64]tierRates{}
	for _, t := range base.tiers {
		byThreshold[t.threshold] = tierRates{t.threshold, t.inclusive, c.ratesAt(t.threshold)}
	}
	for _, t := range c.tiers {
		byThreshold[t.threshold] = t
	}
	return sortedTiers(byThreshold)
}

// ratesAt are the token rates just above a threshold.
func (c card) ratesAt(threshold int64) rates {
	found := c.rates.tokens()
	for _, t := range c.tiers {
		if t.threshold <= threshold {
			found = t.rates
		}
	}
	return found
}

func sortedTiers(byThreshold map[int64]tierRates) []tierRates {
	out := make([]tierRates, 0, len(byThreshold))
	for _, t := range byThreshold {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].threshold < out[j].threshold })
	return out
}
