package usagemetrics

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/varint"
)

// pageVersion begins an encoded page.
const pageVersion = 1

// Page is the state of the streams that share the first byte of their IDs. A nil State deletes it.
type Page struct {
	Number uint64
	State  []byte
}

// Drain returns the pages that changed since it was last called.
func (t *Tracker) Drain() []Page {
	var pages []Page
	for n := range t.dirty {
		if t.dirty[n] {
			pages = append(pages, Page{Number: uint64(n), State: t.encode(n)})
			t.dirty[n] = false
		}
	}
	return pages
}

// Unsaved tells that pages could not be persisted, so that the next Drain has them again.
func (t *Tracker) Unsaved(pages []Page) {
	for _, p := range pages {
		t.dirty[p.Number] = true
	}
}

func (t *Tracker) encode(n int) []byte {
	if len(t.pages[n]) == 0 {
		return nil
	}
	b := []byte{pageVersion}
	for id, s := range t.pages[n] {
		b = append(b, id[:]...)
		b = binary.AppendUvarint(b, s.watchedSince)
		b = binary.AppendUvarint(b, uint64(len(s.runs)))
		for _, r := range s.runs {
			b = binary.AppendUvarint(b, r.start)
			b = binary.AppendUvarint(b, r.last)
			b, _ = r.value.AppendBinary(b) // never fails
		}
	}
	return b
}

// Restored collects the streams of persisted pages, until all are there.
type Restored struct{ streams []restored }

type restored struct {
	id StreamID
	*stream
}

var errPage = errors.New("state of metric streams cannot be read")

// Add reads a persisted page.
func (r *Restored) Add(number uint64, state []byte) error {
	if len(state) == 0 || state[0] != pageVersion {
		return fmt.Errorf("%w: want format %d", errPage, pageVersion)
	}
	d := decoder{varint.Reader{Rest: state[1:]}}
	var read []restored
	for len(d.Rest) > 0 {
		one := restored{stream: &stream{}}
		copy(one.id[:], d.Take(uint64(len(one.id))))
		d.stream(one.stream)
		if uint64(one.id[0]) != number {
			return errPage
		}
		read = append(read, one)
	}
	if d.Failed() {
		return errPage
	}
	r.streams = append(r.streams, read...)
	return nil
}

// Restore puts back what was persisted, those streams last that had the newest points.
func (t *Tracker) Restore(r *Restored) {
	slices.SortFunc(r.streams, func(a, b restored) int {
		return cmp.Or(cmp.Compare(a.last(), b.last()), slices.Compare(a.id[:], b.id[:]))
	})
	t.Lock()
	defer t.Unlock()
	for _, one := range r.streams {
		t.insert(one.id, one.stream)
	}
}

func (s *stream) last() uint64 {
	var last uint64
	for i := range s.runs {
		last = max(last, s.runs[i].last)
	}
	return last
}

// decoder reads what encode wrote.
type decoder struct{ varint.Reader }

func (d *decoder) stream(s *stream) {
	s.watchedSince = d.Uvarint()
	n := d.Uvarint()
	if n == 0 || n > maxRuns {
		d.Fail()
		return
	}
	for range n {
		r := run{start: d.Uvarint(), last: d.Uvarint()}
		value, err := money.QuantityFromBinary(d.Take(money.BinarySize))
		if err != nil || value.Sign() < 0 {
			d.Fail()
			return
		}
		r.value = value
		s.runs = append(s.runs, r)
	}
}
