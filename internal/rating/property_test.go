package rating

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func drawUnitPrice(t *rapid.T, label string) money.UnitPrice {
	p, err := money.RoundUnitPrice(big.NewRat(rapid.Int64Range(0, 1e6).Draw(t, label), 1e12))
	require.NoError(t, err)
	return p
}

func drawSheet(t *rapid.T) *pricing.Sheet {
	sheet := &pricing.Sheet{Entry: &pricing.Entry{
		Regions:      rapid.Bool().Draw(t, "regions"),
		ServiceTiers: []string{"flex"}[:rapid.IntRange(0, 1).Draw(t, "tiers")],
		ToolFees:     []meter.Meter{meter.WebSearch}[:rapid.IntRange(0, 1).Draw(t, "fees")],
	}}
	for m := range sheet.Rates {
		list := drawUnitPrice(t, "list")
		sheet.Rates[m] = pricing.Rate{
			Known: rapid.IntRange(0, 9).Draw(t, "known") > 0, Assumed: rapid.Bool().Draw(t, "assumed"),
			Effective: list, Contracted: list, List: list, Uncached: list, Standard: list,
		}
		if rapid.Bool().Draw(t, "agreement") {
			sheet.Rates[m].Effective = drawUnitPrice(t, "effective")
			sheet.Rates[m].Contracted = drawUnitPrice(t, "contracted")
			sheet.Rates[m].Uncached = drawUnitPrice(t, "uncached")
			sheet.Rates[m].Standard = drawUnitPrice(t, "standard")
		}
	}
	return sheet
}

func drawCall(t *rapid.T) *genai.Call {
	call := &genai.Call{
		Role:          genai.RoleCall,
		HasUsage:      rapid.IntRange(0, 9).Draw(t, "usage") > 0,
		Gaps:          genai.Gaps(rapid.Uint32().Draw(t, "gaps")),
		ErrorType:     rapid.SampledFrom([]string{"", "500", "timeout"}).Draw(t, "error"),
		OutputStarted: rapid.Bool().Draw(t, "started"),
	}
	for range rapid.IntRange(0, 6).Draw(t, "meters") {
		m := meter.Meter(rapid.IntRange(0, meter.Count-1).Draw(t, "meter"))
		call.Usage[m] = money.Units(rapid.Int64Range(0, 1e7).Draw(t, "units"))
		if !m.IsToken() {
			call.Usage[m], _ = money.QuantityFromFloat(rapid.Float64Range(0, 1e4).Draw(t, "fraction"))
		}
	}
	return call
}

// Whatever a provider reports, to the 15 decimals of a unit price, is what the lines add up to.
func TestReportedCostIsTheSumOfTheLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, price := drawCall(t), priceOf(drawSheet(t))
		amount, ok := money.AmountFromFloat(rapid.Float64Range(0, 1e4).Draw(t, "reported"))
		require.True(t, ok)
		call.Reported = genai.Reported{Present: true, ByProvider: true, Amount: amount}
		v := new(Verdict)
		New(Options{}).Rate(call, price, v)
		checkVerdict(t, v)
		if v.Status != ledger.StatusNotBilled {
			require.Equal(t, amount.RoundTo(money.UnitPriceDecimals), v.Amount)
			require.Equal(t, ledger.ConfidenceExact, v.Confidence)
		}
	})
}

// Standard - list is the recorded savings, list - effective the agreement's: nothing else is between.
func TestSavingsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call, sheet := drawCall(t), drawSheet(t)
		v := new(Verdict)
		New(Options{}).Rate(call, priceOf(sheet), v)
		checkVerdict(t, v)
		var standard money.Amount
		for _, line := range v.Lines {
			cost, ok := sheet.Rates[line.Meter].Standard.Mul(line.Quantity)
			require.True(t, ok)
			standard = standard.Add(cost)
		}
		saved := v.Savings.ServiceTier.Add(v.Savings.Cache).Add(v.List.Sub(v.Amount))
		require.Equal(t, standard.Sub(v.Amount), saved)
	})
}

// A graduated tier splits lines; it never loses or invents a unit.
func TestGraduatedKeepsQuantities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		call := drawCall(t)
		price := priceOf(drawSheet(t))
		price.Upper, price.Threshold = drawSheet(t), money.Units(rapid.Int64Range(0, 1e7).Draw(t, "threshold"))
		price.UpperByOutput = rapid.Bool().Draw(t, "by output")
		v := new(Verdict)
		New(Options{}).Rate(call, price, v)
		checkVerdict(t, v)
		if !v.Status.HasAmount() {
			return
		}
		var sums meter.Usage
		for _, line := range v.Lines {
			sums[line.Meter] = sums[line.Meter].Add(line.Quantity)
		}
		sums[meter.Request], call.Usage[meter.Request] = money.Quantity{}, money.Quantity{}
		require.Equal(t, call.Usage, sums)
	})
}
