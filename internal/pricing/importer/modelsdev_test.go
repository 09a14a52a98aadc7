package importer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

func TestModelsDev(t *testing.T) {
	const list = `{"openai": {"id": "openai", "name": "OpenAI", "doc": "https://example.com/prices", "models": {
		"tiered": {"cost": {"input": 1.25, "output": 10, "cache_read": 0.125, "cache_write": 1.5, "reasoning": 12, "input_audio": 3,
			"tiers": [{"tier": {"type": "context", "size": 272000}, "input": 2.5, "output": 15}],
			"context_over_200k": {"input": 2.5, "output": 15}}},
		"legacy": {"cost": {"input": 1, "output": 2, "context_over_200k": {"input": 2}}},
		"draws": {"cost": {"input": 1, "output": 30}, "modalities": {"output": ["text", "image"]}},
		"nothing": {"cost": {"input": 0, "output": 0}},
		"modes": {"cost": {"input": 1, "output": 2}, "experimental": {"modes": {
			"fast": {"cost": {"input": 2, "output": 4}, "provider": {"body": {"service_tier": "priority"}}},
			"odd": {"cost": {"input": 2, "output": 4}}}}},
		"unpriced": {"limit": {"context": 1}},
		"confused": {"cost": {"input": 1250000, "output": 1}}
	}}}`
	files, report, err := importer.Read("models_dev", "api.json", []byte(list), importer.Options{Date: "2026-07-02"})
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, pricing.Source{Title: "models.dev", URL: "https://example.com/prices", Date: "2026-07-02"}, files[0].Sources["models.dev"])
	prices := map[string]pricing.PriceList{}
	for _, m := range files[0].Models {
		prices[m.ID] = m.Prices[0]
	}
	tiered := prices["tiered"]
	assert.Equal(t, map[string]pricing.RateSpec{
		"input": {Rate: "1.25"}, "output": {Rate: "10"}, "cache_read": {Rate: "0.125"}, "cache_write_5m": {Rate: "1.5"},
		"reasoning": {Rate: "12"}, "input_audio": {Rate: "3"},
	}, tiered.Rates)
	require.Len(t, tiered.Tiers, 1, "the old key is not read where tiers are given")
	assert.EqualValues(t, 272000, tiered.Tiers[0].Threshold)
	assert.Equal(t, "0.125", tiered.Tiers[0].Rates["cache_read"].Rate)
	assert.Empty(t, tiered.Disputed)

	assert.EqualValues(t, 200000, prices["legacy"].Tiers[0].Threshold)
	assert.NotEmpty(t, prices["legacy"].Disputed)
	assert.Equal(t, "30", prices["draws"].Rates["output_image"].Rate)
	assert.NotEmpty(t, prices["draws"].Disputed)
	assert.True(t, prices["nothing"].Free)
	assert.NotEmpty(t, prices["nothing"].Disputed)
	require.Len(t, prices["modes"].Variants, 1)
	assert.Equal(t, []string{"priority"}, prices["modes"].Variants[0].When.ServiceTier)

	require.Len(t, report.Invalid, 1)
	assert.Equal(t, "confused", report.Invalid[0].Model)
	var models []string
	for _, issue := range report.Unexpressed {
		models = append(models, issue.Model)
	}
	assert.ElementsMatch(t, []string{"draws", "modes", "unpriced"}, models)
}
