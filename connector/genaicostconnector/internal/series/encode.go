package series

import (
	"encoding/binary"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// groupVersion begins the encoded state of a group. A change of the format changes it, and the
// decoder keeps reading those before.
const groupVersion = 1

// encode adds the state of g to the changes of snap.
func (s *Store) encode(snap *Snapshot, g *Group) {
	g.dirty = false
	if s.Delta && g.settled() {
		if g.stored {
			snap.Changes.Slots = append(snap.Changes.Slots, SlotState{Slot: g.slot})
			snap.groups = append(snap.groups, g)
		}
		g.stored = false
		return
	}
	c := &snap.Changes
	from := len(c.arena)
	c.arena = g.append(c.arena)
	// A later append may move the arena; what this slice points to stays.
	c.Slots = append(c.Slots, SlotState{Slot: g.slot, State: c.arena[from:len(c.arena):len(c.arena)]})
	snap.groups = append(snap.groups, g)
	g.stored = true
}

// settled reports whether every value of a delta group has been taken.
func (g *Group) settled() bool {
	for _, c := range g.usage.cells {
		if !c.Value.IsZero() {
			return false
		}
	}
	for _, c := range g.requests {
		if c.Value != 0 {
			return false
		}
	}
	for _, p := range g.purses {
		if !p.settled() {
			return false
		}
	}
	return true
}

func (p *purse) settled() bool {
	if p.spread != nil && p.spread.Value.Count != 0 {
		return false
	}
	// A group whose share of a cost is all that it has counts no requests.
	for _, c := range p.cost.cells {
		if c.Value != (Cost{}) {
			return false
		}
	}
	for _, c := range p.savings {
		if c != nil && !c.Value.IsZero() {
			return false
		}
	}
	return true
}

func (g *Group) append(b []byte) []byte {
	b = appendText(append(b, groupVersion), g.key)
	b = appendCells(b, g.usage.cells, appendMeter, appendQuantity)
	b = appendCells(b, g.requests, appendRequest, binary.AppendUvarint)
	b = binary.AppendUvarint(b, uint64(len(g.purses)))
	for _, p := range g.purses {
		b = appendText(b, p.currency)
		b = appendCells(b, p.cost.cells, appendMeter, appendCost)
		b = appendCells(b, present(p.savings[:]), appendKind, appendAmount)
		b = appendCells(b, present([]*SpreadCell{p.spread}), appendNothing, appendSpread)
	}
	return b
}

func appendCells[L, V any](b []byte, cells []*Cell[L, V], label func([]byte, L) []byte, value func([]byte, V) []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, c := range cells {
		b = binary.AppendUvarint(b, uint64(c.Start))
		b = binary.AppendUvarint(b, uint64(c.seen))
		b = append(b, encodedPhase(c.phase))
		b = value(label(b, c.Label), c.Value)
	}
	return b
}

// encodedPhase keeps no PhaseOwed: after a restart it is not known who got the zero.
func encodedPhase(p Phase) byte {
	if p == PhaseLive {
		return 1
	}
	return 0
}

func present[L, V any](cells []*Cell[L, V]) []*Cell[L, V] {
	var out []*Cell[L, V]
	for _, c := range cells {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Meters and kinds are written by name, because their numbers may change.
func appendMeter(b []byte, m meter.Meter) []byte { return appendText(b, m.String()) }

func appendKind(b []byte, k Kind) []byte { return appendText(b, k.String()) }

func appendNothing(b []byte, _ struct{}) []byte { return b }

func appendRequest(b []byte, r Request) []byte {
	return appendText(appendText(appendText(b, string(r.Status)), r.Reason), r.ErrorType)
}

// AppendBinary of money's types returns an error only to satisfy encoding.BinaryAppender.
func appendAmount(b []byte, a money.Amount) []byte {
	b, _ = a.AppendBinary(b)
	return b
}

func appendQuantity(b []byte, q money.Quantity) []byte {
	b, _ = q.AppendBinary(b)
	return b
}

func appendCost(b []byte, c Cost) []byte {
	return appendAmount(appendAmount(b, c.Effective), c.List)
}

func appendSpread(b []byte, s Spread) []byte {
	b = binary.AppendUvarint(b, s.Count)
	b = appendAmount(b, s.Sum)
	b = binary.AppendUvarint(b, s.Zero)
	b = binary.AppendVarint(b, int64(s.Scale))
	b = binary.AppendVarint(b, int64(s.Offset))
	b = binary.AppendUvarint(b, uint64(len(s.Counts)))
	for _, n := range s.Counts {
		b = binary.AppendUvarint(b, n)
	}
	return b
}
