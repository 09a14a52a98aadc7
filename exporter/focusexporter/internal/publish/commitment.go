package publish

import (
	"path"
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Commitment is capacity that is paid for by the hour, used or not.
type Commitment struct {
	focus.Commitment
	// Provider, Account and Model, a pattern, say which usage it covers; empty ones match all.
	Provider, Account, Model string
	Currency                 string
	// From and To bound the time for which it is paid; zero ones do not.
	From, To time.Time
}

// meterCapacity is the SkuMeter of bought and of unused hours.
const meterCapacity = "capacity_hour"

// covers reports whether usage belongs to the commitment. That it was priced by one is known; which one, the ledger line does
// not say.
func (k *Commitment) covers(c *focus.Charge) bool {
	if c.Source != ledger.SourceCommitment || c.Currency != k.Currency || c.Provider != k.Provider {
		return false
	}
	if k.Account != "" && k.Account != c.Account || c.Start.Before(k.From) || !k.To.IsZero() && !c.Start.Before(k.To) {
		return false
	}
	matched, err := path.Match(k.Model, c.Model)
	return k.Model == "" || err == nil && matched
}

// hours returns for how much of a period the commitment is paid.
func (k *Commitment) hours(start, end time.Time) (money.Quantity, bool) {
	if start.Before(k.From) {
		start = k.From
	}
	if !k.To.IsZero() && end.After(k.To) {
		end = k.To
	}
	if !start.Before(end) {
		return money.Quantity{}, false
	}
	return money.QuantityFromFloat(end.Sub(start).Hours())
}

// find returns the first commitment that covers a charge.
func (m *maker) find(c *focus.Charge) int {
	for i := range m.commitments {
		if m.commitments[i].covers(c) {
			return i
		}
	}
	return -1
}

// commitmentRows returns the rows of a period's commitments: what was bought, and what of it was not used.
func (m *maker) commitmentRows(page *book.Page) (rows []focus.Row, trouble problems) {
	used := make([]money.Amount, len(m.commitments))
	for i := range page.Rows {
		id, err := charge.ParseKey(page.Rows[i].Key)
		if err != nil {
			trouble.add(&trouble.lost, err)
			continue
		}
		cost, ok := id.Effective.Mul(page.Rows[i].Amounts.Quantity)
		if n := m.find(&id.Charge); n >= 0 && ok {
			used[n] = used[n].Add(cost)
		}
	}
	start := page.Label.Start()
	for i := range m.commitments {
		k := &m.commitments[i]
		hours, ok := k.hours(start, start.Add(m.grain))
		if !ok {
			continue
		}
		bought, ok := k.HourlyCost.Mul(hours)
		if !ok {
			continue
		}
		rows = append(rows, k.purchase(m, start, hours, bought))
		if unused := bought.Sub(used[i]); unused.Sign() > 0 {
			rows = append(rows, k.unused(m, start, unused))
		}
	}
	return rows, trouble
}

// row is what the rows of a commitment have in common.
func (k *Commitment) row(m *maker, start time.Time) focus.Row {
	c := focus.Charge{
		Start: start, End: start.Add(m.grain), Provider: k.Provider, Account: k.Account, Status: ledger.StatusUnpriced,
	}
	r, _ := c.Row(m.routes, focus.Amounts{}) // without a quantity or a price there is nothing out of range
	r.XRequests = focus.Zero()
	r.SkuId = k.Provider + "/" + k.ID + "/" + meterCapacity
	r.SkuPriceId, r.SkuMeter = r.SkuId, meterCapacity
	r.BillingCurrency, r.PricingCategory, r.PricingUnit = k.Currency, "Committed", focus.UnitHours
	price, _ := k.HourlyCost.Mul(money.Units(1))
	r.ListUnitPrice, r.ContractedUnitPrice = focus.NumberOf(price), focus.NumberOf(price)
	r.CommitmentDiscountId, r.CommitmentDiscountName, r.CommitmentDiscountType = k.ID, k.Name, k.Type
	r.CommitmentDiscountCategory = "Usage"
	r.XCostStatus, r.XCostSource, r.XConfidence = string(ledger.StatusPriced), focus.SourceEstimate, string(ledger.ConfidenceExact)
	r.XPriceSource = string(ledger.SourceCommitment)
	return r
}

func (k *Commitment) purchase(m *maker, start time.Time, hours money.Quantity, cost money.Amount) focus.Row {
	r := k.row(m, start)
	r.ChargeCategory, r.ChargeFrequency = "Purchase", "Recurring"
	r.ChargeDescription = "Capacity " + k.Name
	quantity, _ := oneAnHour.Mul(hours)
	r.PricingQuantity, r.CommitmentDiscountQuantity, r.CommitmentDiscountUnit = focus.NumberOf(quantity), focus.NumberOf(quantity), focus.UnitHours
	r.BilledCost, r.ListCost, r.ContractedCost = focus.NumberOf(cost), focus.NumberOf(cost), focus.NumberOf(cost)
	r.EffectiveCost = focus.Zero()
	return r
}

// unused is the cost of what was bought and not used. It was billed with the purchase, and is neither listed nor contracted
// again.
func (k *Commitment) unused(m *maker, start time.Time, cost money.Amount) focus.Row {
	r := k.row(m, start)
	r.ChargeDescription = "Unused capacity " + k.Name
	r.CommitmentDiscountStatus = "Unused"
	r.PricingQuantity, r.BilledCost, r.ListCost, r.ContractedCost = focus.Zero(), focus.Zero(), focus.Zero(), focus.Zero()
	r.EffectiveCost = focus.NumberOf(cost)
	k.Measure(&r)
	return r
}

// oneAnHour makes an amount of a number of hours.
var oneAnHour, _ = money.ParseUnitPrice("1")
