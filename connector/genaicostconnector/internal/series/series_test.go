package series

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var teams = record.NewReader([]record.Dimension{{Name: "finops.team"}})

func newTestStore(change func(*Settings)) *Store {
	s := Settings{
		Reader:     teams,
		Layout:     histogram.Explicit([]float64{0.01, 1}),
		Limit:      100,
		Exemplars:  2,
		Expiration: time.Hour,
		Window:     1000,
		Journal:    true,
	}
	if change != nil {
		change(&s)
	}
	return NewStore(s)
}

// account adds one span of a team.
func account(s *Store, at time.Time, id int, team, status, lines string) Result {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{byte(id), byte(id >> 8), 2: 1})
	span.SetSpanID(pcommon.SpanID{1})
	attrs := span.Attributes()
	attrs.PutStr("finops.team", team)
	attrs.PutStr(ledger.AttrStatus, status)
	attrs.PutStr(ledger.AttrLines, lines)
	attrs.PutStr(ledger.AttrCurrency, "USD")
	attrs.PutStr(ledger.AttrSavings, "cache:0.5")
	var res Result
	s.Reader.ReadTraces(td, &record.Batch{}, func(b *record.Batch) { s.Account(b, at, &res) })
	return res
}

var epoch = time.Unix(1_700_000_000, 0)

// restore makes a store of the changes of snapshots, as storage would.
func restore(t require.TestingT, change func(*Settings), all ...Changes) *Store {
	slots := map[uint64][]byte{}
	var next uint64
	for _, changes := range all {
		for _, c := range changes.Slots {
			if c.State == nil {
				delete(slots, c.Slot)
			} else {
				slots[c.Slot] = c.State
			}
		}
		next = changes.NextSlot
	}
	s := newTestStore(change)
	for slot, state := range slots {
		require.Less(t, slot, next)
		require.NoError(t, s.Restore(slot, state))
	}
	s.RestoreNext(next)
	return s
}

// contents lists what a snapshot holds, in an order that does not depend on slots.
func contents(snap *Snapshot) map[string]string {
	out := map[string]string{}
	put := func(g *Group, label, value any) {
		out[fmt.Sprint(g.Attributes.AsRaw(), label)] = fmt.Sprint(value)
	}
	for _, p := range snap.Usage {
		put(p.Group, p.Label, []any{p.Value, p.Start, p.Phase})
	}
	for _, p := range snap.Costs {
		put(p.Group, fmt.Sprint("cost", p.Currency, p.Label), []any{p.Value, p.Start, p.Phase})
	}
	for _, p := range snap.Savings {
		put(p.Group, fmt.Sprint("savings", p.Currency, p.Label), []any{p.Value, p.Start, p.Phase})
	}
	for _, p := range snap.Requests {
		put(p.Group, p.Label, []any{p.Value, p.Start, p.Phase})
	}
	for _, p := range snap.Spreads {
		put(p.Group, p.Currency, []any{p.Value.Distribution, p.Start, p.Phase})
	}
	return out
}

// clone keeps changes beyond the next use of their snapshot.
func clone(c Changes) Changes {
	slots := make([]SlotState, len(c.Slots))
	for i, s := range c.Slots {
		slots[i] = SlotState{Slot: s.Slot, State: append([]byte(nil), s.State...)}
		if s.State == nil {
			slots[i].State = nil
		}
	}
	c.Slots = slots
	return c
}

// TestRestoredStoreIsTheStore drives a store at random, persisting as the flusher does, and compares what
// comes back.
func TestRestoredStoreIsTheStore(t *testing.T) {
	exponential := func(s *Settings) { s.Layout = histogram.Exponential(10) }
	for name, change := range map[string]func(*Settings){"explicit": nil, "exponential": exponential} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				s := newTestStore(change)
				now := epoch
				var snap Snapshot
				var saved []Changes
				accepted := pcommon.Timestamp(0)
				for id := range rapid.IntRange(1, 60).Draw(rt, "spans") {
					now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "minutes")) * time.Minute)
					team := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "team")
					status := rapid.SampledFrom([]string{"priced", "unpriced", "duplicate"}).Draw(rt, "status")
					lines := rapid.SampledFrom([]string{"input:1@0.1;output:2@3", "output:5@0.001/0.002/0.003;page:1.5@2"}).Draw(rt, "lines")
					account(s, now, id, team, status, lines)
					if rapid.Bool().Draw(rt, "flush") {
						s.Snapshot(&snap, Options{Now: now, Accepted: accepted})
						if rapid.IntRange(0, 3).Draw(rt, "fails") == 0 {
							s.Unsaved(&snap)
							continue
						}
						saved = append(saved, clone(snap.Changes))
						accepted = snap.Time
						s.Commit(&snap, rapid.Bool().Draw(rt, "accepted"))
					}
				}
				s.Snapshot(&snap, Options{Now: now, Accepted: accepted})
				saved = append(saved, clone(snap.Changes))

				var back Snapshot
				restore(rt, change, saved...).Snapshot(&back, Options{Now: now})
				want := contents(&snap)
				for key, v := range contents(&back) {
					require.Equal(rt, phaseless(want[key]), phaseless(v), key)
				}
				require.Len(rt, contents(&back), len(want))
			})
		})
	}
}

// phaseless is contents with owed zeros as new ones, because after a restart nobody is known to have
// got them.
func phaseless(s string) string {
	if n := len(s); n > 2 && s[n-2:] == "1]" {
		return s[:n-2] + "0]"
	}
	return s
}

func TestSlotsAreReused(t *testing.T) {
	s := newTestStore(nil)
	var snap Snapshot
	account(s, epoch, 1, "a", "priced", "input:1@1")
	account(s, epoch, 2, "b", "priced", "input:1@1")
	s.Snapshot(&snap, Options{Now: epoch.Add(time.Second), Accepted: 1})
	s.Commit(&snap, true)
	late := epoch.Add(2 * time.Hour)
	account(s, late, 3, "b", "priced", "input:1@1")
	s.Snapshot(&snap, Options{Now: late, Accepted: snap.Time})
	require.Equal(t, int64(1), s.Size())
	require.Contains(t, snap.Changes.Slots, SlotState{Slot: 0})
	s.Unsaved(&snap)

	account(s, late, 4, "c", "priced", "input:1@1")
	s.Snapshot(&snap, Options{Now: late, Accepted: snap.Time})
	assert.Equal(t, uint64(2), snap.Changes.NextSlot)
	restored := restore(t, nil, snap.Changes)
	assert.Equal(t, int64(2), restored.Size(), "the deletion of a slot comes before its next use")
}

func TestUnacceptedSeriesDoNotExpire(t *testing.T) {
	s := newTestStore(nil)
	var snap Snapshot
	account(s, epoch, 1, "a", "priced", "input:1@1")
	for i := range 10 {
		s.Snapshot(&snap, Options{Now: epoch.Add(time.Duration(i) * time.Hour), Accepted: 1})
		s.Commit(&snap, false)
	}
	assert.Len(t, snap.Costs, 1)
}

func TestFractionsOfTokensWaitForTheWhole(t *testing.T) {
	s := newTestStore(func(s *Settings) { s.Delta = true })
	var snap Snapshot
	var tokens []string
	for i := range 4 {
		account(s, epoch, i, "a", "priced", "input:0.75@1")
		s.Snapshot(&snap, Options{Now: epoch, Accepted: 1})
		for _, p := range snap.Usage {
			tokens = append(tokens, p.Value.String())
		}
	}
	assert.Equal(t, []string{"1", "1", "1"}, tokens)
}

func TestKeepExemplars(t *testing.T) {
	var kept []Exemplar
	for _, e := range []struct {
		cost   string
		bucket int
	}{{"1", 1}, {"2", 2}, {"3", 3}, {"2.5", 2}, {"0.5", 0}, {"9", 9}} {
		cost, err := money.ParseAmount(e.cost)
		require.NoError(t, err)
		kept = keep(kept, Exemplar{Cost: cost, bucket: e.bucket}, 3)
	}
	costs := make([]string, 0, len(kept))
	for _, e := range kept {
		costs = append(costs, e.Cost.String())
	}
	assert.Equal(t, []string{"9", "2.5", "3"}, costs, "the newest of a bucket, and the dear before the cheap")
}

func FuzzRestore(f *testing.F) {
	s := newTestStore(nil)
	account(s, epoch, 1, "a", "priced", "input:1@1;page:1.5@2")
	account(s, epoch, 2, "a", "unpriced", "")
	var snap Snapshot
	s.Snapshot(&snap, Options{Now: epoch})
	f.Add(snap.Changes.Slots[0].State)
	f.Add([]byte{groupVersion, 1, 0xff, 0, 0, 0})
	f.Add([]byte{groupVersion + 1})
	f.Fuzz(func(t *testing.T, state []byte) {
		s := newTestStore(nil)
		if s.Restore(3, state) != nil {
			assert.Zero(t, s.Size())
			return
		}
		s.RestoreNext(4)
		// What is accepted can be accounted to and written again.
		account(s, epoch, 1, "a", "priced", "input:1@1")
		var snap Snapshot
		for _, g := range s.groups {
			g.dirty = true
		}
		s.Snapshot(&snap, Options{Now: epoch})
		require.NotEmpty(t, snap.Changes.Slots)
		restore(t, nil, snap.Changes)
	})
}
