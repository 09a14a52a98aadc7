package result

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/bench/whole"
)

func TestSpread(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []float64
		want Spread
	}{
		"odd":  {[]float64{3, 1, 2}, Spread{2, 1, 3}},
		"even": {[]float64{4, 1, 2, 3}, Spread{2.5, 1, 4}},
		"one":  {[]float64{7}, Spread{7, 7, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := SpreadOf(tc.in, func(v float64) float64 { return v })
			assert.True(t, ok)
			assert.Equal(t, tc.want, got)
		})
	}
	_, ok := SpreadOf(nil, func(v float64) float64 { return v })
	assert.False(t, ok)
}

func sample() *Result {
	micro := func(ns, allocs float64) []Micro { return []Micro{{NsPerSpan: ns, AllocsPerSpan: allocs}} }
	runs := func(cpu float64) []whole.Run { return []whole.Run{{CPU: cpu, Counted: 1}} }
	return &Result{
		Micro: map[string][]Micro{
			"Price/genai/floor":                micro(700, 6),
			"Price/genai/gen_ai_cost_minimal":  micro(1100, 6),
			"Price/genai/gen_ai_cost_standard": micro(1501, 6),
			"Price/genai/transform_where":      micro(7000, 100),
			"Price200/genai/transform_where":   micro(60000, 800),
			"PriceEntries/20":                  micro(1000, 6),
			"PriceEntries/200":                 micro(1050, 6),
			"PriceEntries/2000":                micro(1050, 6),
			"PriceEntries/20000":               micro(1100, 6),
			"Price/plain/floor":                micro(40, 0),
			"Price/plain/transform_where":      micro(2800, 0),
			"Price/plain/gen_ai_cost_standard": micro(50, 0.5),
			"Metrics/genai/floor":              micro(170, 0),
			"Metrics/genai/signal_to_metrics":  micro(6600, 28),
			"Metrics/genai/gen_ai_cost":        micro(499, 0.01),
		},
		Whole: map[string]map[string][]whole.Run{"genai": {
			"nop": runs(4), "gen_ai_cost": runs(6.01), "transform + signal_to_metrics": runs(26),
		}},
	}
}

// The figures sit at the edges of the budgets: what is just within is met, what is just over is not.
func TestBudgets(t *testing.T) {
	met := map[string]bool{}
	for _, b := range sample().Budgets() {
		assert.True(t, b.Known, b.Work)
		met[b.Work] = b.Met
	}
	assert.Equal(t, map[string]bool{
		"price a GenAI span, `detail: minimal`":                           true,
		"price a GenAI span, `detail: standard`":                          false,
		"from 20 to 20,000 price entries, 50 models called":               true,
		"a non-GenAI span":                                                false,
		"a priced span into metrics, known series":                        true,
		"whole collector: price, attribute, metrics on a Prometheus page": false,
	}, met)
}

func TestNothingMeasuredIsNotMet(t *testing.T) {
	for _, b := range (&Result{}).Budgets() {
		assert.False(t, b.Known || b.Met, b.Work)
		assert.Equal(t, "not measured", b.verdict())
	}
}

func TestPagesSayWhatWasNotMet(t *testing.T) {
	page := sample().Performance()
	assert.Contains(t, page, "| 1.50x: 6.01 against 4.00 CPU s per million spans | **not met** | 6.50x: 26.00 |")
	assert.Contains(t, page, "| gen_ai_cost | 6.01 (6.01..6.01) | 1.50x |")
	assert.Contains(t, sample().Details(), "| Metrics/genai/signal_to_metrics | 6600 (6600..6600) | 0.0 | 28.00 |")
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results", "results.json")
	empty, err := Load(path)
	require.NoError(t, err)
	assert.Empty(t, empty.Micro)
	require.NoError(t, sample().Save(path))
	loaded, err := Load(path)
	require.NoError(t, err)
	assert.Equal(t, sample(), loaded)
}
