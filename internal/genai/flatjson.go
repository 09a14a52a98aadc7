package genai

import "strings"

// maxJSON bounds the JSON strings that are read for usage. Usage objects have a few hundred bytes.
const maxJSON = 8192

// flatJSON iterates over the members of a JSON object without decoding it: keys and scalar values
// as they are written, members of nested objects as "outer.inner". It allocates nothing, copes with
// malformed input by ending, and is bounded by the length of its input.
type flatJSON struct {
	s      string
	prefix string
	depth  int
}

// leading counts the bytes before the next token: white space, and the commas between members.
func leading(s string) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == ',' || s[n] == '\n' || s[n] == '\t' || s[n] == '\r') {
		n++
	}
	return n
}

// ends tells the bytes that end a number or literal.
func ends(b byte) bool {
	switch b {
	case ',', '}', ']', ' ', '\t', '\r', '\n':
		return true
	default:
		return false
	}
}

// newFlatJSON returns an iterator over s, empty when s is too long or no object.
func newFlatJSON(s string) flatJSON {
	if len(s) > maxJSON {
		return flatJSON{}
	}
	return scanJSON(s)
}

// scanJSON is newFlatJSON for strings whose length was checked.
func scanJSON(s string) flatJSON {
	s = s[leading(s):]
	if !strings.HasPrefix(s, "{") {
		return flatJSON{}
	}
	return flatJSON{s: s[1:]}
}

// next returns the next member with a scalar value. Strings come without their quotes and with
// escapes as written; prefix is the key of the object that holds the member, if nested.
func (j *flatJSON) next() (prefix, key, value string, ok bool) {
	for j.s != "" {
		j.s = j.s[leading(j.s):]
		if j.s == "" {
			return "", "", "", false
		}
		if j.s[0] == '}' {
			j.close()
			continue
		}
		key, ok := j.str()
		if !ok || !j.colon() {
			return j.end()
		}
		switch {
		case j.s == "":
			return j.end()
		case j.s[0] == '{':
			j.open(key)
		case j.s[0] == '[':
			if !j.skip() {
				return j.end()
			}
		default:
			if value, ok = j.scalar(); !ok {
				return j.end()
			}
			return j.prefix, key, value, true
		}
	}
	return "", "", "", false
}

func (j *flatJSON) end() (string, string, string, bool) {
	j.s = ""
	return "", "", "", false
}

func (j *flatJSON) open(key string) {
	j.depth++
	j.prefix = key
	j.s = j.s[1:]
}

// close leaves an object. Deeper nesting than one level loses the outer name, which no reader needs.
func (j *flatJSON) close() {
	j.s = j.s[1:]
	j.depth--
	j.prefix = ""
	if j.depth < 0 {
		j.s = ""
	}
}

func (j *flatJSON) colon() bool {
	j.s = j.s[leading(j.s):]
	if !strings.HasPrefix(j.s, ":") {
		return false
	}
	j.s = j.s[1:]
	j.s = j.s[leading(j.s):]
	return true
}

// str takes a string.
func (j *flatJSON) str() (string, bool) {
	if !strings.HasPrefix(j.s, `"`) {
		return "", false
	}
	for i := 1; i < len(j.s); i++ {
		switch j.s[i] {
		case '\\':
			i++
		case '"':
			s := j.s[1:i]
			j.s = j.s[i+1:]
			return s, true
		}
	}
	return "", false
}

// scalar takes a string, number or literal.
func (j *flatJSON) scalar() (string, bool) {
	if j.s[0] == '"' {
		return j.str()
	}
	end := 0
	for end < len(j.s) && !ends(j.s[end]) {
		end++
	}
	if end == 0 || end == len(j.s) {
		return "", false
	}
	s := j.s[:end]
	j.s = j.s[end:]
	return s, true
}

// skip takes an array and everything in it.
func (j *flatJSON) skip() bool {
	depth := 0
	for j.s != "" {
		switch j.s[0] {
		case '"':
			if _, ok := j.str(); !ok {
				return false
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		j.s = j.s[1:]
		if depth == 0 {
			return true
		}
	}
	return false
}
