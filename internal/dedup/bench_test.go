package dedup_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
)

const batchSize = 512

// renew gives a batch ids and times that have not been seen.
func renew(items []dedup.Item, round uint64) {
	for i := range items {
		it := &items[i]
		for b := range 7 {
			v := byte(round >> (8 * b))
			it.Trace[8+b], it.Span[1+b] = v, v
			if it.Parent != [8]byte{} {
				it.Parent[1+b] = v
			}
		}
		if it.Response != 0 {
			it.Response += 0x9e3779b97f4a7c15
		}
		it.Start += 1e9
		it.End += 1e9
	}
}

// workload makes a batch of calls in one of the ways they are told of; every item has an identity by its
// index in the first bytes of its ids.
func workload(name string) []dedup.Item {
	items := make([]dedup.Item, 0, batchSize)
	for i := 0; len(items) < batchSize; i++ {
		it := span(byte(i), 0, int64(i), int64(i)+800, process("process "+strconv.Itoa(i%8)))
		it.Trace[0], it.Span[0] = byte(i>>8), byte(2*i)
		it.Trace[1] = byte(i)
		it.Output = int64(100 + i%200)
		switch name {
		case "calls":
			it.Response = dedup.Hash("resp", strconv.Itoa(i))
			items = append(items, it)
		case "calls under application spans":
			it.Parent[0] = 1
			items = append(items, it)
		case "framework beside SDK":
			outer := it
			outer.Trace[2], outer.Span[0] = 1, it.Span[0]+1
			outer.Scope, outer.Start, outer.End = dedup.Hash("framework"), it.Start-2e6, it.End+2e6
			items = append(items, it, outer)
		case "wrapper around SDK":
			outer := it
			outer.Span[0] = it.Span[0] + 1
			outer.Scope, outer.Start, outer.End = dedup.Hash("framework"), it.Start-2e6, it.End+2e6
			it.Parent = outer.Span
			items = append(items, it, outer)
		}
	}
	return items[:batchSize]
}

// BenchmarkResolve judges batches that were never seen, with as many spans remembered as there can be: a
// busy collector's default, and what a service or two fill.
func BenchmarkResolve(b *testing.B) {
	for _, spans := range []int{20_000, 200_000} {
		for _, name := range []string{"calls", "calls under application spans", "framework beside SDK", "wrapper around SDK"} {
			b.Run(strconv.Itoa(spans)+"/"+name, func(b *testing.B) {
				cfg := dedup.NewDefaultConfig()
				cfg.MaxSpans = spans
				benchmarkResolve(b, dedup.New(cfg, time.Now), workload(name))
			})
		}
	}
}

func benchmarkResolve(b *testing.B, d *dedup.Deduplicator, items []dedup.Item) {
	b.Helper()
	verdicts := make([]dedup.Verdict, batchSize)
	round := uint64(0)
	next := func() {
		round++
		renew(items, round)
		d.Resolve(items, verdicts)
	}
	for d.Stats().Evicted == 0 {
		next()
	}
	b.ReportAllocs()
	for b.Loop() {
		next()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batchSize), "ns/item")
}

// BenchmarkReplay judges a batch that has been seen.
func BenchmarkReplay(b *testing.B) {
	d := dedup.New(dedup.NewDefaultConfig(), time.Now)
	items, verdicts := workload("calls"), make([]dedup.Verdict, batchSize)
	b.ReportAllocs()
	for b.Loop() {
		d.Resolve(items, verdicts)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batchSize), "ns/item")
}
