package workload

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestBatchIsWhatTheResultsPageSays(t *testing.T) {
	for name, tc := range map[string]struct {
		spec             Spec
		genAI            int
		minAttr, maxAttr int
	}{
		"genai":    {Spec{}, 512, 17, 19},
		"mixed5":   {Spec{GenAIEvery: 20}, 26, 7, 19},
		"plain":    {Spec{GenAIEvery: -1}, 0, 7, 10},
		"messages": {Spec{MessageBytes: 2048}, 512, 19, 21},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := New(tc.spec)
			require.NoError(t, err)
			assert.Equal(t, 512, b.Spans)
			assert.Equal(t, tc.genAI, b.GenAI)
			td, err := b.Traces()
			require.NoError(t, err)
			for _, span := range spansOf(td) {
				assert.GreaterOrEqual(t, span.Attributes().Len(), tc.minAttr)
				assert.LessOrEqual(t, span.Attributes().Len(), tc.maxAttr)
			}
			t.Logf("%d bytes a span on the wire", len(b.Wire())/b.Spans)
		})
	}
}

func TestRenewLeavesNothingToReplay(t *testing.T) {
	b, err := New(Spec{})
	require.NoError(t, err)
	other := b.Clone()
	seen := map[any]int{}
	for epoch := range uint32(3) {
		b.Renew(epoch)
		td, err := b.Traces()
		require.NoError(t, err)
		for _, span := range spansOf(td) {
			response, _ := span.Attributes().Get(attrResponseID)
			seen[span.SpanID()]++
			seen[response.Str()]++
			seen[span.TraceID()]++
			assert.NotEqual(t, span.SpanID(), span.ParentSpanID())
		}
	}
	assert.Len(t, seen, 3*(512+512+512/spansPerTrace))
	td, err := other.Traces()
	require.NoError(t, err)
	assert.Equal(t, spanID(0), spansOf(td)[0].SpanID(), "a clone keeps its own epoch")
}

func TestRenewChangesIdsOnly(t *testing.T) {
	b, err := New(Spec{GenAIEvery: 20})
	require.NoError(t, err)
	before, err := b.Traces()
	require.NoError(t, err)
	b.Renew(0xfeedbeef)
	b.Renew(0)
	after, err := b.Traces()
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestThroughKeepsTheBatchRenewable(t *testing.T) {
	b, err := New(Spec{Spans: 16})
	require.NoError(t, err)
	marked, err := b.Through(func(td ptrace.Traces) (ptrace.Traces, error) {
		for _, span := range spansOf(td) {
			span.Attributes().PutStr("mark", "yes")
		}
		return td, nil
	})
	require.NoError(t, err)
	marked.Renew(9)
	td, err := marked.Traces()
	require.NoError(t, err)
	for _, span := range spansOf(td) {
		assert.Equal(t, byte(9), span.SpanID()[5])
		_, ok := span.Attributes().Get("mark")
		assert.True(t, ok)
	}
}

func TestSyntheticIsAPrefixOfLarger(t *testing.T) {
	assert.Equal(t, Synthetic(20), Synthetic(2000)[:20])
}

func spansOf(td ptrace.Traces) []ptrace.Span {
	spans := make([]ptrace.Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans = append(spans, span)
			}
		}
	}
	return spans
}
