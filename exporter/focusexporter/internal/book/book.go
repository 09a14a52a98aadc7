package book

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Label says which charges a book is for.
type Label struct {
	Dataset focus.Dataset
	// Late is set for charges that came after the books of their period had been closed.
	Late bool
	// Commitments is set for the book that gathers what commitments cover in a period; it is there even if that is nothing.
	Commitments bool
	// Day is the UTC day on which the charge periods begin, in Unix seconds.
	Day int64
	// Period is the beginning of the charge period; for late charges, of the period in which they arrived.
	Period int64
}

// Start returns the beginning of the label's period.
func (l Label) Start() time.Time { return time.Unix(l.Period, 0).UTC() }

// Partition returns the day whose partition the file belongs to.
func (l Label) Partition() time.Time { return time.Unix(l.Day, 0).UTC() }

// Row is the key of a charge and how much of it there is.
type Row struct {
	Key     string
	Amounts focus.Amounts
}

const (
	secondsPerDay = 24 * 60 * 60
	// PageSize is how many amounts are persisted under one key: one write of a few hundred bytes for the rows that
	// one batch touches, whose keys are seldom neighbours.
	PageSize = 64
)

// Book holds the rows of one file. Its methods are called by the Store, under its lock.
type Book struct {
	label Label
	// sequence is unique for the life of the state, and part of the file's name.
	sequence uint64
	rows     []Row
	index    map[string]uint32
	sealed   bool

	// revision grows with every change; published is the one that the file has.
	revision, published uint64

	// persisted is how many rows' keys are in the storage, chunks where each stretch of them begins.
	persisted uint32
	chunks    []uint32
	// dirty are the pages whose amounts have changed since they were persisted.
	dirty map[uint32]struct{}
	// unsaved is set while the storage does not know the book or that it was sealed.
	unsaved bool
}

func newBook(label Label, sequence uint64) *Book {
	return &Book{label: label, sequence: sequence, index: map[string]uint32{}, dirty: map[uint32]struct{}{}, unsaved: true}
}

// add adds to the row of key, which it makes when there is none, and reports whether it made one.
func (b *Book) add(key []byte, amounts focus.Amounts) (added bool) {
	n, known := b.index[string(key)]
	if !known {
		n = uint32(len(b.rows))
		owned := string(key)
		b.rows = append(b.rows, Row{Key: owned})
		b.index[owned] = n
	}
	sum := &b.rows[n].Amounts
	sum.Quantity = sum.Quantity.Add(amounts.Quantity)
	sum.Requests += amounts.Requests
	b.dirty[n/PageSize] = struct{}{}
	b.revision++
	return !known
}

func (b *Book) seal() {
	if !b.sealed {
		b.sealed, b.unsaved = true, true
		b.index = nil // a sealed book is only read
	}
}

// isChanged reports whether the file has not got all of the book.
func (b *Book) isChanged() bool { return b.revision != b.published }
