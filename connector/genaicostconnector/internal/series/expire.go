package series

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// cutoff returns the time since which a series must have changed to live on.
func (s *Store) cutoff(o Options) pcommon.Timestamp {
	if s.Expiration <= 0 {
		return 0
	}
	return min(pcommon.NewTimestampFromTime(o.Now.Add(-s.Expiration)), o.Accepted)
}

// expire drops the series that did not change since cutoff, and the groups that have none left.
func (s *Store) expire(cutoff pcommon.Timestamp) {
	if cutoff == 0 {
		return
	}
	s.groups = slices.DeleteFunc(s.groups, func(g *Group) bool {
		if !g.expire(cutoff, s.Delta) {
			return false
		}
		delete(s.byKey, g.key)
		if s.Journal {
			s.removed = append(s.removed, g.slot)
		}
		s.slots.release(g.slot)
		return true
	})
	s.size.Store(int64(len(s.groups)))
}

// expire reports whether nothing of the group is left.
func (g *Group) expire(cutoff pcommon.Timestamp, delta bool) bool {
	before := g.count()
	expireMetered(&g.usage, cutoff, delta)
	g.requests = slices.DeleteFunc(g.requests, func(c *RequestCell) bool { return c.expired(cutoff, delta) })
	g.purses = slices.DeleteFunc(g.purses, func(p *purse) bool {
		p.expire(cutoff, delta)
		return p.count() == 0
	})
	after := g.count()
	if after != before {
		g.dirty = true
	}
	return after == 0
}

func (p *purse) expire(cutoff pcommon.Timestamp, delta bool) {
	expireMetered(&p.cost, cutoff, delta)
	for i, c := range p.savings {
		if c != nil && c.expired(cutoff, delta) {
			p.savings[i] = nil
		}
	}
	if p.spread != nil && p.spread.expired(cutoff, delta) {
		p.spread = nil
	}
}

// expired spares a series that nobody has got a value of yet.
func (c *Cell[L, V]) expired(cutoff pcommon.Timestamp, delta bool) bool {
	return c.seen < cutoff && (delta || c.phase == PhaseLive)
}

func expireMetered[V any](m *metered[V], cutoff pcommon.Timestamp, delta bool) {
	keep := slices.DeleteFunc(m.cells, func(c *Cell[meter.Meter, V]) bool { return c.expired(cutoff, delta) })
	if len(keep) == len(m.cells) {
		return
	}
	m.cells, m.at = m.cells[:0], [meter.Count]uint8{}
	for _, c := range keep {
		m.insert(c)
	}
}

func (g *Group) count() int {
	n := len(g.usage.cells) + len(g.requests)
	for _, p := range g.purses {
		n += p.count()
	}
	return n
}

func (p *purse) count() int {
	n := len(p.cost.cells)
	for _, c := range p.savings {
		if c != nil {
			n++
		}
	}
	if p.spread != nil {
		n++
	}
	return n
}
