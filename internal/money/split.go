package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// Splitter splits amounts by whole weights. It gives the parts that [Allocate] gives, and once it is warm it
// allocates nothing. The zero value is ready for use; a Splitter is not safe for concurrent use.
type Splitter struct {
	lost  []loss
	parts []Amount
}

// loss is what a part has lost by rounding, in units of 1 / the sum of all weights.
type loss struct {
	remainder uint64
	part      int
}

// Split appends the parts of total, one for each weight, to dst. They add up to total exactly.
func (s *Splitter) Split(dst []Amount, total Amount, weights []uint32) []Amount {
	if len(weights) == 0 {
		return dst
	}
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	equal := sum == 0
	if equal {
		sum = uint64(len(weights))
	}
	mag, neg := total.v.abs()
	first := len(dst)
	left := mag
	s.lost = s.lost[:0]
	for i, w := range weights {
		if equal {
			w = 1
		}
		part, remainder := mag.share(uint64(w), sum)
		left = left.sub(part)
		dst = append(dst, Amount{int128{int64(part.hi), part.lo}})
		s.lost = append(s.lost, loss{remainder, i})
	}
	parts := dst[first:]
	s.giveOut(parts, left.lo)
	if neg {
		for i := range parts {
			parts[i] = parts[i].Neg()
		}
	}
	return dst
}

// giveOut adds what is left, fewer units than there are parts, to those that lost most.
func (s *Splitter) giveOut(parts []Amount, left uint64) {
	if left == 0 {
		return
	}
	slices.SortFunc(s.lost, func(a, b loss) int {
		return cmp.Or(cmp.Compare(b.remainder, a.remainder), cmp.Compare(a.part, b.part))
	})
	for _, l := range s.lost[:left] {
		parts[l.part].v = parts[l.part].v.add(int128{lo: 1})
	}
}

// share returns m * weight / sum and its remainder, for weight <= sum. To divide first keeps every
// product within 128 bits.
func (m uint128) share(weight, sum uint64) (part uint128, remainder uint64) {
	quo, rem := m.div64(sum)
	part, _ = quo.mul64(weight)
	hi, lo := bits.Mul64(rem, weight)
	more, remainder := bits.Div64(hi, lo, sum)
	part, _ = part.add64(more)
	return part, remainder
}

func (m uint128) sub(n uint128) uint128 {
	lo, borrow := bits.Sub64(m.lo, n.lo, 0)
	hi, _ := bits.Sub64(m.hi, n.hi, borrow)
	return uint128{hi, lo}
}

// SplitQuantity appends the parts of total, as [Splitter.Split] does for amounts.
func (s *Splitter) SplitQuantity(dst []Quantity, total Quantity, weights []uint32) []Quantity {
	s.parts = s.Split(s.parts[:0], Amount(total), weights)
	for _, part := range s.parts {
		dst = append(dst, Quantity(part))
	}
	return dst
}
