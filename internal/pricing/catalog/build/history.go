package build

import (
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// keepHistory carries on the price lists of an earlier catalog. A price that changed without its
// list saying when is new from the day on which that was seen: what was charged before stays charged.
func keepHistory(now, before []pricing.File, date string) {
	earlier := byProvider(before)
	for i := range now {
		old := map[string]pricing.Model{}
		for _, m := range earlier[now[i].Provider].Models {
			old[fold(m.ID)] = m
		}
		for j := range now[i].Models {
			m := &now[i].Models[j]
			if was, ok := old[fold(m.ID)]; ok {
				m.Prices = carryOn(was.PriceLists(), m.Prices, date)
			}
		}
		now[i].Sources = mergedSources(earlier[now[i].Provider].Sources, now[i].Sources)
	}
}

// carryOn joins what a catalog said before with what it says now.
func carryOn(before, now []pricing.PriceList, date string) []pricing.PriceList {
	was, is := inForceAt(before, date), inForceAt(now, date)
	if was < 0 || is < 0 {
		return now
	}
	if !changed(before[was], now[is]) {
		return sameNow(before, now, was, is)
	}
	if now[is].From != "" {
		// The list dates the change itself, and what it says about the time before is newer.
		return now
	}
	history := clipped(before[:was+1], date)
	changed := slices.Clone(now[is:])
	changed[0].From = date
	return append(history, changed...)
}

// changed reports whether a price is another one. What only one of them says is better known now
// and no change.
func changed(before, now pricing.PriceList) bool {
	if len(before.Tiers) != len(now.Tiers) || len(hoursOf(before)) != len(hoursOf(now)) {
		return true
	}
	if before.Free || now.Free {
		return before.Free != now.Free
	}
	for m := range meter.Meter(meter.Count) {
		a, had := before.Rates[m.String()]
		b, has := now.Rates[m.String()]
		if had && has && !closeEnough(unitRate(a, m), unitRate(b, m)) {
			return true
		}
	}
	return len(tierDifferences(before.Tiers, now.Tiers)) > 0
}

// sameNow: the price has not changed. The longer history is kept, with what is new about the
// present, such as variants.
func sameNow(before, now []pricing.PriceList, was, is int) []pricing.PriceList {
	if is >= was {
		return now
	}
	out := append(slices.Clone(before[:was]), now[is:]...)
	out[was].From = before[was].From
	return out
}

func inForceAt(lists []pricing.PriceList, date string) int {
	at := -1
	for i, p := range lists {
		if p.From <= date && (p.To == "" || p.To > date) {
			at = i
		}
	}
	return at
}

// clipped ends a history on a day.
func clipped(lists []pricing.PriceList, date string) []pricing.PriceList {
	out := slices.Clone(lists)
	last := &out[len(out)-1]
	if last.From == date {
		// It was first seen today and is corrected today.
		return slices.Clip(out[:len(out)-1])
	}
	last.To = date
	return out
}
