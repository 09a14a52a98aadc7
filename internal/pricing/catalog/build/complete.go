package build

import (
	"maps"
	"math/big"
	"reflect"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// complete fills the model's lists from the secondary list and reports whether it had
// anything to give.
func complete(model *pricing.Model, current int, from pricing.PriceList) bool {
	given := completeRates(&model.Prices[current], from)
	for _, v := range from.Variants {
		for i := range model.Prices {
			if addVariant(&model.Prices[i], from, v, i == current) {
				given = true
			}
		}
	}
	return given
}

// completeRates takes meters that the primary list does not price. Kinds of tokens come with the
// rates of tiers where the secondary list has them.
func completeRates(list *pricing.PriceList, from pricing.PriceList) bool {
	rates := maps.Clone(list.Rates)
	given := false
	for name, rate := range from.Rates {
		if _, have := rates[name]; have || isZero(rate) || redundant(name, rate, from) {
			continue
		}
		if sameFee(name, list.Rates) {
			rate = pricing.RateSpec{Rate: "0"}
		}
		if len(list.Tiers) > 0 && isToken(name) && !completeTiers(list, from, name) {
			continue
		}
		rates[name], given = rate, true
	}
	list.Rates = rates
	return given
}

// sameFee: models that search in every call have one fee, by request in one list and by search in the other.
// With the one, searches cost nothing more.
func sameFee(name string, have map[string]pricing.RateSpec) bool {
	_, byRequest := have[meter.Request.String()]
	return byRequest && name == meter.WebSearch.String()
}

// isZero: a zero in the secondary list does not always mean free, so it completes nothing.
func isZero(rate pricing.RateSpec) bool { return unitRate(rate, meter.Request).Sign() == 0 }

// redundant: a rate that is its parent's says nothing, and above a threshold it would say
// something wrong.
func redundant(name string, rate pricing.RateSpec, list pricing.PriceList) bool {
	m, ok := meter.Parse(name)
	if !ok {
		return true
	}
	parent, ok := m.Parent()
	if !ok {
		return false
	}
	of, have := list.Rates[parent.String()]
	return have && unitRate(of, parent).Cmp(unitRate(rate, m)) == 0
}

func isToken(name string) bool {
	m, ok := meter.Parse(name)
	return ok && m.IsToken()
}

// completeTiers adds a meter to every tier, if the secondary list knows it in every tier.
func completeTiers(list *pricing.PriceList, from pricing.PriceList, name string) bool {
	tiers := slices.Clone(list.Tiers)
	for i := range tiers {
		at := slices.IndexFunc(from.Tiers, func(t pricing.Tier) bool { return closeThresholds(t.Threshold, tiers[i].Threshold) })
		if at < 0 {
			return false
		}
		rate, ok := from.Tiers[at].Rates[name]
		if !ok {
			return false
		}
		tiers[i].Rates = maps.Clone(tiers[i].Rates)
		tiers[i].Rates[name] = rate
	}
	list.Tiers = tiers
	return true
}

// addVariant puts a variant of the secondary list on a price list: as it is where the two lists agree on
// the base, as a multiplier where they do not or where the list is of another time.
func addVariant(list *pricing.PriceList, from pricing.PriceList, v pricing.Variant, current bool) bool {
	if list.Free || slices.ContainsFunc(list.Variants, func(have pricing.Variant) bool { return have.Name == v.Name }) {
		return false
	}
	if isTimeOfDay(v) && slices.ContainsFunc(list.Variants, isTimeOfDay) {
		return false
	}
	v.Source = from.Source
	factor := uniformFactor(from, v)
	switch {
	case len(v.Rates) == 0:
	case current && sameBase(*list, from):
		v = withoutFilled(v, from)
		scaleTiers(&v, from)
		if !alignTiers(list, &v, factor) {
			return false
		}
	case factor != "":
		v = multiplied(v, factor)
	default:
		return false
	}
	list.Variants = append(slices.Clone(list.Variants), v)
	return true
}

// sameBase: the prices of text in and out agree, so that absolute prices of variants fit.
func sameBase(list, from pricing.PriceList) bool {
	for _, m := range []meter.Meter{meter.Input, meter.Output, meter.CacheRead} {
		a, inA := list.Rates[m.String()]
		b, inB := from.Rates[m.String()]
		if inA && inB && unitRate(a, m).Cmp(unitRate(b, m)) != 0 {
			return false
		}
	}
	return true
}

// withoutFilled drops rates of kinds of tokens that cost what their parent does in the base: the variant's
// parent says more about them than the standard rate that a reader filled in.
func withoutFilled(v pricing.Variant, from pricing.PriceList) pricing.Variant {
	drop := func(rates map[string]pricing.RateSpec) map[string]pricing.RateSpec {
		rates = maps.Clone(rates)
		maps.DeleteFunc(rates, func(name string, rate pricing.RateSpec) bool {
			base, have := from.Rates[name]
			return have && redundant(name, base, from) && (rate == base || redundant(name, rate, pricing.PriceList{Rates: v.Rates}))
		})
		return rates
	}
	rates := drop(v.Rates)
	v.Tiers = slices.Clone(v.Tiers)
	for i, tier := range v.Tiers {
		kept := maps.Clone(tier.Rates)
		maps.DeleteFunc(kept, func(name string, _ pricing.RateSpec) bool {
			_, had := v.Rates[name]
			_, has := rates[name]
			return had && !has
		})
		v.Tiers[i].Rates = kept
	}
	v.Rates = rates
	return v
}

// scaleTiers corrects tiers of a variant that are the standard ones: readers fill them so where the
// secondary list has no figures of its own. Each meter keeps the ratio that it has below the threshold.
func scaleTiers(v *pricing.Variant, from pricing.PriceList) {
	v.Tiers = slices.Clone(v.Tiers)
	for i, tier := range v.Tiers {
		at := slices.IndexFunc(from.Tiers, func(t pricing.Tier) bool { return t.Threshold == tier.Threshold })
		if at < 0 || !reflect.DeepEqual(tier.Rates, from.Tiers[at].Rates) {
			continue
		}
		scaled := maps.Clone(tier.Rates)
		for name, rate := range tier.Rates {
			if factor := meterFactor(from.Rates, v.Rates, name); factor != nil {
				scaled[name] = scale(rate, factor)
			}
		}
		v.Tiers[i].Rates = scaled
	}
}

func meterFactor(base, variant map[string]pricing.RateSpec, name string) *big.Rat {
	m, ok := meter.Parse(name)
	a, inBase := base[name]
	b, inVariant := variant[name]
	if !ok || !inBase || !inVariant || isZero(a) {
		return nil
	}
	return new(big.Rat).Quo(unitRate(b, m), unitRate(a, m))
}

// scale leaves a rate alone that has no finite decimals after scaling.
func scale(rate pricing.RateSpec, factor *big.Rat) pricing.RateSpec {
	r, ok := new(big.Rat).SetString(rate.Rate)
	if !ok {
		return rate
	}
	if text := finiteDecimal(r.Mul(r, factor)); text != "" {
		rate.Rate = text
	}
	return rate
}

// alignTiers gives the variant the thresholds of the list: a threshold only the secondary list
// has is none, one that it lacks is reached by the variant's factor.
func alignTiers(list *pricing.PriceList, v *pricing.Variant, factor string) bool {
	var tiers []pricing.Tier
	for _, t := range list.Tiers {
		at := slices.IndexFunc(v.Tiers, func(o pricing.Tier) bool { return closeThresholds(o.Threshold, t.Threshold) })
		if at < 0 {
			if factor == "" {
				return false
			}
			*v = multiplied(*v, factor)
			return true
		}
		tier := v.Tiers[at]
		tier.Threshold, tier.Op = t.Threshold, t.Op
		tiers = append(tiers, tier)
	}
	v.Tiers = tiers
	return true
}

// uniformFactor is the ratio of the variant to its base when it is the same for input and
// output, or empty. Rates of caches are not asked: where lists leave them out, readers fill them.
func uniformFactor(from pricing.PriceList, v pricing.Variant) string {
	var factor *big.Rat
	for _, m := range []meter.Meter{meter.Input, meter.Output} {
		base, inBase := from.Rates[m.String()]
		rate, inVariant := v.Rates[m.String()]
		if !inBase || !inVariant {
			continue
		}
		of := unitRate(base, m)
		if of.Sign() == 0 {
			continue
		}
		ratio := new(big.Rat).Quo(unitRate(rate, m), of)
		if factor != nil && factor.Cmp(ratio) != 0 {
			return ""
		}
		factor = ratio
	}
	if factor == nil {
		return ""
	}
	return finiteDecimal(factor)
}

// finiteDecimal writes a ratio that has few decimals, and nothing for thirds.
func finiteDecimal(r *big.Rat) string {
	const digits = 6
	text := r.FloatString(digits)
	back, ok := new(big.Rat).SetString(text)
	if !ok || back.Cmp(r) != 0 {
		return ""
	}
	return trimZeros(text)
}

func trimZeros(text string) string {
	for len(text) > 1 && text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text
}
