package pricing

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// Figures that people reported from their bills, or recomputed by hand, when a tool had them wrong.
func TestReportedBills(t *testing.T) {
	data, err := os.ReadFile("testdata/realworld.yaml")
	require.NoError(t, err)
	f, err := ParseFile("realworld.yaml", data, ParseOptions{})
	require.NoError(t, err)
	c, err := Compile(f)
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{})
	require.NoError(t, err)

	for _, tt := range []struct {
		name, model, tier, at string
		usage                 map[meter.Meter]int64
		want                  string
	}{
		{"litellm#14849, not 0.7642", "gemini-2.5-pro", "", "2025-09-24T00:00:00Z", map[meter.Meter]int64{meter.Input: 262_960 - 257_955, meter.CacheRead: 257_955, meter.Output: 1_744}, "0.184918125"},
		{"litellm#9812, not 0.0913", "claude-3-7-sonnet", "", "2025-04-08T00:00:00Z", map[meter.Meter]int64{meter.Input: 3, meter.CacheWrite5m: 12_304, meter.Output: 550}, "0.054399"},
		{"litellm#39245, not 3.045", "gpt-5.5", "flex", "2026-09-02T00:00:00Z", map[meter.Meter]int64{meter.Input: 300_000, meter.Output: 1_000}, "1.5225"},
		{"litellm#39245 at the standard tier", "gpt-5.5", "default", "2026-09-02T00:00:00Z", map[meter.Meter]int64{meter.Input: 300_000, meter.Output: 1_000}, "3.045"},
		{"litellm#37724, not 0.0018555", "gemini-3.5-flash", "ON_DEMAND_FLEX", "2026-08-20T00:00:00Z", map[meter.Meter]int64{meter.Input: 7, meter.Output: 205}, "0.00092775"},
		{"pi#2148, not 0.0137", "gemini-3-flash-preview", "", "2026-03-14T00:00:00Z", map[meter.Meter]int64{meter.Input: 20_212 - 16_298, meter.CacheRead: 16_298, meter.Output: 931}, "0.0055649"},

		{"genai-prices#711 below the boundary", "gpt-5.5", "", "2026-09-02T00:00:00Z", map[meter.Meter]int64{meter.Input: 271_999}, "1.359995"},
		{"genai-prices#711 at the boundary", "gpt-5.5", "", "2026-09-02T00:00:00Z", map[meter.Meter]int64{meter.Input: 272_000}, "2.72"},

		{"genai-prices#582 before there was a peak", "deepseek-v4-flash", "", "2026-08-16T02:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.14"},
		{"genai-prices#582 peak", "deepseek-v4-flash", "", "2026-08-17T02:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.44"},
		{"genai-prices#582 second peak", "deepseek-v4-flash", "", "2026-08-17T09:59:59Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.44"},
		{"genai-prices#582 between peaks", "deepseek-v4-flash", "", "2026-08-17T04:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.22"},
		{"genai-prices#582 weekend when it still had peaks", "deepseek-v4-flash", "", "2026-08-22T02:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.44"},
		{"genai-prices#582 weekend in Beijing", "deepseek-v4-flash", "", "2026-08-29T02:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.22"},
		{"genai-prices#582 Monday in Beijing", "deepseek-v4-flash", "", "2026-08-31T02:00:00Z", map[meter.Meter]int64{meter.Input: 1_000_000}, "0.44"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			usage := tokens(tt.usage)
			p := e.Price(&Call{
				Provider: "openai", ResponseModel: tt.model, ServiceTier: tt.tier, Time: instant(t, tt.at), Usage: usage,
			})
			assert.Equal(t, tt.want, total(t, &p, usage, effective).String())
		})
	}
}
