package genai

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// vocabulary are the names that readers look at, and some that they must not stumble over.
var vocabulary = []string{
	"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model", "gen_ai.response.model",
	"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.total_tokens", "gen_ai.usage.prompt_tokens",
	"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens",
	"gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.audio.input_tokens", "gen_ai.usage.audio.cache_read.input_tokens",
	"gen_ai.usage.image.input_tokens", "gen_ai.usage.cost", "gen_ai.tool.definitions", "gen_ai.usage.input_token_details",
	"llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.prompt_details.cache_read", "llm.cost.prompt",
	"llm.usage.prompt_tokens", "openinference.span.kind", "langfuse.observation.type", "langfuse.observation.usage_details",
	"langfuse.observation.cost_details", "ai.operationId", "ai.usage.inputTokens", "ai.usage.inputTokenDetails.noCacheTokens",
	"ai.usage.cachedInputTokens", "ai.prompt.tools", "ai.request.headers.user-agent", "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
	"anthropic.usage.cache_creation.ephemeral_1h_input_tokens", "finops.usage.input", "finops.usage.cache_write_1h",
	"finops.usage.input_audio", "finops.usage.web_search", "finops.request.service_tier", "output.value", "error.type",
	"http.response.status_code", "metadata", "hidden_params", "input_tokens", "ai.", "gen_ai.", "a", "aa", "", "server.address",
}

var scopesToTry = []string{"", "ai", "gen_ai", "langfuse-sdk", "@openlit/instrumentation-openai", "com.anthropic.claude_code.tracing", "com.anthropic.sdk.go", "gcp.vertex.agent"}

func anyValue(t *rapid.T, v pcommon.Value) {
	switch rapid.IntRange(0, 6).Draw(t, "type") {
	case 0:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	case 1:
		v.SetInt(rapid.Int64Range(0, 100_000).Draw(t, "count"))
	case 2:
		v.SetDouble(rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1))).Draw(t, "double"))
	case 3:
		v.SetStr(rapid.SampledFrom([]string{
			"chat", "invoke_agent", "anthropic", "openai", "LLM", "generation", "claude-x", "12", "-1", "1e9", "ai/5.0.0", "auto",
			`{"input":5,"output_x":7,"total":3}`, `{"input":-5`, `{"usage":{"cost":1}}`, "ai.generateText.doGenerate", "\xff\xfe",
		}).Draw(t, "text"))
	case 4:
		v.SetBool(true)
	case 5:
		v.SetEmptySlice().AppendEmpty().SetStr("web_search")
	case 6:
		v.SetEmptyMap().PutInt("x", 1)
	}
}

// TestAnySpan reads spans of random attributes: no panic, no negative or unbelievable usage, usage only
// where there is some, and gaps only on what was read.
func TestAnySpan(t *testing.T) {
	raw, err := NewReaderWith(Options{RawPayload: true})
	assert.NoError(t, err)
	readers := []*Reader{NewReader(), raw}
	rapid.Check(t, func(t *rapid.T) {
		ss := ptrace.NewScopeSpans()
		ss.Scope().SetName(rapid.SampledFrom(scopesToTry).Draw(t, "scope"))
		span := ss.Spans().AppendEmpty()
		span.SetKind(ptrace.SpanKind(rapid.IntRange(0, 5).Draw(t, "kind")))
		for range rapid.IntRange(0, 12).Draw(t, "attributes") {
			anyValue(t, span.Attributes().PutEmpty(rapid.SampledFrom(vocabulary).Draw(t, "key")))
		}
		var call Call
		role := rapid.SampledFrom(readers).Draw(t, "reader").Scope(ss.Scope()).ReadSpan(span, &call)
		sane(t, role, &call)
	})
}

type failer interface {
	assert.TestingT
	Fatalf(string, ...any)
}

func sane(t failer, role Role, call *Call) {
	if role != call.Role {
		t.Fatalf("role %d returned, %d set", role, call.Role)
	}
	if role == RoleNone {
		return
	}
	if call.Profile == nil {
		t.Fatalf("no profile")
	}
	for m, q := range call.Usage {
		if q.Sign() < 0 || q.Float64() > 8*maxTokens {
			t.Fatalf("%s is %s", meter.Meter(m), q)
		}
	}
	if !call.HasUsage && !call.Usage.IsZero() {
		t.Fatalf("usage %s, but HasUsage is false", usageText(&call.Usage))
	}
	if call.Reported.Present && call.Reported.Amount.Sign() < 0 {
		t.Fatalf("reported %s", call.Reported.Amount)
	}
}

// FuzzReadSpan builds attributes from two arbitrary names and values beside a plain call.
func FuzzReadSpan(f *testing.F) {
	f.Add("gen_ai.usage.input_tokens", "12", "langfuse.observation.usage_details", `{"input":1}`, int64(5))
	f.Add("ai.operationId", "ai.x", "finops.usage.cache_read", "0.000000001", int64(-1))
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string, n int64) {
		ss := ptrace.NewScopeSpans()
		span := ss.Spans().AppendEmpty()
		a := span.Attributes()
		a.PutStr("gen_ai.operation.name", "chat")
		a.PutInt("gen_ai.usage.output_tokens", n)
		a.PutStr(k1, v1)
		a.PutStr(k2, v2)
		var call Call
		sane(t, NewReader().Scope(ss.Scope()).ReadSpan(span, &call), &call)
	})
}
