// Package reports has reconcile reports as they are met with, for tests of what shows them.
package reports

import (
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// All returns every report by name.
func All() map[string]*reconcile.Report {
	return map[string]*reconcile.Report{
		"month":      Month(),
		"agrees":     Agrees(),
		"empty":      {},
		"one_day":    OneDay(),
		"year":       Year(),
		"names":      LongNames(),
		"currencies": Currencies(),
		"hostile":    Hostile(),
	}
}

var november = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// account is a series of cells.
type account struct {
	provider, account, model, currency string
	// daily is what is metered on an average day.
	daily string
	// bridge is what each line has of that.
	bridge map[reconcile.Line]string
}

// Month is a November of two providers with something on each line of the bridge, and three days without a bill.
func Month() *reconcile.Report {
	accounts := []account{
		{"openai", "proj-search", "gpt-4o", "USD", "212.40", map[reconcile.Line]string{reconcile.Volume: "0.041", reconcile.Price: "-0.012", reconcile.Tax: "0.19"}},
		{"openai", "proj-chat", "gpt-4o-mini", "USD", "61.07", map[reconcile.Line]string{reconcile.ToolsAndFees: "0.032", reconcile.Rounding: "0.00002", reconcile.Unparsed: "0.011"}},
		{"anthropic", "ws-code", "claude-sonnet-4-5", "USD", "148.9", map[reconcile.Line]string{reconcile.TierAndCache: "-0.021", reconcile.Credits: "-0.05", reconcile.Unexplained: "0.004"}},
		{"anthropic", "", "claude-haiku-4-5", "USD", "23.113", map[reconcile.Line]string{reconcile.Purchases: "0.3"}},
	}
	r := build(accounts, november, 30, func(n int) bool { return n >= 17 && n < 20 })
	r.Findings = monthFindings()
	r.Excluded = []reconcile.Exclusion{
		{
			Reason: reconcile.NotFinal, Provider: "openai", Account: "proj-search", Currency: "USD", First: date(17), Last: date(19), Days: 3,
			Metered: amount("641.2203"), MeteredRequests: 20_411, Text: "The provider may still revise these days.",
		},
		{
			Reason: reconcile.NotBilled, Provider: "mistral_ai", First: date(0), Last: date(29), Days: 30, Currency: "USD",
			Metered: amount("12.5"), MeteredRequests: 918, UnpricedRequests: 4, Text: "There is no bill of the provider.",
		},
	}
	r.Warnings = []string{"anthropic: the usage report has no priority tier; such calls are compared as standard ones."}
	return r
}

func monthFindings() []reconcile.Finding {
	of := func(line reconcile.Line, kind reconcile.Kind, provider, account, model, size, text string, rates ...reconcile.RateFinding) reconcile.Finding {
		return reconcile.Finding{
			Line: line, Kind: kind, Provider: provider, Account: account, Model: model, Currency: "USD", Amount: amount(size),
			First: date(0), Last: date(29), Days: 27, Text: text, Rates: rates,
		}
	}
	bypassing := of(reconcile.Volume, reconcile.Bypassing, "openai", "proj-search", "gpt-4o", "235.1268", "The provider counted 4,812 calls of which no telemetry told: something calls it past the collector.",
		reconcile.RateFinding{Meter: "input", Quantity: money.Units(58_000_000), Unit: "1M Tokens", OurRate: "2.5", PricingID: "openai/gpt-4o", Amount: amount("145")},
		reconcile.RateFinding{Meter: "output", Tier: "batch", Quantity: money.Units(18_025_360), Unit: "1M Tokens", OurRate: "5", Amount: amount("90.1268")})
	bypassing.Requests = money.Units(4812)
	agreement := of(reconcile.Price, reconcile.Agreement, "anthropic", "ws-code", "", "-21.07", "The bill charges 95 % of our rates, on all models.")
	agreement.Ratio = "0.95"
	unparsed := of(reconcile.Unparsed, "unparsed", "openai", "proj-chat", "", "18.138", "A line of the bill that names neither a model nor a meter.")
	unparsed.BillLine = "adjusted usage, ft-legacy"
	return []reconcile.Finding{
		bypassing,
		of(reconcile.Purchases, "purchases", "anthropic", "", "", "187.2153", "Purchases, less those in our own books."),
		of(reconcile.Credits, "credits", "anthropic", "ws-code", "", "-201.015", "Credits and adjustments."),
		of(reconcile.TierAndCache, reconcile.CacheNotVisible, "anthropic", "ws-code", "claude-sonnet-4-5", "-84.4263", "Tokens were billed under another cache action than telemetry says: cache_read +9000000, input -9000000.",
			reconcile.RateFinding{Meter: "cache_read", Quantity: money.Units(9_000_000), Unit: "1M Tokens", OurRate: "0.3", Amount: amount("2.7")}),
		of(reconcile.Price, reconcile.WrongPrice, "openai", "proj-search", "gpt-4o", "-68.8176", "The bill has other rates than our prices: output 9.5 instead of 10 for 1M Tokens.",
			reconcile.RateFinding{Meter: "output", Quantity: money.Units(137_635_200), Unit: "1M Tokens", OurRate: "10", BilledRate: "9.5", PricingID: "openai/gpt-4o", Amount: amount("-68.8176")}),
		of(reconcile.ToolsAndFees, reconcile.Tool, "openai", "proj-chat", "", "52.764", "What was charged for web search differs from what was metered."),
		agreement,
		unparsed,
		of(reconcile.Unexplained, "unexplained", "anthropic", "ws-code", "claude-sonnet-4-5", "16.0812", "The provider reports no quantity for these charges, so volume and price cannot be told apart."),
		of(reconcile.Rounding, "rounding", "openai", "proj-chat", "", "0.0329778", "Below the precision of the bill or of unit prices."),
	}
}

// Agrees is a month without any difference.
func Agrees() *reconcile.Report {
	return build([]account{{"openai", "proj-search", "gpt-4o", "USD", "212.40", nil}, {"anthropic", "ws-code", "claude-sonnet-4-5", "USD", "148.9", nil}}, november, 30, nil)
}

// OneDay is of a single day that was billed less.
func OneDay() *reconcile.Report {
	r := build([]account{{"openai", "proj-search", "gpt-4o", "USD", "0.00371", map[reconcile.Line]string{reconcile.Volume: "-0.4"}}}, november, 1, nil)
	r.Cells[0].Confidence = map[ledger.Confidence]money.Amount{ledger.ConfidenceEstimated: r.Cells[0].Metered}
	return r
}

// Year is of 365 days and of large amounts.
func Year() *reconcile.Report {
	bridge := map[reconcile.Line]string{reconcile.Volume: "0.02", reconcile.Unexplained: "-0.0001"}
	return build([]account{{"openai", "proj-search", "gpt-4o", "USD", "81234567.89", bridge}}, time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), 365,
		func(n int) bool { return n > 200 && n < 230 || n == 300 })
}

// LongNames has names that do not fit a line.
func LongNames() *reconcile.Report {
	model := strings.Repeat("ft:gpt-4o-2024-08-06:a-very-long-organization-name:", 4) + "9xYz"
	r := build([]account{{"azure.ai.openai", strings.Repeat("subscription0123456789", 6), model, "USD", "12.5", map[reconcile.Line]string{reconcile.Price: "0.5"}}}, november, 5, nil)
	r.Findings = []reconcile.Finding{{
		Line: reconcile.Price, Kind: reconcile.WrongPrice, Provider: "azure.ai.openai", Account: r.Cells[0].Account, Model: model, Currency: "USD",
		Amount: amount("31.25"), First: date(0), Last: date(4), Days: 5, BillLine: strings.Repeat("GPT4oRegionalOutputTokens", 8), Text: strings.Repeat("output", 40),
		Rates: []reconcile.RateFinding{{Meter: "output", Tier: strings.Repeat("tier", 20), Quantity: money.Units(1), Unit: "1M Tokens", OurRate: "0.000000123456789012", BilledRate: "0.1", PricingID: model, Amount: amount("31.25")}},
	}}
	return r
}

// Currencies is of two.
func Currencies() *reconcile.Report {
	return build([]account{
		{"openai", "proj-search", "gpt-4o", "USD", "212.40", map[reconcile.Line]string{reconcile.Volume: "0.02"}},
		{"mistral_ai", "ws-eu", "mistral-large", "EUR", "31.5", map[reconcile.Line]string{reconcile.Price: "-0.1", reconcile.Tax: "0.2"}},
	}, november, 10, nil)
}

// HostileText would do harm on a page that does not escape it, in text, attributes, styles and links.
const HostileText = `</style></title><script>alert(1)</script><img src="https://example.com/x" onerror=alert(1)>" onload="alert(1)' {{.}} javascript:alert(1)`

// Hostile has such text wherever telemetry, bills and catalogs have any.
func Hostile() *reconcile.Report {
	const x = HostileText
	r := build([]account{{x, x, x, x, "5", map[reconcile.Line]string{reconcile.Volume: "1"}}}, november, 2, nil)
	r.Cells[0].Subaccount = x
	r.Findings = []reconcile.Finding{{
		Line: reconcile.Volume, Kind: x, Provider: x, Account: x, Subaccount: x, Model: x, Currency: x, Amount: amount("10"), First: date(0), Last: date(1), Days: 2,
		BillLine: x, Ratio: x, Text: x, Rates: []reconcile.RateFinding{{Meter: x, Tier: x, Unit: x, OurRate: x, BilledRate: x, PricingID: x}},
	}}
	r.Excluded = []reconcile.Exclusion{{Reason: x, Provider: x, Account: x, Currency: x, First: date(3), Last: date(3), Days: 1, Text: x}}
	r.Warnings = []string{x}
	return r
}

// build makes cells of each account and day, whose amounts move with the day and whose bridges add up.
func build(accounts []account, first time.Time, days int, without func(n int) bool) *reconcile.Report {
	r := &reconcile.Report{First: reconcile.Date{Time: first}, Last: reconcile.Date{Time: first.AddDate(0, 0, days-1)}}
	for _, a := range accounts {
		for n := range days {
			if without != nil && without(n) {
				continue
			}
			// Between 70 % and 130 %, the same every time.
			part := rational(int64(70+(n*37+len(a.model)*13)%61), 100)
			key := reconcile.Key{Day: first.AddDate(0, 0, n), Provider: a.provider, Account: a.account, Model: a.model, Currency: a.currency}
			r.Cells = append(r.Cells, reconcile.Cell{Key: key, Comparison: compare(scaled(amount(a.daily), part), a.bridge, n)})
		}
	}
	return r
}

func compare(metered money.Amount, bridge map[reconcile.Line]string, n int) reconcile.Comparison {
	c := reconcile.Comparison{Metered: metered, MeteredRequests: int64(600 + n*7%90), MeteredTokens: money.Units(1_000_000), BilledTokens: money.Units(1_010_000)}
	for line, part := range bridge {
		// Days differ, and sometimes in the other direction.
		c.Bridge[line] = scaled(metered.RoundTo(6), scaledPart(part, n))
	}
	c.Billed = metered.Add(c.Bridge.Usage())
	c.Invoiced = metered.Add(c.Bridge.Total())
	c.CountedRequests = money.Units(c.MeteredRequests)
	c.BilledRequests = c.CountedRequests
	if !c.Bridge[reconcile.Volume].IsZero() {
		c.BilledRequests = c.BilledRequests.Add(money.Units(int64(9 + n%5)))
	}
	sure := scaled(metered, rational(9, 10))
	bounded := scaled(metered, rational(7, 100))
	c.Confidence = map[ledger.Confidence]money.Amount{
		ledger.ConfidenceExact: sure, ledger.ConfidenceUpperBound: bounded, ledger.ConfidenceEstimated: metered.Sub(sure).Sub(bounded),
	}
	return c
}
