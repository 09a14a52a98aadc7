package series

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

var errTruncated = errors.New("state ends early")

// Restore puts back the group that was persisted in a slot. All slots are restored, and then
// RestoreNext called, before anything is accounted.
func (s *Store) Restore(slot uint64, state []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := decoder{b: state}
	g := d.group(s)
	switch {
	case d.err != nil:
		return d.err
	case len(d.b) > 0:
		return fmt.Errorf("%d bytes after the end of the state", len(d.b))
	case s.byKey[g.key] != nil:
		return errors.New("a second state of the same dimensions")
	}
	g.stored = true
	s.insert(g, slot)
	return nil
}

// RestoreNext sets the slot from which on none is in use.
func (s *Store) RestoreNext(next uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slots.free = s.slots.free[:0]
	s.slots.next = next
	used := make(map[uint64]struct{}, len(s.groups))
	for _, g := range s.groups {
		used[g.slot] = struct{}{}
	}
	for slot := range next {
		if _, ok := used[slot]; !ok {
			s.slots.release(slot)
		}
	}
}

// RestoreSeen puts IDs back into the replay window, in the order of their generations.
func (s *Store) RestoreSeen(seg replay.Segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window.Restore(seg)
}

// decoder reads what append wrote. After the first error it returns zero values.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err, d.b = err, nil
	}
}

func (d *decoder) group(s *Store) *Group {
	if version := d.byte(); d.err == nil && version != groupVersion {
		d.fail(fmt.Errorf("state of format %d, this version reads %d", version, groupVersion))
	}
	g, err := s.newGroup(d.text())
	if err != nil {
		d.fail(err)
		return nil
	}
	for _, c := range decodeCells(d, d.meter, d.quantity) {
		insertDecoded(d, &g.usage, c)
	}
	g.requests = decodeCells(d, d.request, d.uvarint)
	for range d.length(1) {
		g.purses = append(g.purses, d.purse(s))
	}
	return g
}

func (d *decoder) purse(s *Store) *purse {
	p := &purse{currency: d.text()}
	for _, c := range decodeCells(d, d.meter, d.cost) {
		insertDecoded(d, &p.cost, c)
	}
	for _, c := range decodeCells(d, d.kind, d.amount) {
		p.savings[c.Label] = c
	}
	spreads := decodeCells(d, func() struct{} { return struct{}{} }, d.spread)
	for _, c := range spreads {
		if !s.Layout.Valid(&c.Value.Distribution) {
			d.fail(errors.New("histogram does not fit the configured buckets"))
			return p
		}
		p.spread = c
	}
	return p
}

func insertDecoded[V any](d *decoder, m *metered[V], c *Cell[meter.Meter, V]) {
	if m.at[c.Label] != 0 {
		d.fail(fmt.Errorf("meter %s twice", c.Label))
		return
	}
	m.insert(c)
}

func decodeCells[L, V any](d *decoder, label func() L, value func() V) []*Cell[L, V] {
	const headerSize = 3 // a byte for each field at least
	n := d.length(headerSize)
	cells := make([]*Cell[L, V], 0, n)
	for range n {
		c := &Cell[L, V]{
			Start: pcommon.Timestamp(d.uvarint()),
			seen:  pcommon.Timestamp(d.uvarint()),
		}
		if d.byte() == 1 {
			c.phase = PhaseLive
		}
		c.Label = label()
		c.Value = value()
		if d.err != nil {
			return nil
		}
		cells = append(cells, c)
	}
	return cells
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail(errTruncated)
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail(errTruncated)
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int32() int32 {
	v, n := binary.Varint(d.b)
	if n <= 0 || v < math.MinInt32 || v > math.MaxInt32 {
		d.fail(errTruncated)
		return 0
	}
	d.b = d.b[n:]
	return int32(v)
}

// length reads a count of things that take at least size bytes each, so that no state can ask for more
// memory than it is long.
func (d *decoder) length(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.fail(errTruncated)
		return nil
	}
	v := d.b[:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) text() string { return string(d.take(d.length(1))) }

func (d *decoder) meter() meter.Meter {
	name := d.text()
	m, ok := meter.Parse(name)
	if !ok {
		d.fail(fmt.Errorf("unknown meter %.32q", name))
	}
	return m
}

func (d *decoder) kind() Kind {
	name := d.text()
	for k := range Kind(kinds) {
		if k.String() == name {
			return k
		}
	}
	d.fail(fmt.Errorf("unknown kind of savings %.32q", name))
	return 0
}

func (d *decoder) request() Request {
	return Request{
		Status:    ledger.Status(d.text()),
		Reason:    record.CanonicalString(d.text()),
		ErrorType: record.CanonicalString(d.text()),
	}
}

func (d *decoder) amount() money.Amount {
	a, err := money.AmountFromBinary(d.take(money.BinarySize))
	if err != nil {
		d.fail(err)
	}
	return a
}

func (d *decoder) quantity() money.Quantity {
	q, err := money.QuantityFromBinary(d.take(money.BinarySize))
	if err != nil {
		d.fail(err)
	}
	return q
}

func (d *decoder) cost() Cost { return Cost{Effective: d.amount(), List: d.amount()} }

func (d *decoder) spread() Spread {
	var s Spread
	s.Count = d.uvarint()
	s.Sum = d.amount()
	s.Zero = d.uvarint()
	s.Scale = d.int32()
	s.Offset = d.int32()
	s.Counts = make([]uint64, d.length(1))
	for i := range s.Counts {
		s.Counts[i] = d.uvarint()
	}
	return s
}
