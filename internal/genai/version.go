package genai

import (
	"fmt"
	"strconv"
	"strings"
)

// version is the first three numbers of a version; suffixes such as -beta.1 do not count.
type version struct {
	part [3]int
	// known is false for an empty or unreadable version, which is in no range.
	known bool
}

func parseVersion(s string) version {
	var v version
	s = strings.TrimPrefix(s, "v")
	for i := range v.part {
		end := 0
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(s[:end])
		if err != nil {
			return v
		}
		v.part[i], v.known = n, true
		if end == len(s) || s[end] != '.' {
			return v
		}
		s = s[end+1:]
	}
	return v
}

func (v version) compare(w version) int {
	for i := range v.part {
		if v.part[i] != w.part[i] {
			return v.part[i] - w.part[i]
		}
	}
	return 0
}

// versionRange is a conjunction of comparisons such as ">=5 <7". The zero value has every version.
type versionRange struct {
	min, max version // min <= v < max
}

func parseVersionRange(s string) (versionRange, error) {
	var r versionRange
	for term := range strings.FieldsSeq(s) {
		var bound *version
		var text string
		switch {
		case strings.HasPrefix(term, ">="):
			bound, text = &r.min, term[2:]
		case strings.HasPrefix(term, "<"):
			bound, text = &r.max, term[1:]
		}
		if bound == nil || !parseVersion(text).known {
			return r, fmt.Errorf("version range %q: %q must be >= or < followed by a version, as in \">=5 <7\"", s, term)
		}
		*bound = parseVersion(text)
	}
	return r, nil
}

// has reports whether the version is in the range. An unknown version is only in the range of all.
func (r versionRange) has(v version) bool {
	if !r.min.known && !r.max.known {
		return true
	}
	return v.known && (!r.min.known || v.compare(r.min) >= 0) && (!r.max.known || v.compare(r.max) < 0)
}
