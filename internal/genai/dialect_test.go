package genai

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

type attrs = map[string]any

// record is a span to be read.
type record struct {
	scope, version string
	name           string
	kind           ptrace.SpanKind
	failed         bool
	attrs          attrs
}

func (r record) read(tb testing.TB, reader *Reader) Call {
	tb.Helper()
	ss := ptrace.NewScopeSpans()
	ss.Scope().SetName(r.scope)
	ss.Scope().SetVersion(r.version)
	span := ss.Spans().AppendEmpty()
	span.SetName(r.name)
	span.SetKind(r.kind)
	if r.failed {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	require.NoError(tb, span.Attributes().FromRaw(r.attrs))
	var call Call
	role := reader.Scope(ss.Scope()).ReadSpan(span, &call)
	assert.Equal(tb, role, call.Role)
	return call
}

// TestDialects reads what the corpus does not hold: other versions, other providers, other emitters.
func TestDialects(t *testing.T) {
	const client = ptrace.SpanKindClient
	for _, tt := range []struct {
		name  string
		in    record
		usage string
		gaps  string
	}{
		{
			name: "semconv 1.27 names, exact numbers as strings and doubles",
			in: record{kind: client, attrs: attrs{
				"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.operation.name": "chat",
				"gen_ai.usage.prompt_tokens": "120", "gen_ai.usage.completion_tokens": 30.0,
				"gen_ai.usage.cache_read.input_tokens": 20, "gen_ai.usage.cache_write.input_tokens": 0,
				"gen_ai.openai.response.service_tier": "default", "gen_ai.usage.audio.input_tokens": 0,
			}},
			usage: "input:100 cache_read:20 output:30",
			gaps:  "region_unknown",
		},
		{
			name: "current names win over legacy ones in any order",
			in: record{kind: client, attrs: attrs{
				"gen_ai.system": "openai", "gen_ai.operation.name": "chat",
				"gen_ai.usage.prompt_tokens": 1, "gen_ai.usage.input_tokens": 50,
				"gen_ai.usage.completion_tokens": 2, "gen_ai.usage.output_tokens": 60,
			}},
			usage: "input:50 output:60",
			gaps:  "cache_read_dropped,cache_write_dropped,service_tier_unknown,modality_unknown,region_unknown",
		},
		{
			name: "more cached than input proves additive, whatever the emitter",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 5000, "gen_ai.usage.cache_creation.input_tokens": 2000,
			}},
			usage: "input:100 cache_read:5000 cache_write_5m:2000 output:400",
			gaps:  "write_split_unknown,service_tier_unknown,modality_unknown,region_unknown",
		},
		{
			name: "less cached than input proves nothing of an unknown emitter",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 600, "gen_ai.usage.cache_creation.input_tokens": 0,
			}},
			usage: "input:400 cache_read:600 output:400",
			gaps:  "service_tier_unknown,modality_unknown,form_unknown,region_unknown",
		},
		{
			name: "a total that only adds up so proves additive",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 400, "gen_ai.usage.total_tokens": 2000,
				"gen_ai.usage.cache_read.input_tokens": 600, "gen_ai.usage.cache_creation.input_tokens": 0,
			}},
			usage: "input:1000 cache_read:600 output:400",
			gaps:  "service_tier_unknown,modality_unknown,region_unknown",
		},
		{
			name: "the app states everything itself",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 20000, "gen_ai.usage.output_tokens": 2000,
				"gen_ai.usage.cache_read.input_tokens": 180000, "gen_ai.usage.cache_creation.input_tokens": 10000,
				"finops.usage.cache_write_1h": 6000, "finops.usage.web_search": 1, "finops.request.region": "us",
			}},
			usage: "input:20000 cache_read:180000 cache_write_5m:4000 cache_write_1h:6000 output:2000 web_search:1",
		},
		{
			name: "stated audio and cached tokens come out of an inclusive input",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
				"finops.usage.input_audio": 300, "finops.usage.cache_read": "200", "finops.usage.reasoning": 40,
			}},
			usage: "input:500 cache_read:200 output:60 reasoning:40 input_audio:300",
		},
		{
			name: "only stated units",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "cohere", "gen_ai.operation.name": "rerank", "finops.usage.rerank_search": 0.5,
			}},
			usage: "rerank_search:0.5",
		},
		{
			name: "AI SDK 5 passes on Anthropic's count and loses the cache",
			in: record{scope: "ai", name: "ai.generateText.doGenerate", attrs: attrs{
				"ai.operationId": "ai.generateText.doGenerate", "ai.model.provider": "anthropic.messages",
				"ai.request.headers.user-agent": "ai/5.0.277", "gen_ai.system": "anthropic.messages",
				"ai.usage.promptTokens": 100, "ai.usage.completionTokens": 400,
				"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 400,
			}},
			usage: "input:100 output:400",
			gaps:  "cache_lost,service_tier_unknown,tool_fees_invisible,modality_unknown,region_unknown",
		},
		{
			name: "AI SDK 5 streams count what was read but not what was written",
			in: record{scope: "ai", name: "ai.streamText.doStream", attrs: attrs{
				"ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic.messages",
				"ai.usage.inputTokens": 100, "ai.usage.outputTokens": 400, "ai.usage.cachedInputTokens": 5000,
			}},
			usage: "input:100 cache_read:5000 output:400",
			gaps:  "cache_lost,service_tier_unknown,tool_fees_invisible,modality_unknown,region_unknown",
		},
		{
			name: "AI SDK without any sign of its version",
			in: record{scope: "ai", name: "ai.streamText.doStream", attrs: attrs{
				"ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic.messages",
				"ai.usage.inputTokens": 100, "ai.usage.outputTokens": 400, "ai.usage.cachedInputTokens": 50,
			}},
			usage: "input:50 cache_read:50 output:400",
			gaps:  "service_tier_unknown,tool_fees_invisible,modality_unknown,form_unknown,region_unknown",
		},
		{
			name: "Mastra",
			in: record{scope: "@mastra/otel-exporter", version: "1.4.0", kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 7100, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 5000, "gen_ai.usage.cache_creation.input_tokens": 2000,
				"gen_ai.usage.cache_creation.5m_input_tokens": 1500, "gen_ai.usage.cache_creation.1h_input_tokens": 500,
			}},
			usage: "input:100 cache_read:5000 cache_write_5m:1500 cache_write_1h:500 output:400",
			gaps:  "service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "OpenLIT counts streams without usage itself",
			in: record{scope: "@openlit/instrumentation-vllm", kind: client, attrs: attrs{
				"gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat", "gen_ai.request.is_stream": true,
				"openai.api.type": "chat_completions", "openai.response.service_tier": "auto",
				"gen_ai.usage.input_tokens": 2, "gen_ai.usage.output_tokens": 6, "server.address": "api.openai.com",
			}},
			usage: "input:2 output:6",
			gaps:  "modality_unknown,usage_estimated,region_unknown",
		},
		{
			name: "Langfuse counts cached text in the text details too",
			in: record{scope: "langfuse-sdk", name: "OpenAI.chat", attrs: attrs{
				"langfuse.observation.type":          "generation",
				"langfuse.observation.model.name":    "gpt-4o-audio-preview",
				"langfuse.observation.usage_details": `{"input":0,"output":10,"total":230,"input_cached_tokens":100,"input_audio_tokens":20,"input_text_tokens":200}`,
			}},
			usage: "input:100 cache_read:100 output:10 input_audio:20",
			gaps:  "service_tier_unknown,tool_fees_invisible,modality_unknown,region_unknown",
		},
		{
			name: "Langfuse with a provider's own usage",
			in: record{scope: "langfuse-sdk", attrs: attrs{
				"langfuse.observation.type":          "generation",
				"gen_ai.system":                      "openai",
				"langfuse.observation.usage_details": `{"prompt_tokens":120,"completion_tokens":30,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":20,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":10}}`,
			}},
			usage: "input:100 cache_read:20 output:20 reasoning:10",
			gaps:  "service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "Pydantic AI",
			in: record{scope: "pydantic-ai", version: "2.68.0", name: "chat claude-sonnet-4-5", kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 7100, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.details.cache_read_tokens": 5000, "gen_ai.usage.details.cache_write_tokens": 2000,
			}},
			usage: "input:100 cache_read:5000 cache_write_5m:2000 output:400",
			gaps:  "write_split_unknown,service_tier_unknown,region_unknown",
		},
		{
			name: "Gemini's thoughts, dropped by older instrumentations",
			in: record{scope: "gcp.vertex.agent", version: "1.9.0", name: "call_llm", attrs: attrs{
				"gen_ai.system": "gcp.vertex.agent", "gen_ai.request.model": "gemini-2.5-pro",
				"gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 200,
			}},
			usage: "input:900 output:200",
			gaps:  "cache_read_dropped,service_tier_unknown,tool_fees_invisible,reasoning_dropped,modality_unknown,region_unknown",
		},
		{
			name: "more reasoning than output proves that it stands outside",
			in: record{kind: client, attrs: attrs{
				"gen_ai.provider.name": "x_ai", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5, "gen_ai.usage.reasoning.output_tokens": 300,
				"gen_ai.usage.cache_read.input_tokens": 0, "gen_ai.usage.cache_write.input_tokens": 0,
			}},
			usage: "input:10 output:5 reasoning:300",
			gaps:  "service_tier_unknown,modality_unknown,region_unknown",
		},
		{
			name: "LangSmith's JSON details",
			in: record{scope: "langsmith", attrs: attrs{
				"langsmith.span.kind": "llm", "gen_ai.system": "openai", "gen_ai.usage.input_tokens": 1200,
				"gen_ai.usage.output_tokens":        300,
				"gen_ai.usage.input_token_details":  `{"cache_read": 1024, "audio": 0}`,
				"gen_ai.usage.output_token_details": `{"reasoning": 100}`,
			}},
			usage: "input:176 cache_read:1024 output:200 reasoning:100",
			gaps:  "cache_write_dropped,service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "old OpenLLMetry",
			in: record{scope: "opentelemetry.instrumentation.openai.v1", attrs: attrs{
				"llm.request.type": "chat", "gen_ai.system": "OpenAI",
				"llm.usage.prompt_tokens": 120, "llm.usage.completion_tokens": 30, "llm.usage.total_tokens": 150,
			}},
			usage: "input:120 output:30",
			gaps:  "cache_read_dropped,cache_write_dropped,service_tier_unknown,tool_fees_invisible,modality_unknown,region_unknown",
		},
		{
			name: "parts that exceed their whole are clamped",
			in: record{scope: "com.anthropic.sdk.python", kind: client, attrs: attrs{
				"gen_ai.provider.name": "openai", "gen_ai.operation.name": "chat",
				"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10, "gen_ai.usage.audio.input_tokens": 120,
			}},
			usage: "output:10 input_audio:120",
			gaps:  "clamped,region_unknown",
		},
		{
			name: "Claude Code's spans",
			in: record{scope: "com.anthropic.claude_code.tracing", name: "claude_code.llm_request", attrs: attrs{
				"gen_ai.system": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5", "input_tokens": 100, "output_tokens": 400,
				"cache_read_tokens": 50, "cache_creation_tokens": 20,
			}},
			usage: "input:100 cache_read:50 cache_write_5m:20 output:400",
			gaps:  "write_split_unknown,service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "vLLM",
			in: record{scope: "vllm.llm_engine", name: "llm_request", kind: ptrace.SpanKindServer, attrs: attrs{
				"gen_ai.response.model": "llama", "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 5,
			}},
			usage: "input:10 output:5",
			gaps:  "cache_read_dropped,region_unknown",
		},
		{
			name: "embeddings that only count a total",
			in: record{scope: "@traceloop/instrumentation-openai", kind: client, attrs: attrs{
				"gen_ai.provider.name": "openai", "gen_ai.operation.name": "embeddings", "gen_ai.usage.total_tokens": 64,
			}},
			usage: "input:64",
			gaps:  "service_tier_unknown,modality_unknown,region_unknown",
		},
		{
			name: "output without input is half the story",
			in: record{scope: "com.anthropic.sdk.python", kind: client, attrs: attrs{
				"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 64,
			}},
			usage: "output:64",
			gaps:  "region_unknown,usage_partial",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := tt.in.read(t, NewReader())
			assert.Equal(t, RoleCall, call.Role)
			assert.True(t, call.HasUsage)
			assert.False(t, call.Invalid)
			assert.Equal(t, tt.usage, usageText(&call.Usage))
			assert.Equal(t, tt.gaps, call.Gaps.String())
			assert.NotNil(t, call.Profile)
		})
	}
}

func TestInvalidUsage(t *testing.T) {
	for _, v := range []any{-1, math.NaN(), math.Inf(1), 1e300, "many", "-5", 1.5, true, int64(math.MaxInt64), []any{1}} {
		call := record{kind: ptrace.SpanKindClient, attrs: attrs{
			"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": v,
			"gen_ai.usage.output_tokens": 5,
		}}.read(t, NewReader())
		assert.True(t, call.Invalid, "%v", v)
		assert.Equal(t, "output:5", usageText(&call.Usage), "%v", v)
	}
	call := record{kind: ptrace.SpanKindClient, attrs: attrs{
		"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": "", "finops.usage.input": -3, "gen_ai.usage.output_tokens": nil,
	}}.read(t, NewReader())
	assert.True(t, call.Invalid)
	assert.False(t, call.HasUsage)
}

func TestZerosAreNoUsage(t *testing.T) {
	call := record{kind: ptrace.SpanKindClient, attrs: attrs{
		"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0,
	}}.read(t, NewReader())
	assert.Equal(t, RoleCall, call.Role)
	assert.False(t, call.HasUsage)
}

func TestRequestFacts(t *testing.T) {
	call := record{scope: "com.anthropic.sdk.go", kind: ptrace.SpanKindClient, attrs: attrs{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "prod-chat",
		"server.address": "corp.openai.azure.com", "anthropic.request.service_tier": "auto", "anthropic.response.service_tier": "priority",
		"anthropic.usage.speed": "fast", "anthropic.response.inference_geo": "not_available", "gen_ai.request.stream": true,
		"finops.request.batch": true, "gen_ai.response.id": "resp_1", "gen_ai.response.finish_reasons": []any{"stop"},
	}}.read(t, NewReader())
	assert.Equal(t, "azure.ai.openai", call.Provider)
	assert.Equal(t, "batch", call.ServiceTier, "stated inputs win")
	assert.Equal(t, "auto", call.RequestedTier)
	assert.Equal(t, "fast", call.Speed)
	assert.Empty(t, call.Region)
	assert.Equal(t, "resp_1", call.ResponseID)
	assert.True(t, call.Stream)
	assert.True(t, call.OutputStarted)
}

func TestHosts(t *testing.T) {
	for _, tt := range []struct{ host, provider, region string }{
		{"openrouter.ai", "openrouter", ""},
		{"api.openai.com", "openai", "global"},
		{"eu.api.openai.com", "openai", "eu"},
		{"bedrock-runtime.eu-west-1.amazonaws.com", "openai", "eu-west-1"},
		{"us-central1-aiplatform.googleapis.com", "openai", "us-central1"},
		{"aiplatform.googleapis.com", "openai", "global"},
		{"my-resource.openai.azure.com", "azure.ai.openai", ""},
		{"generativelanguage.googleapis.com", "gcp.gemini", ""},
		{"localhost", "openai", ""},
	} {
		c := Call{Provider: "openai", ServerAddress: tt.host}
		readHost(&c)
		assert.Equal(t, tt.provider, c.Provider, tt.host)
		assert.Equal(t, tt.region, c.Region, tt.host)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name        string
		failed      bool
		attrs       attrs
		errorType   string
		interrupted bool
	}{
		{"none", false, attrs{}, "", false},
		{"status only", true, attrs{}, "error", false},
		{"http status names it", true, attrs{"http.response.status_code": 429}, "429", false},
		{"http status without span status", false, attrs{"http.response.status_code": 503}, "503", false},
		{"type wins", true, attrs{"http.response.status_code": 429, "error.type": "rate_limit"}, "rate_limit", false},
		{"timeout", true, attrs{"error.type": "APIConnectionTimeoutError"}, "APIConnectionTimeoutError", true},
		{"cancelled", true, attrs{"error.type": "AbortError"}, "AbortError", true},
		{"reader left a stream", true, attrs{"error.type": "GeneratorExit"}, "GeneratorExit", true},
		{"gateway timeout was answered", true, attrs{"http.response.status_code": 504, "error.type": "timeout"}, "timeout", false},
		{"langfuse", false, attrs{"langfuse.observation.level": "ERROR"}, "error", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.attrs["gen_ai.operation.name"] = "chat"
			call := record{kind: ptrace.SpanKindClient, failed: tt.failed, attrs: tt.attrs}.read(t, NewReader())
			assert.Equal(t, tt.errorType, call.ErrorType)
			assert.Equal(t, tt.interrupted, call.Interrupted)
		})
	}
}

func TestFailureEvents(t *testing.T) {
	for _, tt := range []struct {
		name                 string
		fill                 func(ptrace.Span)
		errorType            string
		interrupted, started bool
	}{
		{"exception names the error", func(s ptrace.Span) {
			e := s.Events().AppendEmpty()
			e.SetName("exception")
			e.Attributes().PutStr("exception.type", "RateLimitError")
			e.Attributes().PutStr("exception.message", "429 slow down")
		}, "RateLimitError", false, false},
		{"exception message tells of a timeout", func(s ptrace.Span) {
			e := s.Events().AppendEmpty()
			e.SetName("exception")
			e.Attributes().PutStr("exception.type", "Error")
			e.Attributes().PutStr("exception.message", "Request timed out.")
		}, "Error", true, false},
		{"status message tells of a cancellation", func(s ptrace.Span) {
			s.Status().SetMessage("This operation was aborted")
		}, "error", true, false},
		{"output had begun", func(s ptrace.Span) {
			s.Events().AppendEmpty().SetName("ai.stream.firstChunk")
		}, "error", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ss := ptrace.NewScopeSpans()
			span := ss.Spans().AppendEmpty()
			span.Attributes().PutStr("gen_ai.operation.name", "chat")
			span.Status().SetCode(ptrace.StatusCodeError)
			tt.fill(span)
			var call Call
			NewReader().Scope(ss.Scope()).ReadSpan(span, &call)
			assert.Equal(t, tt.errorType, call.ErrorType)
			assert.Equal(t, tt.interrupted, call.Interrupted)
			assert.Equal(t, tt.started, call.OutputStarted)
		})
	}
}

func TestSpanTimes(t *testing.T) {
	ss := ptrace.NewScopeSpans()
	span := ss.Spans().AppendEmpty()
	span.Attributes().PutStr("gen_ai.operation.name", "chat")
	start := time.Date(2026, 3, 12, 23, 59, 50, 0, time.UTC)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(3 * time.Second)))
	var call Call
	NewReader().Scope(ss.Scope()).ReadSpan(span, &call)
	assert.Equal(t, start, call.Start)
	assert.Equal(t, 3*time.Second, call.Duration)
}
