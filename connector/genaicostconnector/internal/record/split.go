package record

import (
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Portion says what of a call a record stands for.
type Portion uint8

const (
	// PortionAll is a call as a whole.
	PortionAll Portion = iota
	// PortionUsage is a call without its cost, which the records after it bring.
	PortionUsage
	// PortionCost is a part of the cost, and of nothing else, of the call before it.
	PortionCost
)

// splitting is the memory that it takes to split a call.
type splitting struct {
	known knownShares
	// shared are the dimensions of the current record that are split.
	shared []sharedDimension
	// axes are the different weights by which they are.
	axes     []axis
	splitter money.Splitter
	// parts and spare hold the parts of one amount.
	parts, spare []money.Amount
}

type sharedDimension struct {
	dimension int
	values    []ledger.Share
	axis      int
}

// axis is one way to split. Dimensions with the same weights, position by position, are split together: a
// team and its cost center are two names of one owner, and to split by the one and then by the other would
// give part of the cost to pairs that do not exist.
type axis struct {
	weights []uint32
	// stride is how many parts lie between two neighbours along the axis.
	stride int
}

// share appends the parts of the record at index i, which is the last one.
func (r *Reader) share(i int, b *Batch) {
	n, err := r.readShares(b)
	if err != nil {
		b.Records[i].Unshared = true
		if b.SharesErr == nil {
			b.SharesErr = err
		}
	}
	if n == 0 {
		return
	}
	b.Records[i].Portion = PortionUsage
	b.splitItems(i, n)
	for p := range n {
		b.keys = r.appendPartKey(b.keys, b, p)
		b.appendPart(i, p)
	}
	b.splitSavings(i, func(s *Savings) *money.Amount { return &s.ServiceTier })
	b.splitSavings(i, func(s *Savings) *money.Amount { return &s.Cache })
}

// readShares finds out how the current record is split, and into how many parts; 0 leaves it whole. A
// dimension whose shares cannot be read stays whole, and the others are split nevertheless.
func (r *Reader) readShares(b *Batch) (parts int, err error) {
	s := &b.splitting
	s.shared, s.axes = s.shared[:0], s.axes[:0]
	for i := range r.dimensions {
		slot := r.dimensions[i].shares
		if slot < 0 || !b.record.has(slot) {
			continue
		}
		known, e := s.known.read(b.record.values[slot])
		if e != nil {
			err = fmt.Errorf("%s: %w", r.table.names[slot], e)
			continue
		}
		s.shared = append(s.shared, sharedDimension{dimension: i, values: known.values, axis: s.along(known.weights)})
	}
	if len(s.shared) == 0 {
		return 0, err
	}
	parts = 1
	for i := len(s.axes) - 1; i >= 0; i-- {
		s.axes[i].stride = parts
		if parts *= len(s.axes[i].weights); parts > maxParts {
			return 0, fmt.Errorf("%s: %w", ledger.SharesPrefix+"*", errParts)
		}
	}
	return parts, err
}

func (k *knownShares) read(v pcommon.Value) (*shares, error) {
	if v.Type() != pcommon.ValueTypeStr {
		return nil, errSharesType
	}
	s := k.get(v.Str())
	return s, s.err
}

// along returns the axis of these weights.
func (s *splitting) along(weights []uint32) int {
	for i := range s.axes {
		if slices.Equal(s.axes[i].weights, weights) {
			return i
		}
	}
	s.axes = append(s.axes, axis{weights: weights})
	return len(s.axes) - 1
}

// split returns the parts of an amount, split along the first axis, each part of it along the second, and so
// on. They are valid until the next call.
func (s *splitting) split(total money.Amount) []money.Amount {
	s.parts = append(s.parts[:0], total)
	for i := range s.axes {
		s.spare = s.spare[:0]
		for _, part := range s.parts {
			s.spare = s.splitter.Split(s.spare, part, s.axes[i].weights)
		}
		s.parts, s.spare = s.spare, s.parts
	}
	return s.parts
}

// splitItems appends the items of n parts of record i. Their cost and list price are split each, so
// that those of all parts add up to those of the call.
func (b *Batch) splitItems(i, n int) {
	whole, base := b.Items(i), len(b.items)
	k := len(whole)
	b.items = slices.Grow(b.items, n*k)[:base+n*k]
	for j := range whole {
		item := &b.items[base-k+j]
		for p, cost := range b.splitting.split(item.Cost) {
			b.items[base+p*k+j] = Item{Meter: item.Meter, Cost: cost, List: cost}
		}
		if item.List == item.Cost {
			continue
		}
		for p, list := range b.splitting.split(item.List) {
			b.items[base+p*k+j].List = list
		}
	}
}

// appendPart appends part p of record i, whose key and items are there already. As of the call, the
// saving by agreement is what its items' list price exceeds their cost by.
func (b *Batch) appendPart(i, p int) {
	k := len(b.Items(i))
	items := b.items[b.Records[i].itemsEnd+p*k:][:k]
	rec := b.next()
	*rec = Record{
		Portion:  PortionCost,
		Currency: b.Records[i].Currency,
		keyEnd:   len(b.keys),
		itemsEnd: b.Records[i].itemsEnd + (p+1)*k,
	}
	for j := range items {
		rec.Cost = rec.Cost.Add(items[j].Cost)
		rec.Savings.Agreement = rec.Savings.Agreement.Add(items[j].List.Sub(items[j].Cost))
	}
}

// splitSavings splits one kind of savings of record i among its parts, which follow it.
func (b *Batch) splitSavings(i int, kind func(*Savings) *money.Amount) {
	total := *kind(&b.Records[i].Savings)
	if total.IsZero() {
		return
	}
	for p, amount := range b.splitting.split(total) {
		*kind(&b.Records[i+1+p].Savings) = amount
	}
}

// appendPartKey appends the dimension values of part p of the current record.
func (r *Reader) appendPartKey(dst []byte, b *Batch, p int) []byte {
	s := &b.splitting
	next := 0 // shared dimensions are in the order of all
	for i := range r.dimensions {
		if next < len(s.shared) && s.shared[next].dimension == i {
			d := &s.shared[next]
			a := &s.axes[d.axis]
			dst = appendString(dst, d.values[p/a.stride%len(a.weights)].Value)
			next++
			continue
		}
		var ok bool
		if dst, ok = r.dimensions[i].appendOwn(dst, &b.record); !ok {
			dst = append(dst, b.inherited[i]...)
		}
	}
	return dst
}
