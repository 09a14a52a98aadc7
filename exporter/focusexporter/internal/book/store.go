package book

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// Settings of a [Store].
type Settings struct {
	// Grain is the length of a charge period, Grace how long after its end charges are still on time.
	Grain, Grace time.Duration
	// Window is how many records are remembered at least, so that they are not accounted again.
	Window int
	// Journal keeps record IDs until they are drained.
	Journal bool
	// MaxRows bounds the rows held, sealed books included; MaxBookRows those of one book, MaxBooks the open books.
	MaxRows, MaxBookRows, MaxBooks int
	// Commitments keeps a book of what they cover for every period.
	Commitments bool
}

// Store holds books. It is safe for concurrent use.
type Store struct {
	set Settings

	mu     sync.Mutex
	open   map[Label]*Book
	books  map[uint64]*Book // all, by sequence
	window *replay.Window
	rows   int
	next   uint64
	// begun is the end of the periods for which a book of commitments was begun, 0 for none.
	begun int64
	// dropped are published books that the storage still has.
	dropped []*Book
}

// NewStore returns an empty store.
func NewStore(set Settings) *Store {
	return &Store{
		set: set, open: map[Label]*Book{}, books: map[uint64]*Book{},
		window: replay.NewWindow(set.Window, set.Journal),
	}
}

// ErrFull is returned while there are as many rows as may be held. The charges are not accounted: whoever sent them
// has to send them again.
var ErrFull = errors.New("max_rows reached")

// Result says what became of a batch.
type Result struct {
	// Accounted, Replayed and Late count records.
	Accounted, Replayed, Late int64
	// Evicted counts records that left the window.
	Evicted int64
	// Sealed says that a book was closed because it, all of them or their number is too large, so that writing it makes room. It is
	// set of a batch that is refused, too.
	Sealed bool
}

// Account adds the batch's charges to the books. now decides which of them are late.
func (s *Store) Account(b *charge.Batch, now time.Time, res *Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(res)
	if s.rows >= s.set.MaxRows {
		return fmt.Errorf("%w: %d rows are held until their files are written", ErrFull, s.rows)
	}
	for i := range b.Records {
		if !s.window.Add(b.Records[i].ID) {
			res.Replayed++
			continue
		}
		res.Accounted++
		late := false
		for _, c := range b.Charges(i) {
			if s.add(b.Key(&c), &c, now, res) {
				late = true
			}
		}
		if late {
			res.Late++
		}
	}
	res.Evicted += s.window.TakeEvicted()
	return nil
}

// makeRoom seals all books when there are too many rows: open ones would hold theirs until their period ends, although their
// files can be written.
func (s *Store) makeRoom(res *Result) {
	if s.rows < s.set.MaxRows {
		return
	}
	for _, book := range s.open {
		if !book.label.Commitments {
			s.seal(book)
			s.dropPublished(book)
			res.Sealed = true
		}
	}
}

func (s *Store) add(key []byte, c *charge.Charge, now time.Time, res *Result) (late bool) {
	if c.Committed {
		s.cover(key, c)
		return false
	}
	label := s.label(c, now)
	book, ok := s.open[label]
	if !ok {
		book = s.begin(label, res)
	}
	if book.add(key, c.Amounts) {
		s.rows++
		if len(book.rows) >= s.set.MaxBookRows {
			s.seal(book)
			res.Sealed = true
		}
	}
	return label.Late
}

// label says which book a charge belongs to now.
func (s *Store) label(c *charge.Charge, now time.Time) Label {
	label := Label{Dataset: focus.Metered, Day: c.Start - mod(c.Start, secondsPerDay), Period: c.Start}
	if c.Unpriced {
		label.Dataset = focus.Unpriced
	}
	if s.isClosed(c.Start, now) {
		label.Late = true
		label.Period = now.UTC().Truncate(s.set.Grain).Unix()
	}
	return label
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// isClosed reports whether charges of the period that begins then are late.
func (s *Store) isClosed(start int64, now time.Time) bool {
	return now.After(time.Unix(start, 0).Add(s.set.Grain + s.set.Grace))
}

func (s *Store) begin(label Label, res *Result) *Book {
	if oldest := s.oldest(); len(s.open) >= s.set.MaxBooks && oldest != nil {
		s.seal(oldest)
		res.Sealed = true
	}
	book := newBook(label, s.next)
	s.next++
	s.open[label], s.books[book.sequence] = book, book
	return book
}

// oldest returns the open book that was begun first.
func (s *Store) oldest() *Book {
	var oldest *Book
	for _, book := range s.open {
		if book.label.Commitments {
			continue
		}
		if oldest == nil || book.sequence < oldest.sequence {
			oldest = book
		}
	}
	return oldest
}

func (s *Store) seal(book *Book) {
	book.seal()
	delete(s.open, book.label)
}

// SealDue seals the books that can get no more charges: those of periods that are closed, and of late charges that
// arrived in a period before this one.
func (s *Store) SealDue(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for label, book := range s.open {
		due := s.isClosed(label.Period, now)
		if label.Late {
			due = !now.Before(label.Start().Add(s.set.Grain))
		}
		if due {
			s.seal(book)
			s.dropPublished(book)
		}
	}
}

// Size returns how many rows and books are held.
func (s *Store) Size() (rows, books int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows, len(s.books)
}

// Page is what a file is to hold: a book as it was when it was taken.
type Page struct {
	Label    Label
	Sequence uint64
	Sealed   bool
	Rows     []Row

	revision uint64
}

// Changed returns the sequence numbers of books whose files do not have all that they hold, oldest first.
func (s *Store) Changed() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sequences []uint64
	for sequence, book := range s.books {
		if book.isChanged() {
			sequences = append(sequences, sequence)
		}
	}
	slices.Sort(sequences)
	return sequences
}

// Take copies a book, one at a time, so that not all of them are in memory twice.
func (s *Store) Take(sequence uint64) (page Page, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	book, ok := s.books[sequence]
	if !ok {
		return Page{}, false
	}
	return Page{
		Label: book.label, Sequence: sequence, Sealed: book.sealed,
		Rows: slices.Clone(book.rows), revision: book.revision,
	}, true
}

// Published tells that the page's file is written. A sealed book is dropped.
func (s *Store) Published(p *Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if book, ok := s.books[p.Sequence]; ok {
		book.published = p.revision
		s.dropPublished(book)
	}
}

func (s *Store) dropPublished(book *Book) {
	if book.sealed && !book.isChanged() {
		delete(s.books, book.sequence)
		s.rows -= len(book.rows)
		s.dropped = append(s.dropped, book)
	}
}
