package genaicostconnector

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
)

// BenchmarkFlush measures a flush of as many dimension sets as the default limit allows; snapshot is the part of
// it that accounting has to wait for. With storage, one set in ten has changed.
func BenchmarkFlush(b *testing.B) {
	fill := func(b *testing.B, c connector.Traces, serial *uint64, every int) {
		for i := 0; i < defaultCardinalityLimit; i += 100 {
			var calls []call
			for k := i; k < i+100; k += every {
				*serial++
				calls = append(calls, priced(*serial).with("finops.team", strconv.Itoa(k)))
			}
			require.NoError(b, c.ConsumeTraces(context.Background(), traces(calls...)))
		}
	}
	run := func(b *testing.B, host component.Host, storage bool, each func(*flusher)) {
		h := newHarness(b, func(c *Config) {
			c.MetricsFlushInterval = time.Hour
			if storage {
				c.Storage = &storageID
			}
		})
		h.host = host
		c := h.traces(consumertest.NewNop())
		f := c.(*instance).state.flusher
		var serial uint64
		fill(b, c, &serial, 1)
		f.flush(context.Background(), false)
		f.flush(context.Background(), false)
		b.ReportAllocs()
		b.ResetTimer()
		for b.Loop() {
			if storage {
				b.StopTimer()
				fill(b, c, &serial, 10)
				b.StartTimer()
			}
			each(f)
		}
		b.StopTimer()
		require.NoError(b, c.Shutdown(context.Background()))
	}
	flush := func(f *flusher) { f.flush(context.Background(), false) }
	b.Run("snapshot", func(b *testing.B) {
		run(b, extensions{}, false, func(f *flusher) { f.store.Snapshot(f.taken, series.Options{Now: time.Now()}) })
	})
	b.Run("memory", func(b *testing.B) { run(b, extensions{}, false, flush) })
	b.Run("file_storage", func(b *testing.B) {
		run(b, extensions{storageID: fileStorage(b, b.TempDir())}, true, flush)
	})
}
