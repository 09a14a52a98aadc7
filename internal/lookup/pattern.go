package lookup

import (
	"cmp"
	"strings"
)

// kind is how much a pattern asks of a value. Greater kinds are more specific.
type kind uint8

const (
	anything kind = iota
	glob
	exact
)

// class is what patterns have in common that hash the same parts of a value: of one class, at most one pattern
// matches a value through its prefix and suffix.
type class struct {
	kind kind
	// prefix and suffix are the bytes before the first and after the last star of a glob.
	prefix, suffix int
	// middle is what a glob asks for between them: texts, with a star between two.
	middle string
}

// pattern is a key cell.
type pattern struct {
	class
	// text is what the hash covers: all of an exact pattern, prefix and suffix of a glob.
	text string
}

func parsePattern(cell string) pattern {
	first, last := strings.IndexByte(cell, '*'), strings.LastIndexByte(cell, '*')
	if first < 0 && cell != "" {
		return pattern{class: class{kind: exact}, text: cell}
	}
	if strings.Trim(cell, "*") == "" {
		return pattern{}
	}
	c := class{kind: glob, prefix: first, suffix: len(cell) - last - 1}
	if first < last {
		c.middle = middle(cell[first:last])
	}
	return pattern{class: c, text: cell[:first] + cell[last+1:]}
}

// middle drops stars that add nothing, so that globs that mean the same are the same.
func middle(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '*' })
	return strings.Join(parts, "*")
}

func (c class) literals() int {
	return c.prefix + c.suffix + len(c.middle) - strings.Count(c.middle, "*")
}

// parts are the texts of the middle.
func (c class) parts() []string {
	if c.middle == "" {
		return nil
	}
	return strings.Split(c.middle, "*")
}

// compareClasses orders the more specific first. It is zero for equal classes only, on which rests that the order
// of rows never matters.
func compareClasses(a, b class) int {
	return cmp.Or(
		cmp.Compare(b.kind, a.kind),
		cmp.Compare(b.literals(), a.literals()),
		cmp.Compare(b.prefix, a.prefix),
		cmp.Compare(b.suffix, a.suffix),
		cmp.Compare(a.middle, b.middle),
	)
}

// contains reports whether text has the parts in their order, none overlapping another. Taking the first occurrence of
// each is enough, because stars lie between and around them.
func contains(text string, parts []string) bool {
	for _, part := range parts {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
