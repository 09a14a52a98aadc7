package load

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// sides makes datasets whose rows differ in the account and subaccount.
func sides(metered, billed []string) datasets {
	d := datasets{"metered/a.csv": meteredHeader, "billed/a.csv": billedHeader}
	for _, who := range metered {
		d["metered/a.csv"] += strings.Replace(aMetered, "org-1,", who, 1)
	}
	for _, who := range billed {
		d["billed/a.csv"] += strings.Replace(aBilled, "org-1,", who, 1)
	}
	return d
}

func TestAccounts(t *testing.T) {
	for name, tt := range map[string]struct {
		metered, billed         []string
		wantMetered, wantBilled string
		warning                 string
	}{
		"both know":                {[]string{"a,", "b,"}, []string{"a,", "b,"}, "a b", "a b", ""},
		"the only one":             {[]string{"unknown,"}, []string{"a,"}, "a", "a", ""},
		"the only one, some know":  {[]string{"unknown,", "a,"}, []string{"a,"}, "a", "a", ""},
		"one of several":           {[]string{"unknown,", "a,"}, []string{"a,", "b,"}, " ", " ", "the bill has a, b; an accounts table tells them apart"},
		"a bill that does not say": {[]string{"a,"}, []string{","}, "a", "a", ""},
		"of several":               {[]string{"a,", "b,"}, []string{"unknown,"}, " ", " ", "telemetry has a, b; name the account of the report"},
		"nobody knows":             {[]string{"unknown,"}, []string{"unknown,"}, " ", " ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := mustLoad(t, sides(tt.metered, tt.billed), nil)
			var metered, billed []string
			for _, m := range in.Metered {
				metered = append(metered, m.Account)
			}
			for _, c := range in.Charges {
				billed = append(billed, c.Account)
			}
			assert.Equal(t, strings.Fields(tt.wantMetered), strings.Fields(strings.Join(slices.Compact(metered), " ")))
			assert.Equal(t, strings.Fields(tt.wantBilled), strings.Fields(strings.Join(slices.Compact(billed), " ")))
			assert.Empty(t, in.Excluded)
			if tt.warning != "" {
				assert.Contains(t, in.Warnings[0], tt.warning)
			}
		})
	}
}

func TestSubaccounts(t *testing.T) {
	for name, tt := range map[string]struct {
		metered, billed []string
		want            string
	}{
		"both name them":       {[]string{"a,p", "a,q"}, []string{"a,p", "a,q"}, "p q"},
		"some are named":       {[]string{"a,p", "a,"}, []string{"a,p"}, "p"},
		"the bill does not":    {[]string{"a,p", "a,q"}, []string{"a,"}, ""},
		"telemetry does not":   {[]string{"a,"}, []string{"a,p", "a,q"}, ""},
		"each in its own way":  {[]string{"a,p"}, []string{"a,proj_1"}, ""},
		"of another account":   {[]string{"a,p", "b,"}, []string{"a,", "b,p"}, ""},
		"accounts are decided": {[]string{"unknown,p"}, []string{"a,p"}, "p"},
	} {
		t.Run(name, func(t *testing.T) {
			in := mustLoad(t, sides(tt.metered, tt.billed), nil)
			named := map[string]bool{}
			for _, m := range in.Metered {
				named[m.Subaccount] = true
			}
			for _, c := range in.Charges {
				named[c.Subaccount] = true
			}
			delete(named, "")
			assert.Equal(t, tt.want, strings.Join(sortedKeys(named), " "))
		})
	}
}

func TestOnlySome(t *testing.T) {
	d := sides([]string{"a,", "b,"}, []string{"a,", "b,"})
	d["metered/b.csv"] = meteredHeader + strings.ReplaceAll(aMetered, "openai", "mistral_ai")
	d["billed/b.csv"] = billedHeader + strings.ReplaceAll(aBilled, "openai", "mistral_ai")
	in := mustLoad(t, d, func(o *Options) { o.Providers, o.Accounts = []string{"open_ai"}, []string{"b"} })
	require.Len(t, in.Metered, 1)
	require.Len(t, in.Charges, 1)
	assert.Equal(t, "b", in.Metered[0].Account)
	assert.Empty(t, in.Excluded)

	in = mustLoad(t, sides([]string{"unknown,"}, []string{"a,", "b,"}), func(o *Options) { o.Accounts = []string{"b"} })
	assert.Empty(t, in.Charges)
	assert.Contains(t, in.Warnings, "openai is left out: its accounts cannot be told apart")
}

func TestCurrency(t *testing.T) {
	rates, err := pricing.ParseExchangeRates("rates.csv", []byte(someRates))
	require.NoError(t, err)
	euro := strings.Replace(aBilled, "USD", "EUR", 1)
	in := mustLoad(t, datasets{
		"metered/a.csv":      meteredHeader + aMetered + strings.ReplaceAll(aMetered, first, second),
		"unpriced/a.csv":     unpricedRows + first + "openai,org-1,other,input,7,2,unpriced,unknown_model\n",
		"billed_usage/a.csv": usageHeader + aCount,
		"billed/a.csv": billedHeader + euro + strings.ReplaceAll(euro, first, second) +
			first + "Credit,openai,org-1,,,,,grant,,,-1,USD,provider,\n",
	}, func(o *Options) { o.ExchangeRates = rates })
	for _, m := range in.Metered {
		assert.Equal(t, "EUR 1.8", m.Currency+" "+m.Cost.String())
	}
	assert.Equal(t, []string{"EUR", "EUR"}, []string{in.Unpriced[0].Currency, in.Counts[0].Currency})
	assert.Equal(t, "EUR 2", in.Charges[0].Currency+" "+in.Charges[0].Cost.String())
	assert.Equal(t, "USD -1", in.Charges[2].Currency+" "+in.Charges[2].Cost.String(), "a credit in another currency stands apart")

	rate, ok := in.Rates.Rate(in.Metered[0].Key, reconcile.Slot{Meter: "input"})
	require.True(t, ok)
	assert.Equal(t, "0.0018", ratText(rate.PerUnit))
	old := in.Metered[0].Key
	old.Day = old.Day.AddDate(-1, 0, 0)
	_, ok = in.Rates.Rate(old, reconcile.Slot{Meter: "input"})
	assert.False(t, ok, "without an exchange rate there is no rate")
}

func ratText(r *big.Rat) string {
	return strings.TrimRight(r.FloatString(9), "0")
}

func TestRates(t *testing.T) {
	o := optionsFor(t, "")
	o.Engine = engineOf(t, pricing.Customization{Agreements: []pricing.Agreement{{Selector: pricing.Selector{Account: []string{"org-2"}}, Discount: "10%"}}})
	rates := newRates(&o)
	for _, tt := range []struct {
		account, model string
		slot           reconcile.Slot
		want           string
	}{
		{"org-1", "m", reconcile.Slot{Meter: "input"}, "0.002"},
		{"org-1", "m", reconcile.Slot{Meter: "input", Tier: "batch"}, "0.001"},
		{"org-2", "m", reconcile.Slot{Meter: "output"}, "0.0036"},
		{"org-1", "free", reconcile.Slot{Meter: "input"}, "0."},
		{"org-1", "n", reconcile.Slot{Meter: "output"}, ""},
		{"org-1", "other", reconcile.Slot{Meter: "input"}, ""},
		{"org-1", "", reconcile.Slot{Meter: "web_search"}, ""},
		{"org-1", "m", reconcile.Slot{Meter: reconcile.Prompt}, "0.002"},
		{"org-1", "m", reconcile.Slot{Meter: reconcile.Completion}, "0.004"},
	} {
		for range 2 { // the second time from memory
			got, ok := rates.Rate(keyOf(tt.account, tt.model, "USD"), tt.slot)
			require.Equal(t, tt.want != "", ok, tt)
			if ok {
				assert.Equal(t, tt.want, ratText(got.PerUnit), tt)
			}
		}
	}
}

// Lines name the tools that they charge for, or nothing.
func TestMeterOfLine(t *testing.T) {
	for line, want := range map[string]reconcile.Meter{
		"web search tool calls": "web_search", "Web Search": "web_search", "file search tool calls": "file_search",
		"file search storage": reconcile.FeeMeter, "code interpreter sessions": "code_execution", "Code Execution Usage": "code_execution",
		"ft-gpt training": "", "": "", "gpt-4o, input": "",
	} {
		assert.Equal(t, want, meterOfLine(line, "Units"), line)
	}
	assert.Equal(t, reconcile.FeeMeter, meterOfLine("vector stores", "GiB-Hours"))
}

// What a tool costs is compared without a model where the bill names none.
func TestToolsWithoutAModel(t *testing.T) {
	search := first + "Usage,openai,org-1,,m,web_search,,5,0.05,USD,,estimate\n"
	for line, want := range map[string]string{",": "", "m-v1,web_search": "m"} {
		in := mustLoad(t, datasets{
			"metered/a.csv": meteredHeader + search,
			"billed/a.csv":  billedHeader + first + "Usage,openai,org-1,," + line + ",,web search tool calls,,,1,USD,provider,\n",
		}, nil)
		assert.Equal(t, want, in.Metered[0].Model)
		assert.Equal(t, want, in.Charges[0].Model)
		assert.Equal(t, reconcile.Meter("web_search"), in.Charges[0].Meter)
	}
}

// foreignHeader is that of an export that knows nothing of our columns.
const foreignHeader = "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ProviderName,ServiceName,ServiceCategory,BillingAccountId,SkuId,SkuMeter,SkuPriceDetails,ResourceName,ChargeDescription,BilledCost,BillingCurrency\n"

func TestForeignExports(t *testing.T) {
	const ai = "OpenAI,OpenAI API,AI and Machine Learning,org-1,"
	for name, tt := range map[string]struct{ row, model, line string }{
		"a detail":                   {ai + `1,Tokens,"{""Model"":""m-v1"",""n"":3}",,Text`, "m", "Text"},
		"a resource":                 {ai + `1,Tokens,,M-V1,Text`, "m", "Text"},
		"the description":            {ai + `1,Tokens,,,m`, "m", "m"},
		"two names of one model":     {ai + `m,Tokens,,m-v1,Text`, "m", "Text"},
		"two models":                 {ai + `m,Tokens,,n,Text`, "", "Text"},
		"words around a name":        {ai + `1,Tokens,,,Tokens of m`, "", "Tokens of m"},
		"a name that begins like it": {ai + `1,Tokens,,m-v2,Text`, "", "Text"},
		"details that are no JSON":   {ai + `1,Tokens,{,,Text`, "", "Text"},
		"nothing but an id":          {ai + `SKU-7,Tokens,,,`, "", "SKU-7"},
	} {
		t.Run(name, func(t *testing.T) {
			in := mustLoad(t, datasets{
				"metered/a.csv": meteredHeader + aMetered,
				"billed/a.csv":  foreignHeader + first + "Usage," + tt.row + ",2,USD\n" + first + "Usage,AWS,Amazon EC2,Compute,org-1,,,,,,9,USD\n",
			}, nil)
			require.Len(t, in.Charges, 1)
			assert.Equal(t, []string{"openai", tt.model, tt.line}, []string{in.Charges[0].Provider, in.Charges[0].Model, in.Charges[0].Line})
		})
	}
}

func TestWarnings(t *testing.T) {
	third := "2026-11-03T00:00:00Z,2026-11-04T00:00:00Z,"
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + strings.ReplaceAll(aMetered, first, third),
		"billed/a.csv": billedHeader + strings.Replace(aBilled, "2026-11-02T", "2026-11-03T", 1) + strings.ReplaceAll(aBilled, first, third) +
			first + "Purchase,openai,org-1,,,,,seats,,,7.0000000000000000000000000001,USD,provider,\n",
		"billed_usage/a.csv": usageHeader + first + "openai,org-1,,m,,odd_tokens,6,Tokens\n",
	}, nil)
	assert.Equal(t, []string{
		"openai: no usage report (billed_usage): whether the volume or a price differs cannot be told",
		"the bill begins on 2026-11-01 and telemetry on 2026-11-03; leave out what was before with --from",
		"counts of openai: odd_tokens have no meter, and are passed over",
		"1 rows of usage in billed span more than a day, and are compared on their first day, with all of what was metered on their days",
		"1 values had more decimals than are kept, and were rounded",
	}, in.Warnings)
}

func TestBelow(t *testing.T) {
	for root, want := range map[string]string{
		"dir": "dir/billed_usage", "dir/": "dir/billed_usage", "a?b": "a?b/billed_usage",
		"s3://bucket/focus?region=eu-west-1": "s3://bucket/focus/billed_usage?region=eu-west-1", "file:///var/focus/": "file:///var/focus/billed_usage",
	} {
		assert.Equal(t, want, Below(root, focus.BilledUsage))
	}
}

// The order of rows and how they are divided among files make no difference.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		rows := map[string][]string{}
		for range rapid.IntRange(1, 8).Draw(rt, "rows") {
			day, who := draw("day", first, second), draw("account", "a,p", "a,q", "b,", "unknown,")
			model, used := draw("model", "m", "m-v1", "n", "other"), draw("meter", "input", "output")
			n := rapid.IntRange(0, 9).Draw(rt, "n")
			rows["metered"] = append(rows["metered"], fmt.Sprintf("%sUsage,openai,%s,%s,%s,,%d,0.%d,USD,%d,estimate\n", day, who, model, used, n, n, n))
			who = draw("billed account", "a,p", "a,", "b,q")
			rows["billed"] = append(rows["billed"], fmt.Sprintf("%sUsage,openai,%s,%s,%s,,\"%s, %s\",,,0.%d,USD,provider,\n", day, who, model, used, model, used, n))
			rows["billed_usage"] = append(rows["billed_usage"], fmt.Sprintf("%sopenai,%s,%s,%s,,%d,Tokens\n", day, who, model, used, n))
		}
		headers := map[string]string{"metered": meteredHeader, "billed": billedHeader, "billed_usage": usageHeader}
		one, two := datasets{}, datasets{}
		for dataset, list := range rows {
			one[dataset+"/a.csv"] = headers[dataset] + strings.Join(list, "")
			shuffled := rapid.Permutation(list).Draw(rt, "order")
			cut := rapid.IntRange(0, len(list)).Draw(rt, "cut")
			two[dataset+"/b.csv"] = headers[dataset] + strings.Join(shuffled[:cut], "")
			two[dataset+"/c.csv"] = headers[dataset] + strings.Join(shuffled[cut:], "")
		}
		var reports [2]*reconcile.Report
		var inputs [2]*reconcile.Input
		for i, d := range []datasets{one, two} {
			var err error
			if inputs[i], err = loaded(t, d, nil); err != nil {
				rt.Fatal(err)
			}
			inputs[i].Rates = nil
			if reports[i], err = reconcile.Compare(inputs[i]); err != nil {
				rt.Fatal(err)
			}
		}
		assert.Equal(rt, inputs[0], inputs[1])
		assert.Equal(rt, reports[0], reports[1])
	})
}

// Hours are written as flags have them.
func TestHours(t *testing.T) {
	for d, want := range map[time.Duration]string{72 * time.Hour: "72h", 90 * time.Minute: "1h30m0s"} {
		assert.Equal(t, want, hours(d))
	}
}

// Two reports of the same charges are not told from two of different ones; that there are two is said.
func TestTwoReportsOfADay(t *testing.T) {
	partition := "billed/billing_period=2026-11/day=2026-11-01/"
	in := mustLoad(t, datasets{
		"metered/a.csv":              meteredHeader + aMetered,
		partition + "openai.csv":     billedHeader + aBilled,
		partition + "openai.old.csv": billedHeader + aBilled,
		partition + "another.csv":    billedHeader + strings.Replace(aBilled, "org-1", "org-2", 1),
		"billed_usage/a.csv":         usageHeader + aCount,
	}, nil)
	assert.Equal(t, []string{
		"openai org-1 is charged by openai and openai.old on 1 of the same days; if the charges are the same, remove one",
	}, in.Warnings)
}
