// Package histogram keeps distributions of amounts: explicit buckets or a base-2 exponential
// histogram, with an exact sum.
package histogram

import (
	"math"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Layout says how a distribution is divided. Distributions of one layout can be merged.
type Layout struct {
	// Bounds are the inclusive upper bounds of explicit buckets, ascending.
	Bounds []float64
	// MaxSize is the most buckets of an exponential histogram; 0 means explicit buckets.
	MaxSize int

	// amounts are Bounds as they were meant: 0.1 and not the double next to it. Comparing
	// with them is also faster than to make a double of every amount.
	amounts []money.Amount
}

// Explicit returns a layout of buckets with these upper bounds, which must be amounts.
func Explicit(bounds []float64) Layout {
	l := Layout{Bounds: bounds}
	for _, b := range bounds {
		a, _ := money.AmountFromFloat(b)
		l.amounts = append(l.amounts, a)
	}
	return l
}

// Exponential returns a layout of at most maxSize buckets that follow the data.
func Exponential(maxSize int) Layout { return Layout{MaxSize: maxSize} }

// IsExponential reports whether the layout is that of an exponential histogram.
func (l *Layout) IsExponential() bool { return l.MaxSize > 0 }

// Distribution is the state of one histogram series.
type Distribution struct {
	Count uint64
	Sum   money.Amount
	// Counts holds len(Bounds)+1 explicit buckets, or the exponential buckets from Offset on.
	Counts []uint64
	// Zero, Scale and Offset are those of an exponential histogram.
	Zero          uint64
	Scale, Offset int32
}

// New returns an empty distribution.
func (l *Layout) New() Distribution {
	if l.IsExponential() {
		return Distribution{Scale: maxScale, Counts: make([]uint64, 0, l.MaxSize)}
	}
	return Distribution{Counts: make([]uint64, len(l.Bounds)+1)}
}

// Observe adds one amount and returns which bucket it fell into.
func (l *Layout) Observe(d *Distribution, a money.Amount) (bucket int) {
	d.Count++
	d.Sum = d.Sum.Add(a)
	if l.IsExponential() {
		return l.observeExponential(d, a.Float64())
	}
	bucket, _ = slices.BinarySearchFunc(l.amounts, a, money.Amount.Cmp)
	d.Counts[bucket]++
	return bucket
}

// Merge adds what src has counted to d.
func (l *Layout) Merge(d, src *Distribution) {
	d.Count += src.Count
	d.Sum = d.Sum.Add(src.Sum)
	if l.IsExponential() {
		l.mergeExponential(d, src)
		return
	}
	for i, n := range src.Counts {
		d.Counts[i] += n
	}
}

// CopyTo makes dst equal to d, in dst's memory where it suffices.
func (d *Distribution) CopyTo(dst *Distribution) {
	counts := dst.Counts[:0]
	counts = append(counts, d.Counts...)
	*dst = *d
	dst.Counts = counts
}

// Reset empties d and keeps its memory.
func (l *Layout) Reset(d *Distribution) {
	clear(d.Counts)
	counts := d.Counts
	*d = Distribution{Counts: counts}
	if l.IsExponential() {
		d.Scale, d.Counts = maxScale, counts[:0]
	}
}

// Valid reports whether d can be a distribution of this layout, which what comes back from
// storage need not be.
func (l *Layout) Valid(d *Distribution) bool {
	var n uint64
	for _, c := range d.Counts {
		n += c
	}
	if n+d.Zero != d.Count {
		return false
	}
	if l.IsExponential() {
		return len(d.Counts) <= l.MaxSize && d.Scale <= maxScale && d.Scale >= minScale &&
			int64(d.Offset)+int64(len(d.Counts)) <= math.MaxInt32
	}
	return len(d.Counts) == len(l.Bounds)+1 && d.Zero == 0
}
