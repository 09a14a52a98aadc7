package genaicostprocessor

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

// BenchmarkBatch prices 512-span batches that are unmarshaled anew for every round, off the
// clock. Peers and the floor are in bench/.
func BenchmarkBatch(b *testing.B) {
	for _, share := range []int{100, 5} {
		for _, detail := range []Detail{DetailMinimal, DetailStandard} {
			b.Run(fmt.Sprintf("genai=%d%%/detail=%s", share, detail), func(b *testing.B) {
				cfg := createDefaultConfig().(*Config)
				cfg.Detail = detail
				i, err := newInstance(processortest.NewNopSettings(metadata.Type), cfg)
				require.NoError(b, err)
				require.NoError(b, i.start(b.Context(), componenttest.NewNopHost()))
				const spans = 512
				batches := make([]ptrace.Traces, 16)
				round := 0
				b.ReportAllocs()
				for n := 0; n < b.N; n++ {
					if n%len(batches) == 0 {
						b.StopTimer()
						for j := range batches {
							batches[j] = benchmarkBatch(spans, share, uint32(round))
							round++
						}
						b.StartTimer()
					}
					_, _ = i.processTraces(b.Context(), batches[n%len(batches)])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/spans, "ns/span")
				require.NoError(b, i.shutdown(b.Context()))
			})
		}
	}
}

func benchmarkBatch(spans, genaiShare int, round uint32) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "checkout-assistant")
	rs.Resource().Attributes().PutStr("team", "search")
	ss := rs.ScopeSpans().AppendEmpty()
	for i := range spans {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(pcommon.TraceID{byte(i), byte(i >> 8), 1, byte(round), byte(round >> 8), byte(round >> 16)})
		s.SetSpanID(pcommon.SpanID{byte(i), byte(i >> 8), 2, byte(round), byte(round >> 8), byte(round >> 16)})
		s.SetKind(ptrace.SpanKindClient)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Date(2026, 9, 21, 0, 0, 0, i, time.UTC)))
		a := s.Attributes()
		if i%100 >= genaiShare {
			for k := range 7 {
				a.PutStr(fmt.Sprintf("http.attribute.%d", k), "value")
			}
			continue
		}
		for _, key := range []string{"server.address", "network.protocol.name", "gen_ai.request.choice.count", "gen_ai.output.type", "user.id", "app.feature", "url.path", "code.function.name"} {
			a.PutStr(key, "value")
		}
		a.PutStr("gen_ai.operation.name", "chat")
		a.PutStr("gen_ai.provider.name", "openai")
		a.PutStr("gen_ai.request.model", "gpt-4o")
		a.PutStr("gen_ai.response.model", "gpt-4o-2024-08-06")
		a.PutStr("gen_ai.response.id", fmt.Sprintf("chatcmpl-%d-%d", round, i))
		a.PutInt("gen_ai.usage.input_tokens", 1200)
		a.PutInt("gen_ai.usage.cache_read.input_tokens", 1024)
		a.PutInt("gen_ai.usage.output_tokens", 300)
		a.PutStr("openai.response.service_tier", "default")
	}
	// Over the wire, so that the attribute slices have the capacity that unmarshaling leaves.
	buf, _ := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	td, _ = (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(buf)
	return td
}
