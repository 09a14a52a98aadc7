package book

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// maxBackfill bounds how far back books of commitments are begun after a standstill. What was paid before that is on no file; it is longer
// than a billing period, so somebody has closed the month without it.
const maxBackfill = 31 * 24 * time.Hour

// BeginCommitments begins the books of commitments of all periods until now. Each period gets one, once: its file has what was bought, which
// must not be there twice. It reports whether periods were left out because the standstill was too long.
func (s *Store) BeginCommitments(now time.Time) (gap bool) {
	if !s.set.Commitments {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	current := now.UTC().Truncate(s.set.Grain)
	first := time.Unix(s.begun, 0)
	if s.begun == 0 {
		first = current
	}
	if earliest := current.Add(-maxBackfill); first.Before(earliest) {
		first, gap = earliest, true
	}
	for ; !first.After(current); first = first.Add(s.set.Grain) {
		s.beginCommitments(first.Unix())
	}
	return gap
}

func (s *Store) beginCommitments(period int64) {
	label := Label{Dataset: focus.Metered, Commitments: true, Day: period - mod(period, secondsPerDay), Period: period}
	book := newBook(label, s.next)
	book.revision++ // there is a file even if nothing is covered
	s.next++
	s.open[label], s.books[book.sequence] = book, book
	s.begun = period + int64(s.set.Grain/time.Second)
}

// cover adds what a commitment covers to the book of its period. When that is closed, its file has said what was not used.
func (s *Store) cover(key []byte, c *charge.Charge) {
	for s.begun != 0 && s.begun <= c.Start { // a period whose first call comes before anything is published
		s.beginCommitments(s.begun)
	}
	label := Label{Dataset: focus.Metered, Commitments: true, Day: c.Start - mod(c.Start, secondsPerDay), Period: c.Start}
	if book, ok := s.open[label]; ok && book.add(key, c.Amounts) {
		s.rows++
	}
}
