package lookup

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Parse reads a table. The extension of its name says the format, keys which of its columns are keys.
func Parse(name string, data []byte, keys []string) (*Table, error) {
	if len(keys) == 0 {
		return nil, errNoKeys
	}
	cells := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	cells.TrimLeadingSpace, cells.Comment = true, '#'
	header, err := cells.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: the header cannot be read: %w", name, err)
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	t := &Table{keys: slices.Clone(keys)}
	for _, key := range keys {
		if !slices.Contains(header, key) {
			return nil, fmt.Errorf("%s:1: key column %q is missing", name, key)
		}
	}
	for _, column := range header {
		if !slices.Contains(keys, column) && !isReserved(column) {
			t.columns = append(t.columns, column)
		}
	}
	for {
		record, err := cells.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r, err := t.row(header, record)
		if err != nil {
			line, _ := cells.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		t.rows = append(t.rows, r)
	}
}

func (t *Table) row(header, record []string) (row, error) {
	cell := func(column string) string {
		if i := slices.Index(header, column); i >= 0 {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	var r row
	for _, key := range t.keys {
		r.keys = append(r.keys, cell(key))
	}
	for _, column := range t.columns {
		r.values = append(r.values, cell(column))
	}
	var fromErr, toErr error
	r.from, fromErr = parseDate(cell(ValidFrom))
	r.to, toErr = parseDate(cell(ValidTo))
	return r, errors.Join(fromErr, toErr)
}
