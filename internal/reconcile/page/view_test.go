package page

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/reports"
)

// The parts of what was metered lie side by side and fill the bar.
func TestConfidenceIsDivided(t *testing.T) {
	t.Parallel()
	c := &reconcile.Comparison{Confidence: map[ledger.Confidence]money.Amount{
		ledger.ConfidenceEstimated: parse(t, "1"), ledger.ConfidenceExact: parse(t, "6"), "": parse(t, "2"), "of tomorrow": parse(t, "1"),
		ledger.ConfidenceLowerBound: parse(t, "-3"),
	}}
	var names []string
	at := 0.0
	for _, part := range confidence(c, "USD") {
		names = append(names, part.Name+" "+part.Figure.Text+" "+part.Share)
		assert.InDelta(t, at, part.X, 1e-9)
		at += part.W
	}
	assert.InDelta(t, 100, at, 1e-9)
	assert.Equal(t, "exact USD 6.00 60.00 %; lower bound USD −3.00 ; estimated USD 1.00 10.00 %; not stated USD 3.00 30.00 %",
		strings.ReplaceAll(strings.Join(names, "; "), noBreakSpace, " "))
	assert.Empty(t, confidence(&reconcile.Comparison{}, "USD"))
}

func TestSectionsAreOfOneCurrency(t *testing.T) {
	t.Parallel()
	r := reports.Currencies()
	r.Findings = []reconcile.Finding{{Currency: "USD"}, {Currency: "CHF"}}
	v := newView(r, &Options{By: []reconcile.Dimension{reconcile.ByModel}})
	require.Len(t, v.Sections, 3)
	for i, want := range []struct {
		currency, columns string
		findings, tables  int
	}{{"CHF", "", 1, 0}, {"EUR", "mistral-large", 0, 2}, {"USD", "gpt-4o", 1, 2}} {
		s := v.Sections[i]
		assert.Equal(t, want.currency, s.Currency)
		assert.Len(t, s.Findings, want.findings)
		require.Len(t, s.Tables, want.tables)
		if want.tables > 0 {
			require.Len(t, s.Tables[1].Rows, 1)
			assert.Equal(t, want.columns, s.Tables[1].Rows[0].Names[0].Value)
			assert.Nil(t, s.Tables[1].Total)
		}
	}
}

// Of very many rows and findings those are kept that matter, and the totals are of all.
func TestLongListsAreCut(t *testing.T) {
	t.Parallel()
	r := &reconcile.Report{}
	for i := range mostRows + 5 {
		c := reconcile.Cell{Key: reconcile.Key{Provider: "openai", Model: fmt.Sprintf("m%04d", i), Currency: "USD"}}
		c.Billed = parse(t, strconv.Itoa(i))
		r.Cells = append(r.Cells, c)
		r.Findings = append(r.Findings, reconcile.Finding{Currency: "USD", Amount: parse(t, strconv.Itoa(mostRows+5-i))})
	}
	s := newView(r, &Options{By: []reconcile.Dimension{reconcile.ByModel}}).Sections[0]
	table := s.Tables[1]
	require.Len(t, table.Rows, mostRows)
	assert.Equal(t, "m0005", table.Rows[0].Names[0].Value, "the smallest are left out, the order stays")
	assert.Equal(t, "1,005", table.Of)
	assert.True(t, table.Folded)
	assert.Equal(t, "504,510.00", table.Total.Billed.Text)
	assert.Len(t, s.Findings, mostFindings)
	assert.Equal(t, "Left out here: 805 smaller findings, USD +324,415.00 together. The JSON output has all.", strings.ReplaceAll(s.Smaller, noBreakSpace, " "))
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	unbilled := &reconcile.Comparison{Metered: parse(t, "1")}
	assert.Equal(t, "not billed", driftMeasure(unbilled, widestDrift(nil), &Options{}).Text)
	assert.Nil(t, coverageMeasure(unbilled, &Options{}).Bar)

	tokens := &reconcile.Comparison{BilledTokens: money.Units(2000), MeteredTokens: money.Units(1500)}
	m := coverageMeasure(tokens, &Options{})
	assert.Equal(t, "75.00\u00a0% of tokens", m.Text)
	assert.Equal(t, "1,500 of 2,000 tokens", m.Exact)
	assert.InDelta(t, 75, m.Bar.W, 1e-9)
}
