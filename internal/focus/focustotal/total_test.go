package focustotal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
)

func dimensions(t *testing.T, names ...string) []Dimension {
	var ds []Dimension
	for _, name := range names {
		d, err := ParseDimension(name)
		require.NoError(t, err)
		ds = append(ds, d)
	}
	return ds
}

func totals(t *testing.T, rows []focus.Row, by ...string) []*Total {
	sum := New(dimensions(t, by...)...)
	for i := range rows {
		require.NoError(t, sum.Add(&rows[i]))
	}
	return sum.Sorted()
}

func TestTotals(t *testing.T) {
	rows := focustest.Rows(focustest.Priced())
	all := totals(t, rows)
	require.Len(t, all, 1)
	assert.Equal(t, len(rows), all[0].Rows)
	assert.Equal(t, "45", all[0].Requests.String())
	assert.Equal(t, "2.602254817889989", all[0].Billed.String())
	assert.True(t, all[0].Quantity.IsNull(), "tokens and seconds")

	byTeam := totals(t, rows, "Tags.team", "day")
	var groups [][]string
	var billed focus.Number
	for _, total := range byTeam {
		groups = append(groups, total.Group)
		billed = billed.Add(total.Billed)
	}
	assert.Equal(t, [][]string{{"", "2026-11-23"}, {"ads", "2026-11-23"}, {"search", "2026-11-23"}}, groups)
	assert.Equal(t, all[0].Billed, billed)
}

func TestCurrenciesAreKeptApart(t *testing.T) {
	rows := focustest.Rows(focustest.Priced())[:2]
	rows[1].BillingCurrency = "EUR"
	byCurrency := totals(t, rows)
	require.Len(t, byCurrency, 2)
	assert.Equal(t, []string{"EUR", "USD"}, []string{byCurrency[0].Currency, byCurrency[1].Currency})
	assert.Equal(t, "98765", byCurrency[0].Quantity.String())
}

func TestUnknownIsNotZero(t *testing.T) {
	unpriced := totals(t, focustest.Rows(focustest.Unpriced()), "x_Model", "month")
	require.Len(t, unpriced, 1)
	assert.Equal(t, []string{"own-model", "2026-11"}, unpriced[0].Group)
	assert.True(t, unpriced[0].Billed.IsNull())
	assert.Equal(t, "400", unpriced[0].Quantity.String())
}

func TestOutOfRange(t *testing.T) {
	n, _, err := focus.ParseNumber("1.7e14")
	require.NoError(t, err)
	sum := New()
	require.NoError(t, sum.Add(&focus.Row{BilledCost: n, ConsumedQuantity: n}))
	err = sum.Add(&focus.Row{BilledCost: n, ConsumedQuantity: n})
	require.ErrorIs(t, err, ErrRange)
	assert.ErrorContains(t, err, "BilledCost")
}

func TestParseDimensionErrors(t *testing.T) {
	for name, want := range map[string]string{
		"Team":           `unknown column "Team"; want one of FOCUS, day, month, or Tags.<key>`,
		"Tags.":          `"Tags.": Tags has no keys; only columns with JSON objects do`,
		"ProviderName.x": `"ProviderName.x": ProviderName has no keys; only columns with JSON objects do`,
	} {
		_, err := ParseDimension(name)
		assert.EqualError(t, err, want)
	}
}
