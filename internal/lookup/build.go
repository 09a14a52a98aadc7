package lookup

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// build sorts the rows, so that those of a key are neighbours in the order of their times.
func (s *shapeBuilder) build(columns []column, problems *problems) shape {
	slices.SortFunc(s.rows, s.compare)
	built := shape{columns: columns, index: newIndex(s.measure())}
	var versions []version
	var text []byte
	for rows := range s.byKey() {
		if len(rows) > maxVersions {
			problems.add(int(rows[maxVersions].line), fmt.Errorf("more than %d rows of the same keys", maxVersions))
			continue
		}
		checkOverlaps(rows, problems)
		versions = versions[:0]
		for i := range rows {
			versions = append(versions, rows[i].version)
		}
		text = appendVersions(text[:0], versions)
		built.dated = built.dated || text[0] == dated
		built.index.add(rows[0].hash, s.keyOf(&rows[0]), text)
	}
	built.index.finish()
	return built
}

// compare looks at keys only where hashes are equal, which is where keys are, nearly always.
func (s *shapeBuilder) compare(a, b pending) int {
	if a.hash != b.hash {
		return cmp.Compare(a.hash, b.hash)
	}
	return cmp.Or(
		bytes.Compare(s.keyOf(&a), s.keyOf(&b)),
		cmp.Compare(a.from, b.from),
		cmp.Compare(a.line, b.line),
	)
}

// byKey yields the rows of each key. They must be sorted.
func (s *shapeBuilder) byKey() func(yield func([]pending) bool) {
	return func(yield func([]pending) bool) {
		for rows := s.rows; len(rows) > 0; {
			n := 1
			for n < len(rows) && rows[n].hash == rows[0].hash && bytes.Equal(s.keyOf(&rows[n]), s.keyOf(&rows[0])) {
				n++
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// measure returns the number of keys and the bytes of their records, for which memory is taken once.
func (s *shapeBuilder) measure() (keys, size int) {
	for rows := range s.byKey() {
		keys++
		size += headerBytes + int(rows[0].size) + versionsBytes(rows[0].version, len(rows))
	}
	return keys, size
}

// checkOverlaps expects rows by the beginning of their times. What overlaps is compared with the row that ends
// last, which need not be the one before.
func checkOverlaps(rows []pending, problems *problems) {
	last := &rows[0]
	for i := range rows[1:] {
		row := &rows[1+i]
		if row.from < last.to {
			first, second := min(last.line, row.line), max(last.line, row.line)
			problems.add(int(second), fmt.Errorf("the same keys as in line %d at overlapping times; remove one of them, or "+
				"bound them by %s and %s", first, ValidFrom, ValidTo))
		}
		if row.to > last.to {
			last = row
		}
	}
}
