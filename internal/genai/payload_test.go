package genai

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestRawPayload(t *testing.T) {
	raw, err := NewReaderWith(Options{RawPayload: true})
	require.NoError(t, err)
	openAI := func(response string) record {
		return record{scope: "@arizeai/openinference-instrumentation-openai", attrs: attrs{
			"openinference.span.kind": "LLM", "llm.system": "openai", "llm.model_name": "gpt-5.6", "output.value": response,
			"llm.token_count.prompt": 2600, "llm.token_count.completion": 300, "llm.token_count.prompt_details.cache_read": 2000,
			"llm.tools.0.tool.json_schema": `{"type":"web_search"}`,
		}}
	}
	for _, tt := range []struct {
		name  string
		in    record
		usage string
		gaps  string
		tier  string
		cost  string
	}{
		{
			name:  "cache writes, tier and searches of OpenAI",
			in:    openAI(`{"output":[{"type":"web_search_call"},{"type":"web_search_call"}],"service_tier":"flex","usage":{"input_tokens":2600,"input_tokens_details":{"cached_tokens":2000,"cache_write_tokens":400}}}`),
			usage: "input:200 cache_read:2000 cache_write_5m:400 output:300 web_search:2",
			gaps:  "write_split_unknown,region_unknown",
			tier:  "flex",
		},
		{
			name:  "cost of OpenRouter",
			in:    openAI(`{"usage":{"cost":0.00421,"is_byok":true,"cost_details":{"upstream_inference_cost":0.0042}}}`),
			usage: "input:600 cache_read:2000 output:300",
			gaps:  "cache_write_dropped,service_tier_unknown,region_unknown",
			cost:  "0.00421+0.0042",
		},
		{
			name: "what the AI SDK keeps of Anthropic's response",
			in: record{scope: "ai", name: "ai.generateText.doGenerate", attrs: attrs{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages",
				"ai.request.headers.user-agent": "ai/5.0.277", "ai.usage.promptTokens": 100, "ai.usage.completionTokens": 400,
				"ai.response.providerMetadata": `{"anthropic":{"usage":{"input_tokens":100,"cache_creation_input_tokens":2000,"cache_read_input_tokens":5000,"cache_creation":{"ephemeral_5m_input_tokens":1500,"ephemeral_1h_input_tokens":500},"service_tier":"standard","server_tool_use":{"web_search_requests":3}}}}`,
			}},
			usage: "input:100 cache_read:5000 cache_write_5m:1500 cache_write_1h:500 output:400 web_search:3",
			gaps:  "modality_unknown,region_unknown",
			tier:  "standard",
		},
		{
			name:  "no JSON",
			in:    openAI("Hello from the mock."),
			usage: "input:600 cache_read:2000 output:300",
			gaps:  "cache_write_dropped,service_tier_unknown,region_unknown",
		},
		{
			name:  "too long",
			in:    openAI(`{"service_tier":"flex","x":"` + strings.Repeat("x", maxPayload) + `"}`),
			usage: "input:600 cache_read:2000 output:300",
			gaps:  "cache_write_dropped,service_tier_unknown,tool_fees_invisible,region_unknown",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.kind = ptrace.SpanKindInternal
			call := tt.in.read(t, raw)
			assert.Equal(t, tt.usage, usageText(&call.Usage))
			assert.Equal(t, tt.gaps, call.Gaps.String())
			assert.Equal(t, tt.tier, call.ServiceTier)
			if tt.cost != "" {
				assert.Equal(t, tt.cost, call.Reported.Amount.String()+"+"+call.Reported.Upstream.String())
				assert.True(t, call.Reported.ByProvider)
			}

			off := tt.in.read(t, NewReader())
			assert.Empty(t, off.ServiceTier, "reading payloads is off by default")
			assert.False(t, off.Reported.Present)
		})
	}
}
