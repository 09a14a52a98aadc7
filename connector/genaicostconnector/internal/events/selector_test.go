package events

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func amount(tb require.TestingT, s string) money.Amount {
	a, err := money.ParseAmount(s)
	require.NoError(tb, err)
	return a
}

func settings(change func(*Settings)) Settings {
	s := Settings{
		Top:      3,
		Limit:    5,
		Record:   record.NewReader([]record.Dimension{{Name: "finops.team"}}),
		Resource: record.NewReader([]record.Dimension{{Name: "service.name"}}),
	}
	if change != nil {
		change(&s)
	}
	return s
}

// span is a priced call; its number is its trace ID.
type span struct {
	id     uint64
	cents  int
	status string
}

func traces(spans ...span) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, s := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprintf("service-%d", s.id%2))
		rs.Resource().Attributes().PutStr("host.name", "secret")
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		var trace pcommon.TraceID
		binary.BigEndian.PutUint64(trace[8:], s.id)
		sp.SetTraceID(trace)
		sp.SetSpanID(pcommon.SpanID{1})
		sp.SetEndTimestamp(7)
		attrs := sp.Attributes()
		attrs.PutStr(ledger.AttrStatus, cmp.Or(s.status, "priced"))
		attrs.PutStr(ledger.AttrCurrency, "USD")
		attrs.PutStr(ledger.AttrLines, fmt.Sprintf("input:%d@0.01", s.cents))
		attrs.PutStr("finops.team", "search")
		attrs.PutStr("finops.shares.team", "a:1;b:1")
		attrs.PutStr("gen_ai.input.messages", "secret")
	}
	return td
}

var reader = record.NewReader([]record.Dimension{{Name: "finops.team"}})

func offer(s *Selector, td ptrace.Traces) {
	reader.ReadTraces(td, &record.Batch{KeepSources: true}, s.Offer)
}

func ids(calls []*Call) []uint64 {
	var out []uint64
	for _, c := range calls {
		out = append(out, binary.BigEndian.Uint64(c.TraceID[8:]))
	}
	return out
}

func TestSelection(t *testing.T) {
	spans := []span{{1, 10, ""}, {2, 50, ""}, {3, 20, ""}, {4, 40, ""}, {5, 30, ""}, {6, 0, ""}, {7, 99, "duplicate"}}
	for _, tt := range []struct {
		name       string
		change     func(*Settings)
		want       []uint64
		above      int
		suppressed int64
	}{
		{"top", nil, []uint64{2, 4, 5}, 0, 0},
		{"top of few", func(s *Settings) { s.Top = 9; s.Limit = 9 }, []uint64{2, 4, 5, 3, 1}, 0, 0},
		{"threshold", func(s *Settings) { s.Top = 0; s.threshold(t, "0.2") }, []uint64{2, 4, 5}, 3, 0},
		{"threshold of zero", func(s *Settings) { s.Top = 0; s.threshold(t, "0") }, []uint64{2, 4, 5, 3, 1}, 5, 0},
		{"threshold within top", func(s *Settings) { s.threshold(t, "0.4") }, []uint64{2, 4, 5}, 1, 0},
		{"threshold beyond top", func(s *Settings) { s.Top = 1; s.threshold(t, "0.25") }, []uint64{2, 4, 5}, 3, 0},
		{"limit", func(s *Settings) { s.Limit = 2; s.Top = 2; s.threshold(t, "0.15") }, []uint64{2, 4}, 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSelector(settings(tt.change))
			assert.True(t, s.IsEmpty())
			offer(s, traces(spans...))
			assert.False(t, s.IsEmpty())
			calls, suppressed := s.Take()
			assert.Equal(t, tt.want, ids(calls))
			assert.Equal(t, tt.suppressed, suppressed)
			for i, c := range calls {
				assert.Equal(t, i < tt.above, c.Reason == ReasonThreshold)
			}
			calls, suppressed = s.Take()
			assert.Empty(t, calls, "an interval begins with nothing")
			assert.Zero(t, suppressed)
		})
	}
}

func (s *Settings) threshold(tb testing.TB, text string) {
	s.HasThreshold, s.Threshold = true, amount(tb, text)
}

// TestSelectionDoesNotDependOnOrder compares with sorting everything.
func TestSelectionDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 10).Draw(rt, "limit")
		top := rapid.IntRange(0, limit).Draw(rt, "top")
		threshold := rapid.IntRange(0, 30).Draw(rt, "threshold")
		set := settings(func(s *Settings) {
			s.Limit, s.Top, s.HasThreshold = limit, top, true
			s.Threshold = amount(rt, fmt.Sprintf("0.%02d", threshold))
		})
		var spans []span
		for i, cents := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 200).Draw(rt, "cents") {
			spans = append(spans, span{id: uint64(i + 1), cents: cents})
		}
		var want []uint64
		var wantSuppressed int64
		ranked := slices.SortedFunc(slices.Values(spans), func(a, b span) int {
			return cmp.Or(cmp.Compare(b.cents, a.cents), cmp.Compare(a.id, b.id))
		})
		for rank, s := range ranked {
			switch above := s.cents > threshold; {
			case s.cents == 0:
			case above && rank < limit || rank < top:
				want = append(want, s.id)
			case above:
				wantSuppressed++
			}
		}

		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		rnd.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		s := NewSelector(set)
		for batch := range slices.Chunk(spans, 7) {
			offer(s, traces(batch...))
		}
		calls, suppressed := s.Take()
		require.Equal(rt, want, ids(calls))
		require.Equal(rt, wantSuppressed, suppressed)
	})
}

func TestOnlyCallsAreOffered(t *testing.T) {
	s := NewSelector(settings(nil))
	reader.ReadTraces(traces(span{1, 10, ""}, span{2, 20, ""}, span{3, 30, ""}), &record.Batch{KeepSources: true}, func(b *record.Batch) {
		require.Len(t, b.Records, 9, "each call is followed by its parts")
		b.Records[0].Replayed = true
		b.Records[3].Interval = true
		s.Offer(b)
	})
	calls, _ := s.Take()
	require.Equal(t, []uint64{3}, ids(calls))
	assert.Equal(t, "0.3", calls[0].Cost.String(), "the whole of a shared cost")
	assert.Equal(t, map[string]any{"finops.team": "search"}, calls[0].Attributes.AsRaw())
	assert.Equal(t, map[string]any{"service.name": "service-1"}, calls[0].Resource.AsRaw())
}

func TestBuild(t *testing.T) {
	set := settings(func(s *Settings) { s.threshold(t, "0.25") })
	s := NewSelector(set)
	offer(s, traces(span{1, 10, ""}, span{2, 20, ""}, span{3, 30, ""}))
	calls, _ := s.Take()
	b := Builder{Settings: set, Interval: time.Minute, ScopeName: "scope", ScopeVersion: "1"}
	ld := b.Build(calls, time.Unix(0, 9))
	require.Equal(t, 3, ld.LogRecordCount())
	require.Equal(t, 2, ld.ResourceLogs().Len(), "one for each resource")
	first := ld.ResourceLogs().At(0)
	assert.Equal(t, map[string]any{"service.name": "service-1"}, first.Resource().Attributes().AsRaw())
	assert.Equal(t, "scope", first.ScopeLogs().At(0).Scope().Name())
	assert.Equal(t, "1", first.ScopeLogs().At(0).Scope().Version())
	above, top := first.ScopeLogs().At(0).LogRecords().At(0), first.ScopeLogs().At(0).LogRecords().At(1)

	assert.Equal(t, "finops.request.cost", above.EventName())
	assert.Equal(t, pcommon.TraceID{15: 3}, above.TraceID())
	assert.Equal(t, pcommon.SpanID{1}, above.SpanID())
	assert.Equal(t, pcommon.Timestamp(7), above.Timestamp())
	assert.Equal(t, pcommon.Timestamp(9), above.ObservedTimestamp())
	assert.Equal(t, plog.SeverityNumberWarn, above.SeverityNumber())
	assert.Equal(t, "Warn", above.SeverityText())
	assert.Equal(t, "GenAI call cost 0.3 USD, more than the threshold of 0.25", above.Body().Str())
	assert.Equal(t, map[string]any{
		"finops.team": "search", "finops.cost.amount": 0.3, "finops.cost.currency": "USD", "finops.event.reason": "threshold",
	}, above.Attributes().AsRaw())

	assert.Equal(t, plog.SeverityNumberInfo, top.SeverityNumber())
	assert.Equal(t, "GenAI call cost 0.1 USD, among the 3 dearest of 1m0s", top.Body().Str())
	reason, _ := top.Attributes().Get("finops.event.reason")
	assert.Equal(t, "top", reason.Str())

	assert.Zero(t, b.Build(nil, time.Now()).LogRecordCount())
}

// BenchmarkOffer measures calls of which none is picked, which is nearly all.
func BenchmarkOffer(b *testing.B) {
	s := NewSelector(settings(nil))
	offer(s, traces(span{1, 100, ""}, span{2, 100, ""}, span{3, 100, ""}))
	var spans []span
	for i := range uint64(record.Full) {
		spans = append(spans, span{id: i, cents: 1})
	}
	plain := record.NewReader(nil)
	plain.ReadTraces(traces(spans...), &record.Batch{KeepSources: true}, func(batch *record.Batch) {
		b.ReportAllocs()
		for b.Loop() {
			s.Offer(batch)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch.Records)), "ns/span")
	})
}
