package genai

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestReadLog(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 10, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		scope    string
		event    string
		body     string
		attrs    attrs
		provider string
		model    string
		usage    string
		gaps     string
		reported string
	}{
		{
			name: "Claude Code", scope: "com.anthropic.claude_code.events", body: "claude_code.api_request",
			attrs: attrs{
				"event.name": "api_request", "model": "claude-sonnet-4-5-20250929", "input_tokens": "100", "output_tokens": 400,
				"cache_read_tokens": 5000, "cache_creation_tokens": 2000, "cache_creation_5m_tokens": 1500,
				"cache_creation_1h_tokens": 500, "cost_usd": 0.0162, "duration_ms": 10_000, "request_id": "req_1", "speed": "normal",
			},
			provider: "anthropic", model: "claude-sonnet-4-5-20250929",
			usage: "input:100 cache_read:5000 cache_write_5m:1500 cache_write_1h:500 output:400",
			gaps:  "service_tier_unknown,tool_fees_invisible,region_unknown", reported: "0.0162",
		},
		{
			name: "Claude Code's own event name", event: "claude_code.api_request",
			attrs:    attrs{"model": "claude-haiku-4-5", "input_tokens": 10, "output_tokens": 5, "duration_ms": "10000"},
			provider: "anthropic", model: "claude-haiku-4-5", usage: "input:10 output:5",
			gaps: "service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "Codex",
			attrs: attrs{
				"event.name": "codex.sse_event", "event.kind": "response.completed", "model": "gpt-5.6", "duration_ms": 10_000,
				"input_token_count": 2600, "output_token_count": 300, "cached_token_count": 2000,
				"cache_write_token_count": 400, "reasoning_token_count": 100,
			},
			provider: "openai", model: "gpt-5.6",
			usage: "input:200 cache_read:2000 cache_write_5m:400 output:200 reasoning:100",
			gaps:  "write_split_unknown,service_tier_unknown,tool_fees_invisible,region_unknown",
		},
		{
			name: "Gemini CLI",
			attrs: attrs{
				"event.name": "gemini_cli.api_response", "model": "gemini-2.5-pro", "duration_ms": 10_000.0,
				"input_token_count": 900, "output_token_count": 200, "cached_content_token_count": 512,
				"thoughts_token_count": 150, "tool_token_count": 30, "total_token_count": 1280,
			},
			provider: "gcp.gemini", model: "gemini-2.5-pro",
			usage: "input:418 cache_read:512 output:200 reasoning:150",
			gaps:  "service_tier_unknown,tool_fees_invisible,modality_unknown,region_unknown",
		},
		{
			name: "semantic conventions", event: "gen_ai.client.inference.operation.details",
			scope: "com.anthropic.sdk.typescript",
			attrs: attrs{
				"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5",
				"gen_ai.usage.input_tokens": 7100, "gen_ai.usage.output_tokens": 400,
				"gen_ai.usage.cache_read.input_tokens": 5000, "gen_ai.usage.cache_write.input_tokens": 0, "duration_ms": 1,
			},
			provider: "anthropic", model: "claude-sonnet-4-5",
			usage: "input:2100 cache_read:5000 output:400", gaps: "region_unknown",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sl := plog.NewScopeLogs()
			sl.Scope().SetName(tt.scope)
			log := sl.LogRecords().AppendEmpty()
			log.SetTimestamp(pcommon.NewTimestampFromTime(at))
			log.SetEventName(tt.event)
			if tt.body != "" {
				log.Body().SetStr(tt.body)
			}
			require.NoError(t, log.Attributes().FromRaw(tt.attrs))

			var call Call
			require.Equal(t, RoleCall, NewReader().Scope(sl.Scope()).ReadLog(log, &call))
			assert.Equal(t, tt.provider, call.Provider)
			assert.Equal(t, tt.model, call.RequestModel)
			assert.Equal(t, tt.usage, usageText(&call.Usage))
			assert.Equal(t, tt.gaps, call.Gaps.String())
			if tt.reported != "" {
				assert.Equal(t, tt.reported, call.Reported.Amount.String())
				assert.Equal(t, "USD", call.Reported.Currency)
				assert.False(t, call.Reported.ByProvider, "an agent's own estimate")
			}
			if call.Duration != 0 {
				assert.Equal(t, at.Add(-10*time.Second), call.Start)
			}
		})
	}
}

func TestOtherLogs(t *testing.T) {
	for name, a := range map[string]attrs{
		"nothing":                {},
		"message event":          {"event.name": "gen_ai.user.message", "gen_ai.system": "openai"},
		"Codex event in between": {"event.name": "codex.sse_event", "event.kind": "response.created"},
		"event name of no text":  {"event.name": 5},
	} {
		t.Run(name, func(t *testing.T) {
			log := plog.NewLogRecord()
			require.NoError(t, log.Attributes().FromRaw(a))
			call := Call{Provider: "left alone"}
			assert.Equal(t, RoleNone, NewReader().Scope(pcommon.NewInstrumentationScope()).ReadLog(log, &call))
			assert.Equal(t, "left alone", call.Provider)
		})
	}
}
