package allocate

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const proxyRules = `rules:
  - name: proxy
    dimension: team
    shared: llm-platform
    driver: tokens
    tags:
      search: {cost_center: cc-1100}
`

func parse(t require.TestingT, text string) *Rules {
	rules, err := ParseRules("rules.yaml", []byte(text))
	require.NoError(t, err)
	return rules
}

// day of a November in which the rows are.
func day(n int) time.Time { return time.Date(2026, 11, n, 14, 0, 0, 0, time.UTC) }

// usage returns a row of a million tokens at $2.50 and $10 less 20 %, and so many times that.
func usage(t require.TestingT, at time.Time, tokens string, requests int64, tags ...focus.Tag) *focus.Row {
	quantity, err := money.ParseQuantity(tokens)
	require.NoError(t, err)
	charge := focus.Charge{
		Start: at, End: at.Add(time.Hour), Provider: "openai", Account: "org-1", Model: "gpt-4o", Meter: meter.Input,
		Status: ledger.StatusPriced, PricingID: "openai/gpt-4o@2024-05-13", Currency: "USD", Confidence: ledger.ConfidenceExact,
		Source: ledger.SourceAgreement, Effective: price("0.000002"), Contracted: price("0.000002"), List: price("0.0000025"),
		Tags: tags,
	}
	row, err := charge.Row(focus.BuiltinRoutes(), focus.Amounts{Quantity: quantity, Requests: requests})
	require.NoError(t, err)
	return &row
}

func price(text string) money.UnitPrice {
	p, err := money.ParseUnitPrice(text)
	if err != nil {
		panic(err)
	}
	return p
}

func team(name string) focus.Tag { return focus.Tag{Key: "team", Value: name} }

// paid adds up a column by the tag team.
func paid(rows []focus.Row, column func(*focus.Row) focus.Number) map[string]string {
	sums := map[string]focus.Number{}
	for i := range rows {
		name := focus.TagValue(rows[i].Tags, "team")
		sums[name] = sums[name].Add(column(&rows[i]))
	}
	texts := map[string]string{}
	for name, sum := range sums {
		texts[name] = sum.String()
	}
	return texts
}

func effective(r *focus.Row) focus.Number { return r.EffectiveCost }

// allocate measures all rows and splits them.
func allocate(t require.TestingT, rules *Rules, rows ...*focus.Row) ([]focus.Row, *Allocator) {
	a := New(rules)
	for _, row := range rows {
		require.NoError(t, a.Measure(row))
	}
	var out []focus.Row
	for _, row := range rows {
		parts, err := a.Split(row)
		require.NoError(t, err)
		out = append(out, parts...)
	}
	return out, a
}

// The platform's 10,000,000 tokens cost $20. Search used 3,000,000 of its own in the month, support 1,000,000, so search pays
// three quarters: $15 and $6 of its own, support $5 and $2.
func TestSplitByTokens(t *testing.T) {
	t.Parallel()
	rows, a := allocate(t, parse(t, proxyRules),
		usage(t, day(1), "2000000", 5, team("search")), usage(t, day(30), "1000000", 1, team("search")),
		usage(t, day(2), "1000000", 4, team("support")),
		usage(t, day(3), "10000000", 7, team("llm-platform"), focus.Tag{Key: "cost_center", Value: "cc-9000"}),
		usage(t, day(3), "5000000", 2, team(Unallocated)), usage(t, day(3), "1000000", 1, team(Overflow)))
	assert.Equal(t, map[string]string{"search": "21", "support": "7", "unallocated": "10", "otel.overflow": "2"}, paid(rows, effective))
	assert.Equal(t, map[string]string{"search": "11", "support": "6", "unallocated": "2", "otel.overflow": "1"},
		paid(rows, func(r *focus.Row) focus.Number { return r.XRequests }), "7 requests are 5.25 and 1.75")

	part := rows[3]
	assert.JSONEq(t, `{"team": "search", "cost_center": "cc-1100"}`, part.Tags)
	assert.Equal(t, "finops.allocate.proxy", part.AllocatedMethodId)
	assert.JSONEq(t, `{"Elements": [{"AllocatedRatio": 0.75, "UsageUnit": "Tokens", "UsageQuantity": 3000000}]}`, part.AllocatedMethodDetails)
	assert.Equal(t, "team/search", part.AllocatedResourceId)
	assert.Equal(t, "search", part.XAllocatedResourceName)
	assert.JSONEq(t, `{"team": "support", "cost_center": "cc-9000"}`, rows[4].Tags, "tags that the rule does not set stay")

	require.Len(t, a.Report(), 2)
	line := a.Report()[0]
	assert.Equal(t, Entry{Rule: "proxy", Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Caller: "search", Currency: "USD"}, line.Entry)
	assert.Equal(t, "15 3000000 4000000 Tokens", line.Cost.String()+" "+line.Usage.String()+" "+line.Total.String()+" "+line.Unit)
}

func TestRulesSelect(t *testing.T) {
	t.Parallel()
	chat := focus.Tag{Key: "product", Value: "chat"}
	rows := []*focus.Row{
		usage(t, day(1), "1000000", 9, team("search"), chat),
		usage(t, day(2), "4000000", 3, team("search")),
		usage(t, day(2), "1000000", 1, team("support"), chat),
		usage(t, day(1), "1000000", 0, team("platform"), focus.Tag{Key: "caller", Value: "growth"}),
		usage(t, day(2), "3000000", 0, team("platform"), focus.Tag{Key: "caller", Value: "research"}),
		usage(t, day(3), "1000000", 0, team("batch")),
	}
	const rule = "rules:\n  - {name: r, dimension: team, shared: platform, "
	for name, test := range map[string]struct {
		rules string
		want  map[string]string // what is paid for the $8 of the platform, and for the $2 of batch
	}{
		"requests": {
			rule + "driver: requests, callers: {among: [search, support]}}", // 12 to 1, of $2 and $6
			map[string]string{"search": "17.384615384615384615384616", "support": "2.615384615384615384615384", "batch": "2"},
		},
		"cost": {
			rule + "driver: cost, callers: {among: [search, support]}}", // $10 to $2
			map[string]string{"search": "16.666666666666", "support": "3.333333333334", "batch": "2"},
		},
		"rows with a tag": {
			rule + "driver: tokens, callers: {where: {product: chat}}}", // equal
			map[string]string{"search": "14", "support": "6", "batch": "2"},
		},
		"by the caller that the service knows": {
			rule + "driver: tokens, callers: {dimension: caller}}", // 1 to 3
			map[string]string{"search": "10", "support": "2", "growth": "2", "research": "6", "batch": "2"},
		},
		"by day": { // on the first day growth alone called
			rule + "driver: tokens, period: day, callers: {dimension: caller}}",
			map[string]string{"search": "10", "support": "2", "growth": "2", "research": "6", "batch": "2"},
		},
		"another shared value does not pay": {
			rule + "driver: tokens}\n  - {name: b, dimension: team, shared: batch, driver: tokens, callers: {among: [support]}}", // 5 to 1
			map[string]string{"search": "16.666666666666", "support": "5.333333333334"},
		},
		"nobody used it": {
			rule + "driver: tokens, callers: {where: {product: none}}}",
			map[string]string{"search": "10", "support": "2", "platform": "8", "batch": "2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := allocate(t, parse(t, test.rules), rows...)
			for payer, cost := range paid(got, effective) {
				want, ok := test.want[payer]
				require.True(t, ok, "%s pays %s", payer, cost)
				assert.InDelta(t, rat(t, want), rat(t, cost), 1e-9, payer)
			}
			assert.Equal(t, sum(rows), sumOf(got))
		})
	}
}

func rat(t require.TestingT, text string) float64 {
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	f, _ := r.Float64()
	return f
}

func sum(rows []*focus.Row) string {
	var total focus.Number
	for _, row := range rows {
		total = total.Add(row.EffectiveCost)
	}
	return total.String()
}

func sumOf(rows []focus.Row) string {
	pointers := make([]*focus.Row, len(rows))
	for i := range rows {
		pointers[i] = &rows[i]
	}
	return sum(pointers)
}

func TestCurrenciesAreNoDriver(t *testing.T) {
	t.Parallel()
	a := New(parse(t, "rules: [{name: r, dimension: team, shared: platform, driver: cost}]"))
	require.NoError(t, a.Measure(usage(t, day(1), "1", 1, team("search"))))
	euros := usage(t, day(1), "1", 1, team("support"))
	euros.BillingCurrency = "EUR"
	assert.ErrorIs(t, a.Measure(euros), errCurrencies)
}

func TestBrokenTags(t *testing.T) {
	t.Parallel()
	a := New(parse(t, proxyRules))
	row := &focus.Row{Tags: "{"}
	require.Error(t, a.Measure(row))
	_, err := a.Split(row)
	assert.Error(t, err)
}

// A purchase has no quantity that was consumed: it is split by usage alone. A correction is negative.
func TestRowsWithoutUsualQuantities(t *testing.T) {
	t.Parallel()
	purchase := usage(t, day(1), "1", 0, team("llm-platform"))
	purchase.ConsumedQuantity, purchase.ConsumedUnit = focus.Number{}, ""
	correction := usage(t, day(1), "-4000000", 0, team("llm-platform"))
	free := usage(t, day(1), "0", 0, team("llm-platform"))
	rows, _ := allocate(t, parse(t, proxyRules), purchase, correction, free,
		usage(t, day(1), "3000000", 1, team("search")), usage(t, day(1), "1000000", 1, team("support")))
	assert.Equal(t, map[string]string{"search": "0.0000015", "support": "0.0000005"}, paid(rows[:2], effective))
	assert.Equal(t, map[string]string{"search": "-6", "support": "-2"}, paid(rows[2:4], effective))
	assert.Equal(t, "-3000000", rows[2].ConsumedQuantity.String())
	assert.Equal(t, map[string]string{"search": "0", "support": "0"}, paid(rows[4:6], effective))
}

// Whatever is split among whomever: every column adds up, and each part still is price x quantity.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.StringMatching(`[1-9][0-9]{0,9}(\.[0-9]{0,8}[1-9])?`).Draw(t, "tokens")
		whole := usage(t, day(1), tokens, rapid.Int64Range(0, 1000).Draw(t, "requests"), team("llm-platform"))
		rows := []*focus.Row{whole}
		for i, n := range rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 9).Draw(t, "usage") {
			rows = append(rows, usage(t, day(2), money.Units(n).String(), 1, team(string(rune('a'+i)))))
		}
		a := New(parse(t, proxyRules))
		for _, row := range rows {
			require.NoError(t, a.Measure(row))
		}
		parts, err := a.Split(whole)
		require.NoError(t, err)
		for i, column := range append(divisible, func(r *focus.Row) *focus.Number { return &r.XRequests }) {
			var total focus.Number
			for j := range parts {
				total = total.Add(*column(&parts[j]))
			}
			require.Equal(t, column(whole).String(), total.String(), "column %d", i)
		}
		for i := range parts {
			p := &parts[i]
			require.Equal(t, new(big.Rat).Mul(p.ListUnitPrice.Amount().Rat(), p.PricingQuantity.Amount().Rat()).String(),
				p.ListCost.Amount().Rat().String())
			require.Equal(t, new(big.Rat).Mul(p.ContractedUnitPrice.Amount().Rat(), p.PricingQuantity.Amount().Rat()).String(),
				p.EffectiveCost.Amount().Rat().String())
			require.True(t, p.XRequests.Amount().Rat().IsInt())
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	a := New(parse(b, proxyRules))
	rows := []*focus.Row{usage(b, day(1), "3000000", 6, team("search")), usage(b, day(1), "1000000", 4, team("support"))}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := a.Measure(rows[i%2]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	a := New(parse(b, proxyRules))
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if err := a.Measure(usage(b, day(1), "1000001", 1, team(name))); err != nil {
			b.Fatal(err)
		}
	}
	row := usage(b, day(1), "3000000", 6, team("llm-platform"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Split(row); err != nil {
			b.Fatal(err)
		}
	}
}
