// Package focustest has a dataset for tests: charges of every kind that a row can come from.
package focustest

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Hour is the charge period of the charges.
var Hour = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// Price reads a unit price.
func Price(s string) money.UnitPrice {
	p, err := money.ParseUnitPrice(s)
	if err != nil {
		panic("focustest: " + err.Error())
	}
	return p
}

// quantity reads a quantity.
func quantity(s string) money.Quantity {
	q, err := money.ParseQuantity(s)
	if err != nil {
		panic("focustest: " + err.Error())
	}
	return q
}

// Case is a charge and how much of it there was.
type Case struct {
	Charge focus.Charge
	Sum    focus.Amounts
}

// charge returns an OpenAI charge at list price, which the cases below change.
func charge(m meter.Meter, price string, change func(*focus.Charge)) focus.Charge {
	c := focus.Charge{
		Start: Hour, End: Hour.Add(time.Hour), Provider: "openai", Account: "org-1", Subaccount: "proj-1",
		Model: "gpt-5", Version: "2025-08-07", Meter: m, Status: ledger.StatusPriced, PricingID: "openai/gpt-5@2025-08-07",
		Currency: "USD", Confidence: ledger.ConfidenceExact, Effective: Price(price), Contracted: Price(price), List: Price(price),
		Tags: []focus.Tag{{Key: "cost_center", Value: "4711"}, {Key: "team", Value: "search"}},
	}
	if change != nil {
		change(&c)
	}
	return c
}

// Priced returns charges with a price.
func Priced() []Case {
	bedrock := func(c *focus.Charge) {
		c.Provider, c.Model, c.Version, c.Account, c.Subaccount = "aws.bedrock", "claude-sonnet-4-5", "20250929", "111122223333", "444455556666"
		c.Region, c.PricingID = "eu", "aws.bedrock/claude-sonnet-4-5@2025-09-29#long_context"
		c.Source, c.List = ledger.SourceAgreement, Price("0.0000066")
	}
	return []Case{
		{charge(meter.Input, "0.00000125", nil), focus.Amounts{Quantity: money.Units(1_234_567), Requests: 40}},
		{charge(meter.Output, "0.00001", nil), focus.Amounts{Quantity: money.Units(98_765)}},
		{charge(meter.Input, "0.000000333333333", bedrock), focus.Amounts{Quantity: money.Units(333), Requests: 1}},
		{charge(meter.WebSearch, "0.01", nil), focus.Amounts{Quantity: money.Units(7)}},
		{charge(meter.AudioSecond, "0.0001", func(c *focus.Charge) {
			c.Model, c.Version, c.PricingID, c.Account, c.Subaccount = "whisper-1", "", "openai/whisper-1", "", ""
			c.Confidence = ledger.ConfidenceUpperBound
		}), focus.Amounts{Quantity: quantity("12.345678901"), Requests: 1}},
		{charge(meter.Input, "0", func(c *focus.Charge) {
			c.Status, c.Reason, c.Tags = ledger.StatusFree, ledger.ReasonZeroPrice, nil
		}), focus.Amounts{Quantity: money.Units(10), Requests: 1}},
		{charge(meter.Output, "0.00001", func(c *focus.Charge) {
			c.Provider, c.Account, c.Subaccount = "azure.ai.openai", "profile-1", "subscription-1"
			c.Source, c.Effective = ledger.SourceCommitment, Price("0.000002")
			c.Commitment = focus.Commitment{
				ID: "ptu-1", Name: "PTU one", Type: "Provisioned Throughput", HourlyCost: Price("0.01"),
			}
		}), focus.Amounts{Quantity: money.Units(5000), Requests: 2}},
		{charge(meter.Input, "0.00000125", func(c *focus.Charge) {
			c.Shared = focus.Shared{Dimension: "team", Value: "ads", Weight: 2, Total: 5}
			c.Tags = []focus.Tag{{Key: "team", Value: "ads"}}
			c.Late = true
		}), focus.Amounts{Quantity: quantity("40.4")}},
	}
}

// Unpriced returns charges without a price.
func Unpriced() []Case {
	return []Case{
		{charge(meter.Input, "0", func(c *focus.Charge) {
			c.Model, c.Version, c.PricingID, c.Currency, c.Confidence = "own-model", "", "", "", ""
			c.Status, c.Reason = ledger.StatusUnpriced, ledger.ReasonUnknownModel
		}), focus.Amounts{Quantity: money.Units(400), Requests: 2}},
	}
}

// BilledUsage returns rows of what a provider counted: tokens with and without a meter, and requests.
func BilledUsage() []focus.Row {
	day := Hour.Truncate(24 * time.Hour)
	c := focus.Charge{
		Start: day, End: day.AddDate(0, 0, 1), Provider: "openai", Account: "org-1", Subaccount: "proj-1", Model: "gpt-5-2025-08-07",
		ServiceTier: "batch", Status: ledger.StatusUnpriced,
	}
	var rows []focus.Row
	for _, n := range []struct {
		meter, line, unit string
		quantity          int64
	}{
		{"input", "", "Tokens", 1_300_000}, {"", "input_cache_write_tokens", "Tokens", 512}, {"", "", "Requests", 42},
	} {
		r := Rows([]Case{{c, focus.Amounts{Quantity: money.Units(n.quantity)}}})[0]
		r.SkuMeter, r.XProviderLine, r.ConsumedUnit, r.XSnapshotTime = n.meter, n.line, n.unit, day.AddDate(0, 0, 4)
		r.XRequests = focus.Number{}
		if n.unit == "Requests" {
			r.XRequests = r.ConsumedQuantity
		}
		rows = append(rows, r)
	}
	return rows
}

// Rows returns the rows of cases.
func Rows(cases []Case) []focus.Row {
	routes := focus.BuiltinRoutes()
	rows := make([]focus.Row, len(cases))
	for i, c := range cases {
		var err error
		if rows[i], err = c.Charge.Row(routes, c.Sum); err != nil {
			panic("focustest: " + err.Error())
		}
	}
	return rows
}
