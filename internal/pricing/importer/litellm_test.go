package importer_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// TestLiteLLMAgreesWithItsCode compares with costs that LiteLLM's own code computed from the same
// list, with service tiers, residency and speed; testdata/litellm/generate.py made them.
func TestLiteLLMAgreesWithItsCode(t *testing.T) {
	data, err := os.ReadFile("testdata/litellm/prices.json")
	require.NoError(t, err)
	engine := engineFor(t, "litellm", data)
	cases := readCases(t, "testdata/litellm/cases.json")
	require.Greater(t, len(cases), 300)
	for i := range cases {
		c := &cases[i]
		total, price, ok := c.cost(engine)
		if assert.True(t, ok, "%+v: no price: %s", *c, price.Reason) {
			assert.True(t, c.agrees(total), "%+v: %s under %s", *c, total.FloatString(18), price.Sheet.ID)
		}
	}
}

// liteLLMDiffers says why calls cost something else in LiteLLM's code than in its list; docs/catalog.md explains each.
var liteLLMDiffers = []struct {
	reason, provider string
	models           []string
	// tiers, unless empty, are those of such calls.
	tiers []string
}{
	{reason: "its code knows no cache, no threshold and no fee for requests", provider: "perplexity", models: []string{"perplexity/"}},
	{reason: "its code does not look at service tiers", provider: "fireworks_ai", models: []string{""}, tiers: []string{"priority", "flex"}},
	{
		reason: "input has a price by the second and none by the token", provider: "bedrock",
		models: []string{"twelvelabs.", "us.twelvelabs.", "eu.twelvelabs.", "global.twelvelabs."},
	},
	{reason: "the list has the name twice, free and not free", provider: "gemini", models: []string{"gemini-exp-1206"}},
	{reason: "the list has the name twice, with tiers and without", provider: "bedrock_converse", models: []string{"moonshotai.kimi-k2.5"}},
	{
		reason: "the list has the name twice, with tiers and without", provider: "vertex_ai-language-models",
		models: []string{"gemini-3.1-pro-preview-customtools"},
	},
}

// liteLLMReason returns why LiteLLM's code has another price for the call, or nothing.
func (c *peerCase) liteLLMReason() string {
	for _, d := range liteLLMDiffers {
		named := slices.ContainsFunc(d.models, func(prefix string) bool { return strings.HasPrefix(c.Model, prefix) })
		tier := len(d.tiers) == 0 || slices.Contains(d.tiers, c.Tier)
		if d.provider == c.Provider && named && tier {
			return d.reason
		}
	}
	return ""
}

// TestLiteLLMAgreesWidely takes calls of all models that testdata/litellm/wide.py made with the package of the list.
func TestLiteLLMAgreesWidely(t *testing.T) {
	path := os.Getenv("LITELLM_CASES")
	if path == "" {
		t.Skip("LITELLM_CASES names no file that testdata/litellm/wide.py has written")
	}
	engine := engineFor(t, "litellm", liteLLMList(t))
	cases := readCases(t, path)
	differ := map[string]int{}
	for i := range cases {
		c := &cases[i]
		total, price, ok := c.cost(engine)
		if ok && c.agrees(total) {
			continue
		}
		reason := c.liteLLMReason()
		if assert.NotEmpty(t, reason, "%+v: %v %v", *c, total, price.Reason) {
			differ[reason]++
		}
	}
	t.Logf("%d calls, differ: %v", len(cases), differ)
}

func readLiteLLM(t *testing.T, list string) (map[string]pricing.Model, importer.Report) {
	t.Helper()
	files, report, err := importer.Read("litellm", "list.json", []byte(list), importer.Options{})
	require.NoError(t, err)
	models := map[string]pricing.Model{}
	for _, file := range files {
		for _, model := range file.Models {
			models[file.Provider+" "+model.ID] = model
		}
	}
	return models, report
}

func TestLiteLLMNames(t *testing.T) {
	const price = `"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}`
	models, report := readLiteLLM(t, `{
		"sample_spec": {"litellm_provider": "one of https://..."},
		"gpt-4o": {"litellm_provider": "openai", `+price+`,
		"azure/eu/gpt-4o": {"litellm_provider": "azure", `+price+`,
		"us.anthropic.claude-x": {"litellm_provider": "bedrock_converse", `+price+`,
		"bedrock/us-gov-east-1/anthropic.claude-x": {"litellm_provider": "bedrock", `+price+`,
		"deepseek-chat": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 9e-06},
		"deepseek/deepseek-chat": {"litellm_provider": "deepseek", `+price+`,
		"bedrock_mantle/openai.x": {"litellm_provider": "bedrock_mantle", "mode": "chat", "input_cost_per_token": 9e-06},
		"openai.x": {"litellm_provider": "bedrock_converse", `+price+`
	}`)
	assert.Empty(t, report.Invalid)
	for name, region := range map[string]string{
		"openai gpt-4o":                                "",
		"azure.ai.openai eu/gpt-4o":                    "eu",
		"aws.bedrock us.anthropic.claude-x":            "us",
		"aws.bedrock us-gov-east-1/anthropic.claude-x": "us-gov-east-1",
		"deepseek deepseek-chat":                       "",
		"aws.bedrock openai.x":                         "",
		"aws.bedrock bedrock_mantle/openai.x":          "",
	} {
		model, ok := models[name]
		if assert.True(t, ok, name) {
			assert.Equal(t, region, model.Region, name)
		}
	}
	assert.Equal(t, "1", models["deepseek deepseek-chat"].Prices[0].Rates["input"].Rate, "the key with the provider wins")
	assert.Equal(t, "1", models["aws.bedrock openai.x"].Prices[0].Rates["input"].Rate)
	assert.Contains(t, models["azure.ai.openai eu/gpt-4o"].Aliases, "azure/eu/gpt-4o")
}

func TestLiteLLMFields(t *testing.T) {
	models, report := readLiteLLM(t, `{"m": {
		"litellm_provider": "xai", "mode": "chat",
		"input_cost_per_token": "1.3e-07", "output_cost_per_token": 2.9999990000000002e-06,
		"input_cost_per_token_above_200k_tokens": 2.6e-07, "input_cost_per_token_above_200k_tokens_priority": 5e-07,
		"input_cost_per_token_priority": 3e-07, "output_cost_per_token_flex": 1e-06,
		"cache_read_input_token_cost_flex_above_200k_tokens": 1e-08,
		"provider_specific_entry": {"us": 1.1, "fast": 6, "bedrock_invocation_schema": "x"},
		"regional_endpoint_uplift_multiplier": 1.1,
		"search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_medium": 0.01, "search_context_size_high": 0.01},
		"file_search_cost_per_1k_calls": 2.5, "google_maps_grounding_cost_per_query": 0.025
	}}`)
	list := models["x_ai m"].Prices[0]
	assert.Equal(t, map[string]pricing.RateSpec{
		"input": {Rate: "0.13"}, "output": {Rate: "2.9999990000000002"}, "web_search": {Rate: "0.01"}, "file_search": {Rate: "2.5", Per: "1000"},
	}, list.Rates, "digits of the text, not of a binary float")
	require.Len(t, list.Tiers, 1)
	assert.Equal(t, pricing.Tier{Op: "gte", Threshold: 200000, Rates: map[string]pricing.RateSpec{
		"input": {Rate: "0.26"}, "output": {Rate: "2.9999990000000002"},
	}}, list.Tiers[0], "xAI counts the threshold itself; what has no rate above it keeps its rate")
	variants := map[string]pricing.Variant{}
	for _, v := range list.Variants {
		variants[v.Name] = v
	}
	assert.Equal(t, []string{"priority", "fast"}, variants["priority"].When.ServiceTier)
	assert.Equal(t, "0.5", variants["priority"].Tiers[0].Rates["input"].Rate)
	assert.Equal(t, "0.13", variants["flex"].Rates["input"].Rate, "a tier's missing rate is the standard one")
	assert.Equal(t, "0.01", variants["flex"].Tiers[0].Rates["cache_read"].Rate)
	assert.Equal(t, pricing.Multipliers{"tokens": "1.1"}, variants["residency_us"].Multipliers)
	assert.Equal(t, pricing.Condition{Speed: []string{"fast"}}, variants["fast"].When)
	assert.Equal(t, pricing.Condition{NotRegion: []string{"global"}}, variants["regional"].When)
	var fields []string
	for _, issue := range report.Unexpressed {
		fields = append(fields, issue.Field)
	}
	assert.ElementsMatch(t, []string{"google_maps_grounding_cost_per_query", "search_context_cost_per_query.search_context_size_low"}, fields)
}

func TestLiteLLMRangesAndHours(t *testing.T) {
	models, report := readLiteLLM(t, `{
		"dashscope/q": {"litellm_provider": "dashscope", "mode": "chat", "tiered_pricing": [
			{"range": [0, 32000.0], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
			{"range": [32000.0, 128000], "input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06}]},
		"deepseek/d": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06,
			"off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": [
				{"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [1, 5]}, {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}}
	}`)
	assert.Empty(t, report.Invalid)
	q := models["alibaba q"].Prices[0]
	assert.Equal(t, "1", q.Rates["input"].Rate)
	require.Len(t, q.Tiers, 1)
	assert.EqualValues(t, 32000, q.Tiers[0].Threshold)
	assert.Empty(t, q.Tiers[0].Op, "the upper end belongs to the lower range")
	d := models["deepseek d"].Prices[0]
	require.Len(t, d.Variants, 1)
	assert.Equal(t, map[string]pricing.RateSpec{"input": {Rate: "1"}, "output": {Rate: "4"}}, d.Variants[0].Rates)
	assert.Equal(t, []pricing.Window{
		{Weekdays: []string{"mon", "fri"}, From: "00:00", To: "01:00"},
		{Weekdays: []string{"mon", "fri"}, From: "10:00", To: "24:00"},
		{Weekdays: []string{"sat", "sun"}, From: "00:00", To: "24:00"},
	}, d.Variants[0].When.Windows)
}

func TestLiteLLMUnitsByMode(t *testing.T) {
	for name, c := range map[string]struct {
		entry string
		want  map[string]pricing.RateSpec
	}{
		"a second of audio is priced once": {
			`"mode": "audio_transcription", "input_cost_per_second": 0.0001, "output_cost_per_second": 0.0001`,
			map[string]pricing.RateSpec{"audio_second": {Rate: "0.0001"}},
		},
		"audio by input": {
			`"mode": "audio_transcription", "input_cost_per_second": 0.0001, "output_cost_per_second": 0.0`,
			map[string]pricing.RateSpec{"audio_second": {Rate: "0.0001"}},
		},
		"video": {`"mode": "video_generation", "output_cost_per_second": 0.4`, map[string]pricing.RateSpec{"video_second": {Rate: "0.4"}}},
		"image": {`"mode": "image_generation", "output_cost_per_image": 0.04`, map[string]pricing.RateSpec{"image": {Rate: "0.04"}}},
		"searches have the default size": {
			`"mode": "chat", "input_cost_per_token": 1e-06, "search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_medium": 0.008}`,
			map[string]pricing.RateSpec{"input": {Rate: "1"}, "web_search": {Rate: "0.008"}},
		},
		"rerank": {`"mode": "rerank", "input_cost_per_query": 0.002`, map[string]pricing.RateSpec{"rerank_search": {Rate: "0.002"}}},
		"embeddings have no output": {
			`"mode": "embedding", "input_cost_per_token": 1e-07`,
			map[string]pricing.RateSpec{"input": {Rate: "0.1"}, "output": {Rate: "0"}},
		},
		"pages": {`"mode": "ocr", "ocr_cost_per_page": 0.001`, map[string]pricing.RateSpec{"page": {Rate: "0.001"}}},
	} {
		models, _ := readLiteLLM(t, `{"m": {"litellm_provider": "openai", `+c.entry+`}}`)
		if assert.Contains(t, models, "openai m", name) {
			assert.Equal(t, c.want, models["openai m"].Prices[0].Rates, name)
		}
	}
}

func TestLiteLLMKeepsTheNameOfAnotherEntryApart(t *testing.T) {
	list := []byte(`{
		"perplexity/sonar": {"litellm_provider": "perplexity", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
		"perplexity/perplexity/sonar": {"litellm_provider": "perplexity", "mode": "responses", "input_cost_per_token": 2.5e-07, "output_cost_per_token": 2.5e-06}
	}`)
	engine := engineFor(t, "litellm", list)
	for name, want := range map[string]float64{"sonar": 2e-6, "perplexity/sonar": 2e-6, "perplexity/perplexity/sonar": 2.75e-6} {
		c := peerCase{Provider: "perplexity", Model: name, Usage: map[string]int64{"input_tokens": 1, "output_tokens": 1}, Total: want}
		total, price, ok := c.cost(engine)
		if assert.True(t, ok, "%s: %s", name, price.Reason) {
			assert.True(t, c.agrees(total), "%s: %s", name, total.FloatString(9))
		}
	}
}

func TestLiteLLMPerplexitySearchesWithLittleContext(t *testing.T) {
	models, report := readLiteLLM(t, `{"perplexity/sonar": {"litellm_provider": "perplexity", "mode": "chat", "input_cost_per_token": 1e-06,
		"search_context_cost_per_query": {"search_context_size_low": 0.005, "search_context_size_medium": 0.008}}}`)
	assert.Equal(t, "0.005", models["perplexity sonar"].Prices[0].Rates["web_search"].Rate)
	require.Len(t, report.Unexpressed, 1)
	assert.Contains(t, report.Unexpressed[0].Reason, "low is used")
}

func TestLiteLLMBatchFillsWhatItDoesNotName(t *testing.T) {
	models, report := readLiteLLM(t, `{"m": {"litellm_provider": "openai", "mode": "chat",
		"input_cost_per_token": 2e-06, "input_cost_per_token_batches": 1e-06, "output_cost_per_token": 12e-06, "output_cost_per_token_batches": 6e-06,
		"cache_read_input_token_cost": 2e-07, "cache_read_input_token_cost_batches": 1e-07, "cache_read_input_audio_token_cost": 5e-07,
		"input_cost_per_audio_token": 4e-06, "output_cost_per_image_token": 12e-05, "output_cost_per_reasoning_token": 14e-06
	}}`)
	assert.Empty(t, report.Invalid)
	variants := models["openai m"].Prices[0].Variants
	require.Len(t, variants, 1)
	assert.Equal(t, map[string]pricing.RateSpec{
		"input": {Rate: "1"}, "output": {Rate: "6"}, "cache_read": {Rate: "0.1"},
		"cache_read_audio": {Rate: "0.1"}, // as cached text in batches
		"input_audio":      {Rate: "1"},   // as input in batches
		"reasoning":        {Rate: "6"},   // as output in batches
		"output_image":     {Rate: "60"},  // half of its own
	}, variants[0].Rates)
}

func TestLiteLLMZeroIsFreeAndMissingIsNot(t *testing.T) {
	models, report := readLiteLLM(t, `{
		"ollama/llama": {"litellm_provider": "ollama", "mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0},
		"openai/nothing": {"litellm_provider": "openai", "mode": "chat", "max_tokens": 10},
		"openai/some": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06}
	}`)
	assert.True(t, models["ollama llama"].Prices[0].Free)
	assert.NotContains(t, models, "openai nothing")
	require.Len(t, report.Unexpressed, 1)
	assert.NotContains(t, models["openai some"].Prices[0].Rates, "cache_read", "the engine falls back to input, never to zero")
}

func TestLiteLLMRefusesWhatIsNoPrice(t *testing.T) {
	for entry, reason := range map[string]string{
		`"input_cost_per_token": -1e-06`:                                       "cannot be negative",
		`"input_cost_per_token": 3`:                                            "probably the rate of another unit",
		`"input_cost_per_token": "cheap"`:                                      "not a decimal",
		`"input_cost_per_token": 1e-999999999`:                                 "not a decimal",
		`"input_cost_per_token": [1]`:                                          "not a decimal",
		`"input_cost_per_token": 1e-6, "provider_specific_entry": {"us": "x"}`: "not a multiplier",
		`"tiered_pricing": [{"range": [5, 9], "input_cost_per_token": 1e-06}]`: "begins at 5",
		`"input_cost_per_token": 1e-6, "off_peak_pricing": {"hours_utc": "1-2", "input_cost_per_token": 1e-7}`: "not HH:MM-HH:MM",
	} {
		_, report := readLiteLLM(t, `{"m": {"litellm_provider": "openai", "mode": "chat", `+entry+`}}`)
		if assert.Len(t, report.Invalid, 1, entry) {
			assert.Contains(t, report.Invalid[0].Reason, reason, entry)
		}
	}
	_, report := readLiteLLM(t, `{"m": {"mode": "chat"}, "n": 7}`)
	assert.Len(t, report.Invalid, 2)
}
