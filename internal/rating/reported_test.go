package rating

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func TestReportedCost(t *testing.T) {
	sheet := priceOf(sheetOf(t, "openrouter/x", perMillion{meter.Input: "1", meter.Output: "3"}, "1", "1"))
	withFee := priceOf(sheetOf(t, "x", perMillion{meter.Input: "1", meter.Request: "0.001"}, "1", "1"))
	zero := priceOf(sheetOf(t, "x", perMillion{meter.Input: "0", meter.Output: "0"}, "1", "1"))
	unknown := &pricing.Price{Reason: ledger.ReasonUnknownModel}
	plain := usage{meter.Input: 1000, meter.Output: 1000}

	cases := []struct {
		name       string
		usage      usage
		price      *pricing.Price
		reported   string
		currency   string
		local      bool
		status     ledger.Status
		reason     ledger.Reason
		amount     string
		lines      string
		source     ledger.CostSource
		notes      ledger.Reason
		list       string
		confidence ledger.Confidence
	}{
		{
			name: "the provider's own wins", usage: plain, price: sheet, reported: "0.002",
			status: ledger.StatusPriced, amount: "0.002", source: ledger.SourceReported, list: "0.004",
			lines:      "input:1000@0.0000005/0.0000005/0.000001;output:1000@0.0000015/0.0000015/0.000003",
			confidence: ledger.ConfidenceExact,
		},
		{
			name: "an estimate is only recorded", usage: plain, price: sheet, reported: "0.002", local: true,
			status: ledger.StatusPriced, amount: "0.004", list: "0.004",
			lines: "input:1000@0.000001;output:1000@0.000003", confidence: ledger.ConfidenceUpperBound,
		},
		{
			name: "what unit prices cannot carry goes to one request", usage: usage{meter.Input: 3, meter.Output: 7}, price: sheet,
			reported: "0.00001", status: ledger.StatusPriced, amount: "0.00001", source: ledger.SourceReported, list: "0.000024",
			lines: "input:3@0.000000416666666/0.000000416666666/0.000001;" +
				"output:7@0.00000125/0.00000125/0.000003;request:1@0.000000000000002/0.000000000000002/0",
			confidence: ledger.ConfidenceExact,
		},
		{
			name: "a request fee is scaled too and takes the rest", usage: usage{meter.Input: 3}, price: withFee,
			reported: "0.0005", status: ledger.StatusPriced, amount: "0.0005", source: ledger.SourceReported, list: "0.001003",
			lines: "input:3@0.000000498504486/0.000000498504486/0.000001;" +
				"request:1@0.000498504486542/0.000498504486542/0.001",
			confidence: ledger.ConfidenceExact,
		},
		{
			name: "more digits than a unit price has are rounded once", usage: plain, price: unknown, reported: "0.0000000000000025",
			status: ledger.StatusPriced, amount: "0.000000000000002", source: ledger.SourceReported, list: "0.000000000000002",
			lines: "input:1000@0;output:1000@0;request:1@0.000000000000002", confidence: ledger.ConfidenceExact,
		},
		{
			name: "without a price the request carries all", usage: plain, price: unknown, reported: "0.02",
			status: ledger.StatusPriced, amount: "0.02", source: ledger.SourceReported, list: "0.02",
			lines: "input:1000@0;output:1000@0;request:1@0.02", confidence: ledger.ConfidenceExact,
		},
		{
			name: "without usage too", price: sheet, reported: "0.02",
			status: ledger.StatusPriced, amount: "0.02", source: ledger.SourceReported, list: "0.02",
			lines: "request:1@0.02", confidence: ledger.ConfidenceExact,
		},
		{
			name: "a free catalog price shows no shares", usage: plain, price: zero, reported: "0.02",
			status: ledger.StatusPriced, amount: "0.02", source: ledger.SourceReported, list: "0",
			lines: "input:1000@0;output:1000@0;request:1@0.02/0.02/0", confidence: ledger.ConfidenceExact,
		},
		{
			name: "zero from the provider is free", usage: plain, price: sheet, reported: "0",
			status: ledger.StatusFree, reason: ledger.ReasonZeroPrice, amount: "0", source: ledger.SourceReported, list: "0.004",
			lines: "input:1000@0/0/0.000001;output:1000@0/0/0.000003", confidence: ledger.ConfidenceExact,
		},
		{
			name: "another currency is not taken", usage: plain, price: sheet, reported: "0.002", currency: "EUR",
			status: ledger.StatusPriced, amount: "0.004", list: "0.004", notes: ledger.ReasonCurrency,
			lines: "input:1000@0.000001;output:1000@0.000003", confidence: ledger.ConfidenceUpperBound,
		},
		{
			name: "another currency and no price", usage: plain, price: unknown, reported: "0.002", currency: "EUR",
			status: ledger.StatusUnpriced, reason: ledger.ReasonCurrency, amount: "0", list: "0", notes: ledger.ReasonCurrency,
		},
		{
			name: "a negative cost is not taken", usage: plain, price: sheet, reported: "-1",
			status: ledger.StatusPriced, amount: "0.004", list: "0.004",
			lines: "input:1000@0.000001;output:1000@0.000003", confidence: ledger.ConfidenceUpperBound,
		},
		{
			name: "currencies compare without case", usage: plain, price: unknown, reported: "1", currency: "usd",
			status: ledger.StatusPriced, amount: "1", list: "1", source: ledger.SourceReported,
			lines: "input:1000@0;output:1000@0;request:1@1", confidence: ledger.ConfidenceExact,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			call := callWith(c.usage)
			call.HasUsage = c.usage != nil
			// A doubt about the computed cost does not touch the reported one.
			call.Gaps.Add(genai.GapCacheReadDropped)
			if c.price.Sheet != nil {
				c.price.Sheet.Rates[meter.CacheRead].Known = true
			}
			call.Reported = genai.Reported{Present: true, ByProvider: !c.local, Currency: c.currency, Amount: amountOf(t, c.reported)}
			v := rate(t, call, c.price)
			assert.Equal(t, c.status, v.Status)
			assert.Equal(t, c.reason, v.Reason)
			assert.Equal(t, c.amount, v.Amount.String())
			assert.Equal(t, c.list, v.List.String())
			assert.Equal(t, c.lines, v.Lines.String())
			assert.Equal(t, c.source, v.Source)
			assert.Equal(t, c.notes, v.ReportedReason)
			assert.Equal(t, c.confidence, v.Confidence)
			assert.True(t, v.HasReported)
			assert.Equal(t, c.reported, v.Reported.String())
			assert.Equal(t, c.price.Sheet != nil && c.usage != nil, v.HasComputed)
		})
	}
}

func TestReportedCostOfAFailedCall(t *testing.T) {
	sheet := priceOf(sheetOf(t, "x", gpt4o, "1", "1"))
	call := &genai.Call{Role: genai.RoleCall, ErrorType: "500", Reported: genai.Reported{Present: true, ByProvider: true}}
	assert.Equal(t, ledger.StatusNotBilled, rate(t, call, sheet).Status, "nothing was billed, as the provider says")
	call.Reported.Amount = amountOf(t, "0.01")
	assert.Equal(t, ledger.StatusPriced, rate(t, call, sheet).Status, "the provider did bill it")
}

func TestReportedUpstreamCost(t *testing.T) {
	call := callWith(usage{meter.Input: 1000})
	call.Reported = genai.Reported{Present: true, ByProvider: true, Amount: amountOf(t, "0.001"), Upstream: amountOf(t, "0.02")}
	sheet := priceOf(sheetOf(t, "x", gpt4o, "1", "1"))
	assert.Equal(t, "0.001", rateWith(t, Options{}, call, sheet).Amount.String())
	assert.Equal(t, "0.001", rateWith(t, Options{BYOK: BYOKExclude}, call, sheet).Amount.String())
	assert.Equal(t, "0.021", rateWith(t, Options{BYOK: BYOKInclude}, call, sheet).Amount.String())
}

func TestReportedKeepsTheDifferenceVisible(t *testing.T) {
	call := callWith(usage{meter.Input: 1_000_000})
	call.Reported = genai.Reported{Present: true, ByProvider: true, Amount: amountOf(t, "2")}
	v := rate(t, call, priceOf(sheetOf(t, "x", gpt4o, "1", "1")))
	require.True(t, v.HasComputed)
	assert.Equal(t, "2.5", v.Computed.String())
	assert.Equal(t, "2", v.Amount.String())
	assert.Equal(t, money.Units(1_000_000), v.Lines[0].Quantity)
}
