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
	// Bounds are the upper bounds of explicit buckets, ascending.
	Bounds []float64
	// MaxSize is the most buckets of an exponential histogram; 0 means explicit buckets.
	MaxSize int
}

// Exponential reports whether the layout is that of an exponential histogram.
func (l *Layout) Exponential() bool { return l.MaxSize > 0 }

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
	if l.Exponential() {
		return Distribution{Scale: maxScale, Counts: make([]uint64, 0, l.MaxSize)}
	}
	return Distribution{Counts: make([]uint64, len(l.Bounds)+1)}
}

// Observe adds one amount.
func (l *Layout) Observe(d *Distribution, a money.Amount) {
	d.Count++
	d.Sum = d.Sum.Add(a)
	v := a.Float64()
	if l.Exponential() {
		l.observeExponential(d, v)
		return
	}
	d.Counts[l.Bucket(v)]++
}

// Bucket returns the index of the explicit bucket that v falls into. Upper bounds are inclusive.
func (l *Layout) Bucket(v float64) int {
	i, _ := slices.BinarySearch(l.Bounds, v)
	return i
}

// Merge adds what src has counted to d.
func (l *Layout) Merge(d, src *Distribution) {
	d.Count += src.Count
	d.Sum = d.Sum.Add(src.Sum)
	if l.Exponential() {
		l.mergeExponential(d, src)
		return
	}
	for i, n := range src.Counts {
		d.Counts[i] += n
	}
}

// CopyTo makes dst equal to d, in dst's memory where it suffices.
func (d *Distribution) CopyTo(dst *Distribution) {
	counts := append(dst.Counts[:0], d.Counts...)
	*dst = *d
	dst.Counts = counts
}

// Reset empties d and keeps its memory.
func (l *Layout) Reset(d *Distribution) {
	clear(d.Counts)
	counts := d.Counts
	*d = Distribution{Counts: counts}
	if l.Exponential() {
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
	if l.Exponential() {
		return len(d.Counts) <= l.MaxSize && d.Scale <= maxScale && d.Scale >= minScale &&
			int64(d.Offset)+int64(len(d.Counts)) <= math.MaxInt32
	}
	return len(d.Counts) == len(l.Bounds)+1 && d.Zero == 0
}
