package lookup

import (
	"hash/maphash"
)

// classes says what a shape asks of each key column.
type classes [maxKeys]class

// shape holds the rows whose keys are of the same classes.
type shape struct {
	// columns are those of which the shape asks something.
	columns []column
	index   index
	// dated says that some row is not always valid.
	dated bool
}

// column is what a shape asks of a key column.
type column struct {
	class
	key   int
	parts []string
}

// compareShapes orders the more specific first. Where rows of two shapes match the same keys, the first column in which
// their patterns differ is the first in which their classes do.
func compareShapes(a, b classes) int {
	for i := range a {
		if order := compareClasses(a[i], b[i]); order != 0 {
			return order
		}
	}
	return 0
}

func newColumns(of classes) []column {
	var columns []column
	for i, c := range of {
		if c.kind != anything {
			columns = append(columns, column{class: c, key: i, parts: c.parts()})
		}
	}
	return columns
}

// hasher hashes the same for rows and for lookups. A column's hash is that of the texts which records keep.
type hasher maphash.Seed

func (h hasher) exact(value string) uint64 { return maphash.String(maphash.Seed(h), value) }

// glob saves a hash where only one of the texts is asked for, which the shape decides for all its rows.
func (h hasher) glob(prefix, suffix string) uint64 {
	switch "" {
	case suffix:
		return h.exact(prefix)
	case prefix:
		return h.exact(suffix)
	}
	return mix(h.exact(prefix), h.exact(suffix))
}

func (h hasher) pattern(p pattern) uint64 {
	if p.kind == exact {
		return h.exact(p.text)
	}
	return h.glob(p.text[:p.prefix], p.text[p.prefix:])
}

// mix is not commutative, so that keys in other columns are other keys.
func mix(a, b uint64) uint64 { return a*0x9e3779b97f4a7c15 + b }

// hash returns the hash of what the shape asks of keys, or false if no row of it can match.
func (s *shape) hash(h hasher, keys []string, exacts *[maxKeys]uint64) (uint64, bool) {
	var hash uint64
	for i := range s.columns {
		c := &s.columns[i]
		if c.kind == exact {
			hash = mix(hash, exacts[c.key])
			continue
		}
		value := keys[c.key]
		end := len(value) - c.suffix
		if end < c.prefix || !contains(value[c.prefix:end], c.parts) {
			return 0, false
		}
		hash = mix(hash, h.glob(value[:c.prefix], value[end:]))
	}
	return hash, true
}

// find returns the row of keys that is valid.
func (s *shape) find(hash uint64, keys []string, now int64) (uint32, bool) {
	record, rest := next(s.index.records(hash), hash)
	for record != nil {
		if rows, ok := s.matchKey(record, keys); ok {
			return at(rows, now)
		}
		record, rest = next(rest, hash)
	}
	return 0, false
}
