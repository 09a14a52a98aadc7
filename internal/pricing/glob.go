package pricing

import "strings"

// globs is a set of names in lower case in which * stands for any text; empty means all.
type globs []string

func newGlobs(values []string, fold func(string) string) globs {
	var g globs
	for _, v := range values {
		g = append(g, fold(v))
	}
	return g
}

func (g globs) match(s string) bool {
	if len(g) == 0 {
		return true
	}
	for _, pattern := range g {
		if globMatch(pattern, s) {
			return true
		}
	}
	return false
}

// within reports whether everything that g matches is matched by other too.
func (g globs) within(other globs) bool {
	if len(other) == 0 {
		return true
	}
	for _, pattern := range g {
		// The star of a pattern is a character that only another star matches.
		if !other.match(pattern) {
			return false
		}
	}
	return len(g) > 0
}

// meets reports whether something is matched by both.
func (g globs) meets(other globs) bool {
	if len(g) == 0 || len(other) == 0 {
		return true
	}
	for _, a := range g {
		for _, b := range other {
			if globsMeet(a, b) {
				return true
			}
		}
	}
	return false
}

// globMatch goes back to the last star only, which makes it take len(pattern) x len(s) steps at most.
func globMatch(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// globsMeet fills the table of which beginnings of a and b have a text in common.
func globsMeet(a, b string) bool {
	prev := make([]bool, len(b)+1)
	next := make([]bool, len(b)+1)
	for i := 0; i <= len(a); i++ {
		for k := 0; k <= len(b); k++ {
			switch {
			case i == 0 && k == 0:
				next[k] = true
			case i > 0 && a[i-1] == '*' && prev[k], k > 0 && b[k-1] == '*' && next[k-1]:
				next[k] = true
			case i > 0 && k > 0 && (a[i-1] == '*' || b[k-1] == '*'):
				next[k] = (a[i-1] == '*' && next[k-1]) || (b[k-1] == '*' && prev[k])
			default:
				next[k] = i > 0 && k > 0 && a[i-1] == b[k-1] && prev[k-1]
			}
		}
		prev, next = next, prev
		clear(next)
	}
	return prev[len(b)]
}
