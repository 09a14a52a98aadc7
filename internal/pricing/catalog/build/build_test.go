package build_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog/build"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

const today = "2026-11-23"

func read(t *testing.T, format, list string) []pricing.File {
	t.Helper()
	files, report, err := importer.Read(format, "list.json", []byte(list), importer.Options{Date: today})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	return files
}

// catalogOf builds a catalog from two lists and returns its models by provider and id.
func catalogOf(t *testing.T, primary, secondary string, previous ...pricing.File) (map[string]pricing.Model, []pricing.File, build.Summary) {
	t.Helper()
	files, summary := build.Catalog(build.Lists{
		Primary: read(t, "genai_prices", primary), Secondary: read(t, "litellm", secondary), Date: today, Previous: previous,
	})
	models := map[string]pricing.Model{}
	for i := range files {
		_, err := pricing.CheckFile(files[i].Provider, &files[i], pricing.ParseOptions{})
		require.NoError(t, err)
		for _, m := range files[i].Models {
			models[files[i].Provider+" "+m.ID] = m
		}
	}
	return models, files, summary
}

func variantsOf(list pricing.PriceList) map[string]pricing.Variant {
	out := map[string]pricing.Variant{}
	for _, v := range list.Variants {
		out[v.Name] = v
	}
	return out
}

func TestSecondaryCompletesPrimary(t *testing.T) {
	models, _, summary := catalogOf(t,
		`[{"id": "openai", "models": [{"id": "gpt", "match": {"or": [{"equals": "gpt"}, {"regex": "^gpt-\\d{4}-\\d{2}-\\d{2}$"}]}, "prices": [
			{"prices": {"input_mtok": 4, "output_mtok": 8}},
			{"constraint": {"start_date": "2026-01-01"}, "prices": {
				"input_mtok": {"base": 2, "tiers": [{"start": 271999, "price": 4}]}, "output_mtok": {"base": 4, "tiers": [{"start": 271999, "price": 6}]}}}]}]}]`,
		`{"gpt": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06,
			"input_cost_per_token_above_272k_tokens": 4e-06, "output_cost_per_token_above_272k_tokens": 6e-06,
			"input_cost_per_token_flex": 1e-06, "output_cost_per_token_flex": 2e-06,
			"input_cost_per_token_priority": 4e-06, "output_cost_per_token_priority": 9e-06,
			"regional_processing_uplift_multiplier_eu": 1.1, "cache_read_input_token_cost": 0.0,
			"search_context_cost_per_query": {"search_context_size_medium": 0.01}},
		  "gpt-2026-02-03": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06},
		  "other": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
		  "gift": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0}}`)
	gpt := models["openai gpt"]
	assert.Equal(t, []string{"gpt-2026-02-03"}, gpt.Aliases)
	require.Len(t, gpt.Prices, 2)
	now := gpt.Prices[1]
	assert.Equal(t, "0.01", now.Rates["web_search"].Rate)
	assert.NotContains(t, now.Rates, "cache_read", "a zero of the secondary list completes nothing")
	assert.Empty(t, now.Disputed, "271,999 and 272,000 are one threshold")
	variants := variantsOf(now)
	assert.Equal(t, "1", variants["flex"].Rates["input"].Rate)
	require.Len(t, variants["flex"].Tiers, 1)
	assert.EqualValues(t, 271999, variants["flex"].Tiers[0].Threshold, "the primary list's threshold")
	assert.Equal(t, "2", variants["flex"].Tiers[0].Rates["input"].Rate, "half, above the threshold as below it")
	assert.Equal(t, "9", variants["priority"].Rates["output"].Rate)
	assert.Equal(t, "1.1", variants["residency_eu"].Multipliers["tokens"])
	before := variantsOf(gpt.Prices[0])
	assert.Equal(t, pricing.Multipliers{"tokens": "0.5"}, before["flex"].Multipliers, "at another base price the ratio holds")
	assert.NotContains(t, before, "priority", "there is no one ratio")
	assert.Contains(t, models, "openai other")
	assert.NotContains(t, models, "openai gift")
	assert.Equal(t, build.Summary{Providers: 1, Entries: 2, Completed: 1, Added: 1, Skipped: 1}, summary)
}

func TestContradictionsAreKeptVisible(t *testing.T) {
	models, _, summary := catalogOf(t,
		`[{"id": "mistral", "models": [
			{"id": "large", "match": {"or": [{"equals": "large"}, {"equals": "large-latest"}]}, "prices": {"input_mtok": 2, "output_mtok": 6}},
			{"id": "small", "match": {"equals": "small"}, "prices": {"input_mtok": 1, "output_mtok": 3, "web_searches_kcount": 10}}]}]`,
		`{"mistral/large": {"litellm_provider": "mistral", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06},
		  "mistral/large-latest": {"litellm_provider": "mistral", "mode": "chat", "input_cost_per_token": 5e-07, "output_cost_per_token": 6e-06},
		  "mistral/small": {"litellm_provider": "mistral", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 3e-06,
			"search_context_cost_per_query": {"search_context_size_medium": 0.03}}}`)
	assert.Empty(t, models["mistral_ai large"].Prices[0].Disputed)
	assert.NotContains(t, models["mistral_ai large"].Aliases, "large-latest")
	latest := models["mistral_ai large-latest"]
	assert.Equal(t, "input 2, elsewhere 0.5", latest.Prices[0].Disputed)
	assert.Equal(t, "2", latest.Prices[0].Rates["input"].Rate, "the primary list stands")
	assert.Empty(t, models["mistral_ai small"].Prices[0].Disputed, "a fee for a tool is no doubt about tokens")
	assert.Equal(t, 1, summary.Disputed)
}

func TestOneFeeUnderTwoNamesIsTakenOnce(t *testing.T) {
	models, _, _ := catalogOf(t,
		`[{"id": "perplexity", "models": [
			{"id": "sonar", "match": {"equals": "sonar"}, "prices": {"input_mtok": 1, "output_mtok": 1, "requests_kcount": 12}}]}]`,
		`{"perplexity/sonar": {"litellm_provider": "perplexity", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06,
			"search_context_cost_per_query": {"search_context_size_low": 0.005}}}`)
	rates := models["perplexity sonar"].Prices[0].Rates
	assert.Contains(t, rates, "request")
	assert.Equal(t, "0", rates["web_search"].Rate, "in the fee by request")
}

func TestVertexSellsWhatGoogleDoesNotMake(t *testing.T) {
	models, _, _ := catalogOf(t,
		`[{"id": "google", "models": [
			{"id": "gemini-x", "match": {"equals": "gemini-x"}, "prices": {"input_mtok": 2, "output_mtok": 6}},
			{"id": "claude-x", "match": {"equals": "claude-x"}, "prices": {"input_mtok": 3, "output_mtok": 15}}]}]`,
		`{"vertex_ai/claude-x": {"litellm_provider": "vertex_ai-anthropic_models", "mode": "chat", "input_cost_per_token": 3e-06,
			"output_cost_per_token": 1.5e-05, "input_cost_per_token_batches": 1.5e-06, "output_cost_per_token_batches": 7.5e-06,
			"regional_endpoint_uplift_multiplier": 1.1}}`)
	assert.Contains(t, models, "gcp.gemini gemini-x")
	assert.NotContains(t, models, "gcp.gemini claude-x")
	assert.Contains(t, models, "gcp.vertex_ai gemini-x")
	variants := variantsOf(models["gcp.vertex_ai claude-x"].Prices[0])
	assert.Equal(t, "0.5", variants["batch"].Multipliers["tokens"], "caches at half price, too")
	assert.Equal(t, []string{"global"}, variants["regional"].When.NotRegion)
}

func TestPeakHours(t *testing.T) {
	models, _, _ := catalogOf(t, `[{"id": "deepseek", "models": [{"id": "deepseek-v4-pro", "match": {"starts_with": "deepseek-v4-pro"}, "prices": [
		{"prices": {"input_mtok": 1, "output_mtok": 1}},
		{"constraint": {"start_date": "2026-08-17"}, "prices": {"input_mtok": 2, "output_mtok": 2}},
		{"constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"}, "prices": {"input_mtok": 4, "output_mtok": 4}}]}]}]`, `{}`)
	prices := models["deepseek deepseek-v4-pro"].Prices
	require.Len(t, prices, 3)
	assert.Empty(t, prices[0].Variants, "there were no peak hours")
	assert.Equal(t, []string{"2026-08-17", "2026-08-23"}, []string{prices[1].From, prices[1].To})
	assert.Empty(t, prices[1].Variants[0].When.Windows[0].Weekdays)
	assert.Len(t, prices[2].Variants[0].When.Windows[0].Weekdays, 5)
	assert.Equal(t, "2", prices[2].Variants[0].Multipliers["tokens"])
}

func TestPlacesAreVariantsToo(t *testing.T) {
	models, _, _ := catalogOf(t, `[{"id": "azure", "models": []}]`,
		`{"azure/gpt": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06},
		  "azure/eu/gpt": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 2.2e-06, "output_cost_per_token": 4.4e-06}}`)
	assert.Equal(t, "eu", models["azure.ai.openai eu/gpt"].Region)
	assert.Equal(t, "1.1", variantsOf(models["azure.ai.openai gpt"].Prices[0])["data_zone_eu"].Multipliers["tokens"])
}

func TestHistoryIsNotRepriced(t *testing.T) {
	list := func(input, more string) string {
		return `[{"id": "openai", "models": [{"id": "gpt", "match": {"equals": "gpt"}, "prices": {"input_mtok": ` + input + `, "output_mtok": 6` + more + `}}]}]`
	}
	_, before, _ := catalogOf(t, list("2", ""), `{}`)
	for i := range before {
		before[i].Sources["genai-prices"] = pricing.Source{Title: "genai-prices", Date: "2026-09-01"}
		before[i].Models[0].Prices[0].From = "2026-09-01"
	}
	models, after, _ := catalogOf(t, list("1", ""), `{}`, before...)
	prices := models["openai gpt"].Prices
	require.Len(t, prices, 2)
	assert.Equal(t, [4]string{"2026-09-01", today, today, ""}, [4]string{prices[0].From, prices[0].To, prices[1].From, prices[1].To})
	assert.Equal(t, "2", prices[0].Rates["input"].Rate)

	models, _, _ = catalogOf(t, list("3", ""), `{}`, after...)
	corrected := models["openai gpt"].Prices
	require.Len(t, corrected, 2, "what was first seen today is corrected today")
	assert.Equal(t, "3", corrected[1].Rates["input"].Rate)

	models, again, _ := catalogOf(t, list("1", ""), `{}`, after...)
	assert.Equal(t, prices, models["openai gpt"].Prices, "building once more changes nothing")
	models, _, _ = catalogOf(t, list("1", `, "cache_read_mtok": 0.1`), `{}`, again...)
	require.Len(t, models["openai gpt"].Prices, 2, "a meter that was not known before is no change of price")
	assert.Equal(t, "0.1", models["openai gpt"].Prices[1].Rates["cache_read"].Rate)
}

func TestMarshalWritesWhatIsRead(t *testing.T) {
	files, err := catalog.Files()
	require.NoError(t, err)
	for _, file := range files {
		file.Expand()
		data, err := build.Marshal(file)
		require.NoError(t, err)
		back, err := pricing.ParseFile(file.Provider, data, pricing.ParseOptions{})
		require.NoError(t, err)
		assert.Equal(t, file.Models, back.Models, file.Provider)
		assert.Equal(t, file.Sources, back.Sources, file.Provider)
		again, err := build.Marshal(back)
		require.NoError(t, err)
		assert.Equal(t, string(data), string(again))
	}
}
