package genai

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestProviderUnstated(t *testing.T) {
	for name, tt := range map[string]struct {
		attrs    map[string]any
		provider string
		unstated bool
	}{
		"current name":  {map[string]any{"gen_ai.provider.name": "openai"}, "openai", false},
		"older name":    {map[string]any{"gen_ai.system": "anthropic"}, "anthropic", false},
		"empty name":    {map[string]any{"gen_ai.provider.name": ""}, "", false},
		"other dialect": {map[string]any{"llm.system": "openai"}, "openai", false},
		"address only":  {map[string]any{"server.address": "api.groq.com"}, "groq", true},
		"address corrects the name, which stays stated": {
			map[string]any{"gen_ai.provider.name": "openai", "server.address": "api.groq.com"}, "groq", false,
		},
		"nothing": {nil, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			ss := ptrace.NewScopeSpans()
			span := ss.Spans().AppendEmpty()
			span.SetKind(ptrace.SpanKindClient)
			span.Attributes().PutStr("gen_ai.operation.name", "chat")
			for k, v := range tt.attrs {
				_ = span.Attributes().PutEmpty(k).FromRaw(v)
			}
			var c Call
			NewReader().Scope(ss.Scope()).ReadSpan(span, &c)
			assert.Equal(t, tt.provider, c.Provider)
			assert.Equal(t, tt.unstated, c.ProviderUnstated)
		})
	}
}

// Events of coding agents name no provider; which one it is follows from the agent.
func TestProviderOfAnAgentsEventIsUnstated(t *testing.T) {
	sl := plog.NewScopeLogs()
	sl.Scope().SetName("com.anthropic.claude_code.events")
	log := sl.LogRecords().AppendEmpty()
	log.Body().SetStr("claude_code.api_request")
	log.Attributes().PutStr("model", "claude-haiku-4-5")
	log.Attributes().PutInt("input_tokens", 10)
	var c Call
	NewReader().Scope(sl.Scope()).ReadLog(log, &c)
	assert.Equal(t, "anthropic", c.Provider)
	assert.True(t, c.ProviderUnstated)
}
