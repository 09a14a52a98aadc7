package build

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// currentList is the price list in force on the day that the lists were read.
func (m *merger) currentList(model *pricing.Model) *pricing.PriceList {
	return &model.Prices[m.currentIndex(model)]
}

func (m *merger) currentIndex(model *pricing.Model) int {
	at := 0
	for i, p := range model.Prices {
		if p.From <= m.date {
			at = i
		}
	}
	return at
}

// differences lists the fields that both price lists have and that differ. A field that only
// one has is no contradiction.
func differences(primary, secondary pricing.PriceList) []string {
	var out []string
	note := func(field, a, b string) {
		out = append(out, fmt.Sprintf("%s %s, elsewhere %s", field, a, b))
	}
	if primary.Free || secondary.Free {
		if primary.Free != secondary.Free {
			out = append(out, "free in one list only")
		}
		return out
	}
	secondary.Rates = sameHours(primary, secondary)
	for m := range meter.Meter(meter.Count) {
		a, inA := primary.Rates[m.String()]
		b, inB := secondary.Rates[m.String()]
		if inA && inB && !isFee(m) && !isZero(b) && !closeEnough(unitRate(a, m), unitRate(b, m)) {
			note(m.String(), a.Rate, b.Rate)
		}
	}
	if len(primary.Tiers) > 0 && len(secondary.Tiers) > 0 {
		out = append(out, tierDifferences(primary.Tiers, secondary.Tiers)...)
	}
	return out
}

// isFee tells fees for tools. Lists differ in them by the size of the context of a search; that is no
// reason to doubt the price of tokens.
func isFee(m meter.Meter) bool {
	return m == meter.WebSearch || m == meter.FileSearch || m == meter.CodeExecution
}

// closeEnough allows for prices per hour that one list gives per second, rounded.
func closeEnough(a, b *big.Rat) bool {
	difference := new(big.Rat).Sub(a, b)
	tolerance := new(big.Rat).Mul(a, big.NewRat(1, 100_000))
	return difference.Abs(difference).Cmp(tolerance) <= 0
}

// sameHours are the secondary list's rates for the hours that the primary's base is for: one list has
// the cheap hours as its base, the other the dear ones.
func sameHours(primary, secondary pricing.PriceList) map[string]pricing.RateSpec {
	if !slices.ContainsFunc(primary.Variants, isTimeOfDay) {
		return secondary.Rates
	}
	for _, v := range secondary.Variants {
		if isTimeOfDay(v) {
			return v.Rates
		}
	}
	return secondary.Rates
}

// unitRate is the price of one unit.
func unitRate(r pricing.RateSpec, m meter.Meter) *big.Rat {
	rate, ok := new(big.Rat).SetString(r.Rate)
	if !ok {
		return new(big.Rat)
	}
	per := r.Per
	if per == "" && m.IsToken() {
		per = "1000000"
	}
	units, ok := new(big.Rat).SetString(per)
	if !ok || units.Sign() == 0 {
		return rate
	}
	return rate.Quo(rate, units)
}

// closeThresholds: lists write "from 272,000 on" as above 271,999 or above 272,000. Which is right is
// disputed for one token only and not worth a doubt about every call.
func closeThresholds(a, b int64) bool { return a-b <= 1 && b-a <= 1 }

func tierDifferences(primary, secondary []pricing.Tier) []string {
	var out []string
	for _, a := range primary {
		at := slices.IndexFunc(secondary, func(b pricing.Tier) bool { return closeThresholds(a.Threshold, b.Threshold) })
		if at < 0 {
			out = append(out, fmt.Sprintf("threshold %d, elsewhere %d", a.Threshold, secondary[0].Threshold))
			continue
		}
		for _, m := range []meter.Meter{meter.Input, meter.Output, meter.CacheRead} {
			x, inA := a.Rates[m.String()]
			y, inB := secondary[at].Rates[m.String()]
			if inA && inB && unitRate(x, m).Cmp(unitRate(y, m)) != 0 {
				out = append(out, fmt.Sprintf("%s above %d %s, elsewhere %s", m, a.Threshold, x.Rate, y.Rate))
			}
		}
	}
	return out
}
