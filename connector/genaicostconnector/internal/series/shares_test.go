package series

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// accountShared adds one span of 1 USD, of which 0.25 is saved by the cache, that teams share.
func accountShared(s *Store, at time.Time, id int, shares string) Result {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{byte(id), 2: 1})
	span.SetSpanID(pcommon.SpanID{1})
	attrs := span.Attributes()
	attrs.PutStr("finops.team", "platform")
	attrs.PutStr("finops.shares.team", shares)
	attrs.PutStr(ledger.AttrStatus, "priced")
	attrs.PutStr(ledger.AttrLines, "input:10@0.1")
	attrs.PutStr(ledger.AttrCurrency, "USD")
	attrs.PutStr(ledger.AttrSavings, "cache:0.25")
	var res Result
	s.Reader.ReadTraces(td, &record.Batch{}, func(b *record.Batch) { s.Account(b, at, &res) })
	return res
}

func costsByTeam(snap *Snapshot) map[string]string {
	out := map[string]string{}
	for _, p := range snap.Costs {
		team, _ := p.Group.Attributes.Get("finops.team")
		out[team.Str()] = p.Value.Effective.String()
	}
	return out
}

func TestPartsHaveGroupsOfTheirOwn(t *testing.T) {
	s := newTestStore(nil)
	assert.Equal(t, Result{Accounted: 1}, accountShared(s, epoch, 1, "search:3;support:2"))
	assert.Equal(t, Result{Replayed: 1}, accountShared(s, epoch, 1, "search:3;support:2"), "parts come and go with their call")
	assert.Equal(t, Result{Accounted: 1, Unshared: 1}, accountShared(s, epoch, 2, "search"))
	var snap Snapshot
	s.Snapshot(&snap, Options{Now: epoch})
	assert.Equal(t, map[string]string{"search": "0.6", "support": "0.4", "platform": "1"}, costsByTeam(&snap))
	assert.Len(t, snap.Requests, 1)
	assert.Equal(t, uint64(2), snap.Requests[0].Value)
	require.Len(t, snap.Usage, 1)
	assert.Equal(t, "20", snap.Usage[0].Value.String())
	require.Len(t, snap.Spreads, 1)
	assert.Equal(t, "2", snap.Spreads[0].Value.Sum.String(), "the distribution is of calls, not of parts")
}

func TestOverflowedPartsAreOneRecord(t *testing.T) {
	s := newTestStore(func(s *Settings) { s.Limit = 2 })
	res := accountShared(s, epoch, 1, "search:1;support:1;checkout:1;shop:1")
	assert.Equal(t, Result{Accounted: 1, Overflowed: 1}, res)
	var snap Snapshot
	s.Snapshot(&snap, Options{Now: epoch})
	assert.Equal(t, map[string]string{"search": "0.25", "": "0.75"}, costsByTeam(&snap))
}

// TestRefusedDeltasOfPartsAreKept: a group that only ever gets parts of costs counts no requests, and yet its
// deltas are persisted while nobody has accepted them.
func TestRefusedDeltasOfPartsAreKept(t *testing.T) {
	delta := func(s *Settings) { s.Delta = true }
	s := newTestStore(delta)
	accountShared(s, epoch, 1, "search:3;support:2")
	var sent, saved, back Snapshot
	s.Snapshot(&sent, Options{Now: epoch})
	first := clone(sent.Changes)
	s.Return(&sent)
	s.Collect(&saved)
	restore(t, delta, first, saved.Changes).Snapshot(&back, Options{Now: epoch})
	assert.Equal(t, map[string]string{"search": "0.6", "support": "0.4"}, costsByTeam(&back))
	assert.Len(t, back.Savings, 2)
}
