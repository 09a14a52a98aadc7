package captures

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const corpus = "../../../testdata/captures"

func TestLoad(t *testing.T) {
	cases, err := Load(corpus)
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		assert.Equal(t, c.Truth.SpansExported, c.Traces.SpanCount(), c.ID())
		assert.Len(t, c.Truth.Billable(), c.Truth.BillableCalls, c.ID())
		for _, call := range c.Truth.Billable() {
			assert.False(t, call.Usage.IsZero(), c.ID())
		}
	}
}

func TestTruthUsage(t *testing.T) {
	cases, err := Load(corpus)
	require.NoError(t, err)
	byID := map[string]Case{}
	for _, c := range cases {
		byID[c.ID()] = c
	}
	for id, want := range map[string]map[meter.Meter]int64{
		"anthropic-sdk-native/messages_cache": {
			meter.Input: 100, meter.CacheRead: 5000, meter.CacheWrite5m: 1500, meter.CacheWrite1h: 500, meter.Output: 400,
		},
		"openinference-openai/chat_cache_write": {
			meter.Input: 200, meter.CacheRead: 2000, meter.CacheWrite5m: 400, meter.Output: 300,
		},
		"otel-contrib-openai/chat_audio": {
			meter.Input: 20, meter.InputAudio: 200, meter.Output: 30, meter.OutputAudio: 350,
		},
		"otel-contrib-openai/responses_websearch": {
			meter.Input: 512, meter.CacheRead: 1536, meter.Output: 188, meter.Reasoning: 512, meter.WebSearch: 2,
		},
		"otel-contrib-aws-sdk/converse_cache": {
			meter.Input: 100, meter.CacheRead: 5000, meter.CacheWrite5m: 2000, meter.Output: 400,
		},
		"google-genai-native/generate": {
			meter.Input: 388, meter.CacheRead: 512, meter.Output: 200, meter.Reasoning: 150,
		},
	} {
		var usage meter.Usage
		for m, n := range want {
			usage[m] = money.Units(n)
		}
		require.Len(t, byID[id].Truth.Billable(), 1, id)
		assert.Equal(t, usage, byID[id].Truth.Billable()[0].Usage, id)
	}
}

func TestLoadEmpty(t *testing.T) {
	_, err := Load(t.TempDir())
	assert.ErrorContains(t, err, "no captures below")
}
