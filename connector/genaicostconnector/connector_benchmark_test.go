package genaicostconnector

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const benchBatch = 512

// benchTraces returns a batch of which every n-th span is a priced call with 29 attributes, as the processor
// leaves one at detail standard; the others are HTTP server spans.
func benchTraces(every int) ptrace.Traces {
	td := ptrace.NewTraces()
	for service := range 4 {
		rs := td.ResourceSpans().AppendEmpty()
		res := rs.Resource().Attributes()
		for i := range 6 {
			res.PutStr(fmt.Sprintf("k8s.attribute.%d", i), "some value")
		}
		res.PutStr("service.name", fmt.Sprintf("service-%d", service))
		res.PutStr("deployment.environment.name", "production")
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		for i := range benchBatch / 4 {
			span := spans.AppendEmpty()
			span.SetEndTimestamp(1_700_000_000_000_000_000)
			if (service*benchBatch/4+i)%every == 0 {
				putCall(span.Attributes(), i)
			} else {
				putHTTP(span.Attributes())
			}
		}
	}
	return td
}

func putCall(attrs pcommon.Map, i int) {
	attrs.EnsureCapacity(32)
	model := []string{"gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-pro"}[i%4]
	for _, name := range []string{
		"gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id", "gen_ai.conversation.id",
		"server.address", "gen_ai.output.type", "openai.api.type", "app.user.tier", "app.feature", "app.tenant",
	} {
		attrs.PutStr(name, "value of "+name)
	}
	attrs.PutStr("gen_ai.provider.name", "openai")
	attrs.PutStr("gen_ai.operation.name", "chat")
	attrs.PutInt("gen_ai.usage.input_tokens", 1200)
	attrs.PutInt("gen_ai.usage.output_tokens", 300)
	attrs.PutInt("gen_ai.usage.cache_read.input_tokens", 1024)
	attrs.PutInt("server.port", 443)
	attrs.PutDouble("gen_ai.request.temperature", 0.2)
	attrs.PutInt("gen_ai.request.max_tokens", 4096)
	attrs.PutStr("finops.cost.status", "priced")
	attrs.PutDouble("finops.cost.amount", 0.00472)
	attrs.PutStr("finops.cost.currency", "USD")
	attrs.PutStr("finops.cost.confidence", "exact")
	attrs.PutStr("finops.cost.lines", "input:176@0.0000025;cache_read:1024@0.00000125;output:300@0.00001")
	attrs.PutStr("finops.cost.savings", "cache:0.00128")
	attrs.PutStr("finops.pricing.id", "openai/"+model+"@2024-08-06")
	attrs.PutStr("finops.model.name", model)
	attrs.PutStr("finops.model.version", "2024-08-06")
	attrs.PutStr("finops.team", "search")
	attrs.PutStr("finops.cost_center", "cc-42")
}

// putShares makes two teams pay for every call.
func putShares(td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, span := range rs.ScopeSpans().At(0).Spans().All() {
			span.Attributes().PutStr("finops.team", "platform")
			span.Attributes().PutStr("finops.allocation.team", "split")
			span.Attributes().PutStr("finops.shares.team", "search:3;support:2")
		}
	}
}

func putHTTP(attrs pcommon.Map) {
	for _, name := range []string{
		"http.request.method", "url.path", "url.scheme", "server.address", "client.address",
		"user_agent.original", "network.protocol.version", "http.route",
	} {
		attrs.PutStr(name, "value of "+name)
	}
	attrs.PutInt("http.response.status_code", 200)
	attrs.PutInt("server.port", 443)
}

// renew gives every span a new ID, or the replay window would be all that is measured.
func renew(td ptrace.Traces, serial *uint64) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				*serial++
				var trace pcommon.TraceID
				var id pcommon.SpanID
				binary.LittleEndian.PutUint64(trace[:], *serial*0x9e3779b97f4a7c15)
				binary.LittleEndian.PutUint64(id[:], *serial)
				trace[15] = 1
				span.SetTraceID(trace)
				span.SetSpanID(id)
			}
		}
	}
}

// BenchmarkConsumeTraces measures known series, replay window included, and reports the time of one
// span. Most of the window's cost is in the misses of a window that is full, so it is filled first.
func BenchmarkConsumeTraces(b *testing.B) {
	for _, bench := range []struct {
		name   string
		every  int
		window int
		shared bool
		events bool
	}{
		{name: "genai", every: 1, window: defaultReplayWindowSize},
		{name: "genai/no_window", every: 1},
		{name: "shared", every: 1, window: defaultReplayWindowSize, shared: true},
		{name: "events", every: 1, window: defaultReplayWindowSize, events: true},
		{name: "mixed5", every: 20, window: defaultReplayWindowSize},
		{name: "none", every: benchBatch + 1, window: defaultReplayWindowSize},
	} {
		b.Run(bench.name, func(b *testing.B) {
			h := newHarness(b, func(c *Config) {
				c.ReplayWindowSize = bench.window
				c.MetricsFlushInterval = time.Hour
			})
			c := h.traces(consumertest.NewNop())
			if bench.events {
				e := h.tracesToEvents(consumertest.NewNop())
				defer func() { require.NoError(b, e.Shutdown(context.Background())) }()
			}
			var serial uint64
			td := benchTraces(bench.every)
			if bench.shared {
				putShares(td)
			}
			if bench.every == 1 {
				for range 3 * bench.window / benchBatch {
					renew(td, &serial)
					require.NoError(b, c.ConsumeTraces(b.Context(), td))
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				renew(td, &serial)
				if err := c.ConsumeTraces(b.Context(), td); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchBatch, "ns/span")
			require.NoError(b, c.Shutdown(context.Background()))
		})
	}
}

// BenchmarkConsumeLogs measures log records, whose identity is a hash of their content.
func BenchmarkConsumeLogs(b *testing.B) {
	h := newHarness(b, func(c *Config) { c.MetricsFlushInterval = time.Hour })
	c := h.logs(consumertest.NewNop())
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range benchBatch {
		putCall(records.AppendEmpty().Attributes(), i)
	}
	var at pcommon.Timestamp
	b.ReportAllocs()
	for b.Loop() {
		for _, lr := range records.All() {
			at++
			lr.SetTimestamp(at)
		}
		if err := c.ConsumeLogs(b.Context(), ld); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchBatch, "ns/record")
	require.NoError(b, c.Shutdown(context.Background()))
}
