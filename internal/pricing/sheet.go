package pricing

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// sheetKey is everything that unit prices depend on, within one offer and one selection of
// own rules.
type sheetKey struct {
	list *list
	// mask has the variants whose conditions hold, before any excludes another.
	mask uint64
	step int32
	// segment is the index of the span of time in which the same own rules apply.
	segment int32
	// day is the charge date when prices are converted, else 0.
	day int32
}

// sheetMaker computes the sheet for one key. Everything is exact until unitPrice rounds.
type sheetMaker struct {
	quoter
	key       sheetKey
	mask      uint64
	terms     *terms
	rates     *ExchangeRates
	reporting string
	trace     []string

	// listed are the list prices as served, standard those at the standard service tier and speed.
	listed, standard [meter.Count]quote
	exchange         map[string]conversion
	sources          [3]bool
	failed           bool
}

// terms are the own rules that apply to a call.
type terms struct{ overrides, agreements, commitments []*rule }

// make returns the sheet, or nil when prices cannot be converted.
func (k *sheetMaker) make() *Sheet {
	k.mask = k.exclude(k.key.mask)
	s := &Sheet{ID: k.id(), Entry: &k.info}
	k.explainSelection(s.ID)
	k.quoteAll()
	priced := false
	s.Free = true
	for m := range meter.Meter(meter.Count) {
		r := k.rate(m)
		if r.Known {
			priced = true
			s.Free = s.Free && r.List.IsZero() && r.Effective.IsZero()
		}
		s.Rates[m] = r
	}
	if k.failed {
		return nil
	}
	s.Free = s.Free && priced
	s.Source = k.source()
	return s
}

// id returns finops.pricing.id.
func (k *sheetMaker) id() string {
	var names []string
	if k.key.step != base {
		names = append(names, k.steps[k.key.step].at(k.mask).name)
	}
	for i := range k.variants {
		if k.mask&(1<<i) != 0 {
			names = append(names, k.variants[i].name)
		}
	}
	if len(names) == 0 {
		return k.label
	}
	return k.label + "#" + strings.Join(names, "+")
}

// source is what set the price, the last in the order of 4.6.7 having the last word.
func (k *sheetMaker) source() ledger.CostSource {
	switch {
	case k.sources[2]:
		return ledger.SourceCommitment
	case k.sources[0]:
		return ledger.SourceOverride
	case k.sources[1]:
		return ledger.SourceAgreement
	default:
		return ledger.SourceCatalog
	}
}

// rate computes all unit prices of a meter.
func (k *sheetMaker) rate(m meter.Meter) Rate {
	found := k.listed[m]
	contracted, byRule := k.contracted(found, m)
	if found.rate == nil {
		if contracted == nil {
			return Rate{}
		}
		// Nothing is listed, so the contract is all there is to compare with.
		found = quote{rate: contracted, from: m}
	}
	effective, byCommitment := k.effective(contracted, found.from, m)
	uncached := cmp.Or(k.listed[m.Uncached()].rate, found.rate)
	standard := cmp.Or(k.standard[m.Uncached()].rate, uncached)
	k.explainRate(m, found, contracted, effective, byRule, byCommitment)

	r := Rate{Known: true, Assumed: found.assumed}
	r.List = k.unitPrice(found.rate)
	r.Contracted = k.same(contracted, found.rate, r.List)
	r.Effective = k.same(effective, contracted, r.Contracted)
	r.Uncached = k.same(uncached, found.rate, r.List)
	r.Standard = k.same(standard, uncached, r.Uncached)
	return r
}

// list1 returns the list price of one unit in the reporting currency.
func (k *sheetMaker) list1(mask uint64, step int, m meter.Meter) quote {
	if k.free {
		return quote{rate: new(big.Rat), from: m, how: "free"}
	}
	found := k.quote(mask, step, m)
	listed := found.rate
	found.rate = k.convert(found.rate, k.currency)
	if k.explain && found.rate != listed {
		found.how += " x " + decimalString(k.exchange[k.currency].rate) + " (exchange)"
	}
	return found
}

// quoteAll finds the list prices of all meters.
func (k *sheetMaker) quoteAll() {
	step := int(k.key.step)
	for m := range meter.Meter(meter.Count) {
		k.listed[m] = k.list1(k.mask, step, m)
	}
	mask := k.exclude(k.key.mask & k.unserved())
	if mask == k.mask {
		k.standard = k.listed
		return
	}
	if step != base && k.steps[step].at(mask) == nil {
		step = k.below(mask, step)
	}
	for m := range meter.Meter(meter.Count) {
		k.standard[m] = k.list1(mask, step, m)
	}
}

// unserved has all variants but those of a service tier or a speed.
func (k *sheetMaker) unserved() uint64 {
	var mask uint64
	for i := range k.variants {
		if k.variants[i].class > classSpeed {
			mask |= 1 << i
		}
	}
	return mask
}

// contracted applies the override of a meter, or else its agreement.
func (k *sheetMaker) contracted(found quote, m meter.Meter) (*big.Rat, *rule) {
	if r, of := k.override(found, m); r != nil {
		k.sources[0] = true
		rate := k.convert(r.rates[of], r.currency)
		if r.final || rate == nil {
			return rate, r
		}
		return k.scaled(rate, of), r
	}
	if found.rate == nil {
		return nil, nil
	}
	if r := pick(k.terms.agreements, m); r != nil {
		k.sources[1] = true
		return new(big.Rat).Mul(found.rate, r.factors[m]), r
	}
	return found.rate, nil
}

// override finds the override of a meter, or of the meter that it falls back to where the list has
// no rate of its own either.
func (k *sheetMaker) override(found quote, m meter.Meter) (*rule, meter.Meter) {
	if len(k.terms.overrides) == 0 {
		return nil, m
	}
	for next := (parent{meter: m, ok: true}); next.ok; next = k.parents[next.meter] {
		if r := pick(k.terms.overrides, next.meter); r != nil {
			return r, next.meter
		}
		if found.rate != nil && found.from == next.meter {
			break
		}
	}
	return nil, m
}

// scaled makes a contracted rate out of a contracted base rate: tiers and variants change it by the
// proportion in which they change the list price.
func (k *sheetMaker) scaled(rate *big.Rat, m meter.Meter) *big.Rat {
	plain := k.quote(0, base, m).rate
	listed := k.quote(k.mask, int(k.key.step), m).rate
	if plain == nil || plain.Sign() == 0 || listed == nil {
		return rate
	}
	proportion := new(big.Rat).Quo(listed, plain)
	return proportion.Mul(proportion, rate)
}

func (k *sheetMaker) effective(contracted *big.Rat, from, m meter.Meter) (*big.Rat, *rule) {
	r, of := pick(k.terms.commitments, m), m
	if r == nil && from != m {
		r, of = pick(k.terms.commitments, from), from
	}
	if r == nil {
		return contracted, nil
	}
	k.sources[2] = true
	return k.convert(r.rates[of], r.currency), r
}

// convert returns a rate in the reporting currency. Zero needs no exchange rate.
func (k *sheetMaker) convert(rate *big.Rat, currency string) *big.Rat {
	if rate == nil || currency == k.reporting || rate.Sign() == 0 {
		return rate
	}
	c, ok := k.exchange[currency]
	if !ok {
		if c, ok = k.rates.convert(currency, k.reporting, int64(k.key.day)); !ok {
			k.failed = true
			return rate
		}
		if k.exchange == nil {
			k.exchange = make(map[string]conversion)
		}
		k.exchange[currency] = c
		k.explainf("exchange: %s", c.how)
	}
	return new(big.Rat).Mul(rate, c.rate)
}

// unitPrice is where rates are rounded, once.
func (k *sheetMaker) unitPrice(rate *big.Rat) money.UnitPrice {
	p, err := money.RoundUnitPrice(rate)
	if err != nil {
		k.failed = true
	}
	return p
}

// same rounds a rate unless it is the very one that was rounded already.
func (k *sheetMaker) same(rate, other *big.Rat, rounded money.UnitPrice) money.UnitPrice {
	if rate == other {
		return rounded
	}
	return k.unitPrice(rate)
}

func (k *sheetMaker) explainf(format string, args ...any) {
	if k.explain {
		k.trace = append(k.trace, fmt.Sprintf(format, args...))
	}
}

// suffix names a source for people.
func (s Source) suffix() string {
	if s == (Source{}) {
		return ""
	}
	return " (" + strings.TrimSpace(cmp.Or(s.Title, s.URL)+" "+s.Date) + ")"
}

func (k *sheetMaker) explainSelection(id string) {
	if !k.explain {
		return
	}
	if k.label == id {
		k.explainf("price: %s%s", id, k.list.source.suffix())
	} else {
		k.explainf("price: %s", id)
	}
	if k.label != id && k.list.source != (Source{}) {
		k.explainf("price list: %s%s", k.label, k.list.source.suffix())
	}
	if k.info.Disputed != "" {
		k.explainf("disputed: %s", k.info.Disputed)
	}
	if k.key.step != base {
		s := &k.steps[k.key.step]
		op := "above"
		if s.at(k.mask).inclusive {
			op = "at or above"
		}
		k.explainf("tier %s: %s %s %d", s.at(k.mask).name, s.key.metric, op, s.key.tokens)
	}
	for i := range k.variants {
		switch {
		case k.mask&(1<<i) != 0:
			k.explainf("variant: %s%s", k.variants[i].name, k.variants[i].source.suffix())
		case k.key.mask&(1<<i) != 0:
			k.explainf("variant: not %s, which another excludes", k.variants[i].name)
		}
	}
}

func (k *sheetMaker) explainRate(m meter.Meter, found quote, contracted, effective *big.Rat, byRule, byCommitment *rule) {
	if !k.explain {
		return
	}
	unit := "unit"
	if m.IsToken() {
		unit = "1M"
	}
	line := fmt.Sprintf("%s: list %s", m, found.how)
	if found.from != m {
		line += fmt.Sprintf(" (the rate of %s)", found.from)
	}
	if rate := decimalString(perMillion(found.rate, m)); rate != found.how {
		line += " = " + rate
	}
	line += fmt.Sprintf(" %s per %s", k.reporting, unit)
	if byRule != nil {
		line += fmt.Sprintf("; contracted %s (%s)", decimalString(perMillion(contracted, m)), byRule.path)
	}
	if byCommitment != nil {
		line += fmt.Sprintf("; effective %s (%s)", decimalString(perMillion(effective, m)), byCommitment.path)
	}
	k.explainf("%s", line)
}
