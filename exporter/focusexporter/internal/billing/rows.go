package billing

import (
	"cmp"
	"strings"
	"time"

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

// identify returns the row of what was charged or counted, with neither an amount nor a quantity.
func identify(s *billed.Snapshot, d *billed.Dimensions, start, end time.Time, routes *focus.Routes) focus.Row {
	identity := focus.Charge{
		Start: start, End: end, Provider: pricing.CanonicalProvider(d.Provider), Account: d.Account, Subaccount: d.Subaccount, Model: d.Model,
		ServiceTier: pricing.CanonicalTier(d.ServiceTier), Region: d.Region, Status: ledger.StatusUnpriced,
	}
	r, _ := identity.Row(routes, focus.Amounts{}) // without a quantity or a price there is nothing out of range
	r.XProviderLine, r.XSnapshotTime = d.Line, s.ReadTime
	r.HostProviderName = cmp.Or(d.HostProvider, r.HostProviderName)
	r.ConsumedQuantity, r.ConsumedUnit, r.XRequests = focus.Number{}, "", focus.Number{}
	r.SkuId, r.SkuMeter = "", ""
	return r
}

func row(s *billed.Snapshot, c *billed.Charge, routes *focus.Routes) focus.Row {
	r := identify(s, &c.Dimensions, c.Start, c.End, routes)
	r.XCostStatus, r.XCostSource = string(ledger.StatusPriced), focus.SourceProvider
	r.InvoiceId, r.BillingCurrency = c.Invoice, c.Currency
	r.ChargeDescription = cmp.Or(c.Line, r.ChargeDescription)
	r.ChargeCategory = cmp.Or(c.Category, billed.Usage)
	amount := focus.NumberOf(c.Amount)
	r.BilledCost, r.EffectiveCost, r.ListCost, r.ContractedCost = amount, amount, amount, amount
	if r.ChargeCategory == billed.Usage || r.ChargeCategory == billed.Purchase {
		price(&r, c)
	}
	if r.ChargeCategory != billed.Usage {
		r.ChargeFrequency = "One-Time"
	}
	return r
}

// price fills in what the specification asks for of usage and purchases. A negative amount is one unit given back.
func price(r *focus.Row, c *billed.Charge) {
	quantity, price := money.Units(1), c.Amount
	if c.Amount.Sign() < 0 {
		quantity, price = money.Units(-1), c.Amount.Neg()
	}
	r.PricingQuantity, r.PricingUnit, r.PricingCategory = number(quantity), unit, "Standard"
	r.ListUnitPrice, r.ContractedUnitPrice = focus.NumberOf(price), focus.NumberOf(price)
	r.SkuMeter = cmp.Or(c.Meter, "charge")
	r.SkuId = r.XProvider + "/" + cmp.Or(c.Model, slug(c.Line)) + "/" + r.SkuMeter
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
