package attribution

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlspan"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

const spanExpression = `ToLowerCase(span.attributes["app.squad"])`

// BenchmarkAnswer is what attribution costs for one record of a resource that is known: the loop over its 20
// attributes, which pricing needs anyway, and the answer for team and cost_center.
func BenchmarkAnswer(b *testing.B) {
	for _, bench := range []struct{ name, config string }{
		{"conventions", `{}`},
		{"record_key", `dimensions: {team: {sources: [span: app.squad]}}`},
		{"record_key_transformed", `dimensions: {team: {sources: [span: app.squad], trim: true, lower: true, pattern: '^team-(.+)$', values: {srch: search}}}`},
		{"record_key_hashed", "hash_key: 0123456789abcdef\ndimensions: {team: {sources: [span: user.id], hash: true}}"},
		{"resource_expression", `dimensions: {team: {sources: [expression: 'ToLowerCase(resource.attributes["team"])']}}`},
		{"span_expression", `dimensions: {team: {sources: [expression: '` + spanExpression + `']}}`},
		{"lookup_by_resource_1M", lookupBench(b, "service.name", "")},
		{"lookup_by_record_1M", lookupBench(b, "user.id", "")},
		{"lookup_dated_1M", lookupBench(b, "user.id", "2026-01-01")},
		{"shares", `shares: {team: {search: [{weights: {a: 60, b: 40}}]}}`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			k := &asker{t: b, view: newAttributor(b, bench.config).View(signals.Traces)}
			attrs := k.place(benchmarkCall)
			k.record.At = benchmarkCall.time()
			k.view.Inherit(b.Context(), &k.scratch, &k.record, &k.base)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				k.view.Start(&k.scratch)
				for key, value := range attrs.All() {
					if k.view.Wants(key) {
						k.view.Offer(&k.scratch, key, value)
					}
				}
				k.view.Answer(ctx, &k.scratch, &k.record, &k.base, &k.answer)
			}
		})
	}
}

// BenchmarkAnswerFloor is the loop over the attributes alone, and what OTTL takes for the expression of span_expression.
func BenchmarkAnswerFloor(b *testing.B) {
	rs := ptrace.NewTraces().ResourceSpans().AppendEmpty()
	ss := rs.ScopeSpans().AppendEmpty()
	span := ss.Spans().AppendEmpty()
	fill(span.Attributes(), benchmarkCall.record)
	b.Run("attributes", func(b *testing.B) {
		total := 0
		for b.Loop() {
			for key := range span.Attributes().All() {
				total += len(key)
			}
		}
	})
	parser, err := ottlspan.NewParser(ottlfuncs.StandardConverters[*ottlspan.TransformContext](), nopSettings, ottlspan.EnablePathContextNames())
	require.NoError(b, err)
	expression, err := parser.ParseValueExpression(spanExpression)
	require.NoError(b, err)
	b.Run("ottl", func(b *testing.B) {
		ctx := b.Context()
		b.ReportAllocs()
		for b.Loop() {
			tc := ottlspan.NewTransformContext(rs, ss, span)
			_, _ = expression.Eval(ctx, tc)
			tc.Close()
		}
	})
}

// BenchmarkInherit is what a resource costs, once in a batch.
func BenchmarkInherit(b *testing.B) {
	k := &asker{t: b, view: newAttributor(b, `{}`).View(signals.Traces)}
	k.place(benchmarkCall)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		k.view.Inherit(ctx, &k.scratch, &k.record, &k.base)
	}
}

var benchmarkCall = told{
	resource: map[string]any{
		"service.name": "service-777777", "team": "search", "service.version": "1", "host.name": "h",
		"k8s.pod.name": "p", "k8s.namespace.name": "n", "telemetry.sdk.language": "go", "cost_center": "CC-1",
	},
	record: func() map[string]any {
		attrs := map[string]any{"app.squad": " Team-Srch", "user.id": "service-777777"}
		for _, key := range []string{
			"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model",
			"gen_ai.response.id", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "server.address",
			"server.port", "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.conversation.id",
			"http.request.method", "url.full", "http.response.status_code", "network.protocol.name", "error.type", "url.path",
		} {
			attrs[key] = "value"
		}
		return attrs
	}(),
}

// lookupBench asks a table of 1,000,000 rows by one attribute.
func lookupBench(b *testing.B, attribute, from string) string {
	b.Helper()
	var text strings.Builder
	text.WriteString(attribute + ",team,cost_center,valid_from\n")
	for i := range 1_000_000 {
		fmt.Fprintf(&text, "service-%d,team-%d,CC-%d,%s\n", i, i%500, i%50, from)
	}
	path := write(b, filepath.Join(b.TempDir(), "owners.csv"), text.String())
	return `
lookups: {owners: {path: ` + path + `, keys: [` + attribute + `]}}
dimensions:
  team: {sources: [lookup: owners]}
  cost_center: {sources: [lookup: owners]}`
}
