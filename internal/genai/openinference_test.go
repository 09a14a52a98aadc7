package genai

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestRequestedTierIsFoundHoweverItIsWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		parameters, tier string
		known            bool
	}{
		"by JavaScript":       {`{"model":"gpt-5","service_tier":"flex"}`, "flex", true},
		"by Python":           {`{"model": "gpt-5", "service_tier": "flex"}`, "flex", true},
		"over several lines":  {"{\n  \"service_tier\" :\n  \"flex\"\n}", "flex", true},
		"the project decides": {`{"model": "gpt-5"}`, "", false},
		"null":                {`{"service_tier": null, "user": "x"}`, "", false},
		"priority may not be": {`{"service_tier": "priority"}`, "priority", false},
		"cut short":           {`{"model": "gpt-5", "serv`, "", false},
		"cut in the value":    {`{"service_tier": "fl`, "fl", false},
		"too long to look at": {`{"tools": "` + strings.Repeat("x", maxJSON) + `"}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			call := record{
				scope: "openinference.instrumentation.openai", version: "0.1.66", kind: ptrace.SpanKindInternal,
				attrs: attrs{
					"openinference.span.kind": "LLM", "llm.model_name": "gpt-5", "llm.token_count.prompt": 10,
					"llm.token_count.completion": 10, "llm.invocation_parameters": tt.parameters,
				},
			}.read(t, NewReader())
			assert.Equal(t, tt.tier, call.RequestedTier)
			assert.Equal(t, tt.known, !call.Gaps.Has(GapServiceTierUnknown))
		})
	}
}
