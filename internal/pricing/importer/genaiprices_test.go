package importer_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// TestGenAIPricesAgreesWithItsEngine compares with costs that the engine of genai-prices
// computed from the same prices; testdata/genai_prices/generate.cjs made them.
func TestGenAIPricesAgreesWithItsEngine(t *testing.T) {
	compareGenAIPrices(t, "testdata/genai_prices/cases.json", "testdata/genai_prices/prices.json", 300)
}

// TestPublicGenAIPricesAgreesWithItsEngine does so for all models of the npm package, with several samples.
func TestPublicGenAIPricesAgreesWithItsEngine(t *testing.T) {
	for _, seed := range []string{"42", "7", "20261123"} {
		cases, prices := genAICases(t, seed)
		compareGenAIPrices(t, cases, prices, 10_000)
	}
}

func compareGenAIPrices(t *testing.T, casesPath, pricesPath string, atLeast int) {
	t.Helper()
	data, err := os.ReadFile(pricesPath)
	require.NoError(t, err)
	engine := engineFor(t, "genai_prices", data)
	cases := readCases(t, casesPath)
	require.Greater(t, len(cases), atLeast)
	for i := range cases {
		c := &cases[i]
		total, price, ok := c.cost(engine)
		if assert.True(t, ok, "%+v: no price: %s", *c, price.Reason) {
			assert.True(t, c.agrees(total), "%+v: %s under %s", *c, total.FloatString(18), price.Sheet.ID)
		}
	}
}

func TestGenAIPricesRules(t *testing.T) {
	const models = `[{"id": "openai", "name": "OpenAI", "models": [
		{"id": "a", "match": {"or": [{"equals": "Alpha"}, {"starts_with": "alpha-"}]}, "prices": {"input_mtok": 1, "output_mtok": 1}},
		{"id": "b", "match": {"or": [{"equals": "alpha-2"}, {"contains": "beta"}, {"ends_with": "-b"}]}, "prices": {"input_mtok": 2, "output_mtok": 2}},
		{"id": "c", "match": {"and": [{"starts_with": "gamma"}, {"contains": "x"}, {"contains": "y"}]}, "prices": {"input_mtok": 3, "output_mtok": 3}},
		{"id": "d", "match": {"and": [{"starts_with": "delta"}, {"regex": "^(?!.*-tts)"}]}, "prices": {"input_mtok": 4, "output_mtok": 4}},
		{"id": "e", "match": {"regex": "^delta-[a-z]+-tts$"}, "prices": {"input_mtok": 5, "output_mtok": 5}}
	]}]`
	engine := engineFor(t, "genai_prices", []byte(models))
	for name, want := range map[string]string{
		"alpha": "a", "ALPHA": "a", "alpha-x": "a",
		"alpha-2":  "a", // the earlier rule takes it
		"my-beta2": "b", "great-b": "b",
		"gamma-y-x": "c", "gamma-x-y": "c",
		"delta-foo": "d", "delta-foo-tts": "e",
	} {
		price := engine.Price(&pricing.Call{Provider: "openai", RequestModel: name, Usage: new(meter.Usage)})
		assert.Equal(t, want, price.Model, name)
	}
	unknown := engine.Price(&pricing.Call{Provider: "openai", RequestModel: "gamma-x", Usage: new(meter.Usage)})
	assert.Equal(t, ledger.ReasonUnknownModel, unknown.Reason)
}

func TestGenAIPricesReports(t *testing.T) {
	const models = `[{"id": "mistral", "models": [
		{"id": "ocr", "match": {"equals": "ocr"}, "prices": {"input_document_kpages": 1, "input_annotated_document_kpages": 3}},
		{"id": "negative", "match": {"equals": "negative"}, "prices": {"input_mtok": -1}},
		{"id": "unit", "match": {"equals": "unit"}, "prices": {"input_mtok": 3000000}},
		{"id": "nameless", "match": {"sounds_like": "x"}, "prices": {"input_mtok": 1}},
		{"id": "twice", "match": {"equals": "twice"}, "prices": {"audio_hours": 1, "input_audio_hours": 2}}
	]}]`
	files, report, err := importer.Read("genai_prices", "list.json", []byte(models), importer.Options{})
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "mistral_ai", files[0].Provider)
	assert.Len(t, files[0].Models, 1)
	require.Len(t, report.Unexpressed, 1)
	assert.Equal(t, `line 2: mistral/ocr: input_annotated_document_kpages = 3: no meter counts this unit`, report.Unexpressed[0].String())
	var reasons []string
	for _, issue := range report.Invalid {
		reasons = append(reasons, issue.String())
	}
	assert.Equal(t, []string{
		`line 3: mistral/negative: prices = {"input_mtok": -1}: input_mtok: a price cannot be negative`,
		`line 4: mistral/unit: prices = {"input_mtok": 3000000}: input_mtok: 3000000 per million tokens: probably the rate of another unit`,
		`line 5: mistral/nameless: match = {"sounds_like": "x"}: unknown rule "sounds_like"`,
		`line 6: mistral/twice: prices = {"audio_hours": 1, "input_audio_hours": 2}: input_audio_hours: audio_second is priced at 1 already`,
	}, reasons)
	assert.ErrorContains(t, report.Err(), "list.json: line 3")
}

func TestGenAIPricesTimeline(t *testing.T) {
	const models = `[{"id": "deepseek", "models": [{"id": "m", "match": {"equals": "m"}, "prices": [
		{"prices": {"input_mtok": 1, "output_mtok": 1}},
		{"constraint": {"start_date": "2026-08-17"}, "prices": {"input_mtok": 2, "output_mtok": 2}},
		{"constraint": {"start_time": "23:00:00Z", "end_time": "02:00:00+00:00"}, "prices": {"input_mtok": 4, "output_mtok": 4}}
	], "price_variants": [
		{"when": {"processing": "batch"}, "prices": {"input_mtok": 0.5}, "constraint": {"start_date": "2026-10-01"}},
		{"when": {"route": "eu"}, "prices": {"input_mtok": 9}}
	]}]}]`
	files, report, err := importer.Read("genai_prices", "list.json", []byte(models), importer.Options{})
	require.NoError(t, err)
	prices := files[0].Models[0].Prices
	require.Len(t, prices, 3)
	assert.Equal(t, []string{"", "2026-08-17", "2026-10-01"}, []string{prices[0].From, prices[1].From, prices[2].From})
	assert.Equal(t, "2026-10-01", prices[1].To)
	require.Len(t, prices[2].Variants, 2)
	assert.Equal(t, []string{"batch"}, prices[2].Variants[0].When.ServiceTier)
	assert.Equal(t, "0.5", prices[2].Variants[0].Rates["input"].Rate)
	assert.Equal(t, "2", prices[2].Variants[0].Rates["output"].Rate, "what a variant does not name stays")
	assert.Equal(t, []pricing.Window{{From: "23:00", To: "02:00"}}, prices[2].Variants[1].When.Windows)
	require.Len(t, report.Unexpressed, 1)
	assert.Equal(t, "price_variants", report.Unexpressed[0].Field)
}

func TestGenAIPricesFeesThatBeganLater(t *testing.T) {
	const models = `[{"id": "google", "models": [{"id": "m", "match": {"equals": "m"}, "prices": [
		{"prices": {"input_mtok": 1, "output_mtok": 1}},
		{"constraint": {"start_date": "2026-01-05"}, "prices": {"input_mtok": 1, "output_mtok": 1, "web_searches_kcount": 14}}
	]}, {"id": "n", "match": {"equals": "n"}, "prices": {"input_mtok": 1, "output_mtok": 1}}]}]`
	files, _, err := importer.Read("genai_prices", "list.json", []byte(models), importer.Options{})
	require.NoError(t, err)
	prices := files[0].Models[0].Prices
	require.Len(t, prices, 2)
	assert.Equal(t, pricing.RateSpec{Rate: "0", Per: "1000"}, prices[0].Rates["web_search"])
	assert.Equal(t, pricing.RateSpec{Rate: "14", Per: "1000"}, prices[1].Rates["web_search"])
	assert.NotContains(t, files[0].Models[1].Prices[0].Rates, "web_search", "unknown, and not free")
}
