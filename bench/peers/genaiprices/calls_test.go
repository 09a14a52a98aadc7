package genaiprices

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// models are 50 that both engines have at the same price.
var models = []struct {
	provider string
	names    []string
}{
	{"openai", []string{
		"gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14",
		"gpt-4.1-nano-2025-04-14", "gpt-5-2025-08-07", "gpt-5-mini-2025-08-07", "gpt-5-nano", "gpt-5.1-2025-11-13", "gpt-5.2-2025-12-11",
		"gpt-5.4-2026-03-05", "gpt-5.4-mini-2026-03-17", "o1-2024-12-17", "o3-2025-04-16", "o3-mini-2025-01-31", "o4-mini-2025-04-16",
	}},
	{"anthropic", []string{
		"claude-opus-4-1", "claude-opus-4-5", "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5",
		"claude-sonnet-4-5", "claude-sonnet-4-6", "claude-sonnet-5", "claude-haiku-4-5", "claude-3-5-haiku",
	}},
	{"google", []string{
		"gemini-2.0-flash", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "gemini-3-flash-preview",
		"gemini-3-pro-preview", "gemini-3.5-flash",
	}},
	{"mistral", []string{"codestral-2508", "mistral-large-2512", "mistral-medium-2505", "ministral-8b-2512", "open-mistral-nemo"}},
	{"x-ai", []string{"grok-3", "grok-4-0709", "grok-4-fast-reasoning", "grok-4.3"}},
	{"groq", []string{"llama-3.3-70b-versatile", "openai/gpt-oss-120b", "qwen/qwen3-32b"}},
	{"cohere", []string{"command-a-03-2025", "command-r-08-2024"}},
	{"deepseek", []string{"deepseek-v4-pro"}},
}

// call is a model call as the peer takes it: a total includes its parts.
type call struct {
	Provider string           `json:"provider"`
	Model    string           `json:"model"`
	Time     time.Time        `json:"time"`
	Usage    map[string]int64 `json:"usage"`
}

func calls() []call {
	var all []call
	at := time.Date(2026, 9, 23, 16, 30, 0, 0, time.UTC)
	for _, m := range models {
		for _, name := range m.names {
			all = append(all, call{m.provider, name, at, map[string]int64{"input_tokens": 1200, "output_tokens": 300}})
		}
	}
	return all
}

// ours is the call as the collector reads it from a span.
func (c *call) ours() *genai.Call {
	out := &genai.Call{
		Role: genai.RoleCall, Provider: c.Provider, ResponseModel: c.Model, Start: c.Time, HasUsage: true,
		Profile: genai.NewReader().Scope(pcommon.NewInstrumentationScope()).Profile(),
	}
	out.Usage[meter.Input] = money.Units(c.Usage["input_tokens"])
	out.Usage[meter.Output] = money.Units(c.Usage["output_tokens"])
	return out
}

// price is all that the collector does to make money of a call.
func price(engine *pricing.Engine, rater *rating.Rater, c *genai.Call, query *pricing.Call, verdict *rating.Verdict) {
	rating.Describe(c, query)
	found := engine.Price(query)
	rater.Rate(c, &found, verdict)
}
