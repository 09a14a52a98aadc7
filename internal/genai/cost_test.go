package genai

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestReportedCost(t *testing.T) {
	for _, tt := range []struct {
		name     string
		attrs    attrs
		amount   string
		currency string
		provider bool
	}{
		{"none", attrs{}, "", "", false},
		{"draft convention", attrs{"gen_ai.usage.cost.amount": 0.1, "gen_ai.usage.cost.currency": "EUR", "gen_ai.usage.cost.source": "local"}, "0.1", "EUR", false},
		{"draft convention, by the provider", attrs{"gen_ai.usage.cost.amount": 0.1, "gen_ai.usage.cost.source": "provider"}, "0.1", "", true},
		{"source without cost", attrs{"gen_ai.usage.cost.source": "provider"}, "", "", false},
		{"OpenLIT", attrs{"gen_ai.usage.cost": 0.0063}, "0.0063", "", false},
		{"OpenLIT, unpriced", attrs{"gen_ai.usage.cost": 0}, "0", "", false},
		{"Logfire", attrs{"operation.cost": 0.25}, "0.25", "", false},
		{"OpenInference parts", attrs{"llm.cost.prompt": 0.1, "llm.cost.completion": 0.2}, "0.3", "", false},
		{"OpenInference total wins", attrs{"llm.cost.prompt": 0.1, "llm.cost.total": 0.5, "llm.cost.completion": 0.2}, "0.5", "", false},
		{"LiteLLM", attrs{"gen_ai.cost.total_cost": 0.5, "gen_ai.cost.input_cost": 0.1, "gen_ai.cost.output_cost": 0.1}, "0.5", "USD", false},
		{"LiteLLM, failed", attrs{"gen_ai.cost.total_cost": ""}, "", "", false},
		{"Langfuse", attrs{"langfuse.observation.cost_details": `{"input":0.1,"output":0.2,"total":0.35}`}, "0.35", "USD", false},
		{"Langfuse without total", attrs{"langfuse.observation.cost_details": `{"input":0.1,"output":"x"}`}, "0.1", "USD", false},
		{"Langfuse, failed", attrs{"langfuse.observation.cost_details": `{"input":0,"output":0,"total":0}`}, "", "", false},
		{"negative", attrs{"operation.cost": -1}, "", "", false},
		{"text", attrs{"operation.cost": "1e-3"}, "0.001", "", false},
		{"bool", attrs{"operation.cost": true}, "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.attrs["gen_ai.operation.name"] = "chat"
			call := record{kind: ptrace.SpanKindClient, attrs: tt.attrs}.read(t, NewReader())
			assert.Equal(t, tt.amount != "", call.Reported.Present)
			if tt.amount != "" {
				assert.Equal(t, tt.amount, call.Reported.Amount.String())
			}
			assert.Equal(t, tt.currency, call.Reported.Currency)
			assert.Equal(t, tt.provider, call.Reported.ByProvider)
		})
	}
}

func TestGatewayCache(t *testing.T) {
	for name, a := range map[string]attrs{
		"LiteLLM":               {"litellm.cache_hit": true},
		"LiteLLM, as text":      {"litellm.cache_hit": "True"},
		"LiteLLM hidden params": {"hidden_params": `{"model_id":"x","cache_hit": true}`},
	} {
		a["gen_ai.operation.name"] = "chat"
		call := record{scope: "litellm", attrs: a}.read(t, NewReader())
		assert.True(t, call.GatewayCacheHit, name)
		assert.True(t, call.Profile.Gateway, name)
	}
	for name, a := range map[string]attrs{
		"miss":         {"litellm.cache_hit": false},
		"hidden miss":  {"hidden_params": `{"cache_hit": null}`},
		"hidden cut":   {"hidden_params": `{"cache_hit`},
		"hidden other": {"hidden_params": 3},
	} {
		a["gen_ai.operation.name"] = "chat"
		call := record{attrs: a}.read(t, NewReader())
		assert.False(t, call.GatewayCacheHit, name)
	}
}
