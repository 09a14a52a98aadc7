package main

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

const reconcileCases = "testdata/reconcile"

// reconcileArgs returns the command line of a case, which its file args has.
func reconcileArgs(t *testing.T, dir string) []string {
	t.Helper()
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	require.NoError(t, err)
	line := []string{"reconcile", dir}
	if !strings.Contains(string(args), "--catalog") {
		line = append(line, "--catalog", "testdata/prices.yaml")
	}
	return append(line, strings.Fields(string(args))...)
}

// Every directory is a case: datasets, the command line, and what it prints for people and for machines.
func TestReconcileGolden(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(reconcileCases, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			args := reconcileArgs(t, dir)
			table := "$ finops " + strings.Join(args, " ") + "\n" + run(t, args...)
			compareGolden(t, filepath.Join(dir, "table.txt"), table)
			compareGolden(t, filepath.Join(dir, "report.json"), run(t, append(args, "--json")...))
			groups := filepath.Join(t.TempDir(), "groups.csv")
			run(t, append(args, "--csv", groups)...)
			data, err := os.ReadFile(groups)
			require.NoError(t, err)
			compareGolden(t, filepath.Join(dir, "groups.csv"), string(data))
		})
	}
}

// Bridges lead from what was metered to what was billed, exactly, in totals and groups alike.
func TestReconcileAddsUp(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(reconcileCases, "*"))
	require.NoError(t, err)
	for _, dir := range dirs {
		for _, by := range []string{"provider", "day,subaccount", "day,provider,account,subaccount,model"} {
			var d struct{ Groups, Totals []comparison }
			answer := run(t, append(reconcileArgs(t, dir), "--json", "--by", by)...)
			require.NoError(t, json.NewDecoder(strings.NewReader(answer)).Decode(&d), dir)
			sums := map[string]money.Amount{}
			for _, c := range append(d.Groups, d.Totals...) {
				usage, all := c.Metered, c.Metered.Add(c.MeteredPurchases)
				for _, line := range c.Bridge {
					all = all.Add(line.Amount)
					if line.Line != reconcile.Purchases.String() && line.Line != reconcile.Credits.String() && line.Line != reconcile.Tax.String() {
						usage = usage.Add(line.Amount)
					}
				}
				assert.Equal(t, c.Billed, usage, dir)
				assert.Equal(t, c.Invoiced, all, dir)
				if c.Values != nil {
					sums[c.Currency] = sums[c.Currency].Add(c.Invoiced)
				} else {
					assert.Equal(t, c.Invoiced, sums[c.Currency], dir)
				}
			}
		}
	}
}

// Rates that were written for review load as prices, and price as the bill does.
func TestReconcileOverrides(t *testing.T) {
	for name, tt := range map[string]struct {
		price string
		want  string
	}{
		"wrong_price": {"gpt-4o --account org-1 -d 2026-11-03 --input 100000", "input    100000     3  1M      0.3\n"},
		"agreement":   {"gpt-4o-mini --account org-1 -d 2026-11-03 --input 100000", "input    100000  0.135  1M   0.0135\n"},
	} {
		dir := filepath.Join(reconcileCases, name)
		file := filepath.Join(t.TempDir(), "overrides.yaml")
		require.Contains(t, run(t, append(reconcileArgs(t, dir), "--overrides", file)...), "exit code 0")
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		compareGolden(t, filepath.Join(dir, "overrides.yaml"), string(data))
		line := append([]string{"price", "--catalog", "testdata/prices.yaml", "-p", "openai", "--pricing", file}, strings.Fields(tt.price)...)
		assert.Contains(t, run(t, line...), tt.want)
	}
}

func TestReconcilePage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	args := append(reconcileArgs(t, filepath.Join(reconcileCases, "bypass")), "--html", file)
	assert.Contains(t, run(t, args...), "exit code 1")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(data), "past the collector"), "the page is written whatever the limits say") //nolint:testifylint // Contains would print the page
	args[len(args)-1] = filepath.Join(t.TempDir(), "not", "there.html")
	assert.Contains(t, run(t, args...), "exit code 2")
}

func TestReconcileUsage(t *testing.T) {
	bypass := "testdata/reconcile/bypass --catalog testdata/prices.yaml "
	for line, want := range map[string]string{
		"":                                "name the URL below which metered and billed lie",
		"a b":                             "accepts at most 1 arg",
		bypass + "--month 2026-13":        `--month "2026-13" must be a month such as 2026-11`,
		bypass + "--month 2026-11 --to x": "--month says both ends already",
		bypass + "--from 2026-11":         `--from "2026-11" must be a day such as 2026-11-23`,
		bypass + "--from 2026-11-02 --to 2026-11-01": "--to 2026-11-01 lies before --from 2026-11-02",
		bypass + "--by team":                         `--by: unknown dimension "team"`,
		bypass + "--max-drift 2":                     `--max-drift "2" must be a part such as 2% or 0.02`,
		bypass + "--min-coverage 101%":               `--min-coverage "101%"`,
		bypass + "--max-drift 1e999999999":           "--max-drift",
		bypass + "--settle -1h":                      "--settle -1h0m0s must not be negative",
		bypass + "--pricing testdata/absent":         "no such file",
		bypass + "--catalog testdata/absent":         "no such file",
		bypass + "--billed testdata/absent":          "testdata/absent",
		bypass + "--billed testdata/litellm.json":    "testdata/litellm.json",
		"testdata/absent":                            "no bill in testdata/absent/billed",
	} {
		got := run(t, append([]string{"reconcile"}, strings.Fields(line)...)...)
		assert.Contains(t, got, want, line)
		assert.Contains(t, got, "exit code 2\n", line)
	}
}

func TestReconcileLimits(t *testing.T) {
	for line, want := range map[string]string{
		"--max-drift 16.83%":                     "exit code 0",
		"--max-drift 0.1683 --min-coverage 0.70": "exit code 0",
		"--max-drift 16.82%":                     "finops: in total (USD): drift 16.82% is beyond --max-drift 16.82%\nfinops: openai org-1 (USD): drift",
		"--min-coverage 71%":                     "finops: openai org-1 (USD): coverage 70.59% of requests is below --min-coverage 71.00%\nexit code 1",
		"--max-drift 100% --from 2026-12-01":     "finops: nothing could be compared, so that no limit is known to hold\nexit code 1",
		"--from 2026-12-01":                      "Nothing is compared.\nexit code 0",
	} {
		args := append([]string{"reconcile", "testdata/reconcile/bypass", "--catalog", "testdata/prices.yaml"}, strings.Fields(line)...)
		assert.Contains(t, run(t, args...), want, line)
	}
}

// A group without a bill breaks every limit; one that the provider does not count breaks none of coverage, unless nothing is counted at all.
func TestReconcileLimitsOfTheUnknown(t *testing.T) {
	l := &limits{big.NewRat(1, 1), big.NewRat(1, 1)}
	one, err := money.ParseAmount("1")
	require.NoError(t, err)
	g := &reconcile.Group{Currency: "USD"}
	assert.Empty(t, l.broken(g))
	g.Metered = one
	assert.Equal(t, []string{"in total (USD): 1 is metered and nothing billed, beyond --max-drift 100.00%"}, l.broken(g))
	g.Bridge[reconcile.Rounding] = one.Neg()
	assert.Empty(t, l.broken(g), "less than the bill can tell")
	g.Bridge[reconcile.Rounding] = money.Amount{}
	g.Billed, g.BilledTokens, g.MeteredTokens = one, money.Units(10), money.Units(9)
	require.ErrorContains(t, (&limits{minCoverage: big.NewRat(1, 2)}).judge(&reconcile.Report{Cells: []reconcile.Cell{{}}}), "--min-coverage is not known to hold")
	assert.Equal(t, []string{"in total (USD): coverage 90.00% of tokens is below --min-coverage 100.00%"}, l.broken(g))
}

// What a bill says of itself stays in its comment, and rates that are no base rates are not taken for some.
func TestWriteOverrides(t *testing.T) {
	r := &reconcile.Report{Findings: []reconcile.Finding{
		{Kind: reconcile.WrongPrice, Provider: "openai", Model: "m\": [", Currency: "EUR", Text: "a\nrates: {}\u2028x", Rates: []reconcile.RateFinding{
			{Meter: "input", Unit: "1000000 Tokens", BilledRate: "3", OurRate: "2.5", PricingID: "openai/m@2026-11-01"},
			{Meter: "input", Tier: "batch", Unit: "1000000 Tokens", BilledRate: "2", OurRate: "1.25"},
			{Meter: reconcile.Prompt, Unit: "1000000 Tokens", BilledRate: "2"},
			{Meter: "web_search", Unit: "1000 Searches", BilledRate: "9"},
			{Meter: "output", Unit: "1000000 Tokens"},
		}},
		{Kind: reconcile.WrongPrice, Provider: "openai", Model: "n", Currency: "EUR"},
		{Kind: reconcile.Bypassing, Provider: "openai", Model: "m"},
		{Kind: reconcile.Agreement, Provider: "openai", Account: "org-1", Ratio: "0.85"},
	}}
	var out strings.Builder
	require.NoError(t, writeOverrides(&out, r))
	var custom pricing.Customization
	require.NoError(t, parseOwnPrices([]byte(out.String()), &custom), out.String())
	require.Len(t, custom.Overrides, 1)
	assert.Equal(t, map[string]any{"input": "3", "web_search": map[string]any{"rate": "9", "per": "1000"}}, custom.Overrides[0].Rates)
	assert.Equal(t, []string{"m\": ["}, custom.Overrides[0].Model)
	assert.Equal(t, "EUR", custom.Overrides[0].Currency)
	require.Len(t, custom.Agreements, 1)
	assert.Equal(t, "0.85", custom.Agreements[0].Multiplier)
	assert.Contains(t, out.String(), "# input (batch) is billed at 2 for 1000000 Tokens, where we have 1.25: no base rate, and left out\n")

	out.Reset()
	require.NoError(t, writeOverrides(&out, &reconcile.Report{}))
	require.NoError(t, parseOwnPrices([]byte(out.String()), &custom))
}

func FuzzParsePart(f *testing.F) {
	for _, seed := range []string{"2%", "0.02", " 100 %", "1e9", "-1", "1/3", "%", "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if part, ok := parsePart(text); ok {
			assert.GreaterOrEqual(t, part.Sign(), 0)
			assert.LessOrEqual(t, part.Cmp(big.NewRat(1, 1)), 0)
			assert.NotEmpty(t, percent(part))
		}
	})
}

func FuzzWriteOverrides(f *testing.F) {
	f.Add("gpt-4o", "org-1", "text", "openai/gpt-4o")
	f.Add("a\nb: c", "\x00\xff", "# \u0085 {", "*")
	f.Add("m", "o", "\xff", "openai/\x89\n  - x")
	f.Add("m\xff\n- ", "o", "\uffff", "\ue000\U0010ffff")
	f.Fuzz(func(t *testing.T, model, account, text, pricingID string) {
		finding := reconcile.Finding{
			Kind: reconcile.WrongPrice, Provider: "openai", Model: model, Account: account, Currency: "USD", Text: text,
			Rates: []reconcile.RateFinding{
				{Meter: "input", BilledRate: "3", PricingID: pricingID},
				{Meter: "output", Tier: "batch" + account, Unit: text, BilledRate: "4", OurRate: "5"},
				{Meter: reconcile.Meter(model), Mixed: true, BilledRate: "4"},
			},
		}
		var out strings.Builder
		require.NoError(t, writeOverrides(&out, &reconcile.Report{Findings: []reconcile.Finding{finding}}))
		var custom pricing.Customization
		require.NoError(t, parseOwnPrices([]byte(out.String()), &custom), out.String())
		require.Len(t, custom.Overrides, 1)
		assert.Equal(t, map[string]any{"input": "3"}, custom.Overrides[0].Rates)
	})
}

// The documentation has every line of the bridge and every flag, and its example is what is written.
func TestReconcileIsDocumented(t *testing.T) {
	data, err := os.ReadFile("../../docs/reconciliation.md")
	require.NoError(t, err)
	docs := string(data)
	for line := range reconcile.Lines {
		assert.Contains(t, docs, "`"+line.String()+"`")
	}
	for _, name := range []string{
		"month", "from", "to", "by", "provider", "account", "settle", "metered", "billed", "billed-usage", "catalog", "format",
		"pricing", "currency", "exchange-rates", "json", "html", "csv", "overrides", "max-drift", "min-coverage",
	} {
		assert.Contains(t, docs, "`--"+name+"`")
	}
	example, err := os.ReadFile(filepath.Join(reconcileCases, "wrong_price", "overrides.yaml"))
	require.NoError(t, err)
	_, entries, _ := strings.Cut(string(example), "\n")
	assert.Contains(t, docs, entries)
}
