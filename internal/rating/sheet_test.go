package rating

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// perMillion holds rates of token meters per 1M, and of unit meters per 1, as price pages have them.
type perMillion map[meter.Meter]string

// sheetOf makes a sheet of list prices. Factors scale token meters: list is what residency and the like
// make of the rates, agreement what the customer pays of it.
func sheetOf(t require.TestingT, id string, rates perMillion, list, agreement string) *pricing.Sheet {
	sheet := &pricing.Sheet{ID: id, Entry: &pricing.Entry{}}
	if agreement != "1" {
		sheet.Source = ledger.SourceAgreement
	}
	for m, text := range rates {
		rate := ratOf(t, text)
		contracted := new(big.Rat).Set(rate)
		if m.IsToken() {
			rate.Quo(rate, big.NewRat(1e6, 1)).Mul(rate, ratOf(t, list))
			contracted.Mul(rate, ratOf(t, agreement))
		}
		sheet.Rates[m] = pricing.Rate{
			Known:      true,
			Effective:  rounded(t, contracted),
			Contracted: rounded(t, contracted),
			List:       rounded(t, rate),
		}
	}
	uncache(sheet)
	return sheet
}

// uncache fills in what nothing cached would have cost, at the standard tier.
func uncache(sheet *pricing.Sheet) {
	for m := range meter.Meter(meter.Count) {
		uncached := m.Uncached()
		sheet.Rates[m].Uncached = sheet.Rates[uncached].List
		sheet.Rates[m].Standard = sheet.Rates[uncached].List
	}
}

func ratOf(t require.TestingT, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	require.True(t, ok, s)
	return r
}

func rounded(t require.TestingT, r *big.Rat) money.UnitPrice {
	p, err := money.RoundUnitPrice(r)
	require.NoError(t, err)
	return p
}

func amountOf(t require.TestingT, s string) money.Amount {
	a, err := money.ParseAmount(s)
	require.NoError(t, err)
	return a
}

func quantityOf(t require.TestingT, s string) money.Quantity {
	q, err := money.ParseQuantity(s)
	require.NoError(t, err)
	return q
}

// usage of whole units.
type usage map[meter.Meter]int64

func (u usage) meters() (out meter.Usage) {
	for m, n := range u {
		out[m] = money.Units(n)
	}
	return out
}

func callWith(u usage) *genai.Call {
	return &genai.Call{Role: genai.RoleCall, HasUsage: true, Usage: u.meters()}
}

func priceOf(sheet *pricing.Sheet) *pricing.Price {
	return &pricing.Price{Sheet: sheet, Match: pricing.MatchExact, Model: "model", Version: "1"}
}

// rate rates with default options and checks what holds for every verdict.
func rate(tb testing.TB, call *genai.Call, price *pricing.Price) *Verdict {
	tb.Helper()
	return rateWith(tb, Options{}, call, price)
}

func rateWith(tb testing.TB, o Options, call *genai.Call, price *pricing.Price) *Verdict {
	tb.Helper()
	v := new(Verdict)
	New(o).Rate(call, price, v)
	checkVerdict(tb, v)
	return v
}

// checkVerdict checks the invariants: the reason goes with the status; only what has an amount has a
// confidence and lines; the amounts are the sums of the lines; the lines read back.
func checkVerdict(t require.TestingT, v *Verdict) {
	require.True(t, v.Status.Valid(), v.Status)
	require.True(t, v.Reason.Valid(v.Status), "%s %q", v.Status, v.Reason)
	require.Equal(t, v.Status.HasAmount(), v.Confidence.Valid())
	require.Equal(t, v.Status.HasAmount(), v.Currency != "")
	if !v.Status.HasAmount() {
		require.Empty(t, v.Lines)
	}
	effective, ok := v.Lines.Effective()
	require.True(t, ok)
	require.Equal(t, effective, v.Amount)
	list, ok := v.Lines.List()
	require.True(t, ok)
	require.Equal(t, list, v.List)
	back, err := ledger.ParseLines(v.Lines.String(), nil)
	require.NoError(t, err)
	require.Equal(t, v.Lines.String(), back.String())
}
