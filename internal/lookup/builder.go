package lookup

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// builder takes rows in any order and makes a table of them.
type builder struct {
	header   header
	keys     []string
	limits   limits
	problems problems
	hasher   hasher
	rows     int
	shapes   map[classes]*shapeBuilder
	values   values
}

// shapeBuilder holds the rows of a shape until all are known.
type shapeBuilder struct {
	rows []pending
	keys []byte
}

// pending is a row whose key is in the keys of its shape.
type pending struct {
	hash uint64
	version
	line uint32
	// key and size are where the key is.
	key  uint32
	size uint16
}

func newBuilder(name string, keys []string, l limits) *builder {
	return &builder{
		keys: slices.Clone(keys), limits: l, problems: problems{name: name, limit: l.errors},
		hasher: newHasher(), shapes: make(map[classes]*shapeBuilder), values: newValues(),
	}
}

// setColumns must come before add. Without columns no row can be read.
func (b *builder) setColumns(names []string, line int) bool {
	var err error
	if len(names) > b.limits.columns {
		err = fmt.Errorf("%d columns; at most %d", len(names), b.limits.columns)
	} else {
		b.header, err = newHeader(names, b.keys)
	}
	b.problems.add(line, err)
	return err == nil
}

// add takes the cells of a row, which it does not keep, and reports whether it can take another.
func (b *builder) add(cells []string, line int) bool {
	b.rows++
	if b.rows > b.limits.rows {
		b.problems.add(line, fmt.Errorf("more than %d rows", b.limits.rows))
		return false
	}
	if err := b.check(cells); err != nil {
		return b.problems.add(line, err)
	}
	valid, err := parseValidity(b.header.cell(cells, b.header.from), b.header.cell(cells, b.header.to))
	if err != nil {
		return b.problems.add(line, err)
	}
	var of classes
	var patterns [maxKeys]pattern
	for i, column := range b.header.keys {
		patterns[i] = parsePattern(cells[column])
		of[i] = patterns[i].class
	}
	s, ok := b.shapes[of]
	if !ok {
		if len(b.shapes) == b.limits.shapes {
			return b.problems.add(line, fmt.Errorf("more than %d shapes of keys; use globs of fewer lengths", b.limits.shapes))
		}
		s = new(shapeBuilder)
		b.shapes[of] = s
	}
	s.add(b.hasher, patterns[:len(b.header.keys)], pending{line: uint32(line), version: version{valid, b.values.add(b.header.values, cells)}})
	return true
}

func (b *builder) check(cells []string) error {
	if len(cells) != len(b.header.names) {
		return fmt.Errorf("%d cells where the header has %d", len(cells), len(b.header.names))
	}
	for i, cell := range cells {
		if len(cell) > b.limits.cell {
			return fmt.Errorf("%s: %d bytes; at most %d", b.header.names[i], len(cell), b.limits.cell)
		}
		if !utf8.ValidString(cell) {
			return fmt.Errorf("%s: %q is not UTF-8", b.header.names[i], cell)
		}
	}
	return nil
}

func (s *shapeBuilder) add(h hasher, patterns []pattern, row pending) {
	row.key = uint32(len(s.keys))
	for _, p := range patterns {
		if p.kind != anything {
			row.hash = mix(row.hash, h.pattern(p))
			s.keys = appendKey(s.keys, p)
		}
	}
	row.size = uint16(uint32(len(s.keys)) - row.key)
	s.rows = append(s.rows, row)
}

func (s *shapeBuilder) keyOf(row *pending) []byte { return s.keys[row.key:][:row.size] }

// table finishes the table, unless something was wrong.
func (b *builder) table() (*Table, error) {
	t := &Table{keys: b.keys, rows: b.rows, hasher: b.hasher, cells: b.values.cells, texts: b.values.texts}
	for _, i := range b.header.values {
		t.columns = append(t.columns, b.header.names[i])
	}
	for _, of := range slices.SortedFunc(maps.Keys(b.shapes), compareShapes) {
		s := b.shapes[of]
		// What a shape needed while it was built is garbage when the next is.
		delete(b.shapes, of)
		t.shapes = append(t.shapes, s.build(newColumns(of), &b.problems))
		for i, c := range of {
			if c.kind == exact {
				t.exacts |= 1 << i
			}
		}
	}
	if err := b.problems.err(); err != nil {
		return nil, err
	}
	return t, nil
}
