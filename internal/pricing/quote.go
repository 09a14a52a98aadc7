package pricing

import (
	"math/big"
	"math/bits"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// base stands for the rates below every tier.
const base = -1

// quote is the rate of one meter and how it came about.
type quote struct {
	// rate is nil when there is none.
	rate *big.Rat
	// from is the meter whose rate it is; another than asked for after a fallback.
	from meter.Meter
	// assumed is set after a fallback that lowers the confidence.
	assumed bool
	// how explains the rate; empty unless explanations are wanted.
	how string
}

// quoter finds rates in a price list. Its explain switches on the explanations.
type quoter struct {
	*list
	explain bool
}

// quote returns the rate of a meter under a set of variants in a tier: at the tier itself, else at
// the next lower one.
func (q *quoter) quote(mask uint64, step int, m meter.Meter) quote {
	for ; step != base; step = q.below(mask, step) {
		if found := q.in(mask, step, m); found.rate != nil {
			return found
		}
	}
	return q.in(mask, base, m)
}

// in looks within one tier, at the variants from the last one applied to the first: the
// variant's own rate, its factor on what is found without it, its own rate of the meter's
// parents, and last what is found without it.
func (q *quoter) in(mask uint64, step int, m meter.Meter) quote {
	if mask == 0 {
		return q.standard(step, m)
	}
	last := bits.Len64(mask) - 1
	rest := mask &^ (1 << last)
	v := &q.variants[last]
	if found := q.own(v, mask, step, m); found.rate != nil {
		return found
	}
	if factor := v.factors[m]; factor != nil {
		return q.times(q.in(rest, step, m), factor, v.name)
	}
	if found := q.viaParents(m, func(p meter.Meter) quote { return q.own(v, mask, step, p) }); found.rate != nil {
		return found
	}
	return q.in(rest, step, m)
}

// own returns the rate that a variant itself states for a tier.
func (q *quoter) own(v *variant, mask uint64, step int, m meter.Meter) quote {
	if step == base {
		return q.stated(v.rates[m], m, v.name)
	}
	for i := range v.tiers {
		if t := &v.tiers[i]; t.key == q.steps[step].key {
			if found := q.stated(t.rates[m], m, v.name+" "+t.name); found.rate != nil || t.factors[m] == nil {
				return found
			}
			return q.times(q.in(mask, base, m), t.factors[m], v.name+" "+t.name)
		}
	}
	return quote{}
}

// standard returns the rate of a tier, or of none, without any variant.
func (q *quoter) standard(step int, m meter.Meter) quote {
	at := func(m meter.Meter) quote { return q.stated(q.base[m], m, "") }
	if step != base {
		t := q.steps[step].base
		if t == nil {
			return quote{}
		}
		at = func(m meter.Meter) quote {
			if found := q.stated(t.rates[m], m, t.name); found.rate != nil || t.factors[m] == nil {
				return found
			}
			return q.times(q.standard(base, m), t.factors[m], t.name)
		}
	}
	if found := at(m); found.rate != nil {
		return found
	}
	return q.viaParents(m, at)
}

// viaParents asks for the parents of a meter until one has a rate.
func (q *quoter) viaParents(m meter.Meter, rate func(meter.Meter) quote) quote {
	assumed := false
	for p := q.parents[m]; p.ok; p = q.parents[p.meter] {
		assumed = assumed || !p.sure
		if found := rate(p.meter); found.rate != nil {
			found.assumed = found.assumed || assumed
			return found
		}
	}
	return quote{}
}

func (q *quoter) stated(rate *big.Rat, m meter.Meter, where string) quote {
	found := quote{rate: rate, from: m}
	if q.explain && rate != nil {
		found.how = decimalString(perMillion(rate, m))
		if where != "" {
			found.how = where + " " + found.how
		}
	}
	return found
}

func (q *quoter) times(found quote, factor *big.Rat, why string) quote {
	if found.rate == nil {
		return found
	}
	found.rate = new(big.Rat).Mul(found.rate, factor)
	if q.explain {
		found.how += " x " + decimalString(factor) + " (" + why + ")"
	}
	return found
}

// perMillion returns a rate of a token meter as people know it.
func perMillion(rate *big.Rat, m meter.Meter) *big.Rat {
	if !m.IsToken() {
		return rate
	}
	return new(big.Rat).Mul(rate, big.NewRat(1_000_000, 1))
}

// decimalString writes a rational as a decimal, exactly if it is one.
func decimalString(r *big.Rat) string {
	digits, exact := r.FloatPrec()
	if !exact {
		digits = 15
	}
	return r.FloatString(digits)
}
