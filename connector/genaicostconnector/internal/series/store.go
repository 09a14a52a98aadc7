// Package series holds what has been counted: for each set of dimension values a [Group], in it
// one cell for each series, exact, and beside them the window of records already accounted.
//
// One lock guards all of it. It is taken once for a few dozen records and once for a snapshot, and
// a record's ID enters the window under the same lock as its money: a snapshot has both or
// neither. Accounting a record of known series takes about a third of reading it, which takes a
// fraction of decoding it, so one lock is no bottleneck before the decoder is.
package series

import (
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// AttrOverflow marks the series that take what is beyond the cardinality limit, as the OpenTelemetry
// metrics SDK specification has it.
const AttrOverflow = "otel.metric.overflow"

// overflowKey is the key of the overflow group; no dimension values encode to it.
const overflowKey = "\xff"

// Settings say how a store counts.
type Settings struct {
	Reader *record.Reader
	Layout histogram.Layout
	// Limit is the most groups beside the overflow group.
	Limit int
	// Exemplars is the most exemplars of a distribution between two flushes.
	Exemplars int
	// Delta makes a snapshot take what it returns out of the store.
	Delta bool
	// Expiration is how long a series lives without a change; 0 is forever.
	Expiration time.Duration
	// Window is the size of a generation of the replay window.
	Window int
	// Journal makes the store keep track of what changed, to be persisted.
	Journal bool
}

// Store is the state of one connector. Its methods are safe for concurrent use, except that one
// goroutine at a time may use snapshots.
type Store struct {
	Settings

	mu      sync.Mutex
	window  *replay.Window
	byKey   map[string]*Group
	groups  []*Group
	slots   slots
	removed []uint64 // slots of groups that expired since the last snapshot

	size atomic.Int64
}

// NewStore returns an empty store.
func NewStore(s Settings) *Store {
	return &Store{
		Settings: s,
		window:   replay.NewWindow(s.Window, s.Journal),
		byKey:    map[string]*Group{},
	}
}

// Result is what became of a batch.
type Result struct {
	// Accounted includes Malformed, the requests whose cost could not be read, and Unshared, those
	// whose shares could not.
	Accounted, Malformed, Unshared, Replayed, Overflowed, Evicted int64
}

// Account adds the records of b, those that have been accounted before excepted, and adds to
// res what became of them.
func (s *Store) Account(b *record.Batch, at time.Time, res *Result) {
	now := pcommon.NewTimestampFromTime(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admit(b)
	overflowed := false // the record, or the one that this is a part of
	for i := range b.Records {
		r := &b.Records[i]
		if r.Replayed {
			res.replayed(r)
			continue
		}
		g := s.group(b.Key(i))
		if r.Portion == record.PortionCost {
			g.dirty = true
			g.purse(r.Currency).add(r, b.Items(i), now)
			if g.overflow && !overflowed {
				res.Overflowed++
				overflowed = true
			}
			continue
		}
		res.accounted(r)
		if overflowed = s.countRequest(g, r, now); overflowed {
			res.Overflowed++
		}
		s.add(g, r, b.Items(i), now)
	}
	res.Evicted += s.window.TakeEvicted()
}

// Admit is Account without series: it tells the records that come again from the others.
func (s *Store) Admit(b *record.Batch, res *Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admit(b)
	for i := range b.Records {
		switch r := &b.Records[i]; {
		case r.Replayed:
			res.replayed(r)
		case r.Portion != record.PortionCost:
			res.accounted(r)
		}
	}
	res.Evicted += s.window.TakeEvicted()
}

// admit tells the records that come again from the others. It is a loop of its own, so that the
// look-ups, which are misses of the cache, overlap.
func (s *Store) admit(b *record.Batch) {
	for i := range b.Records {
		r := &b.Records[i]
		if r.Portion == record.PortionCost {
			r.Replayed = b.Records[i-1].Replayed
			continue
		}
		r.Replayed = !r.Interval && !s.window.Add(r.ID)
	}
}

func (res *Result) replayed(r *record.Record) {
	if r.Portion != record.PortionCost {
		res.Replayed++
	}
}

func (res *Result) accounted(r *record.Record) {
	res.Accounted++
	if r.Reason == record.ReasonMalformed {
		res.Malformed++
	}
	if r.Unshared {
		res.Unshared++
	}
}

// countRequest reports whether the record belongs to the overflow group, or the count of it does. How many
// requests an interval had is not known.
func (s *Store) countRequest(g *Group, r *record.Record, now pcommon.Timestamp) (overflowed bool) {
	if r.Interval {
		return g.overflow
	}
	c := g.request(r, now)
	if c == nil {
		s.overflow().request(r, now).Value++
		return true
	}
	c.Value++
	return g.overflow
}

func (s *Store) add(g *Group, r *record.Record, items []record.Item, now pcommon.Timestamp) {
	g.dirty = true
	if r.Currency == "" {
		return
	}
	for i := range items {
		item := &items[i]
		u := g.usage.cell(item.Meter, now)
		u.Value = u.Value.Add(item.Quantity)
	}
	p := g.purse(r.Currency)
	if r.Portion == record.PortionAll {
		p.add(r, items, now)
	}
	if !r.Interval {
		s.observe(p, r, now)
	}
}

// add adds what a call, or its part, cost.
func (p *purse) add(r *record.Record, items []record.Item, now pcommon.Timestamp) {
	for i := range items {
		item := &items[i]
		c := p.cost.cell(item.Meter, now)
		c.Value.Effective = c.Value.Effective.Add(item.Cost)
		c.Value.List = c.Value.List.Add(item.List)
	}
	p.save(KindServiceTier, r.Savings.ServiceTier, now)
	p.save(KindCache, r.Savings.Cache, now)
	p.save(KindAgreement, r.Savings.Agreement, now)
}

func (s *Store) observe(p *purse, r *record.Record, now pcommon.Timestamp) {
	if p.spread == nil {
		p.spread = newCell[struct{}, Spread](struct{}{}, now)
		p.spread.Value.Distribution = s.Layout.New()
	}
	c := p.spread
	c.seen = now
	bucket := s.Layout.Observe(&c.Value.Distribution, r.Cost)
	if s.Exemplars == 0 || r.TraceID.IsEmpty() {
		return
	}
	c.Value.Exemplars = keep(c.Value.Exemplars, Exemplar{
		TraceID: r.TraceID,
		SpanID:  r.SpanID,
		Time:    r.Time,
		Cost:    r.Cost,
		bucket:  bucket,
	}, s.Exemplars)
}

// group returns the group of that key, or the overflow group when there is no room for another. The lookup
// compares whole keys, so no two sets of values are ever merged.
func (s *Store) group(key []byte) *Group {
	if g, ok := s.byKey[string(key)]; ok {
		return g
	}
	key = s.Reader.Canonical(key)
	if g, ok := s.byKey[string(key)]; ok {
		return g
	}
	if s.Limit > 0 && len(s.groups) >= s.Limit+s.overflowGroups() {
		return s.overflow()
	}
	g, err := s.newGroup(string(key))
	if err != nil {
		return s.overflow()
	}
	s.insert(g, s.slots.take())
	return g
}

func (s *Store) overflowGroups() int {
	if _, ok := s.byKey[overflowKey]; ok {
		return 1
	}
	return 0
}

func (s *Store) overflow() *Group {
	g, ok := s.byKey[overflowKey]
	if !ok {
		g, _ = s.newGroup(overflowKey)
		s.insert(g, s.slots.take())
	}
	g.dirty = true
	return g
}

func (s *Store) newGroup(key string) (*Group, error) {
	g := &Group{Attributes: pcommon.NewMap(), key: key}
	if key == overflowKey {
		g.overflow = true
		g.Attributes.PutBool(AttrOverflow, true)
		return g, nil
	}
	return g, s.Reader.Attributes([]byte(key), g.Attributes)
}

func (s *Store) insert(g *Group, slot uint64) {
	g.slot = slot
	s.byKey[g.key] = g
	s.groups = append(s.groups, g)
	s.size.Store(int64(len(s.groups)))
}

// Size returns the number of groups.
func (s *Store) Size() int64 { return s.size.Load() }

// slots numbers the places where groups are persisted, densely, so that all can be read back
// without listing them.
type slots struct {
	next uint64
	free []uint64
}

func (s *slots) take() uint64 {
	if n := len(s.free); n > 0 {
		slot := s.free[n-1]
		s.free = s.free[:n-1]
		return slot
	}
	s.next++
	return s.next - 1
}

func (s *slots) release(slot uint64) { s.free = append(s.free, slot) }
