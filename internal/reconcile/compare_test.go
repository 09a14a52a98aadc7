package reconcile

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func amount(text string) money.Amount {
	a, err := money.ParseAmount(text)
	if err != nil {
		panic(err)
	}
	return a
}

// priceList has what a million tokens cost, by model and then by meter, with the tier after a slash.
type priceList map[string]map[string]string

func (l priceList) Rate(k Key, s Slot) (Rate, bool) {
	name := string(s.Meter)
	if s.Tier != "" {
		name += "/" + s.Tier
	}
	text, ok := l[k.Model][name]
	if !ok {
		return Rate{}, false
	}
	return Rate{PerUnit: new(big.Rat).Quo(amount(text).Rat(), big.NewRat(1_000_000, 1)), PricingID: k.Model}, true
}

var prices = priceList{
	"gpt":    {"input": "2.5", "cache_read": "1.25", "output": "10", "input/batch": "1.25", "input_audio": "40"},
	"mini":   {"input": "0.25", "output": "2"},
	"wholes": {"prompt": "2.5", "completion": "10"},
	"haiku":  {"input": "1", "output": "5"},
}

// sheet is an input in the making: of one day, provider and account, which rows are short for.
type sheet struct{ Input }

func key(model string) Key {
	return Key{Day: monday, Provider: "openai", Account: "org", Model: model, Currency: "USD"}
}

func cost(k Key, s Slot, tokens int64) money.Amount {
	rate, ok := prices.Rate(k, s)
	if !ok {
		panic("no rate")
	}
	return times(rate.PerUnit, money.Units(tokens).Rat())
}

// metered adds a call that telemetry told of, at our price.
func (s *sheet) metered(model string, meter Meter, tokens, requests int64) *sheet {
	slot := Slot{Meter: meter}
	s.Metered = append(s.Metered, Metered{
		Key: key(model), Slot: slot, PricingID: model, Confidence: ledger.ConfidenceExact, Quantity: money.Units(tokens), Cost: cost(key(model), slot, tokens),
		Requests: requests,
	})
	return s
}

func (s *sheet) unpriced(model string, meter Meter, tokens, requests int64) *sheet {
	s.Unpriced = append(s.Unpriced, Unpriced{Key: key(model), Slot: Slot{Meter: meter}, Reason: ledger.ReasonNoUsage, Quantity: money.Units(tokens), Requests: requests})
	return s
}

func (s *sheet) counted(model string, slot Slot, tokens int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Slot: slot, Quantity: money.Units(tokens)})
	return s
}

// meteredIn is metered of a tier.
func (s *sheet) meteredIn(model string, slot Slot, tokens, requests int64) *sheet {
	s.metered(model, slot.Meter, 0, requests)
	m := &s.Metered[len(s.Metered)-1]
	m.Slot, m.Quantity, m.Cost = slot, money.Units(tokens), cost(key(model), slot, tokens)
	return s
}

// committed adds a call that a commitment has paid for.
func (s *sheet) committed(model string, meter Meter, tokens int64) *sheet {
	q := money.Units(tokens)
	s.Metered = append(s.Metered, Metered{Key: key(model), Slot: Slot{Meter: meter}, PricingID: model, Quantity: q, Committed: q, Requests: 1})
	return s
}

// uncharged adds a count that no bill of usage has a charge for.
func (s *sheet) uncharged(model string, slot Slot, tokens int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Slot: slot, Quantity: money.Units(tokens), Uncharged: true})
	return s
}

func (s *sheet) requests(model string, n int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Requests: true, Quantity: money.Units(n)})
	return s
}

func (s *sheet) charged(model string, slot Slot, usd string) *sheet {
	return s.charge("Usage", model, slot, model+" "+string(slot.Meter), usd)
}

func (s *sheet) charge(category, model string, slot Slot, line, usd string) *sheet {
	s.Charges = append(s.Charges, Charge{Key: key(model), Slot: slot, Category: category, Line: line, Cost: amount(usd)})
	return s
}

// found is a finding in short.
type found struct {
	kind          Kind
	model, amount string
}

func input() *sheet { return &sheet{Input{Rates: prices}} }

const (
	in  Meter = "input"
	out Meter = "output"
	hit Meter = "cache_read"
)

func TestCompare(t *testing.T) {
	m := func(meter Meter) Slot { return Slot{Meter: meter} }
	for name, c := range map[string]struct {
		in     *sheet
		bridge map[Line]string
		found  []found
	}{
		"nothing": {in: input()},
		"agreed": {
			in: input().metered("gpt", in, 1000, 2).metered("gpt", out, 100, 0).counted("gpt", m(in), 1000).counted("gpt", m(out), 100).
				requests("gpt", 2).charged("gpt", m(in), "0.0025").charged("gpt", m(out), "0.001"),
		},
		"calls past the collector": {
			in: input().metered("gpt", in, 1000, 2).counted("gpt", m(in), 5000).counted("gpt", m(out), 100).requests("gpt", 7).
				charged("gpt", m(in), "0.0125").charged("gpt", m(out), "0.001"),
			bridge: map[Line]string{Volume: "0.011"},
			found:  []found{{Bypassing, "gpt", "0.011"}},
		},
		"calls past the collector of a model that telemetry does not know": {
			in:     input().counted("mini", m(in), 1_000_000).requests("mini", 7).charged("mini", m(in), "0.25"),
			bridge: map[Line]string{Volume: "0.25"},
			found:  []found{{Bypassing, "mini", "0.25"}},
		},
		"streams without usage": {
			in: input().metered("gpt", in, 1000, 2).unpriced("gpt", "", 0, 3).counted("gpt", m(in), 5000).requests("gpt", 5).
				charged("gpt", m(in), "0.0125"),
			bridge: map[Line]string{Volume: "0.01"},
			found:  []found{{MissingUsage, "gpt", "0.01"}},
		},
		"both, divided by calls": {
			in: input().metered("gpt", in, 1000, 2).unpriced("gpt", "", 0, 3).counted("gpt", m(in), 5000).requests("gpt", 6).
				charged("gpt", m(in), "0.0125"),
			bridge: map[Line]string{Volume: "0.01"},
			found:  []found{{MissingUsage, "gpt", "0.0075"}, {Bypassing, "gpt", "0.0025"}},
		},
		"less usage in as many calls": {
			in:     input().metered("gpt", in, 1000, 2).counted("gpt", m(in), 5000).requests("gpt", 2).charged("gpt", m(in), "0.0125"),
			bridge: map[Line]string{Volume: "0.01"},
			found:  []found{{Understated, "gpt", "0.01"}},
		},
		"counted twice by telemetry": {
			in:     input().metered("gpt", in, 2000, 2).counted("gpt", m(in), 1000).requests("gpt", 1).charged("gpt", m(in), "0.0025"),
			bridge: map[Line]string{Volume: "-0.0025"},
			found:  []found{{NotOnBill, "gpt", "-0.0025"}},
		},
		"not on the bill at all": {
			in:     input().metered("gpt", in, 2000, 2).metered("mini", in, 4, 1).counted("mini", m(in), 4).charged("mini", m(in), "0.000001"),
			bridge: map[Line]string{Volume: "-0.005"},
			found:  []found{{NotOnBill, "gpt", "-0.005"}},
		},
		"another rate of one meter": {
			in: input().metered("gpt", in, 1000, 2).metered("gpt", out, 100, 0).counted("gpt", m(in), 1000).counted("gpt", m(out), 100).
				requests("gpt", 2).charged("gpt", m(in), "0.0032").charged("gpt", m(out), "0.001"),
			bridge: map[Line]string{Price: "0.0007"},
			found:  []found{{WrongPrice, "gpt", "0.0007"}},
		},
		"nothing is charged": {
			in:     input().metered("gpt", in, 1000, 2).counted("gpt", m(in), 1000).requests("gpt", 2),
			bridge: map[Line]string{Price: "-0.0025"},
			found:  []found{{NotCharged, "gpt", "-0.0025"}},
		},
		"a tier that bills of usage do not have": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 1000).charged("gpt", m(in), "0.0025").
				meteredIn("gpt", Slot{in, "batch"}, 2000, 1).uncharged("gpt", Slot{in, "batch"}, 3000),
			bridge: map[Line]string{Price: "-0.00375", Volume: "0.00125"},
			found:  []found{{NotCharged, "gpt", "-0.00375"}, {Bypassing, "gpt", "0.00125"}},
		},
		"a commitment has paid for it": {
			in: input().committed("gpt", in, 1000).counted("gpt", m(in), 1000).charged("gpt", m(in), "0"),
		},
		"a commitment has paid for some of it": {
			in:     input().committed("gpt", in, 1000).metered("gpt", in, 2000, 1).counted("gpt", m(in), 5000).charged("gpt", m(in), "0.01"),
			bridge: map[Line]string{Volume: "0.005"},
			found:  []found{{Bypassing, "gpt", "0.005"}},
		},
		"a commitment has paid for all that telemetry knows": {
			in:     input().committed("gpt", in, 1000).counted("gpt", m(in), 5000).charged("gpt", m(in), "0.01"),
			bridge: map[Line]string{Volume: "0.01"},
			found:  []found{{Bypassing, "gpt", "0.01"}},
		},
		"less than a commitment has paid for": {
			in:     input().committed("gpt", in, 1000).metered("gpt", in, 2000, 1).counted("gpt", m(in), 600),
			bridge: map[Line]string{Volume: "-0.005"},
			found:  []found{{NotOnBill, "gpt", "-0.005"}},
		},
		"another rate and more calls": {
			in:     input().metered("gpt", in, 1000, 2).counted("gpt", m(in), 3000).requests("gpt", 4).charged("gpt", m(in), "0.009"),
			bridge: map[Line]string{Price: "0.0015", Volume: "0.005"},
			found:  []found{{Bypassing, "gpt", "0.005"}, {WrongPrice, "gpt", "0.0015"}},
		},
		"a discount on everything": {
			in: input().metered("gpt", in, 10000, 2).metered("mini", in, 100000, 1).counted("gpt", m(in), 10000).counted("mini", m(in), 100000).
				charged("gpt", m(in), "0.0225").charged("mini", m(in), "0.0225"),
			bridge: map[Line]string{Price: "-0.005"},
			found:  []found{{Agreement, "", "-0.005"}},
		},
		"a lower rate of one model among several": {
			in: input().metered("gpt", in, 10000, 2).metered("mini", in, 100000, 1).counted("gpt", m(in), 10000).counted("mini", m(in), 100000).
				charged("gpt", m(in), "0.0225").charged("mini", m(in), "0.025"),
			bridge: map[Line]string{Price: "-0.0025"},
			found:  []found{{WrongPrice, "gpt", "-0.0025"}},
		},
		"no rate": {
			in:     input().unpriced("new", in, 1000, 2).counted("new", m(in), 1000).requests("new", 2).charged("new", m(in), "0.003"),
			bridge: map[Line]string{Price: "0.003"},
			found:  []found{{NoPrice, "new", "0.003"}},
		},
		"had no rate, and has one now": {
			in:     input().unpriced("mini", in, 1000, 2).counted("mini", m(in), 3000).requests("mini", 4).charged("mini", m(in), "0.00075"),
			bridge: map[Line]string{Price: "0.00025", Volume: "0.0005"},
			found:  []found{{Bypassing, "mini", "0.0005"}, {NoPrice, "mini", "0.00025"}},
		},
		"cache not visible": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 400).counted("gpt", m(hit), 600).requests("gpt", 1).
				charged("gpt", m(in), "0.001").charged("gpt", m(hit), "0.00075"),
			bridge: map[Line]string{TierAndCache: "-0.00075"},
			found:  []found{{CacheNotVisible, "gpt", "-0.00075"}},
		},
		"tier not visible, which costs do not tell": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 400).counted("gpt", Slot{in, "batch"}, 600).requests("gpt", 1).
				charged("gpt", m(in), "0.00175"),
			bridge: map[Line]string{TierAndCache: "-0.00075"},
			found:  []found{{TierNotVisible, "gpt", "-0.00075"}},
		},
		"tier not visible, which costs tell": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 400).counted("gpt", Slot{in, "batch"}, 600).requests("gpt", 1).
				charged("gpt", m(in), "0.001").charged("gpt", Slot{in, "batch"}, "0.00075"),
			bridge: map[Line]string{TierAndCache: "-0.00075"},
			found:  []found{{TierNotVisible, "gpt", "-0.00075"}},
		},
		"modality not visible": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 900).counted("gpt", m("input_audio"), 100).requests("gpt", 1).
				charged("gpt", m(in), "0.00225").charged("gpt", m("input_audio"), "0.004"),
			bridge: map[Line]string{TierAndCache: "0.00375"},
			found:  []found{{ModalityNotVisible, "gpt", "0.00375"}},
		},
		"reasoning is output": {
			in: &sheet{Input{
				Metered: []Metered{
					{Key: key("mini"), Slot: m(out), Quantity: money.Units(100), Cost: amount("0.0002"), Requests: 1},
					{Key: key("mini"), Slot: m("reasoning"), Quantity: money.Units(200), Cost: amount("0.0004")},
				},
				Counts:  []Count{{Key: key("mini"), Slot: m(out), Quantity: money.Units(300)}},
				Charges: []Charge{{Key: key("mini"), Slot: m(out), Category: "Usage", Cost: amount("0.0006")}},
			}},
		},
		"a gateway's totals": {
			in: input().metered("gpt", in, 600, 1).metered("gpt", hit, 400, 0).metered("gpt", out, 100, 0).
				counted("gpt", m(Prompt), 2000).counted("gpt", m(Completion), 200).requests("gpt", 2).charged("gpt", Slot{}, "0.006"),
			bridge: map[Line]string{Volume: "0.003"},
			found:  []found{{Bypassing, "gpt", "0.003"}},
		},
		"a gateway's totals of a model that telemetry does not know": {
			in:     input().counted("wholes", m(Prompt), 2000).counted("wholes", m(Completion), 200).requests("wholes", 2).charged("wholes", Slot{}, "0.0049"),
			bridge: map[Line]string{Volume: "0.0049"},
			found:  []found{{Bypassing, "wholes", "0.0049"}},
		},
		"a model that neither telemetry nor the catalog knows": {
			in:     input().counted("new", m(in), 3000).requests("new", 2).charged("new", m(in), "0.03"),
			bridge: map[Line]string{Volume: "0.03"},
			found:  []found{{Bypassing, "new", "0.03"}},
		},
		"a model without a price that telemetry knows calls of": {
			in:     input().unpriced("new", "", 0, 1).counted("new", m(in), 3000).requests("new", 1).charged("new", m(in), "0.03"),
			bridge: map[Line]string{Price: "0.03"},
			found:  []found{{NoPrice, "new", "0.03"}},
		},
		"a gateway that adds a margin": {
			in:     input().metered("gpt", in, 1000, 1).counted("gpt", m(Prompt), 1000).requests("gpt", 1).charged("gpt", Slot{}, "0.00275"),
			bridge: map[Line]string{Price: "0.00025"},
			found:  []found{{WrongPrice, "gpt", "0.00025"}},
		},
		"tools": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 1000).charged("gpt", m(in), "0.0025").
				charge("Usage", "", m("web_search"), "web search tool calls", "0.02").charge("Usage", "", m(FeeMeter), "support", "1"),
			bridge: map[Line]string{ToolsAndFees: "1.02"},
			found:  []found{{Fee, "", "1"}, {Tool, "", "0.02"}},
		},
		"rounded": {
			in: input().metered("gpt", in, 1001, 1).counted("gpt", m(in), 1001).charged("gpt", m(in), "0").
				metered("mini", in, 1_000_000, 1).counted("mini", m(in), 1_000_000).charged("mini", m(in), "0.25"),
			bridge: map[Line]string{Rounding: "-0.0025025"},
			found:  []found{{"rounding", "", "-0.0025025"}},
		},
		"a line that says nothing": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 1000).charged("gpt", m(in), "0.0025").
				charge("Usage", "", Slot{}, "misc", "3"),
			bridge: map[Line]string{Unparsed: "3"},
			found:  []found{{"unparsed", "", "3"}},
		},
		"a bill without models": {
			in:     input().metered("gpt", in, 1000, 1).charge("Usage", "", Slot{}, "inference", "0.0035"),
			bridge: map[Line]string{Unparsed: "0.001"},
			found:  []found{{"unparsed", "", "0.0035"}, {"unparsed", "", "-0.0025"}},
		},
		"a model that is counted by its name and charged by another": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 3000).requests("gpt", 2).charge("Usage", "", Slot{}, "GPT Classic", "0.009").
				metered("mini", in, 4, 1).counted("mini", m(in), 4).requests("mini", 1).charged("mini", m(in), "0.000001"),
			bridge: map[Line]string{Unparsed: "0.0015", Volume: "0.005"},
			found:  []found{{"unparsed", "", "0.009"}, {"unparsed", "", "-0.0075"}, {Bypassing, "gpt", "0.005"}},
		},
		"charges without quantities": {
			in:     input().metered("gpt", in, 1000, 1).charged("gpt", m(in), "0.0035"),
			bridge: map[Line]string{Unexplained: "0.001"},
			found:  []found{{"unexplained", "gpt", "0.001"}},
		},
		"charges without quantities that agree": {
			in: input().metered("gpt", in, 1000, 1).charged("gpt", m(in), "0.0025"),
		},
		"down to the invoice": {
			in: input().metered("gpt", in, 1000, 1).counted("gpt", m(in), 1000).charged("gpt", m(in), "0.0025").
				charge("Tax", "", Slot{}, "VAT", "0.5").charge("Credit", "", Slot{}, "promotion", "-0.25").charge("Adjustment", "", Slot{}, "goodwill", "-0.125").
				charge("Purchase", "", Slot{}, "capacity", "7"),
			bridge: map[Line]string{Tax: "0.5", Credits: "-0.375", Purchases: "7"},
			found:  []found{{"purchases", "", "7"}, {"tax", "", "0.5"}, {"credits", "", "-0.25"}, {"credits", "", "-0.125"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Compare(&c.in.Input)
			require.NoError(t, err)
			var got []found
			for _, f := range r.Findings {
				got = append(got, found{f.Kind, f.Model, f.Amount.String()})
				assert.NotEmpty(t, f.Text)
			}
			assert.Equal(t, c.found, got)
			var want Bridge
			for line, text := range c.bridge {
				want[line] = amount(text)
			}
			for _, g := range r.Group() {
				assert.Equal(t, want, g.Bridge)
			}
		})
	}
}

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

func TestRatios(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).counted("gpt", Slot{Meter: in}, 4000).requests("gpt", 2).charged("gpt", Slot{Meter: in}, "0.01")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	g := r.Group()[0]
	drift, ok := g.Drift()
	assert.True(t, ok)
	assert.Equal(t, "3/4", drift.String())
	coverage, ok := g.Coverage()
	assert.True(t, ok)
	assert.Equal(t, "1/2", coverage.String())
	tokens, ok := g.TokenCoverage()
	assert.True(t, ok)
	assert.Equal(t, "1/4", tokens.String())
	assert.Equal(t, map[ledger.Confidence]money.Amount{ledger.ConfidenceExact: amount("0.0025")}, g.Confidence)
}

// Calls of a model that no report counts would hide others that telemetry does not see.
func TestCoverageOfWhatIsCounted(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).metered("mini", in, 5000, 99).counted("gpt", Slot{Meter: in}, 2000).requests("gpt", 2).
		charged("gpt", Slot{Meter: in}, "0.005").charged("mini", Slot{Meter: in}, "0.00125")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	coverage, known := r.Group()[0].Coverage()
	assert.True(t, known)
	assert.Equal(t, big.NewRat(1, 2), coverage)
	coverage, _ = r.Group()[0].TokenCoverage()
	assert.Equal(t, big.NewRat(1, 2), coverage)

	tuesday := key("mini")
	tuesday.Day = monday.AddDate(0, 0, 1)
	s.Counts = append(s.Counts, Count{Key: tuesday, Requests: true, Quantity: money.Units(100)})
	r, err = Compare(&s.Input)
	require.NoError(t, err)
	coverage, _ = r.Group()[0].Coverage()
	assert.Equal(t, big.NewRat(100, 102), coverage, "a model that is counted on another day is counted")

	s.Counts = append(s.Counts[:2:2], Count{Key: key(""), Requests: true, Quantity: money.Units(98)})
	r, err = Compare(&s.Input)
	require.NoError(t, err)
	coverage, _ = r.Group()[0].Coverage()
	assert.Equal(t, big.NewRat(1, 1), coverage, "counts without a model are of all")
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
