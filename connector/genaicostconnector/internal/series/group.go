package series

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Group holds all series of one set of dimension values.
type Group struct {
	// Attributes are the dimensions; immutable.
	Attributes pcommon.Map

	key      string
	slot     uint64 // where it is persisted
	dirty    bool   // changed since it was last encoded
	stored   bool   // its slot holds something
	overflow bool

	usage    metered[money.Quantity]
	purses   []*purse
	requests []*RequestCell
}

// purse holds the series of a group that are in one currency. There is one reporting currency at a
// time, so there is rarely more than one.
type purse struct {
	currency string
	cost     metered[Cost]
	savings  [kinds]*SavingCell
	spread   *SpreadCell
}

// metered holds a cell for each meter that was used.
type metered[V any] struct {
	cells []*Cell[meter.Meter, V]
	// at is the position of a meter's cell in cells, plus 1.
	at [meter.Count]uint8
}

func (m *metered[V]) cell(mt meter.Meter, now pcommon.Timestamp) *Cell[meter.Meter, V] {
	if at := m.at[mt]; at != 0 {
		c := m.cells[at-1]
		c.seen = now
		return c
	}
	c := newCell[meter.Meter, V](mt, now)
	m.insert(c)
	return c
}

func (m *metered[V]) insert(c *Cell[meter.Meter, V]) {
	m.cells = append(m.cells, c)
	m.at[c.Label] = uint8(len(m.cells))
}

// startBefore is by how much a series starts before the arrival of its first value, so that its zero has
// a time of its own between the two. Prometheus keeps milliseconds.
const startBefore = pcommon.Timestamp(2e6)

// zeroAfter is when, after its start, a series is sent as zero.
const zeroAfter = pcommon.Timestamp(1e6)

func newCell[L, V any](label L, now pcommon.Timestamp) *Cell[L, V] {
	return &Cell[L, V]{Label: label, Start: now - startBefore, seen: now}
}

// maxRequestCells bounds the combinations of status, reason and error type within one group. The
// statuses and reasons are few; error types are what telemetry says they are.
const maxRequestCells = 64

// request returns the cell of a request, or nil when there is no room for another.
func (g *Group) request(r *record.Record, now pcommon.Timestamp) *RequestCell {
	label := Request{Status: r.Status, Reason: r.Reason, ErrorType: r.ErrorType}
	if g.overflow {
		label = label.bounded()
	}
	c := g.findRequest(label)
	if c == nil {
		if c = g.newRequest(label.canonical(), now); c == nil {
			return nil
		}
	}
	c.seen = now
	return c
}

func (g *Group) newRequest(label Request, now pcommon.Timestamp) *RequestCell {
	if c := g.findRequest(label); c != nil {
		return c
	}
	if len(g.requests) >= maxRequestCells && !g.overflow {
		return nil
	}
	c := newCell[Request, uint64](label, now)
	g.requests = append(g.requests, c)
	return c
}

func (g *Group) findRequest(label Request) *RequestCell {
	for _, c := range g.requests {
		if c.Label == label {
			return c
		}
	}
	return nil
}

func (g *Group) purse(currency string) *purse {
	for _, p := range g.purses {
		if p.currency == currency {
			return p
		}
	}
	p := &purse{currency: strings.Clone(currency)}
	g.purses = append(g.purses, p)
	return p
}

// save adds to the savings of one kind. A kind that has never saved anything has no series.
func (p *purse) save(kind Kind, a money.Amount, now pcommon.Timestamp) {
	c := p.savings[kind]
	if c == nil {
		if a.IsZero() {
			return
		}
		c = newCell[Kind, money.Amount](kind, now)
		p.savings[kind] = c
	}
	c.Value = c.Value.Add(a)
	c.seen = now
}
