package focusexporter

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

const benchmarkBatch = 512

// benchmarkTraffic returns batches of calls that come to that many rows, two for each call.
func benchmarkTraffic(rows int) func(sequence uint64) ptrace.Traces {
	owners := rows / 2
	now := time.Now().Add(-time.Second)
	template := priced(0).at(now)
	return func(sequence uint64) ptrace.Traces {
		td := ptrace.NewTraces()
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", "api")
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		spans.EnsureCapacity(benchmarkBatch)
		random := rand.New(rand.NewPCG(sequence, 0))
		for i := range uint64(benchmarkBatch) {
			team := fmt.Sprintf("team-%d", random.IntN(owners))
			c := template.with("finops.team", team)
			one := traces(c)
			one.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).MoveTo(spans.AppendEmpty())
			trace, id := spanIDs(sequence*benchmarkBatch + i + 1)
			span := spans.At(spans.Len() - 1)
			span.SetTraceID(trace)
			span.SetSpanID(id)
		}
		return td
	}
}

// BenchmarkConsumeTraces measures what a span costs until it is durable in a file_storage extension, by the number of
// rows of the hour.
func BenchmarkConsumeTraces(b *testing.B) {
	for _, stored := range []bool{true, false} {
		for _, rows := range []int{100, 10_000} {
			b.Run(fmt.Sprintf("stored=%t/rows=%d", stored, rows), func(b *testing.B) {
				benchmarkConsume(b, stored, rows)
			})
		}
	}
}

func benchmarkConsume(b *testing.B, stored bool, rows int) {
	h := newHarness(b, func(c *Config) {
		c.PublishInterval = time.Hour
		if !stored {
			c.Storage = nil
		}
	})
	e := h.start()
	defer e.stop()
	traffic := benchmarkTraffic(rows)
	sequence := uint64(0)
	for range 40 { // all rows exist
		require.NoError(b, e.ConsumeTraces(b.Context(), traffic(sequence)))
		sequence++
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		td := traffic(sequence)
		sequence++
		b.StartTimer()
		require.NoError(b, e.ConsumeTraces(b.Context(), td))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchmarkBatch), "ns/span")
	b.ReportMetric(float64(h.counter("commit_size", "", ""))/float64(sequence), "storedB/op")
}

// BenchmarkPublish measures the writing of one file, as happens at every interval that brought charges.
func BenchmarkPublish(b *testing.B) {
	for _, format := range []string{"parquet", "csv"} {
		b.Run(format+"/rows=10000", func(b *testing.B) {
			h := newHarness(b, func(c *Config) {
				c.PublishInterval, c.Storage, c.Format = time.Hour, nil, format
			})
			cfg := h.config()
			i, err := newInstance(sharing.NewRegistry[*state](), h.settings(), cfg)
			require.NoError(b, err)
			s := i.state
			require.NoError(b, i.Start(b.Context(), extensions{}))
			defer func() { require.NoError(b, i.Shutdown(b.Context())) }()
			s.publisher.cancel() // its own goroutine would publish beside us
			s.publisher.done.Wait()
			traffic := benchmarkTraffic(10_000)
			for sequence := range uint64(60) {
				require.NoError(b, i.consumeTraces(b.Context(), traffic(sequence)))
			}
			sequence := uint64(1000)
			for b.Loop() {
				b.StopTimer()
				require.NoError(b, i.consumeTraces(b.Context(), traffic(sequence)))
				sequence++
				b.StartTimer()
				require.NoError(b, s.publisher.Publish(b.Context(), time.Now()))
			}
			rows, _ := s.store.Size()
			b.ReportMetric(float64(rows), "rows")
		})
	}
}

// BenchmarkMemory reports what a row takes in memory; its time means nothing.
func BenchmarkMemory(b *testing.B) {
	h := newHarness(b, func(c *Config) { c.PublishInterval, c.Storage = time.Hour, nil })
	e := h.start()
	defer e.stop()
	for b.Loop() {
	}
	before := heap()
	traffic := benchmarkTraffic(100_000)
	for sequence := range uint64(400) {
		require.NoError(b, e.ConsumeTraces(b.Context(), traffic(sequence)))
	}
	rows := h.counter("rows", "", "")
	// The replay window is there whatever the number of rows.
	b.ReportMetric((float64(heap()-before)-windowBytes(400*benchmarkBatch))/float64(rows), "B/row")
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// windowBytes is the memory of that many IDs: 25 bytes a slot, at most half of the slots used.
func windowBytes(ids int) float64 {
	slots := 1 << 10
	for slots < 2*ids {
		slots *= 2
	}
	return float64(slots) * 25
}
