package load

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// aiCategory is the ServiceCategory of what is compared of an export that has all that a cloud charges.
const aiCategory = "AI and Machine Learning"

var categories = []string{billed.Usage, billed.Purchase, billed.Tax, billed.Credit, billed.Adjustment}

// correction is the ChargeClass of what changes a billing period that was invoiced before: no usage of this one.
const correction = "Correction"

// isBill tells charges of providers from what the close of a month added to them.
func isBill(r *focus.Row) (bool, error) {
	switch r.XCostSource {
	case focus.SourceTrueUp:
		return false, nil
	case focus.SourceEstimate:
		return false, errors.New("x_CostSource is estimate where a bill is expected; name estimates with --metered")
	default:
		return r.XProvider != "" || r.ServiceCategory == aiCategory, nil
	}
}

func (l *loader) addBilled(f *file, r *focus.Row) error {
	bill, err := isBill(r)
	provider := l.providerOf(r)
	if err != nil || !bill || !l.wantsProvider(provider) {
		return err
	}
	if err := checkCurrency(r.BillingCurrency); err != nil {
		return err
	}
	if r.BilledCost.IsNull() {
		return errors.New("BilledCost is NULL")
	}
	category := cmp.Or(r.ChargeCategory, billed.Usage)
	if category == billed.Usage && r.ChargeClass == correction {
		category = billed.Adjustment
	}
	c := reconcile.Charge{
		Key: key(r, provider), Category: category, Line: cmp.Or(r.XProviderLine, r.ChargeDescription, r.SkuId),
	}
	if !slices.Contains(categories, c.Category) {
		return fmt.Errorf("ChargeCategory %q: want one of %q", c.Category, categories)
	}
	c.Model = l.models.canonical(provider, c.Model, c.Day)
	used, isMeter := meterOf(r)
	if c.Category == billed.Usage {
		l.describe(&c, r, used, isMeter)
		l.checkDays(f, r)
		l.addSpan(&c, lastDay(r))
	}
	l.sourceOf(f, r).charges(account{provider, c.Account}, c.Day, lastDay(r))
	l.charges.add(c, sum{cost: r.BilledCost.Amount()})
	if c.Category == billed.Usage && isMeter {
		return l.addCharged(&c, r, used)
	}
	return nil
}

// describe finds out what a line of usage charges for.
func (l *loader) describe(c *reconcile.Charge, r *focus.Row, used meter.Meter, isMeter bool) {
	c.Tier = tierOf(r)
	if c.Model == "" && r.XProvider == "" {
		c.Model = l.models.named(c.Provider, r, c.Day)
	}
	switch {
	case isMeter:
		c.Meter = reconcile.Meter(used.String())
	case c.Model == "":
		c.Meter = meterOfLine(c.Line, r.ConsumedUnit)
	}
}

// addCharged counts the quantity that a line states in units of its meter.
func (l *loader) addCharged(c *reconcile.Charge, r *focus.Row, used meter.Meter) error {
	if r.ConsumedQuantity.IsNull() || r.ConsumedUnit != focus.UnitOf(used).Consumed {
		return nil
	}
	q, err := quantity("ConsumedQuantity", r.ConsumedQuantity) // negative where a charge is taken back
	if err != nil {
		return err
	}
	n := reconcile.Count{Key: c.Key, Slot: c.Slot}
	n.Currency = ""
	l.charged.add(n, sum{quantity: q})
	return nil
}

// Units of usage reports.
const (
	unitTokens   = "Tokens"
	unitRequests = "Requests"
)

func (l *loader) addUsage(f *file, r *focus.Row) error {
	provider := l.providerOf(r)
	if !l.wantsProvider(provider) {
		return nil
	}
	n := reconcile.Count{Key: key(r, provider)}
	n.Currency = ""
	n.Model = l.models.canonical(provider, n.Model, n.Day)
	n.Tier = tierOf(r)
	n.Uncharged = slices.Contains(unchargedTiers[provider], n.Tier)
	switch r.ConsumedUnit {
	case unitRequests:
		n.Requests = true
	case unitTokens:
		if n.Meter = meterOfCount(r); n.Meter == "" {
			l.unknownLines[provider+": "+cmp.Or(r.XProviderLine, r.SkuMeter)] = true
			return nil
		}
	default:
		return fmt.Errorf("ConsumedUnit %q: want %s or %s", r.ConsumedUnit, unitTokens, unitRequests)
	}
	var q money.Quantity
	var err error
	if r.ConsumedQuantity.IsNull() {
		return errors.New("ConsumedQuantity is NULL")
	}
	if q, err = counted("ConsumedQuantity", r.ConsumedQuantity); err != nil {
		return err
	}
	l.checkDays(f, r)
	if !f.day.IsZero() {
		l.countedBy[report{f.source, account{provider, n.Account}}] = true
	}
	l.counts.add(n, sum{quantity: q})
	return nil
}
