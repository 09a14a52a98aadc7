package importer_test

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

func TestFormats(t *testing.T) {
	assert.Equal(t, []string{"genai_prices", "litellm", "models_dev"}, importer.Formats())
	_, _, err := importer.Read("portkey", "x.json", nil, importer.Options{})
	assert.EqualError(t, err, `x.json: unknown price list format "portkey": use one of genai_prices, litellm, models_dev`)
}

func TestMalformedListsAreRefusedWithTheirLine(t *testing.T) {
	for format, list := range map[string]string{
		"litellm":      "{\n\"m\": {\"litellm_provider\": \"openai\",\n\"x\": }\n}",
		"genai_prices": "[\n{\"id\": \"openai\",\n\"models\": [}]\n]",
		"models_dev":   "{\n\"openai\":\n {\"models\": {]\n}}",
	} {
		_, _, err := importer.Read(format, "list.json", []byte(list), importer.Options{})
		assert.ErrorContains(t, err, "list.json: line 3", format)
	}
	for _, format := range importer.Formats() {
		for _, list := range []string{"", "null", "7", `"x"`, "{}{}", "[][]", strings.Repeat("[", 20000)} {
			_, _, err := importer.Read(format, "list.json", []byte(list), importer.Options{})
			assert.Error(t, err, "%s: %.10q", format, list)
		}
	}
}

func TestSourcesNeedADate(t *testing.T) {
	list := []byte(`{"m": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06, "source": "https://example.com/p"}}`)
	files, _, err := importer.Read("litellm", "l.json", list, importer.Options{})
	require.NoError(t, err)
	assert.Empty(t, files[0].Sources)
	assert.Empty(t, files[0].Models[0].Prices[0].Source)
	files, _, err = importer.Read("litellm", "l.json", list, importer.Options{Date: "2026-08-01"})
	require.NoError(t, err)
	source := files[0].Sources[files[0].Models[0].Prices[0].Source]
	assert.Equal(t, pricing.Source{Title: "LiteLLM", URL: "https://example.com/p", Date: "2026-08-01"}, source)
}

// fuzzFormat feeds a reader whatever there is: it may refuse, it may not panic, and what it reads
// must be a price list whose numbers are numbers.
func fuzzFormat(f *testing.F, format string, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, _, err := importer.Read(format, "fuzz", data, importer.Options{Date: "2026-11-23"})
		if err != nil {
			return
		}
		for i := range files {
			for _, model := range files[i].Models {
				for _, price := range model.Prices {
					for name, rate := range price.Rates {
						r, ok := new(big.Rat).SetString(rate.Rate)
						require.True(t, ok && r.Sign() >= 0, "%s %q", name, rate.Rate)
					}
				}
			}
			_, _ = pricing.CheckFile("fuzz", &files[i], pricing.ParseOptions{Lenient: true})
		}
	})
}

// first is the beginning of a file of test data, as a seed.
func first(f *testing.F, path string, n int) string {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", path))
	require.NoError(f, err)
	var entries []json.RawMessage
	if json.Unmarshal(data, &entries) == nil {
		data, err = json.Marshal(entries[:n])
		require.NoError(f, err)
		return string(data)
	}
	lines := strings.SplitAfter(string(data), "\n")
	return strings.TrimSuffix(strings.Join(lines[:n], ""), ",\n") + "}"
}

func FuzzLiteLLM(f *testing.F) { fuzzFormat(f, "litellm", first(f, "litellm/prices.json", 6)) }

func FuzzGenAIPrices(f *testing.F) {
	fuzzFormat(f, "genai_prices", first(f, "genai_prices/prices.json", 2))
}

func FuzzModelsDev(f *testing.F) {
	fuzzFormat(f, "models_dev", `{"openai": {"models": {"m": {"cost": {"input": 1, "output": 2, "tiers": [{"tier": {"size": 1}, "input": 2}]}}}}}`)
}
