package reconcile

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Calls at midnight, and batches, are on the bill of another day than telemetry has them.
func TestUsageOfTheDayBefore(t *testing.T) {
	tuesday := key("gpt")
	tuesday.Day = monday.AddDate(0, 0, 1)
	s := input().metered("gpt", in, 1000, 1).counted("gpt", Slot{Meter: in}, 800).charged("gpt", Slot{Meter: in}, "0.002")
	s.Counts = append(s.Counts, Count{Key: tuesday, Slot: Slot{Meter: in}, Quantity: money.Units(300)})
	s.Charges = append(s.Charges, Charge{Key: tuesday, Slot: Slot{Meter: in}, Category: "Usage", Cost: amount("0.00075")})
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	require.Len(t, r.Findings, 2)
	assert.Equal(t, Bypassing, r.Findings[0].Kind)
	assert.Equal(t, amount("0.00025"), r.Findings[0].Amount)
	assert.Equal(t, DayShift, r.Findings[1].Kind)
	assert.True(t, r.Findings[1].Amount.IsZero())
	assert.Equal(t, 2, r.Findings[1].Days)
	assert.Equal(t, amount("-0.0005"), r.Cells[0].Bridge[Volume])
	assert.Equal(t, amount("0.00075"), r.Cells[1].Bridge[Volume])
}

// A model that only our own prices know is priced on days without telemetry as on others.
func TestRatesOfOtherDays(t *testing.T) {
	s := input().counted("own", Slot{Meter: in}, 1000).charged("own", Slot{Meter: in}, "0.003")
	before := key("own")
	before.Day = monday.AddDate(0, 0, -3)
	s.Metered = append(s.Metered, Metered{Key: before, Slot: Slot{Meter: in}, Quantity: money.Units(500), Cost: amount("0.001")})
	s.Counts = append(s.Counts, Count{Key: before, Slot: Slot{Meter: in}, Quantity: money.Units(500)})
	s.Charges = append(s.Charges, Charge{Key: before, Slot: Slot{Meter: in}, Category: "Usage", Cost: amount("0.001")})
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	got := []found{}
	for _, f := range r.Findings {
		got = append(got, found{f.Kind, f.Model, f.Amount.String()})
	}
	assert.Equal(t, []found{{Bypassing, "own", "0.002"}, {WrongPrice, "own", "0.001"}}, got)
}

// Sentences say what is known.
func TestSentences(t *testing.T) {
	s := input().metered("gpt", in, 10000, 1).metered("gpt", out, 1000, 1).counted("gpt", Slot{Meter: Prompt}, 10000).counted("gpt", Slot{Meter: Completion}, 1000).
		charged("gpt", Slot{}, "0.0385").counted("new", Slot{Meter: in}, 3000).charged("new", Slot{Meter: in}, "0.03").
		charge("Purchase", "", Slot{}, "capacity", "7")
	s.Metered = append(s.Metered, Metered{Key: key(""), Purchase: true, Cost: amount("8")})
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	var texts []string
	for _, f := range r.Findings {
		texts = append(texts, f.Text)
	}
	assert.Equal(t, []string{
		"Purchases in our own books, which those of the bill are set against.",
		"A purchase on the bill; those in our own books are set against it.",
		"The provider counted 3000 input of which no telemetry told: something calls it past the collector.",
		"The bill has other rates than our prices, and does not tell them apart by meter: it is 1.1 times what ours give.",
	}, texts)
	assert.Empty(t, r.Findings[2].Rates[0].OurRate, "the rate is the bill's")
}

// Telemetry that does not know the project of a call is no traffic past the collector.
func TestUsageOfAnotherSubaccount(t *testing.T) {
	of := func(k Key, subaccount string) Key {
		k.Subaccount = subaccount
		return k
	}
	s := input().metered("gpt", in, 1000, 1).metered("gpt", in, 500, 1).counted("gpt", Slot{Meter: in}, 1000).counted("gpt", Slot{Meter: in}, 900).
		charged("gpt", Slot{Meter: in}, "0.0025").charged("gpt", Slot{Meter: in}, "0.00225")
	s.Metered[0].Key, s.Counts[0].Key, s.Charges[0].Key = of(key("gpt"), "p"), of(key("gpt"), "p"), of(key("gpt"), "p")
	s.Counts[1].Key, s.Charges[1].Key = of(key("gpt"), "q"), of(key("gpt"), "q")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	got := map[found]string{}
	for _, f := range r.Findings {
		got[found{f.Kind, f.Model, f.Amount.String()}] = f.Subaccount
	}
	assert.Equal(t, map[found]string{{OtherSubaccount, "gpt", "0.00125"}: "q", {OtherSubaccount, "gpt", "-0.00125"}: "", {Bypassing, "gpt", "0.001"}: "q"}, got)
	assert.Equal(t, amount("0.001"), r.Group()[0].Bridge[Volume])
}

// What is agreed beyond an agreement replaces it.
func TestAgreementOverAnother(t *testing.T) {
	s := input().metered("gpt", in, 10000, 2).metered("mini", in, 100000, 1).counted("gpt", Slot{Meter: in}, 10000).counted("mini", Slot{Meter: in}, 100000).
		charged("gpt", Slot{Meter: in}, "0.0225").charged("mini", Slot{Meter: in}, "0.0225")
	for i := range s.Metered {
		s.Metered[i].List = amount("0.03125") // ours is 0.8 of it
	}
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, Agreement, r.Findings[0].Kind)
	assert.Equal(t, []string{"0.9", "0.72"}, []string{r.Findings[0].Ratio, r.Findings[0].ListRatio})
}

// Rates of charges that do not tell tiers apart are averages, and no price of any tier.
func TestRatesOfSeveralTiers(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).meteredIn("gpt", Slot{in, "batch"}, 1000, 1).counted("gpt", Slot{Meter: in}, 1000).
		counted("gpt", Slot{in, "batch"}, 1000).charged("gpt", Slot{Meter: in}, "0.005")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.True(t, r.Findings[0].Rates[0].Mixed)
	assert.Contains(t, r.Findings[0].Text, "input (of all tiers) 2.5 instead of 1.875")
}

// What a bill implies is said as a price list would say it.
func TestImpliedRates(t *testing.T) {
	s := input().metered("gpt", in, 1234, 1).counted("gpt", Slot{Meter: in}, 1234).charged("gpt", Slot{Meter: in}, "0.0037").
		charged("mini", Slot{Meter: in}, "0.00000001")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	f := r.Findings[0]
	assert.Equal(t, WrongPrice, f.Kind)
	assert.Equal(t, "2.5", f.Rates[0].OurRate)
	assert.Equal(t, "2.99838", f.Rates[0].BilledRate)
	assert.Equal(t, "gpt", f.Rates[0].PricingID)

	s.Charges[1].Cost = amount("0.0001") // amounts in hundredths of a cent: 3 is as good
	r, err = Compare(&s.Input)
	require.NoError(t, err)
	for _, f := range r.Findings {
		if f.Kind == WrongPrice {
			assert.Equal(t, "3", f.Rates[0].BilledRate)
			assert.Equal(t, "The bill has other rates than our prices: input 3 instead of 2.5 for 1000000 Tokens.", f.Text)
		}
	}
}

func TestAgreementSaysItsRatio(t *testing.T) {
	s := input()
	for _, model := range []string{"gpt", "mini"} {
		if model == "mini" {
			r, err := Compare(&s.Input) // of one model it may be its price list as well
			require.NoError(t, err)
			require.Len(t, r.Findings, 1)
			assert.Equal(t, WrongPrice, r.Findings[0].Kind)
			assert.Equal(t, "0.9", r.Findings[0].Ratio)
		}
		for _, meter := range []Meter{in, out} {
			s.metered(model, meter, 1_000_000, 1).counted(model, Slot{Meter: meter}, 1_000_000)
			billed := times(big.NewRat(9, 10), cost(key(model), Slot{Meter: meter}, 1_000_000).Rat())
			s.charged(model, Slot{Meter: meter}, billed.String())
		}
	}
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "0.9", r.Findings[0].Ratio)
	assert.Contains(t, r.Findings[0].Text, "-10.00 %")
}

func TestFindingsReadBack(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).counted("gpt", Slot{Meter: in}, 4000).requests("gpt", 2).charged("gpt", Slot{Meter: in}, "0.01")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	text, err := json.Marshal(r.Findings)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"first_day":"2026-11-23"`)
	var back []Finding
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, r.Findings, back)
	assert.Error(t, json.Unmarshal([]byte(`{"line": "guess"}`), new(Finding)))
	assert.Error(t, json.Unmarshal([]byte(`{"first_day": "monday"}`), new(Finding)))
}

func TestSumsOutOfRangeAreRefused(t *testing.T) {
	s := input()
	for range 3 {
		s.charged("gpt", Slot{Meter: in}, "100000000000000")
	}
	_, err := Compare(&s.Input)
	assert.ErrorIs(t, err, ErrRange)
}
