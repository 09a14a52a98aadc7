package series

import "github.com/otelcol-finops/otelcol-finops/internal/money"

// Commit records that snap was sent, and whether everybody accepted it. Series whose zero has
// arrived send their value from now on; the others send both.
func (s *Store) Commit(snap *Snapshot, accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := PhaseOwed
	if accepted {
		to = PhaseLive
	}
	advance(snap.Usage, to)
	advance(snap.Costs, to)
	advance(snap.Savings, to)
	advance(snap.Requests, to)
	advance(snap.Spreads, to)
}

func advance[L, V any](points []Point[L, V], to Phase) {
	for i := range points {
		p := &points[i]
		if p.Phase == PhaseLive || p.cell.phase == PhaseLive {
			continue
		}
		p.cell.phase = to
		p.Group.dirty = true
	}
}

// Return puts the values of a delta snapshot that nobody has accepted back into the store.
func (s *Store) Return(snap *Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	giveBack(snap.Usage, money.Quantity.Add)
	giveBack(snap.Costs, func(a, b Cost) Cost {
		return Cost{Effective: a.Effective.Add(b.Effective), List: a.List.Add(b.List)}
	})
	giveBack(snap.Savings, money.Amount.Add)
	giveBack(snap.Requests, func(a, b uint64) uint64 { return a + b })
	giveBack(snap.Spreads, func(a, b Spread) Spread {
		s.Layout.Merge(&a.Distribution, &b.Distribution)
		return a
	})
}

func giveBack[L, V any](points []Point[L, V], add func(a, b V) V) {
	for i := range points {
		p := &points[i]
		p.cell.Value = add(p.cell.Value, p.Value)
		p.Group.dirty = true
	}
}

// Unsaved tells the store that the changes of snap were not persisted, so that the next
// snapshot holds them again.
func (s *Store) Unsaved(snap *Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range snap.groups {
		g.dirty = true
	}
	for _, slot := range snap.Changes.Slots {
		if slot.State == nil {
			s.removed = append(s.removed, slot.Slot)
		}
	}
}
