package genai

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func TestEstimate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word", 100)
	for name, tc := range map[string]struct {
		attrs         map[string]any
		input, output int64
	}{
		"no content": {attrs: map[string]any{"gen_ai.request.model": "gpt-4o"}},
		"messages as strings": {
			attrs: map[string]any{"gen_ai.input.messages": long, "gen_ai.output.messages": "abcde"},
			input: 100, output: 2,
		},
		"structured messages": {
			attrs: map[string]any{"gen_ai.input.messages": []any{map[string]any{"role": "user", "content": long}}},
			input: 101,
		},
		"indexed messages add up": {
			attrs: map[string]any{"gen_ai.prompt.0.content": long, "gen_ai.prompt.1.content": long, "gen_ai.completion.0.content": long},
			input: 200, output: 100,
		},
		"the same content told twice counts once": {
			attrs: map[string]any{"input.value": long, "llm.input_messages.0.message.content": "word"},
			input: 100,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attrs := pcommon.NewMap()
			require.NoError(t, attrs.FromRaw(tc.attrs))
			var c Call
			found := Estimate(attrs, &c)
			assert.Equal(t, tc.input+tc.output > 0, found)
			assert.Equal(t, found, c.HasUsage)
			assert.Equal(t, found, c.Gaps.Has(GapUsageEstimated))
			assert.Equal(t, meter.Usage{meter.Input: money.Units(tc.input), meter.Output: money.Units(tc.output)}, c.Usage)
		})
	}
}

func TestEstimateGivesUpOnDeepContent(t *testing.T) {
	t.Parallel()
	attrs := pcommon.NewMap()
	v := attrs.PutEmpty("gen_ai.input.messages")
	for range 10_000 {
		v = v.SetEmptySlice().AppendEmpty()
	}
	v.SetStr("too deep to matter")
	assert.False(t, Estimate(attrs, new(Call)))
}

func TestIsContent(t *testing.T) {
	for name, want := range map[string]bool{
		"gen_ai.input.messages":                true,
		"gen_ai.prompt.0.content":              true,
		"llm.input_messages.0.message.content": true,
		"gen_ai.prompt.name":                   false,
		"gen_ai.request.model":                 false,
		"finops.team":                          false,
	} {
		assert.Equal(t, want, IsContent(name), name)
	}
}
