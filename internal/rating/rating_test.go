package rating

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

var (
	sonnetLong = perMillion{
		meter.Input: "6", meter.CacheRead: "0.6", meter.CacheWrite5m: "7.5", meter.CacheWrite1h: "12",
		meter.Output: "22.5", meter.WebSearch: "0.01",
	}
	sonnetBase = perMillion{
		meter.Input: "3", meter.CacheRead: "0.3", meter.CacheWrite5m: "3.75", meter.CacheWrite1h: "6",
		meter.Output: "15", meter.WebSearch: "0.01",
	}
	gpt4o = perMillion{meter.Input: "2.5", meter.CacheRead: "1.25", meter.Output: "10"}
)

// The worked example of the pricing model: docs/pricing-model.md goes through it step by step.
func TestWorkedExample(t *testing.T) {
	split := usage{
		meter.Input: 20_000, meter.CacheRead: 180_000, meter.CacheWrite5m: 4_000, meter.CacheWrite1h: 6_000,
		meter.Output: 2_000, meter.WebSearch: 1,
	}
	unsplit := usage{
		meter.Input: 20_000, meter.CacheRead: 180_000, meter.CacheWrite5m: 10_000,
		meter.Output: 2_000, meter.WebSearch: 1,
	}
	cases := []struct {
		name       string
		rates      perMillion
		usage      usage
		gap        bool
		amount     string
		list       string
		cache      string
		confidence ledger.Confidence
		lines      string
	}{
		{
			name: "above 200,000", rates: sonnetLong, usage: split,
			amount: "0.360625", list: "0.4225", cache: "1.023", confidence: ledger.ConfidenceExact,
			lines: "input:20000@0.00000561/0.00000561/0.0000066;" +
				"cache_read:180000@0.000000561/0.000000561/0.00000066;" +
				"cache_write_5m:4000@0.0000070125/0.0000070125/0.00000825;" +
				"cache_write_1h:6000@0.00001122/0.00001122/0.0000132;" +
				"output:2000@0.0000210375/0.0000210375/0.00002475;" +
				"web_search:1@0.01",
		},
		{
			name: "after the tier had ended", rates: sonnetBase, usage: split,
			amount: "0.192325", list: "0.2245", cache: "0.5115", confidence: ledger.ConfidenceExact,
		},
		{
			name: "without the split of cache writes", rates: sonnetLong, usage: unsplit, gap: true,
			amount: "0.33538", list: "0.3928", cache: "1.0527", confidence: ledger.ConfidenceLowerBound,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			call := callWith(c.usage)
			assert.Equal(t, money.Units(210_000), call.Usage.InputSize())
			if c.gap {
				call.Gaps.Add(genai.GapWriteSplitUnknown)
			}
			v := rate(t, call, priceOf(sheetOf(t, "anthropic/claude-sonnet-4-6", c.rates, "1.1", "0.85")))
			assert.Equal(t, ledger.StatusPriced, v.Status)
			assert.Equal(t, c.amount, v.Amount.String())
			assert.Equal(t, c.list, v.List.String())
			assert.Equal(t, c.cache, v.Savings.Cache.String())
			assert.True(t, v.Savings.ServiceTier.IsZero())
			assert.Equal(t, c.confidence, v.Confidence)
			assert.Equal(t, ledger.SourceAgreement, v.Source)
			if c.lines != "" {
				assert.Equal(t, c.lines, v.Lines.String())
				assert.Equal(t, "0.061875", v.List.Sub(v.Amount).String())
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	sheet := sheetOf(t, "openai/gpt-4o@2024-10-01", gpt4o, "1", "1")
	plain := usage{meter.Input: 176, meter.CacheRead: 1024, meter.Output: 300}
	failed := func(errorType string, started bool) *genai.Call {
		return &genai.Call{Role: genai.RoleCall, ErrorType: errorType, OutputStarted: started}
	}
	with := func(call *genai.Call, change func(*genai.Call)) *genai.Call {
		change(call)
		return call
	}
	requestOnly := sheetOf(t, "x", perMillion{meter.Request: "0.005"}, "1", "1")
	withFee := sheetOf(t, "x", perMillion{meter.Input: "1", meter.Output: "1", meter.Request: "0.005"}, "1", "1")
	zero := sheetOf(t, "x", perMillion{meter.Input: "0", meter.Output: "0", meter.CacheRead: "0", meter.Request: "0"}, "1", "1")
	unknown := &pricing.Price{Reason: ledger.ReasonUnknownModel}

	cases := []struct {
		name   string
		call   *genai.Call
		price  *pricing.Price
		status ledger.Status
		reason ledger.Reason
		lines  string
	}{
		{
			"priced", callWith(plain), priceOf(sheet), ledger.StatusPriced, "",
			"input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001",
		},
		{
			"an error with usage is priced", with(callWith(plain), func(c *genai.Call) { c.ErrorType = "500" }),
			priceOf(sheet), ledger.StatusPriced, "", "input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001",
		},
		{
			"one request is charged where there is a fee", callWith(usage{meter.Input: 1}),
			priceOf(withFee), ledger.StatusPriced, "", "input:1@0.000001;request:1@0.005",
		},
		{
			"stated requests are charged instead", callWith(usage{meter.Input: 1, meter.Request: 3}),
			priceOf(withFee), ledger.StatusPriced, "", "input:1@0.000001;request:3@0.005",
		},
		{
			"stated requests without a fee cost nothing", callWith(usage{meter.Input: 1, meter.Request: 3}),
			priceOf(sheet), ledger.StatusPriced, "", "input:1@0.0000025",
		},
		{
			"a price per request needs no usage", &genai.Call{Role: genai.RoleCall},
			priceOf(requestOnly), ledger.StatusPriced, "", "request:1@0.005",
		},
		{
			"a fee does not replace missing usage", &genai.Call{Role: genai.RoleCall},
			priceOf(withFee), ledger.StatusUnpriced, ledger.ReasonNoUsage, "",
		},
		{
			"zero rates", callWith(plain), priceOf(zero), ledger.StatusFree, ledger.ReasonZeroPrice,
			"input:176@0;cache_read:1024@0;output:300@0",
		},
		{
			"declared free", callWith(plain), priceOf(&pricing.Sheet{Free: true}), ledger.StatusFree, ledger.ReasonZeroPrice,
			"input:176@0;cache_read:1024@0;output:300@0",
		},
		{
			"a missing rate is not free", callWith(usage{meter.Input: 1, meter.WebSearch: 1}), priceOf(sheet),
			ledger.StatusUnpriced, ledger.ReasonNoRate, "",
		},
		{"unknown model", callWith(plain), unknown, ledger.StatusUnpriced, ledger.ReasonUnknownModel, ""},
		{"no sheet at all", callWith(plain), &pricing.Price{}, ledger.StatusUnpriced, ledger.ReasonUnknownModel, ""},
		{"no usage", &genai.Call{Role: genai.RoleCall}, priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonNoUsage, ""},
		{"no usage and no price", &genai.Call{Role: genai.RoleCall}, unknown, ledger.StatusUnpriced, ledger.ReasonNoUsage, ""},
		{"all usage is zero", callWith(nil), priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonNoUsage, ""},
		{
			"invalid usage", with(callWith(plain), func(c *genai.Call) { c.Invalid = true }), priceOf(sheet),
			ledger.StatusUnpriced, ledger.ReasonInvalidUsage, "",
		},
		{"negative usage", callWith(usage{meter.Input: -1, meter.Output: 5}), priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonInvalidUsage, ""},
		{
			"usage beyond all amounts", with(callWith(plain), func(c *genai.Call) { c.Usage[meter.Output] = quantityOf(t, "1e29") }),
			priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonInvalidUsage, "",
		},
		{"refused", failed("429", false), priceOf(sheet), ledger.StatusNotBilled, ledger.ReasonError, ""},
		{"failed before output", failed("InternalServerError", false), unknown, ledger.StatusNotBilled, ledger.ReasonError, ""},
		{"broken off after output", failed("500", true), priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonNoUsage, ""},
		{"cancelled after output", failed("CancelledError", true), priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonNoUsage, ""},
		{
			"interrupted, nobody knows when", with(failed("APITimeoutError", false), func(c *genai.Call) { c.Interrupted = true }),
			priceOf(sheet), ledger.StatusUnpriced, ledger.ReasonNoUsage, "",
		},
		{
			"a gateway's cache answered", with(callWith(plain), func(c *genai.Call) { c.GatewayCacheHit = true }), priceOf(sheet),
			ledger.StatusFree, ledger.ReasonGatewayCache, "",
		},
		{
			"an agent", with(callWith(plain), func(c *genai.Call) { c.Role, c.Reason = genai.RoleAggregate, ledger.ReasonAgent }),
			priceOf(sheet), ledger.StatusAggregate, ledger.ReasonAgent, "",
		},
		{
			"a tool", with(callWith(nil), func(c *genai.Call) { c.Role, c.Reason = genai.RoleOther, ledger.ReasonTool }),
			priceOf(sheet), ledger.StatusAggregate, ledger.ReasonTool, "",
		},
		{
			"an agent over the wire is a call", with(callWith(usage{meter.Input: 1}), func(c *genai.Call) { c.Role = genai.RoleAgentCall }),
			priceOf(sheet), ledger.StatusPriced, "", "input:1@0.0000025",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := rate(t, c.call, c.price)
			assert.Equal(t, c.status, v.Status)
			assert.Equal(t, c.reason, v.Reason)
			assert.Equal(t, c.lines, v.Lines.String())
			assert.Equal(t, c.price.Model, v.Model, "the model is named, priced or not")
			assert.Equal(t, c.price.Match, v.Match)
		})
	}
}

func TestSavingsOfServiceTierAndCache(t *testing.T) {
	sheet := sheetOf(t, "x#batch", perMillion{meter.Input: "1", meter.CacheRead: "0.1", meter.Output: "4"}, "1", "0.5")
	for m := range sheet.Rates {
		sheet.Rates[m].Standard, _ = money.ParseUnitPrice(map[meter.Meter]string{
			meter.Input: "0.000002", meter.CacheRead: "0.000002", meter.Output: "0.000008",
		}[meter.Meter(m)] + "0")
	}
	v := rate(t, callWith(usage{meter.Input: 1000, meter.CacheRead: 9000, meter.Output: 500}), priceOf(sheet))
	assert.Equal(t, "0.012", v.Savings.ServiceTier.String())
	assert.Equal(t, "0.0081", v.Savings.Cache.String())
	assert.Equal(t, "0.0039", v.List.String())
	assert.Equal(t, "0.00195", v.Amount.String())
}

func TestOptions(t *testing.T) {
	require.NoError(t, BYOK("").Validate())
	require.NoError(t, BYOKInclude.Validate())
	require.EqualError(t, BYOK("yes").Validate(), `unknown value "yes"; use exclude or include`)
	v := rateWith(t, Options{Currency: "eur"}, callWith(usage{meter.Input: 1}), priceOf(sheetOf(t, "x", gpt4o, "1", "1")))
	assert.Equal(t, "EUR", v.Currency)
}

func TestDescribe(t *testing.T) {
	call := callWith(usage{meter.Input: 1})
	call.Provider, call.RequestModel, call.ResponseModel = "openai", "gpt-4o", "gpt-4o-2024-08-06"
	call.RequestedTier, call.Speed, call.Region, call.Deployment = "flex", "fast", "eu", "global"
	call.Start = time.Date(2026, 3, 12, 23, 59, 50, 0, time.UTC)
	out := pricing.Call{Team: "search"}
	Describe(call, &out)
	assert.Equal(t, pricing.Call{
		Provider: "openai", RequestModel: "gpt-4o", ResponseModel: "gpt-4o-2024-08-06",
		Time: call.Start, ServiceTier: "flex", Speed: "fast", Region: "eu", Deployment: "global",
		Team: "search", Usage: &call.Usage,
	}, out)
	call.ServiceTier = "default"
	Describe(call, &out)
	assert.Equal(t, "default", out.ServiceTier, "served over requested")
}

func TestVerdictIsOverwritten(t *testing.T) {
	r := New(Options{})
	price := priceOf(sheetOf(t, "x", gpt4o, "1", "1"))
	priced, again := new(Verdict), new(Verdict)
	r.Rate(callWith(usage{meter.Input: 1, meter.Output: 1}), price, priced)
	for _, call := range []*genai.Call{
		callWith(usage{meter.Output: 7}),
		{Role: genai.RoleCall, ErrorType: "429"},
		{Role: genai.RoleCall, HasUsage: true, Usage: usage{meter.Input: 1}.meters(), Gaps: 0xffff, Reported: genai.Reported{Present: true, ByProvider: true, Amount: amountOf(t, "1")}},
		callWith(usage{meter.Input: 1, meter.Output: 1}),
	} {
		r.Rate(call, price, again)
		checkVerdict(t, again)
	}
	assert.Equal(t, priced, again)
}
