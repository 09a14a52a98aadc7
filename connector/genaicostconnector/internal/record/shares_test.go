package record

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var owners = NewReader([]Dimension{
	{Name: "finops.team"},
	{Name: "service.name"},
	{Name: "finops.cost_center"},
	{Name: "finops.model.name"},
	{Name: "finops.product"},
})

// sharedCall is one span whose cost is shared.
func sharedCall(lines, savings string, sharesOf map[string]any) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "api")
	attrs := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
	attrs.PutStr(ledger.AttrStatus, "priced")
	attrs.PutStr(ledger.AttrCurrency, "USD")
	attrs.PutStr(ledger.AttrLines, lines)
	attrs.PutStr(ledger.AttrSavings, savings)
	for _, name := range []string{"team", "cost_center", "product"} {
		attrs.PutStr(ledger.Prefix+name, "shared")
	}
	for name, v := range sharesOf {
		_ = attrs.PutEmpty(ledger.SharesPrefix + name).FromRaw(v)
	}
	return td
}

// part is what a part of a call's cost comes to, for comparison.
type part struct {
	key     string
	items   []Item
	cost    money.Amount
	savings Savings
}

// parts reads one call and returns it and its parts.
func parts(tb require.TestingT, td ptrace.Traces, b *Batch) (whole Record, items []Item, split []part) {
	owners.ReadTraces(td, b, func(b *Batch) {
		whole, items = b.Records[0], append(items, b.Items(0)...)
		require.NotEqual(tb, PortionCost, whole.Portion)
		for i := 1; i < len(b.Records); i++ {
			rec := &b.Records[i]
			require.Equal(tb, PortionCost, rec.Portion)
			require.Equal(tb, whole.Currency, rec.Currency)
			m := pcommon.NewMap()
			require.NoError(tb, owners.Attributes(b.Key(i), m))
			var values []string
			for _, name := range owners.names {
				v, _ := m.Get(name)
				values = append(values, v.Str())
			}
			split = append(split, part{strings.Join(values, "/"), append([]Item(nil), b.Items(i)...), rec.Cost, rec.Savings})
		}
	})
	return whole, items, split
}

func keys(split []part) []string {
	var out []string
	for _, p := range split {
		out = append(out, p.key+" "+p.cost.String())
	}
	return out
}

func TestShares(t *testing.T) {
	const lines = "input:10@0.1/0.1/0.15;output:1@0.5"
	for _, tt := range []struct {
		name   string
		shares map[string]any
		want   []string
		fails  string
	}{
		{"none", nil, nil, ""},
		{
			"one dimension",
			map[string]any{"team": "search:3;support:2"},
			[]string{"search/api/shared//shared 0.9", "support/api/shared//shared 0.6"},
			"",
		},
		{"one owner", map[string]any{"team": "search:1"}, []string{"search/api/shared//shared 1.5"}, ""},
		{
			"largest remainder",
			map[string]any{"team": "a:1;b:1;c:5"},
			// input is 1 in sevenths 0.142857..., of which c has lost most; output is 0.5.
			[]string{
				"a/api/shared//shared 0.214285714285714285714286",
				"b/api/shared//shared 0.214285714285714285714285",
				"c/api/shared//shared 1.071428571428571428571429",
			},
			"",
		},
		{
			"the same weights are the same owners",
			map[string]any{"team": "search:3;support:2", "cost_center": "cc-1:3;cc-2:2"},
			[]string{"search/api/cc-1//shared 0.9", "support/api/cc-2//shared 0.6"},
			"",
		},
		{
			"other weights are split again",
			map[string]any{"team": "search:3;support:2", "product": "x:1;y:1", "cost_center": "cc-1:3;cc-2:2"},
			[]string{
				"search/api/cc-1//x 0.45", "search/api/cc-1//y 0.45",
				"support/api/cc-2//x 0.3", "support/api/cc-2//y 0.3",
			},
			"",
		},
		{
			"the same weights in another order",
			map[string]any{"team": "search:3;support:2", "cost_center": "cc-1:2;cc-2:3"},
			[]string{
				"search/api/cc-1//shared 0.36", "search/api/cc-2//shared 0.54",
				"support/api/cc-1//shared 0.24", "support/api/cc-2//shared 0.36",
			},
			"",
		},
		{"unreadable", map[string]any{"team": "search"}, nil, `finops.shares.team: invalid finops.shares.<dimension>: position 0: want`},
		{"another type", map[string]any{"team": 1}, nil, `finops.shares.team: not a string`},
		{
			"unreadable beside readable",
			map[string]any{"team": "search", "product": "x:1;y:1"},
			[]string{"shared/api/shared//x 0.75", "shared/api/shared//y 0.75"},
			"finops.shares.team: ",
		},
		{"not a dimension of the connector", map[string]any{"feature": "x:1"}, nil, ""},
		{"not an owner", map[string]any{"model.name": "x:1"}, nil, ""},
		{"too many", map[string]any{"team": many(maxParts + 1)}, nil, "finops.shares.team: more than 1024 parts"},
		{"too many together", map[string]any{"team": many(40), "product": many(41)}, nil, "finops.shares.*: more than 1024 parts"},
		{"too long", map[string]any{"team": strings.Repeat("x", maxSharesLength) + ":1"}, nil, "finops.shares.team: longer than 65536 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &Batch{}
			for range 2 { // what is known by then included
				whole, _, split := parts(t, sharedCall(lines, "", tt.shares), b)
				assert.Equal(t, tt.want, keys(split))
				assert.Equal(t, len(tt.want) > 0, whole.Portion == PortionUsage)
				assert.Equal(t, "1.5", whole.Cost.String(), "the call keeps what it cost")
				assert.Equal(t, tt.fails != "", whole.Unshared)
				if tt.fails == "" {
					require.NoError(t, b.SharesErr)
				} else {
					require.ErrorContains(t, b.SharesErr, tt.fails)
				}
				b.Reset()
			}
		})
	}
}

// many returns n shares of weight 1.
func many(n int) string {
	shares := make([]ledger.Share, n)
	for i := range shares {
		shares[i] = ledger.Share{Value: strconv.Itoa(i), Weight: 1}
	}
	return string(ledger.AppendShares(nil, shares))
}

func TestMostParts(t *testing.T) {
	_, _, split := parts(t, sharedCall("input:1@1", "", map[string]any{"team": many(maxParts)}), &Batch{})
	assert.Len(t, split, maxParts)
}

func TestCallsWithoutCostAreNotSplit(t *testing.T) {
	for _, status := range []string{"unpriced", "duplicate", "free"} {
		td := sharedCall("", "", map[string]any{"team": "a:1"})
		attrs := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes()
		attrs.PutStr(ledger.AttrStatus, status)
		whole, _, split := parts(t, td, &Batch{})
		assert.Empty(t, split)
		assert.Equal(t, PortionAll, whole.Portion)
	}
}

// TestPartsAddUp: whatever the shares, the parts of every line, of its list price and of every kind of savings
// add up to the whole, and each is less than a unit for each axis from its share.
func TestPartsAddUp(t *testing.T) {
	weights := rapid.SliceOfN(rapid.OneOf(rapid.Uint32Min(1), rapid.Uint32Range(1, 9)), 1, 6)
	rapid.Check(t, func(rt *rapid.T) {
		by := map[string]any{}
		for _, name := range []string{"team", "cost_center", "product"} {
			if rapid.Bool().Draw(rt, name) {
				var s []ledger.Share
				for i, w := range weights.Draw(rt, "weights") {
					s = append(s, ledger.Share{Value: fmt.Sprint(name, i), Weight: w})
				}
				by[name] = string(ledger.AppendShares(nil, s))
			}
		}
		lines := fmt.Sprintf("input:%d@0.%015d/0.%015d/0.%015d;output:%d@0.%015d",
			rapid.IntRange(0, 1e9).Draw(rt, "quantity"), rapid.IntRange(0, 1e14).Draw(rt, "price"),
			rapid.IntRange(0, 1e14).Draw(rt, "price"), rapid.IntRange(0, 1e14).Draw(rt, "price"),
			rapid.IntRange(1, 1e9).Draw(rt, "quantity"), rapid.IntRange(0, 1e14).Draw(rt, "price"))
		savings := fmt.Sprintf("service_tier:-0.%023d1;cache:0.%023d1",
			rapid.IntRange(0, 1e15).Draw(rt, "tier"), rapid.IntRange(0, 1e15).Draw(rt, "cache"))
		b := &Batch{}
		whole, items, split := parts(rt, sharedCall(lines, savings, by), b)
		require.NoError(rt, b.SharesErr)
		require.Equal(rt, len(by) > 0, len(split) > 0)
		if len(split) == 0 {
			return
		}
		sums := make([]Item, len(items))
		var cost money.Amount
		var saved Savings
		for _, p := range split {
			require.Len(rt, p.items, len(items))
			cost = cost.Add(p.cost)
			saved.ServiceTier = saved.ServiceTier.Add(p.savings.ServiceTier)
			saved.Cache = saved.Cache.Add(p.savings.Cache)
			saved.Agreement = saved.Agreement.Add(p.savings.Agreement)
			var list, effective money.Amount
			for j, item := range p.items {
				require.Equal(rt, items[j].Meter, item.Meter)
				require.True(rt, item.Quantity.IsZero(), "usage stays whole")
				sums[j].Cost = sums[j].Cost.Add(item.Cost)
				sums[j].List = sums[j].List.Add(item.List)
				list, effective = list.Add(item.List), effective.Add(item.Cost)
			}
			require.Equal(rt, list.Sub(effective), p.savings.Agreement)
		}
		for j := range items {
			require.Equal(rt, items[j].Cost, sums[j].Cost)
			require.Equal(rt, items[j].List, sums[j].List)
		}
		require.Equal(rt, whole.Cost, cost)
		require.Equal(rt, whole.Savings, saved)

		_, _, again := parts(rt, sharedCall(lines, savings, by), &Batch{})
		require.Equal(rt, split, again, "a replica splits alike")
	})
}

func TestKnownSharesAreBounded(t *testing.T) {
	b := &Batch{}
	known := &b.splitting.known
	for i := range 3 * maxKnownShares {
		s := known.get(fmt.Sprintf("team-%d:1", i))
		require.NoError(t, s.err)
		assert.LessOrEqual(t, len(known.byText), maxKnownShares)
	}
	for i := range 100 {
		known.get(fmt.Sprintf("%d%s:1", i, strings.Repeat("x", maxSharesLength/2)))
		assert.LessOrEqual(t, known.length, maxKnownLength)
	}
	first := known.get("a:1")
	assert.Same(t, first, known.get("a:1"))
}

func FuzzShares(f *testing.F) {
	f.Add("search:3;support:2", "a:1;b:1")
	f.Add("search", "%zz:1")
	f.Fuzz(func(t *testing.T, team, product string) {
		td := sharedCall("input:1@0.000000000000007", "cache:0.5", map[string]any{"team": team, "product": product})
		whole, _, split := parts(t, td, &Batch{})
		var sum money.Amount
		for _, p := range split {
			sum = sum.Add(p.cost)
		}
		if len(split) > 0 {
			assert.Equal(t, whole.Cost, sum)
		}
	})
}
