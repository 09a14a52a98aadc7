package genai

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkReadSpan reads one span of each common kind. The plain span is what most of a mixed batch
// consists of.
func BenchmarkReadSpan(b *testing.B) {
	for _, bm := range []struct{ name, capture, span string }{
		{"semconv", "anthropic-sdk-native/messages_cache", "anthropic.messages.create"},
		{"openinference", "openinference-openai/chat_cached", "OpenAI Chat Completions"},
		{"vercel", "vercel-ai-sdk-6/generate_text_anthropic_cache", "ai.generateText.doGenerate"},
		{"langfuse", "langfuse-openai/chat_cached", "OpenAI.chat"},
		{"openlit", "openlit-openai/chat_cached", "chat gpt-4o-2024-08-06"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			scope, span := captured(b, bm.capture, bm.span)
			benchmarkSpan(b, scope, span, RoleCall)
		})
	}
	b.Run("plain", func(b *testing.B) {
		scope, span := plainSpan()
		benchmarkSpan(b, scope, span, RoleNone)
	})
}

func benchmarkSpan(b *testing.B, scope *ScopeReader, span ptrace.Span, want Role) {
	var call Call
	require.Equal(b, want, scope.ReadSpan(span, &call))
	b.ReportAllocs()
	for b.Loop() {
		scope.ReadSpan(span, &call)
	}
	b.ReportMetric(float64(span.Attributes().Len()), "attributes")
}

// captured finds a span of the corpus.
func captured(tb testing.TB, id, name string) (*ScopeReader, ptrace.Span) {
	tb.Helper()
	r := NewReader()
	for _, c := range loadCorpus(tb) {
		if c.ID() != id {
			continue
		}
		for _, rs := range c.Traces.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					if span.Name() == name {
						return r.Scope(ss.Scope()), span
					}
				}
			}
		}
	}
	tb.Fatalf("no span %q in %s", name, id)
	return nil, ptrace.Span{}
}

func plainSpan() (*ScopeReader, ptrace.Span) {
	ss := ptrace.NewScopeSpans()
	ss.Scope().SetName("go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp")
	span := ss.Spans().AppendEmpty()
	span.SetName("GET /items")
	span.SetKind(ptrace.SpanKindServer)
	a := span.Attributes()
	a.PutStr("http.request.method", "GET")
	a.PutStr("url.scheme", "https")
	a.PutStr("url.path", "/items")
	a.PutStr("server.address", "shop.example.com")
	a.PutInt("server.port", 443)
	a.PutStr("client.address", "10.0.0.1")
	a.PutStr("user_agent.original", "curl/8")
	a.PutStr("network.protocol.version", "2")
	a.PutStr("http.route", "/items")
	a.PutInt("http.response.status_code", 200)
	return NewReader().Scope(ss.Scope()), span
}
