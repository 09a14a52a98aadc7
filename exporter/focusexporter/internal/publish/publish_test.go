package publish

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var hour = time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)

func TestNames(t *testing.T) {
	day := hour.Truncate(24 * time.Hour).Unix()
	hourly := Names{Writer: "5f0c1d9e-7a42-4c00-8000-000000000000", Grain: time.Hour, Extension: ".parquet"}
	daily := Names{Writer: "w", Grain: 24 * time.Hour, Extension: ".csv"}
	regular := book.Label{Dataset: focus.Metered, Day: day, Period: hour.Unix()}
	late := book.Label{Dataset: focus.Unpriced, Late: true, Day: day, Period: hour.AddDate(0, 1, 0).Unix()}
	assert.Equal(t, "metered/billing_period=2026-11/day=2026-11-24/2026-11-24T13-5f0c1d9e7a42-7.parquet", hourly.Of(regular, 7))
	assert.Equal(t, "unpriced/billing_period=2026-11/day=2026-11-24/late-2026-12-24T13-5f0c1d9e7a42-8.parquet", hourly.Of(late, 8))
	assert.Equal(t, "metered/billing_period=2026-11/day=2026-11-24/2026-11-24-w-0.csv", daily.Of(regular, 0))
}

func TestDirectory(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a", "b")
	target, err := Open(t.Context(), "file://"+root)
	require.NoError(t, err)
	for _, text := range []string{"first", "2nd"} {
		require.NoError(t, target.Put(t.Context(), "metered/x/y.csv", []byte(text)))
		data, err := os.ReadFile(filepath.Join(root, "metered", "x", "y.csv"))
		require.NoError(t, err)
		assert.Equal(t, text, string(data))
	}
	writer := Writer{Target: target, Timeout: time.Minute}
	assert.True(t, writer.MayHave(t.Context(), "metered/x/y.csv"))
	assert.False(t, writer.MayHave(t.Context(), "metered/x/z.csv"))
	assert.False(t, writer.MayHave(t.Context(), "billed/x/y.csv"))
	files, err := os.ReadDir(filepath.Join(root, "metered", "x"))
	require.NoError(t, err)
	assert.Len(t, files, 1, "no drafts are left")
	require.NoError(t, target.Close())
}

// A disk that is full leaves the file as it was.
func TestDirectoryFull(t *testing.T) {
	root := t.TempDir()
	target, err := Open(t.Context(), "file://"+root)
	require.NoError(t, err)
	require.NoError(t, target.Put(t.Context(), "y.csv", []byte("before")))
	require.NoError(t, os.Symlink("/dev/full", filepath.Join(root, ".y.csv.tmp")))
	err = target.Put(t.Context(), "y.csv", []byte("after"))
	require.ErrorIs(t, err, syscall.ENOSPC)
	data, err := os.ReadFile(filepath.Join(root, "y.csv"))
	require.NoError(t, err)
	assert.Equal(t, "before", string(data))
	require.NoError(t, target.Put(t.Context(), "y.csv", []byte("after")), "the draft was removed")
}

func identity(splits ...focus.Tag) *charge.Identity {
	price, err := money.ParseUnitPrice("0.0000025")
	if err != nil {
		panic(err)
	}
	return &charge.Identity{
		Charge: focus.Charge{
			Start: hour, End: hour.Add(time.Hour), Provider: "openai", Model: "gpt-4o", Status: ledger.StatusPriced, Currency: "USD",
			Effective: price, Contracted: price, List: price,
			Tags: []focus.Tag{{Key: "cost_center", Value: "shared"}, {Key: "team", Value: "shared"}},
		},
		Splits: splits,
	}
}

// describe writes parts as a test reads them.
func describe(parts []part) (text []string) {
	for _, p := range parts {
		var values []string
		for _, tag := range p.charge.Tags {
			values = append(values, tag.Value)
		}
		text = append(text, strings.Join(values, "/")+" "+p.amounts.Quantity.String())
	}
	return text
}

func TestSplit(t *testing.T) {
	many := "v:1"
	for i := range 39 {
		many += ";v" + strings.Repeat("v", i+1) + ":1"
	}
	cases := []struct {
		name   string
		splits []focus.Tag
		want   []string
		err    string
	}{
		{"whole", nil, []string{"shared/shared 10"}, ""},
		{"one dimension", []focus.Tag{{Key: "team", Value: "a:3;b:2"}}, []string{"shared/a 6", "shared/b 4"}, ""},
		{
			"remainders",
			[]focus.Tag{{Key: "team", Value: "a:1;b:1;c:1"}},
			[]string{"shared/a 3.333333334", "shared/b 3.333333333", "shared/c 3.333333333"},
			"",
		},
		{
			"the same weights are the same owners",
			[]focus.Tag{{Key: "cost_center", Value: "x:3;y:2"}, {Key: "team", Value: "a:3;b:2"}},
			[]string{"x/a 6", "y/b 4"},
			"",
		},
		{
			"other weights are split again",
			[]focus.Tag{{Key: "cost_center", Value: "x:1;y:1"}, {Key: "team", Value: "a:3;b:2"}},
			[]string{"x/a 3", "x/b 2", "y/a 3", "y/b 2"},
			"",
		},
		{"not a tag yet", []focus.Tag{{Key: "product", Value: "p:1"}}, []string{"shared/p/shared 10"}, ""},
		{"unreadable", []focus.Tag{{Key: "team", Value: "a"}}, []string{"shared/shared 10"}, "finops.shares.team: "},
		{
			"unreadable beside readable",
			[]focus.Tag{{Key: "cost_center", Value: "x:1"}, {Key: "team", Value: "a"}},
			[]string{"x/shared 10"},
			"finops.shares.team: ",
		},
		{"too many", []focus.Tag{{Key: "a", Value: many}, {Key: "b", Value: many + ";w:1"}}, nil, "more than 1024 parts"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var s splitter
			parts, err := s.split(identity(c.splits...), focus.Amounts{Quantity: money.Units(10), Requests: 7})
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
			} else {
				require.NoError(t, err)
			}
			if c.want != nil {
				assert.Equal(t, c.want, describe(parts))
			}
			requests := int64(0)
			for _, p := range parts {
				requests += p.amounts.Requests
			}
			assert.EqualValues(t, 7, requests)
		})
	}
}

// However a charge is shared, its rows add up to it.
func TestSplitAddsUp(t *testing.T) {
	routes := focus.BuiltinRoutes()
	rapid.Check(t, func(t *rapid.T) {
		var splits []focus.Tag
		for _, dimension := range []string{"cost_center", "product", "team"} {
			var shares []ledger.Share
			for i := range rapid.IntRange(0, 5).Draw(t, dimension) {
				shares = append(shares, ledger.Share{Value: string(rune('a' + i)), Weight: rapid.Uint32Range(1, 1<<32-1).Draw(t, "weight")})
			}
			if len(shares) > 0 {
				splits = append(splits, focus.Tag{Key: dimension, Value: string(ledger.AppendShares(nil, shares))})
			}
		}
		id := identity(splits...)
		quantity, ok := money.QuantityFromFloat(rapid.Float64Range(0, 1e9).Draw(t, "quantity"))
		require.True(t, ok)
		m := maker{routes: routes}
		page := book.Page{Rows: []book.Row{{Key: string(id.AppendKey(nil)), Amounts: focus.Amounts{Quantity: quantity, Requests: 3}}}}
		rows, trouble := m.rows(&page)
		require.NoError(t, trouble.err)
		whole, err := id.Charge.Row(routes, focus.Amounts{Quantity: quantity, Requests: 3})
		require.NoError(t, err)
		var sum focus.Row
		for _, r := range rows {
			sum.EffectiveCost = sum.EffectiveCost.Add(r.EffectiveCost)
			sum.PricingQuantity = sum.PricingQuantity.Add(r.PricingQuantity)
			sum.XRequests = sum.XRequests.Add(r.XRequests)
		}
		require.Equal(t, whole.EffectiveCost.String(), sum.EffectiveCost.String())
		require.Equal(t, whole.PricingQuantity.String(), sum.PricingQuantity.String())
		require.Equal(t, whole.XRequests.String(), sum.XRequests.String())
	})
}

// Charges that no row can hold are counted, and do not keep the others from their file.
func TestRowsOutOfRange(t *testing.T) {
	huge := identity()
	huge.Effective, _ = money.ParseUnitPrice("100000000000000000000")
	quantity, err := money.ParseQuantity("100000000000000")
	require.NoError(t, err)
	m := maker{routes: focus.BuiltinRoutes()}
	rows, trouble := m.rows(&book.Page{Rows: []book.Row{
		{Key: string(huge.AppendKey(nil)), Amounts: focus.Amounts{Quantity: quantity}},
		{Key: "nonsense"},
		{Key: string(identity().AppendKey(nil)), Amounts: focus.Amounts{Quantity: money.Units(1)}},
	}})
	assert.Len(t, rows, 1)
	assert.Equal(t, 2, trouble.lost)
	assert.ErrorIs(t, trouble.err, focus.ErrRange)
}
