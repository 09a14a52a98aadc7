package lookup

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxKeys bounds the key columns.
const maxKeys = 8

// limits bound what a table may hold. Records are referred to by 32 bits, for which a gibibyte of cells and eight
// million rows leave room.
type limits struct {
	csvBytes, yamlBytes, rows, columns, cell, shapes, errors int
}

var standard = limits{
	csvBytes: 1 << 30, yamlBytes: 4 << 20, rows: 1 << 23, columns: 256, cell: 1024, shapes: 1024, errors: 100,
}

// MaxBytes is the size above which a table of that name is refused. Who reads files can ask before.
func MaxBytes(name string) int64 {
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		return int64(standard.csvBytes)
	}
	return int64(standard.yamlBytes)
}

// Parse reads a table. The extension of its name says the format, .csv, .yaml or .yml; keys says which of its
// columns are keys, the most important first.
func Parse(name string, data []byte, keys []string) (*Table, error) {
	return parse(name, data, keys, standard)
}

func parse(name string, data []byte, keys []string, limits limits) (*Table, error) {
	if err := checkKeys(keys); err != nil {
		return nil, fmt.Errorf("%s: keys: %w", name, err)
	}
	b := newBuilder(name, keys, limits)
	switch extension := strings.ToLower(filepath.Ext(name)); extension {
	case ".csv":
		b.readCSV(data)
	case ".yaml", ".yml":
		b.readYAML(data)
	default:
		return nil, fmt.Errorf("%s: a table is .csv, .yaml or .yml, not %q", name, extension)
	}
	return b.table()
}

func checkKeys(keys []string) error {
	if len(keys) == 0 || len(keys) > maxKeys {
		return fmt.Errorf("name one to %d columns, not %d", maxKeys, len(keys))
	}
	for i, key := range keys {
		switch {
		case key == "":
			return errors.New("a column without a name")
		case isReserved(key):
			return fmt.Errorf("column %q says when a row is valid; it cannot be a key", key)
		case slices.Contains(keys[:i], key):
			return fmt.Errorf("column %q is named twice", key)
		}
	}
	return nil
}

func isReserved(column string) bool {
	return strings.EqualFold(column, ValidFrom) || strings.EqualFold(column, ValidTo)
}

// header says where the columns are in a row.
type header struct {
	names []string
	// columns are the positions of names.
	columns      map[string]int
	keys, values []int
	// from and to are negative where the table has no such column.
	from, to int
}

// newHeader takes the names of all columns.
func newHeader(names, keys []string) (header, error) {
	h := header{names: names, columns: make(map[string]int), from: -1, to: -1}
	for i, name := range names {
		if _, ok := h.columns[name]; ok {
			return h, fmt.Errorf("column %q appears twice", name)
		}
		h.columns[name] = i
		switch {
		case name == "":
			return h, fmt.Errorf("column %d has no name", i+1)
		case !utf8.ValidString(name):
			return h, fmt.Errorf("column %q is not UTF-8; spreadsheets offer it when they save", name)
		case strings.EqualFold(name, ValidFrom) && h.from < 0:
			h.from = i
		case strings.EqualFold(name, ValidTo) && h.to < 0:
			h.to = i
		case strings.HasPrefix(strings.ToLower(name), "valid_"):
			return h, fmt.Errorf("unknown column %q; a row is valid by %s and %s, each once", name, ValidFrom, ValidTo)
		case !slices.Contains(keys, name):
			h.values = append(h.values, i)
		}
	}
	for _, key := range keys {
		i, ok := h.columns[key]
		if !ok {
			return h, fmt.Errorf("key column %q is missing; the columns are %s", key, strings.Join(names, ", "))
		}
		h.keys = append(h.keys, i)
	}
	if len(h.values) == 0 {
		return h, errors.New("no column of values beside the keys")
	}
	return h, nil
}

func (h *header) column(name string) (int, bool) {
	i, ok := h.columns[name]
	return i, ok
}

// cell returns the text of a column, which the table need not have.
func (h *header) cell(row []string, column int) string {
	if column < 0 {
		return ""
	}
	return row[column]
}
