package billing

import (
	"cmp"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// unit counts lines of a report that say no quantity: one line at its amount.
const unit = "Units"

// Rows returns the rows of a snapshot. A report says what is paid and seldom at which price, so that the price is that of the whole line: the
// list and the contracted cost are what was billed.
func Rows(s *billed.Snapshot, routes *focus.Routes) []focus.Row {
	rows := make([]focus.Row, 0, len(s.Charges))
	for i := range s.Charges {
		rows = append(rows, row(s, &s.Charges[i], routes))
	}
	return rows
}

func row(s *billed.Snapshot, c *billed.Charge, routes *focus.Routes) focus.Row {
	provider := pricing.CanonicalProvider(c.Provider)
	identity := focus.Charge{
		Start: c.Start, End: c.End, Provider: provider, Account: c.Account, Subaccount: c.Subaccount, Model: c.Model,
		ServiceTier: pricing.CanonicalTier(c.ServiceTier), Region: c.Region, Status: ledger.StatusUnpriced,
	}
	r, _ := identity.Row(routes, focus.Amounts{}) // without a quantity or a price there is nothing out of range
	r.XCostStatus, r.XRequests = string(ledger.StatusPriced), focus.Number{}
	r.XCostSource, r.XProviderLine, r.XSnapshotTime = focus.SourceProvider, c.Line, s.ReadTime
	r.InvoiceId, r.BillingCurrency = c.Invoice, c.Currency
	if c.HostProvider != "" {
		r.HostProviderName = c.HostProvider
	}
	r.ChargeDescription = cmp.Or(c.Line, r.ChargeDescription)
	r.ChargeCategory = cmp.Or(c.Category, billed.Usage)
	amount := focus.NumberOf(c.Amount)
	r.BilledCost, r.EffectiveCost, r.ListCost, r.ContractedCost = amount, amount, amount, amount
	r.ConsumedQuantity, r.ConsumedUnit = focus.Number{}, ""
	r.SkuId, r.SkuMeter = "", ""
	if r.ChargeCategory == billed.Usage || r.ChargeCategory == billed.Purchase {
		price(&r, c, provider)
	}
	if r.ChargeCategory != billed.Usage {
		r.ChargeFrequency = "One-Time"
	}
	return r
}

// price fills in what the specification asks for of usage and purchases. A negative amount is one unit given back.
func price(r *focus.Row, c *billed.Charge, provider string) {
	quantity, price := money.Units(1), c.Amount
	if c.Amount.Sign() < 0 {
		quantity, price = money.Units(-1), c.Amount.Neg()
	}
	r.PricingQuantity, r.PricingUnit, r.PricingCategory = number(quantity), unit, "Standard"
	r.ListUnitPrice, r.ContractedUnitPrice = focus.NumberOf(price), focus.NumberOf(price)
	r.SkuMeter = cmp.Or(c.Meter, "charge")
	r.SkuId = provider + "/" + cmp.Or(c.Model, slug(c.Line)) + "/" + r.SkuMeter
	r.SkuPriceId = r.SkuId
	if r.ChargeCategory == billed.Usage {
		r.ConsumedQuantity, r.ConsumedUnit = r.PricingQuantity, unit
		if c.Unit != "" {
			r.ConsumedQuantity, r.ConsumedUnit = number(c.Quantity), c.Unit
		}
	}
}

func number(q money.Quantity) focus.Number {
	n, _, err := focus.ParseNumber(q.String())
	if err != nil {
		return focus.Number{}
	}
	return n
}

// slug makes of the words of a line what stands in an id.
func slug(line string) string {
	return cmp.Or(strings.Join(strings.Fields(strings.ToLower(line)), "_"), "all")
}
