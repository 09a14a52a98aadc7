package lookup

import (
	"hash/maphash"
	"slices"
	"time"
)

// Columns that say when a row is valid. They are neither keys nor values.
const (
	ValidFrom = "valid_from"
	ValidTo   = "valid_to"
)

// Table leads from keys to rows of values. It is immutable.
type Table struct {
	keys, columns []string
	rows          int
	hasher        hasher
	// exacts has a bit for every key column of which some shape asks an exact text.
	exacts uint
	// shapes are in the order of their precedence.
	shapes []shape
	// cells holds the distinct rows, one index into texts for each column of values.
	cells []uint32
	texts []string
}

// Keys returns the key columns, in the order in which Find takes their values.
func (t *Table) Keys() []string { return slices.Clone(t.keys) }

// Columns returns the columns of values: all but keys and validity.
func (t *Table) Columns() []string { return slices.Clone(t.columns) }

// Column returns the index of a column of values, for Row.Value.
func (t *Table) Column(name string) (int, bool) {
	i := slices.Index(t.columns, name)
	return i, i >= 0
}

// Len returns the number of rows.
func (t *Table) Len() int { return t.rows }

// Dated reports whether any row has a validity. The rows that an undated table gives depend on keys alone.
func (t *Table) Dated() bool {
	return slices.ContainsFunc(t.shapes, func(s shape) bool { return s.dated })
}

// Row is what a table says about keys at a time. The zero value is no row.
type Row struct {
	table *Table
	first int
}

// Value returns the cell of a column that Table.Column has named. It is empty where the table's is.
func (r Row) Value(column int) string { return r.table.texts[r.table.cells[r.first+column]] }

// Find returns the most specific row that is valid at the time and matches the values of the key columns.
// An empty value is an unknown one. Find does not keep keys, allocates nothing, and may be called from many goroutines.
func (t *Table) Find(keys []string, at time.Time) (Row, bool) {
	if len(keys) != len(t.keys) {
		return Row{}, false
	}
	var exacts [maxKeys]uint64
	for i, key := range keys {
		if t.exacts>>i&1 != 0 {
			exacts[i] = t.hasher.exact(key)
		}
	}
	now := nanos(at)
	for i := range t.shapes {
		s := &t.shapes[i]
		hash, ok := s.hash(t.hasher, keys, &exacts)
		if !ok {
			continue
		}
		if row, ok := s.find(hash, keys, now); ok {
			return Row{t, int(row) * len(t.columns)}, true
		}
	}
	return Row{}, false
}

func newHasher() hasher { return hasher(maphash.MakeSeed()) }
