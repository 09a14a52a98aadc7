package reconcile

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
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
