package rating

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

var _ Pricer = (*pricing.Engine)(nil)

func engine(tb testing.TB) *pricing.Engine {
	tb.Helper()
	data, err := os.ReadFile("testdata/prices.yaml")
	require.NoError(tb, err)
	file, err := pricing.ParseFile("prices.yaml", data, pricing.ParseOptions{})
	require.NoError(tb, err)
	catalog, err := pricing.Compile(file)
	require.NoError(tb, err)
	e, err := pricing.NewEngine(catalog, pricing.Customization{
		Agreements: []pricing.Agreement{{Discount: "15%"}},
	})
	require.NoError(tb, err)
	return e
}

// From a catalog file to the verdict: the numbers of the worked example, and what the two packages
// have to agree on.
func TestWithEngine(t *testing.T) {
	e := engine(t)
	worked := usage{
		meter.Input: 20_000, meter.CacheRead: 180_000, meter.CacheWrite5m: 4_000, meter.CacheWrite1h: 6_000,
		meter.Output: 2_000, meter.WebSearch: 1,
	}
	unsplit := usage{
		meter.Input: 20_000, meter.CacheRead: 180_000, meter.CacheWrite5m: 10_000,
		meter.Output: 2_000, meter.WebSearch: 1,
	}
	call := func(u usage, model string, change func(*genai.Call)) *genai.Call {
		c := callWith(u)
		c.HasUsage = u != nil
		c.Provider, c.ResponseModel, c.Region = "anthropic", model, "us"
		c.Start = time.Date(2026, 3, 12, 23, 59, 50, 0, time.UTC)
		if change != nil {
			change(c)
		}
		return c
	}
	const sonnet = "claude-sonnet-4-6"
	cases := []struct {
		name       string
		call       *genai.Call
		amount     string
		list       string
		savings    string
		confidence ledger.Confidence
		lines      string
		id         string
	}{
		{
			name: "worked example", call: call(worked, sonnet, nil),
			amount: "0.360625", list: "0.4225", savings: "cache:1.023", confidence: ledger.ConfidenceExact,
			id: "anthropic/claude-sonnet-4-6@2026-03-01#long_context+us",
		},
		{
			name:   "fifteen seconds later",
			call:   call(worked, sonnet, func(c *genai.Call) { c.Start = c.Start.Add(15 * time.Second) }),
			amount: "0.192325", list: "0.2245", savings: "cache:0.5115", confidence: ledger.ConfidenceExact,
			id: "anthropic/claude-sonnet-4-6@2026-03-13#us",
		},
		{
			name:   "without the split of cache writes",
			call:   call(unsplit, sonnet, func(c *genai.Call) { c.Gaps.Add(genai.GapWriteSplitUnknown) }),
			amount: "0.33538", list: "0.3928", savings: "cache:1.0527", confidence: ledger.ConfidenceLowerBound,
			id: "anthropic/claude-sonnet-4-6@2026-03-01#long_context+us",
		},
		{
			name:   "batch is half, and what it saved is known",
			call:   call(usage{meter.Input: 1000}, sonnet, func(c *genai.Call) { c.ServiceTier = "batch" }),
			amount: "0.0014025", list: "0.00165", savings: "service_tier:0.00165", confidence: ledger.ConfidenceExact,
			id: "anthropic/claude-sonnet-4-6@2026-03-01#batch+us",
		},
		{
			name:   "flex has no price here",
			call:   call(usage{meter.Input: 1000}, sonnet, func(c *genai.Call) { c.ServiceTier = "flex" }),
			amount: "0.002805", list: "0.0033", confidence: ledger.ConfidenceUpperBound,
			id: "anthropic/claude-sonnet-4-6@2026-03-01#us",
		},
		{
			name:   "priority has no price here",
			call:   call(usage{meter.Input: 1000}, sonnet, func(c *genai.Call) { c.RequestedTier = "priority" }),
			amount: "0.002805", list: "0.0033", confidence: ledger.ConfidenceLowerBound,
			id: "anthropic/claude-sonnet-4-6@2026-03-01#us",
		},
		{
			name: "graduated by input", call: call(usage{meter.Input: 300_000, meter.Output: 1000}, "graduated-by-input", nil),
			amount: "0.34425", list: "0.405", confidence: ledger.ConfidenceExact,
			id:    "anthropic/graduated-by-input@2026-03-01#long_context",
			lines: "input:200000@0.00000085/0.00000085/0.000001;input:100000@0.0000017/0.0000017/0.000002;output:1000@0.00000425/0.00000425/0.000005",
		},
		{
			name: "graduated by output", call: call(usage{meter.Input: 1000, meter.Output: 1500}, "graduated-by-output", nil),
			amount: "0.00935", list: "0.011", confidence: ledger.ConfidenceExact,
			id:    "anthropic/graduated-by-output@2026-03-01#long_context",
			lines: "input:1000@0.00000085/0.00000085/0.000001;output:1000@0.00000425/0.00000425/0.000005;output:500@0.0000085/0.0000085/0.00001",
		},
		{
			name: "a price per request needs no usage", call: call(nil, "per-request", nil),
			amount: "0.005", list: "0.005", confidence: ledger.ConfidenceExact,
			id: "anthropic/per-request@2026-03-01", lines: "request:1@0.005",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var described pricing.Call
			Describe(c.call, &described)
			price := e.Price(&described)
			v := rate(t, c.call, &price)
			assert.Equal(t, ledger.StatusPriced, v.Status, v.Reason)
			assert.Equal(t, c.amount, v.Amount.String())
			assert.Equal(t, c.list, v.List.String())
			assert.Equal(t, c.savings, v.Savings.String())
			assert.Equal(t, c.confidence, v.Confidence, "%v", names(v.Doubts))
			if c.lines != "" {
				assert.Equal(t, c.lines, v.Lines.String())
			}
			assert.Equal(t, c.id, v.PricingID)
		})
	}
}
