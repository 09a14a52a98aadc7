package series

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/usagemetrics"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// Point is the value of one series at one moment.
type Point[L, V any] struct {
	Group *Group
	// Currency is empty for series that are not money.
	Currency string
	Label    L
	Value    V
	// Start is when the series began, Zero when it was zero.
	Start, Zero pcommon.Timestamp
	Phase       Phase
	cell        *Cell[L, V]
}

// Points of each kind of series.
type (
	// UsagePoint is the value of a UsageCell.
	UsagePoint = Point[meter.Meter, money.Quantity]
	// CostPoint is the value of a CostCell.
	CostPoint = Point[meter.Meter, Cost]
	// SavingPoint is the value of a SavingCell.
	SavingPoint = Point[Kind, money.Amount]
	// RequestPoint is the value of a RequestCell.
	RequestPoint = Point[Request, uint64]
	// SpreadPoint is the value of a SpreadCell.
	SpreadPoint = Point[struct{}, Spread]
)

// Snapshot is the state of a store at one moment, of which nothing is shared with the
// store's later values. It is reused, so that a flush allocates only while the store grows.
type Snapshot struct {
	Time     pcommon.Timestamp
	Usage    []UsagePoint
	Costs    []CostPoint
	Savings  []SavingPoint
	Requests []RequestPoint
	Spreads  []SpreadPoint
	// Changes are what has to be persisted before the snapshot may leave the process.
	Changes Changes

	groups []*Group // those that Changes holds
}

// Changes are what changed in a store since the snapshot before.
type Changes struct {
	// Slots holds the state of groups, by slot; a nil state deletes it.
	Slots []SlotState
	// NextSlot is above every slot in use.
	NextSlot uint64
	// Seen are the IDs of records accounted; those of generations before OldestSeen are forgotten.
	Seen       []replay.Segment
	OldestSeen uint64
	// Streams are the streams of metrics that intervals were measured on. They are not the store's: whoever
	// takes a snapshot adds them.
	Streams []usagemetrics.Page

	arena []byte
}

// SlotState is the encoded state of the group in one slot.
type SlotState struct {
	Slot  uint64
	State []byte
}

// Options of a snapshot.
type Options struct {
	// Now is the arrival time that series are expired by.
	Now time.Time
	// Accepted is the time of the last snapshot that arrived everywhere downstream. Series that
	// changed after it are not expired.
	Accepted pcommon.Timestamp
	// Final is set for the last snapshot, which holds nothing back.
	Final bool
}

// Snapshot copies the state of the store into snap, expires series, and with Delta takes the
// values out of the store.
func (s *Store) Snapshot(snap *Snapshot, o Options) {
	snap.reset(pcommon.NewTimestampFromTime(o.Now))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(s.cutoff(o))
	if s.Journal {
		s.drain(&snap.Changes)
	}
	for _, g := range s.groups {
		s.copyGroup(snap, g, o.Final)
		if s.Journal && g.dirty {
			s.encode(snap, g)
		}
	}
}

// Collect puts into snap what changed since the last snapshot, to be persisted, and no points.
func (s *Store) Collect(snap *Snapshot) {
	snap.reset(snap.Time)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drain(&snap.Changes)
	for _, g := range s.groups {
		if g.dirty {
			s.encode(snap, g)
		}
	}
}

// drain comes before the groups are encoded: a slot may have been freed and taken again.
func (s *Store) drain(c *Changes) {
	for _, slot := range s.removed {
		c.Slots = append(c.Slots, SlotState{Slot: slot})
	}
	s.removed = s.removed[:0]
	c.NextSlot = s.slots.next
	c.Seen, c.OldestSeen = s.window.Drain(), s.window.Oldest()
}

func (snap *Snapshot) reset(at pcommon.Timestamp) {
	snap.Time = at
	snap.Usage = snap.Usage[:0]
	snap.Costs = snap.Costs[:0]
	snap.Savings = snap.Savings[:0]
	snap.Requests = snap.Requests[:0]
	snap.Spreads = snap.Spreads[:0]
	snap.groups = snap.groups[:0]
	snap.Changes = Changes{Slots: snap.Changes.Slots[:0], arena: snap.Changes.arena[:0]}
}

func (s *Store) copyGroup(snap *Snapshot, g *Group, final bool) {
	for _, c := range g.usage.cells {
		snap.Usage = s.copyUsage(snap.Usage, g, c)
	}
	for _, c := range g.requests {
		snap.Requests = copyCell(s, snap.Requests, g, "", c)
	}
	for _, p := range g.purses {
		for _, c := range p.cost.cells {
			snap.Costs = copyCell(s, snap.Costs, g, p.currency, c)
		}
		for _, c := range p.savings {
			if c != nil {
				snap.Savings = copyCell(s, snap.Savings, g, p.currency, c)
			}
		}
		if p.spread != nil {
			snap.Spreads = s.copySpread(snap.Spreads, g, p, final)
		}
	}
}

func point[L, V any](g *Group, currency string, c *Cell[L, V]) Point[L, V] {
	return Point[L, V]{
		Group:    g,
		Currency: currency,
		Label:    c.Label,
		Value:    c.Value,
		Start:    c.Start,
		Zero:     c.Start + zeroAfter,
		Phase:    c.phase,
		cell:     c,
	}
}

func copyCell[L any, V comparable](s *Store, dst []Point[L, V], g *Group, currency string, c *Cell[L, V]) []Point[L, V] {
	if !s.Delta {
		return append(dst, point(g, currency, c))
	}
	var zero V
	if c.Value == zero {
		return dst
	}
	dst = append(dst, point(g, currency, c))
	c.Value, g.dirty = zero, true
	return dst
}

// copyUsage leaves fractions of a token where they are when it takes a delta, because the metric of
// tokens is whole.
func (s *Store) copyUsage(dst []UsagePoint, g *Group, c *UsageCell) []UsagePoint {
	if !s.Delta || !c.Label.IsToken() {
		return copyCell(s, dst, g, "", c)
	}
	n, _ := c.Value.Int64()
	if n == 0 {
		return dst
	}
	whole := money.Units(n)
	p := point(g, "", c)
	p.Value = whole
	c.Value, g.dirty = c.Value.Sub(whole), true
	return append(dst, p)
}

// copySpread reuses the bucket counts of the snapshot before. Exemplars move into the first snapshot
// that can show them.
func (s *Store) copySpread(dst []SpreadPoint, g *Group, p *purse, final bool) []SpreadPoint {
	c := p.spread
	if s.Delta && c.Value.Count == 0 {
		return dst
	}
	var reused Spread
	if n := len(dst); n < cap(dst) {
		reused = dst[:n+1][n].Value
	}
	pt := point(g, p.currency, c)
	c.Value.CopyTo(&reused.Distribution)
	reused.Exemplars = reused.Exemplars[:0]
	if s.Delta || final || c.phase != PhaseNew {
		reused.Exemplars = append(reused.Exemplars, c.Value.Exemplars...)
		c.Value.Exemplars = c.Value.Exemplars[:0]
	}
	pt.Value = reused
	if s.Delta {
		s.Layout.Reset(&c.Value.Distribution)
		g.dirty = true
	}
	return append(dst, pt)
}
