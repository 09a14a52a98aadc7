package lookup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	rows          []row
}

type row struct {
	keys, values []string
	from, to     time.Time
}

// Keys returns the key columns, in the order in which Find takes them.
func (t *Table) Keys() []string { return slices.Clone(t.keys) }

// Columns returns the columns of values: all but keys and validity.
func (t *Table) Columns() []string { return slices.Clone(t.columns) }

// Column returns the index of a column of values, for Row.Value.
func (t *Table) Column(name string) (int, bool) {
	i := slices.Index(t.columns, name)
	return i, i >= 0
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Row is what a table says about keys at a time.
type Row struct{ values []string }

// Value returns the cell of a column that Table.Column has named.
func (r Row) Value(column int) string { return r.values[column] }

// Find returns the most specific row that matches the values of the key columns and is valid at the time.
func (t *Table) Find(keys []string, at time.Time) (Row, bool) {
	for i := range t.rows {
		if r := &t.rows[i]; r.matches(keys) && r.valid(at) {
			return Row{r.values}, true
		}
	}
	return Row{}, false
}

func (r *row) matches(keys []string) bool {
	for i, pattern := range r.keys {
		if pattern != "" && pattern != "*" && pattern != keys[i] {
			return false
		}
	}
	return true
}

func (r *row) valid(at time.Time) bool {
	return !at.Before(r.from) && (r.to.IsZero() || at.Before(r.to))
}

func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a date (2026-11-15) nor RFC 3339", text)
}

var errNoKeys = errors.New("keys: name at least one column")

func isReserved(column string) bool {
	return strings.EqualFold(column, ValidFrom) || strings.EqualFold(column, ValidTo)
}
