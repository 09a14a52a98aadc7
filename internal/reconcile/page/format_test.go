package page

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

func TestRound(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{
		"0": "0.00", "1": "1.00", "1234567.891": "1,234,567.89", "-999.999": "−1,000.00", "0.5": "0.50", "0.996": "1.00", "12.345": "12.34",
		"0.0123": "0.012", "-0.000056789": "−0.000057", "0.00000001": "0.00000001", "0.000000001": "< 0.00000001",
		"-0.000000000000000000000001": "> −0.00000001", "100": "100.00", "-100000": "−100,000.00",
	} {
		assert.Equal(t, want, strings.ReplaceAll(round(parse(t, of)), noBreakSpace, " "), of)
	}
}

// What is rounded can be read back, and is as near as its decimals can be.
func TestRoundIsNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount(t, "amount")
		text := round(a)
		if strings.ContainsAny(text, "<>") {
			assert.Less(t, absolute(a).Float64(), 1e-8)
			return
		}
		read := parse(t, strings.NewReplacer(",", "", minus, "-").Replace(text))
		off := absolute(read.Sub(a)).Float64()
		assert.LessOrEqual(t, off, 0.005+1e-12*absolute(a).Float64())
	})
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]string{
		"0": "0.00 %", "1/50": "+2.00 %", "-1/3": "−33.33 %", "1/1000000": "< 0.01 %", "-1/1000000": "> −0.01 %",
		"100": "+10,000.00 %", "100000": "> +999,999 %", "-100000": "< −999,999 %",
	} {
		r, ok := new(big.Rat).SetString(of)
		require.True(t, ok)
		assert.Equal(t, want, strings.ReplaceAll(percent(r), noBreakSpace, " "), of)
	}
}

func TestShareIsNotRoundedUp(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "99.99 %", strings.ReplaceAll(share(big.NewRat(999_999, 1_000_000)), noBreakSpace, " "))
	assert.Equal(t, "100.00 %", strings.ReplaceAll(share(big.NewRat(1, 1)), noBreakSpace, " "))
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	comparison := func(metered, volume, unexplained string) *reconcile.Comparison {
		c := &reconcile.Comparison{Metered: parse(t, metered)}
		c.Bridge[reconcile.Volume], c.Bridge[reconcile.Unexplained] = parse(t, volume), parse(t, unexplained)
		c.Billed = c.Metered.Add(c.Bridge.Usage())
		return c
	}
	uncovered := comparison("100", "0", "0")
	uncovered.BilledRequests, uncovered.CountedRequests = money.Units(100), money.Units(94)
	limits := Options{MaxDrift: big.NewRat(2, 100), MinCoverage: big.NewRat(95, 100)}
	for name, of := range map[string]struct {
		of          *reconcile.Comparison
		o           Options
		badge, says string
	}{
		"agrees":      {comparison("100", "0", "0"), limits, "Agrees", "to the last digit"},
		"nothing":     {comparison("0", "0", "0"), Options{}, "Agrees", "Nothing was metered and nothing was billed"},
		"higher":      {comparison("100", "1", "0"), Options{}, "Differs", "1.00 higher"},
		"lower":       {comparison("100", "-1", "0"), Options{}, "Differs", "1.00 lower"},
		"within":      {comparison("100", "1", "0"), limits, "Within the limit", "Nothing is left unexplained"},
		"beyond":      {comparison("100", "3", "0.5"), limits, "Beyond the limit", "Drift is beyond the limit of 2 % in total and for 1 of 1 account. "},
		"unexplained": {comparison("100", "0", "1"), limits, "Within the limit", "Nothing explains the difference"},
		"left":        {comparison("100", "1", "-0.25"), limits, "Within the limit", "USD −0.25 is left unexplained"},
		"not billed":  {comparison("100", "-100", "0"), limits, "Beyond the limit", "USD 100.00 was metered, and nothing was billed"},
		"not metered": {comparison("0", "5", "0"), Options{}, "Differs", "USD 5.00 was billed, and nothing was metered"},
		"uncovered":   {uncovered, limits, "Beyond the limit", "Coverage is below the limit of 95 % in total"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := judge(of.of, "USD", &of.o, []reconcile.Group{{Currency: "USD", Comparison: *of.of}})
			assert.Equal(t, of.badge, v.Badge)
			assert.Contains(t, strings.ReplaceAll(strings.Join(v.Sentences, " ")+" ", noBreakSpace, " "), of.says)
		})
	}
}

// A page has words for each line and for each kind that bears a line's name.
func TestWords(t *testing.T) {
	t.Parallel()
	for l := range reconcile.Lines {
		assert.NotEmpty(t, lineWords[l].Name, l)
		if l >= reconcile.Rounding {
			assert.Contains(t, kindWords, reconcile.Kind(l.String()))
		}
	}
	for kind, words := range kindWords {
		assert.NotEmpty(t, words.Title, kind)
		assert.NotEmpty(t, words.Todo, kind)
	}
	assert.Equal(t, "Volume", wordsOf(&reconcile.Finding{Kind: "of tomorrow"}).Title)
	assert.Equal(t, "of tomorrow", wordsOf(&reconcile.Finding{Line: reconcile.Lines, Kind: "of tomorrow"}).Title)
}
