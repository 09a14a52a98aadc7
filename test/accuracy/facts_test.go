package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// The call of the cached Anthropic captures, as its instrumentations spell it.
var cachedCall = meter.Usage{
	meter.Input: money.Units(100), meter.CacheRead: money.Units(5000), meter.CacheWrite5m: money.Units(1500),
	meter.CacheWrite1h: money.Units(500), meter.Output: money.Units(400),
}

func TestStatements(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		attributes map[string]any
		// want in the order of factsOf: input, output, cache read, cache writes, of them 1h
		want []bool
	}{
		"inclusive, all told apart": {map[string]any{
			"gen_ai.usage.input_tokens": 7100, "gen_ai.usage.output_tokens": 400,
			"gen_ai.usage.cache_read.input_tokens": 5000, "gen_ai.usage.cache_write.input_tokens": 2000,
			"anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 500,
		}, []bool{true, true, true, true, true}},
		"additive, lifetime of writes lost": {map[string]any{
			"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 400, "gen_ai.usage.total_tokens": 500,
			"gen_ai.usage.cache_read_input_tokens": 5000, "gen_ai.usage.cache_creation_input_tokens": 2000,
		}, []bool{true, true, true, true, false}},
		"cached tokens lost": {map[string]any{
			"llm.token_count.prompt": 100, "llm.token_count.completion": 400, "llm.token_count.total": 7500,
		}, []bool{true, true, false, false, false}},
		"vercel": {map[string]any{
			"ai.usage.inputTokenDetails.noCacheTokens": 100, "ai.usage.outputTokens": 400,
			"ai.usage.inputTokenDetails.cacheReadTokens": 5000, "ai.usage.inputTokenDetails.cacheWriteTokens": 2000,
		}, []bool{true, true, true, true, false}},
		"langfuse": {map[string]any{
			"langfuse.observation.usage_details": `{"input":100,"output":400,"input_cached_tokens":5000}`,
		}, []bool{true, true, true, false, false}},
		"payloads do not count": {map[string]any{
			"output.value": `{"usage":{"input_tokens":100,"output_tokens":400}}`,
		}, []bool{false, false, false, false, false}},
		"another call": {map[string]any{
			"gen_ai.usage.input_tokens": 99, "gen_ai.usage.output_tokens": 401,
		}, []bool{false, false, false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attrs := pcommon.NewMap()
			require.NoError(t, attrs.FromRaw(tc.attributes))
			s := statementsOf(attrs)
			for i, want := range tc.want {
				assert.Equal(t, want, s.says(factsOf(cachedCall)[i]), "fact %d", i)
			}
		})
	}
}
