package catalog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func TestEveryPriceHasSourceAndDate(t *testing.T) {
	files, err := Files()
	require.NoError(t, err)
	entries := 0
	for _, file := range files {
		entries += len(file.Models)
		for i := range file.Models {
			for _, price := range file.Models[i].PriceLists() {
				source, ok := file.Sources[price.Source]
				_, err := time.Parse(time.DateOnly, source.Date)
				assert.True(t, ok && err == nil, "%s/%s: source %q", file.Provider, file.Models[i].ID, price.Source)
				for _, v := range price.Variants {
					assert.True(t, v.Source == "" || file.Sources[v.Source].Date != "", "%s/%s#%s", file.Provider, file.Models[i].ID, v.Name)
				}
			}
		}
	}
	assert.GreaterOrEqual(t, len(files), 30, "providers")
	assert.GreaterOrEqual(t, entries, 2000, "entries")
}

// checked is a price that was looked up by hand, at the vendor or in a second list.
type checked struct {
	provider, model string
	// at is a day or an instant; empty is 2026-11-24T12:00:00Z, a Tuesday at noon.
	at                  string
	tier, speed, region string
	// input is the size of the call, for tiers by context.
	input int64
	// rates are per million tokens, or per unit.
	rates map[meter.Meter]string
}

// rates of text in and out, and of cached input where there is one.
func rates(input, output string, cached ...string) map[meter.Meter]string {
	out := map[meter.Meter]string{meter.Input: input, meter.Output: output}
	if len(cached) > 0 {
		out[meter.CacheRead] = cached[0]
	}
	return out
}

// handChecked was compared on 2026-11-23 with genai-prices 0.1.8, LiteLLM of 2026-08-01, models.dev of 2026-07-02 and,
// where they explain themselves, the vendors' price pages they cite.
var handChecked = []checked{
	{provider: "openai", model: "gpt-4o-2024-08-06", rates: rates("2.5", "10", "1.25")},
	{provider: "openai", model: "gpt-4o-2024-08-06", tier: "batch", rates: rates("1.25", "5")},
	{provider: "openai", model: "gpt-4o-2024-08-06", tier: "priority", rates: rates("4.25", "17", "2.125")},
	{provider: "openai", model: "gpt-4o-2024-05-13", rates: rates("5", "15")},
	{provider: "openai", model: "gpt-4o-mini-2024-07-18", rates: rates("0.15", "0.6", "0.075")},
	{provider: "openai", model: "gpt-4o-audio-preview-2024-12-17", rates: map[meter.Meter]string{
		meter.Input: "2.5", meter.Output: "10", meter.InputAudio: "40", meter.OutputAudio: "80",
	}},
	{provider: "openai", model: "gpt-4o", rates: map[meter.Meter]string{meter.WebSearch: "0.01"}},
	{provider: "openai", model: "gpt-4.1", rates: rates("2", "8", "0.5")},
	{provider: "openai", model: "gpt-5-2025-08-07", rates: rates("1.25", "10", "0.125")},
	{provider: "openai", model: "gpt-5", tier: "flex", rates: rates("0.625", "5", "0.0625")},
	{provider: "openai", model: "gpt-5", tier: "batch", rates: rates("0.625", "5")},
	{provider: "openai", model: "gpt-5", tier: "priority", rates: rates("2.5", "20", "0.25")},
	{provider: "openai", model: "gpt-5-mini", rates: rates("0.25", "2", "0.025")},
	{provider: "openai", model: "o4-mini-2025-04-16", rates: rates("1.1", "4.4", "0.275")},
	{provider: "openai", model: "o4-mini-2025-04-16", tier: "flex", rates: rates("0.55", "2.2")},
	{provider: "openai", model: "o3", at: "2025-06-09", rates: rates("10", "40")},
	{provider: "openai", model: "o3", at: "2025-06-10", rates: rates("2", "8", "0.5")},
	{provider: "openai", model: "gpt-5.6-sol", at: "2026-08-20", rates: rates("5", "30", "0.5")},
	{provider: "openai", model: "gpt-5.6-sol", at: "2026-08-21", rates: rates("4", "20", "0.4")},
	{provider: "openai", model: "gpt-5.6-sol", at: "2026-08-21", input: 300_000, rates: rates("8", "30", "0.8")},
	{provider: "openai", model: "gpt-5.6-sol", region: "eu", rates: rates("4.4", "22", "0.44")},
	{provider: "openai", model: "text-embedding-3-small", rates: map[meter.Meter]string{meter.Input: "0.02"}},
	{provider: "anthropic", model: "claude-sonnet-4-5-20250929", rates: map[meter.Meter]string{
		meter.Input: "3", meter.CacheRead: "0.3", meter.CacheWrite5m: "3.75", meter.CacheWrite1h: "6", meter.Output: "15", meter.WebSearch: "0.01",
	}},
	{provider: "anthropic", model: "claude-sonnet-4-5", tier: "batch", rates: map[meter.Meter]string{
		meter.Input: "1.5", meter.CacheRead: "0.15", meter.CacheWrite5m: "1.875", meter.CacheWrite1h: "3", meter.Output: "7.5", meter.WebSearch: "0.01",
	}},
	{provider: "anthropic", model: "claude-sonnet-4-6", at: "2026-03-12T23:59:50Z", input: 200_001, rates: rates("6", "22.5", "0.6")},
	{provider: "anthropic", model: "claude-sonnet-4-6", at: "2026-03-12T23:59:50Z", input: 200_000, rates: rates("3", "15", "0.3")},
	{provider: "anthropic", model: "claude-sonnet-4-6", at: "2026-03-13", input: 200_001, rates: rates("3", "15", "0.3")},
	{provider: "anthropic", model: "claude-sonnet-4-6", region: "us", rates: rates("3.3", "16.5", "0.33")},
	{provider: "anthropic", model: "claude-opus-4-6", at: "2026-03-01", input: 250_000, rates: rates("10", "37.5", "1")},
	{provider: "anthropic", model: "claude-opus-4-1", rates: rates("15", "75", "1.5")},
	{provider: "anthropic", model: "claude-opus-5", speed: "fast", rates: rates("10", "50", "1")},
	{provider: "anthropic", model: "claude-opus-5", speed: "fast", region: "us", rates: rates("11", "55", "1.1")},
	{provider: "anthropic", model: "claude-haiku-4-5", rates: rates("1", "5", "0.1")},
	{provider: "gcp.gemini", model: "gemini-2.5-pro", rates: rates("1.25", "10", "0.125")},
	{provider: "gcp.gemini", model: "gemini-2.5-pro", input: 200_001, rates: rates("2.5", "15", "0.25")},
	{provider: "gcp.gemini", model: "gemini-2.5-flash", rates: map[meter.Meter]string{
		meter.Input: "0.3", meter.InputAudio: "1", meter.CacheRead: "0.03", meter.CacheReadAudio: "0.1", meter.Output: "2.5", meter.Reasoning: "2.5",
	}},
	{provider: "gcp.gemini", model: "gemini-2.5-flash", tier: "batch", rates: rates("0.15", "1.25", "0.03")},
	{provider: "gcp.gemini", model: "gemini-2.5-flash-lite", rates: rates("0.1", "0.4", "0.01")},
	{provider: "gcp.gemini", model: "gemini-3.6-flash", at: "2026-12-31", rates: rates("0.75", "3.75", "0.075")},
	{provider: "gcp.gemini", model: "gemini-3.6-flash", at: "2027-01-01", rates: rates("1.5", "7.5", "0.15")},
	{provider: "gcp.vertex_ai", model: "claude-sonnet-4-5@20250929", rates: rates("3", "15", "0.3")},
	{provider: "gcp.vertex_ai", model: "claude-sonnet-4-5", region: "us-east5", rates: rates("3.3", "16.5", "0.33")},
	{provider: "gcp.vertex_ai", model: "claude-sonnet-4-5", region: "global", rates: rates("3", "15", "0.3")},
	{provider: "aws.bedrock", model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0", rates: rates("3.3", "16.5", "0.33")},
	{provider: "aws.bedrock", model: "global.anthropic.claude-sonnet-4-5-20250929-v1:0", rates: rates("3", "15", "0.3")},
	{provider: "aws.bedrock", model: "amazon.nova-pro-v1:0", rates: rates("0.8", "3.2")},
	{provider: "azure.ai.openai", model: "gpt-5", rates: rates("1.25", "10", "0.125")},
	{provider: "azure.ai.openai", model: "gpt-5", region: "eu", rates: rates("1.375", "11", "0.1375")},
	{provider: "mistral_ai", model: "mistral-medium-latest", at: "2026-06-15", rates: rates("0.4", "2")},
	{provider: "mistral_ai", model: "mistral-medium-latest", at: "2026-06-16", rates: rates("1.5", "7.5", "0.15")},
	{provider: "mistral_ai", model: "mistral-large-2512", rates: rates("0.5", "1.5")},
	{provider: "deepseek", model: "deepseek-v4-pro", at: "2026-11-25T05:00:00Z", rates: rates("0.66", "1.98", "0.022")},
	{provider: "deepseek", model: "deepseek-v4-pro", at: "2026-11-25T03:59:59Z", rates: rates("1.32", "3.96", "0.044")},
	{provider: "deepseek", model: "deepseek-v4-pro", at: "2026-11-28T03:59:59Z", rates: rates("0.66", "1.98", "0.022")},
	{provider: "deepseek", model: "deepseek-flash", at: "2026-11-25T03:59:59Z", rates: rates("0.3", "1.2", "0.006")},
	{provider: "deepseek", model: "deepseek-flash", at: "2026-11-28T03:59:59Z", rates: rates("0.15", "0.6", "0.003")},
	{provider: "deepseek", model: "deepseek-v4-pro", at: "2026-08-16T03:00:00Z", rates: rates("0.435", "0.87", "0.003625")},
	{provider: "x_ai", model: "grok-4.5", rates: rates("2", "6", "0.3")},
	{provider: "x_ai", model: "grok-4.5", input: 200_000, rates: rates("4", "12", "0.6")},
	{provider: "x_ai", model: "grok-4.5", input: 199_999, rates: rates("2", "6", "0.3")},
	{provider: "groq", model: "llama-3.3-70b-versatile", rates: rates("0.59", "0.79")},
	{provider: "cohere", model: "command-r-plus-08-2024", rates: rates("2.5", "10")},
	{provider: "perplexity", model: "sonar-pro", rates: rates("3", "15")},
}

func compiledCatalog(t *testing.T) (*pricing.Catalog, *pricing.Engine) {
	t.Helper()
	files, err := Files()
	require.NoError(t, err)
	compiled, err := pricing.Compile(files...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(t, err)
	return compiled, engine
}

func TestEveryEntryIsFoundAndPriced(t *testing.T) {
	compiled, engine := compiledCatalog(t)
	for _, m := range compiled.Models() {
		for _, name := range append([]string{m.ID}, m.Aliases...) {
			price := engine.Price(&pricing.Call{
				Provider: m.Provider, RequestModel: name, Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Usage: new(meter.Usage),
			})
			if assert.NotNil(t, price.Sheet, "%s/%s: %s", m.Provider, name, price.Reason) {
				assert.Equal(t, pricing.MatchExact, price.Match, "%s/%s", m.Provider, name)
			}
		}
	}
}

func TestHandCheckedPrices(t *testing.T) {
	_, engine := compiledCatalog(t)
	for _, c := range handChecked {
		usage := new(meter.Usage)
		usage[meter.Input] = money.Units(c.input)
		price := engine.Price(&pricing.Call{
			Provider: c.provider, RequestModel: c.model, Time: c.time(t), ServiceTier: c.tier, Speed: c.speed, Region: c.region, Usage: usage,
		})
		name := c.provider + "/" + c.model + " " + c.at + " " + c.tier + c.speed + c.region
		if !assert.NotNil(t, price.Sheet, "%s: %s", name, price.Reason) {
			continue
		}
		assert.False(t, price.TierAssumed || price.SpeedAssumed || price.Foreign, name)
		for m, want := range c.rates {
			rate := price.Sheet.Rates[m]
			assert.True(t, rate.Known, "%s: %s", name, m)
			assert.Equal(t, unitPrice(t, want, m), rate.List, "%s: %s under %s, want %s", name, m, price.Sheet.ID, want)
		}
	}
}

func (c *checked) time(t *testing.T) time.Time {
	t.Helper()
	if c.at == "" {
		return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	}
	layout := time.DateOnly
	if len(c.at) > len(layout) {
		layout = time.RFC3339
	}
	at, err := time.Parse(layout, c.at)
	require.NoError(t, err)
	return at
}

func unitPrice(t *testing.T, rate string, m meter.Meter) money.UnitPrice {
	t.Helper()
	if m.IsToken() {
		rate += "e-6"
	}
	price, err := money.ParseUnitPrice(rate)
	require.NoError(t, err)
	return price
}
