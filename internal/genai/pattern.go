package genai

import "strings"

// pattern matches whole names; a * at its end, its beginning or both stands for anything.
type pattern string

func (p pattern) matches(name string) bool {
	s := string(p)
	head, tail := strings.HasSuffix(s, "*"), strings.HasPrefix(s, "*")
	switch {
	case s == "*":
		return true
	case head && tail:
		return strings.Contains(name, s[1:len(s)-1])
	case head:
		return strings.HasPrefix(name, s[:len(s)-1])
	case tail:
		return strings.HasSuffix(name, s[1:])
	default:
		return s == name
	}
}

// patterns matches what any of its patterns does; without any it matches everything.
type patterns []pattern

func (ps patterns) matches(name string) bool {
	for _, p := range ps {
		if p.matches(name) {
			return true
		}
	}
	return len(ps) == 0
}
