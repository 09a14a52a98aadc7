// Package replay remembers which records have been accounted, so that a record that a
// client sends again is not counted again.
//
// The window is exact: it holds whole IDs, so a new record is never mistaken for an old one. It is bounded by
// two generations of a fixed size: when the younger is full it becomes the older, and the
// older one is forgotten. A replay is therefore recognised for at least one and at most two
// sizes of newer records. A Window is not safe for concurrent use.
package replay

import (
	"encoding/binary"
	"math"
)

// IDSize is the length of an ID's binary form.
const IDSize = 24

// ID identifies a record: a span by its trace and span ID, a log record by a hash.
type ID struct{ hi, mid, lo uint64 }

// SpanID returns the ID of a span.
func SpanID(trace [16]byte, span [8]byte) ID {
	return ID{
		hi:  binary.LittleEndian.Uint64(trace[:8]),
		mid: binary.LittleEndian.Uint64(trace[8:]),
		lo:  binary.LittleEndian.Uint64(span[:]),
	}
}

// HashID returns the ID of a record that has none of its own: 128 bits of hash and its time.
func HashID(hi, lo, unixNano uint64) ID { return ID{hi: hi, mid: lo, lo: unixNano} }

// Append appends the binary form of id.
func (id ID) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, id.hi)
	dst = binary.LittleEndian.AppendUint64(dst, id.mid)
	return binary.LittleEndian.AppendUint64(dst, id.lo)
}

// IDFrom reads what Append wrote; b must hold at least IDSize bytes.
func IDFrom(b []byte) ID {
	return ID{
		hi:  binary.LittleEndian.Uint64(b),
		mid: binary.LittleEndian.Uint64(b[8:]),
		lo:  binary.LittleEndian.Uint64(b[16:]),
	}
}

// Window is the set of the IDs seen last.
type Window struct {
	size              int
	generation        uint64
	younger, older    *table
	evicted           int64
	journal           bool
	pending, draining []Segment
}

// Segment is a run of IDs that entered the window during one generation.
type Segment struct {
	Generation uint64
	IDs        []ID
}

// NewWindow returns a window of that many IDs per generation. Size 0 remembers nothing. With
// journal, IDs are kept until Drain takes them.
func NewWindow(size int, journal bool) *Window {
	return &Window{
		size:    size,
		younger: &table{},
		older:   &table{},
		journal: journal,
	}
}

// Add puts id into the window and reports whether it was not there.
func (w *Window) Add(id ID) bool {
	if w.size == 0 {
		return true
	}
	hash := id.hash()
	if w.older.has(hash, id) || !w.younger.add(hash, id) {
		return false
	}
	if w.journal {
		w.record(id)
	}
	if w.younger.n >= w.size {
		w.rotate()
	}
	return true
}

// rotate reuses the older generation's memory, so that a full window allocates no more.
func (w *Window) rotate() {
	w.evicted += int64(w.older.n)
	w.older.reset()
	w.younger, w.older = w.older, w.younger
	w.generation++
}

func (w *Window) record(id ID) {
	n := len(w.pending)
	if n == 0 || w.pending[n-1].Generation != w.generation {
		w.pending = appendSegment(w.pending, w.generation)
		n = len(w.pending)
		// What is older than the window needs no place in the journal either.
		if n > 2 {
			oldest := w.pending[0]
			copy(w.pending, w.pending[1:])
			w.pending[n-1] = oldest
			w.pending = w.pending[:n-1]
			n--
		}
	}
	s := &w.pending[n-1]
	s.IDs = append(s.IDs, id)
}

// appendSegment reuses the memory of a segment beyond the slice's length.
func appendSegment(segments []Segment, generation uint64) []Segment {
	if n := len(segments); n < cap(segments) {
		segments = segments[:n+1]
		segments[n].Generation, segments[n].IDs = generation, segments[n].IDs[:0]
		return segments
	}
	return append(segments, Segment{Generation: generation})
}

// Drain returns the IDs that came in since the last Drain, at most two generations of
// them. They are valid until the next Drain.
func (w *Window) Drain() []Segment {
	w.pending, w.draining = w.draining[:0], w.pending
	return w.draining
}

// Oldest returns the oldest generation that the window still holds.
func (w *Window) Oldest() uint64 {
	if w.size == 0 {
		return math.MaxUint64
	}
	if w.generation == 0 {
		return 0
	}
	return w.generation - 1
}

// Restore puts the IDs of a persisted segment back; segments come in the order of their
// generations.
func (w *Window) Restore(s Segment) {
	if w.size == 0 {
		return
	}
	switch {
	case s.Generation == w.generation+1:
		w.rotate()
	case s.Generation > w.generation:
		w.younger.reset()
		w.older.reset()
		w.generation = s.Generation
	}
	for _, id := range s.IDs {
		w.younger.add(id.hash(), id)
	}
}

// TakeEvicted returns how many IDs were forgotten since it was last called.
func (w *Window) TakeEvicted() int64 {
	n := w.evicted
	w.evicted = 0
	return n
}

// Len returns how many IDs the window holds.
func (w *Window) Len() int { return w.younger.n + w.older.n }
