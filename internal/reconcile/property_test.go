package reconcile

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func drawKey(t *rapid.T) Key {
	pick := func(label string, values ...string) string { return rapid.SampledFrom(values).Draw(t, label) }
	return Key{
		Day: monday.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "day")), Provider: pick("provider", "openai", "anthropic"),
		Account: pick("account", "", "a"), Subaccount: pick("subaccount", "", "p"), Model: pick("model", "", "gpt", "mini", "new"),
		Currency: pick("currency", "USD", "USD", "EUR"),
	}
}

func drawSlot(t *rapid.T) Slot {
	return Slot{
		Meter: rapid.SampledFrom([]Meter{"", "input", "cache_read", "output", "reasoning", "input_audio", "web_search", Prompt, Completion, FeeMeter}).Draw(t, "meter"),
		Tier:  rapid.SampledFrom([]string{"", "batch"}).Draw(t, "tier"),
	}
}

func drawAmount(t *rapid.T) money.Amount {
	return amount(rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,24})?`).Draw(t, "amount"))
}

func drawQuantity(t *rapid.T) money.Quantity {
	return money.Units(rapid.Int64Range(0, 1e12).Draw(t, "quantity"))
}

func drawInput(t *rapid.T) *Input {
	in := &Input{Rates: prices}
	for range rapid.IntRange(0, 12).Draw(t, "metered") {
		in.Metered = append(in.Metered, Metered{
			Key: drawKey(t), Slot: drawSlot(t), PricingID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id"), Confidence: ledger.ConfidenceExact,
			Quantity: drawQuantity(t), Cost: drawAmount(t), Requests: rapid.Int64Range(0, 9).Draw(t, "requests"), Purchase: rapid.IntRange(0, 9).Draw(t, "purchase") == 0,
		})
	}
	for range rapid.IntRange(0, 4).Draw(t, "unpriced") {
		u := Unpriced{Key: drawKey(t), Slot: drawSlot(t), Requests: rapid.Int64Range(0, 9).Draw(t, "requests")}
		if rapid.Bool().Draw(t, "known") {
			u.Quantity = drawQuantity(t)
		}
		in.Unpriced = append(in.Unpriced, u)
	}
	for range rapid.IntRange(0, 12).Draw(t, "charges") {
		c := Charge{
			Key: drawKey(t), Slot: drawSlot(t), Cost: drawAmount(t), Line: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "line"),
			Category: rapid.SampledFrom([]string{"Usage", "Usage", "Usage", "Purchase", "Tax", "Credit", "Adjustment"}).Draw(t, "category"),
		}
		if rapid.IntRange(0, 5).Draw(t, "negative") == 0 {
			c.Cost = c.Cost.Neg()
		}
		in.Charges = append(in.Charges, c)
	}
	for range rapid.IntRange(0, 12).Draw(t, "counts") {
		in.Counts = append(in.Counts, Count{Key: drawKey(t), Slot: drawSlot(t), Requests: rapid.Bool().Draw(t, "isRequests"), Quantity: drawQuantity(t)})
	}
	return in
}

// Whatever there is, the lines of a bridge add up to the difference, and so do the findings.
func TestBridgesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		r, err := Compare(in)
		require.NoError(t, err)
		var bridge, found Bridge
		var metered, invoiced money.Amount
		for i := range r.Cells {
			c := &r.Cells[i]
			require.Equal(t, c.Difference(), c.Bridge.Usage())
			require.Equal(t, c.InvoiceDifference(), c.Bridge.Total())
			bridge.add(&c.Bridge)
			metered, invoiced = metered.Add(c.Metered).Add(c.MeteredPurchases), invoiced.Add(c.Invoiced)
		}
		for i := range r.Findings {
			found[r.Findings[i].Line] = found[r.Findings[i].Line].Add(r.Findings[i].Amount)
		}
		require.Equal(t, bridge, found)
		for i := range in.Metered {
			metered = metered.Sub(in.Metered[i].Cost)
		}
		for i := range in.Charges {
			invoiced = invoiced.Sub(in.Charges[i].Cost)
		}
		require.True(t, metered.IsZero() && invoiced.IsZero())
	})
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want, err := Compare(in)
		require.NoError(t, err)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(in.Metered), func(i, j int) { in.Metered[i], in.Metered[j] = in.Metered[j], in.Metered[i] })
		random.Shuffle(len(in.Unpriced), func(i, j int) { in.Unpriced[i], in.Unpriced[j] = in.Unpriced[j], in.Unpriced[i] })
		random.Shuffle(len(in.Charges), func(i, j int) { in.Charges[i], in.Charges[j] = in.Charges[j], in.Charges[i] })
		random.Shuffle(len(in.Counts), func(i, j int) { in.Counts[i], in.Counts[j] = in.Counts[j], in.Counts[i] })
		got, err := Compare(in)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// Groups are sums of cells: however they are made, they have the same total.
func TestGroupsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := Compare(drawInput(t))
		require.NoError(t, err)
		by := rapid.SliceOfDistinct(rapid.SampledFrom(Dimensions()), func(d Dimension) Dimension { return d }).Draw(t, "by")
		totals := map[string]Comparison{}
		for _, g := range r.Group(by...) {
			sum := totals[g.Currency]
			sum.add(&g.Comparison)
			totals[g.Currency] = sum
		}
		for _, g := range r.Group() {
			require.Equal(t, g.Comparison, totals[g.Currency])
		}
	})
}
