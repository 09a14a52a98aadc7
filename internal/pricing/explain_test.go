package pricing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

func TestExplain(t *testing.T) {
	e := engine(t, Customization{
		Agreements:  fifteenPercent,
		Deployments: map[string]Deployment{"prod": {Provider: "anthropic", Model: "claude-sonnet-4-6", Region: "us"}},
	})
	call := worked(t, "2026-03-12T23:59:50Z")
	call.ResponseModel, call.RequestModel, call.Region, call.ServiceTier, call.Speed = "Prod", "", "", "priority", "fast"
	assert.Equal(t, []string{
		"model: Prod is anthropic/claude-sonnet-4-6 (deployment Prod is claude-sonnet-4-6: exact)",
		"region: us, from the model's name or deployment",
		"service tier: no price for priority, standard rates taken",
		"speed: no price for fast, standard rates taken",
		"price: anthropic/claude-sonnet-4-6@2026-02-17#long_context+us",
		"price list: anthropic/claude-sonnet-4-6@2026-02-17 (genai-prices 0.1.8 2026-09-23)",
		"tier long_context: total_input above 200000",
		"variant: us",
		"input: list long_context 6 x 1.1 (us) = 6.6 USD per 1M; contracted 5.61 (agreements::0)",
		"cache_read: list long_context 0.6 x 1.1 (us) = 0.66 USD per 1M; contracted 0.561 (agreements::0)",
		"cache_write_5m: list long_context 7.5 x 1.1 (us) = 8.25 USD per 1M; contracted 7.0125 (agreements::0)",
		"cache_write_1h: list long_context 12 x 1.1 (us) = 13.2 USD per 1M; contracted 11.22 (agreements::0)",
		"output: list long_context 22.5 x 1.1 (us) = 24.75 USD per 1M; contracted 21.0375 (agreements::0)",
		"web_search: list 0.01 USD per unit",
	}, e.Explain(call))
}

func TestExplainWhyThereIsNoPrice(t *testing.T) {
	e := engine(t, Customization{})
	call := func(model, at string, usage map[meter.Meter]int64) *Call {
		return &Call{Provider: "openai", RequestModel: model, Time: instant(t, at), Usage: tokens(usage)}
	}
	const now = "2026-11-01T00:00:00Z"
	assert.Equal(t, []string{"model: the call names none"}, e.Explain(call("", now, nil)))
	assert.Equal(t, []string{"model: nope is not in the catalog, nor is it under the provider's fallbacks"}, e.Explain(call("nope", now, nil)))
	assert.Equal(t, "no rate for output, page at openai/text-embedding-3-small@2026-09-23",
		e.Explain(call("text-embedding-3-small", now, map[meter.Meter]int64{meter.Input: 1, meter.Output: 1, meter.Page: 2}))[1])
	sonnet := call("claude-sonnet-4-6", "2026-01-01T00:00:00Z", nil)
	sonnet.Provider = "anthropic"
	assert.Equal(t, "no price list holds at 2026-01-01T00:00:00Z", e.Explain(sonnet)[1])

	graduated := pricer(t, `{rates: {input: "1"}, tiers: [{threshold: 10, mode: graduated, rates: {input: "2"}}]}`, Customization{})
	assert.Equal(t, []string{
		"model: m is p/m (exact)", "price: p/m", "input: list 1 USD per 1M",
		"above 10:", "price: p/m#long_context", "tier long_context: total_input above 10", "input: list long_context 2 = 2 USD per 1M",
	}, graduated.Explain(&Call{Provider: "p", RequestModel: "m", Time: instant(t, now), Usage: tokens(map[meter.Meter]int64{meter.Input: 11})}))
}
