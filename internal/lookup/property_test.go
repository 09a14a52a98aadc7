package lookup

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// naive is a row as a table's documentation describes it, and answers by trying every row.
type naive struct {
	keys     []string
	value    string
	from, to int // days of January 2026; to is open if 0
}

func (n naive) csv() string {
	date := func(day int) string {
		if day == 0 {
			return ""
		}
		return fmt.Sprintf("2026-01-%02d", day)
	}
	return strings.Join(append(slices.Clone(n.keys), n.value, date(n.from), date(n.to)), ",") + "\n"
}

func (n naive) matches(keys []string, day int) bool {
	for i, pattern := range n.keys {
		expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
		if pattern != "" && !regexp.MustCompile("^(?s:"+expression+")$").MatchString(keys[i]) {
			return false
		}
	}
	return day >= n.from && (n.to == 0 || day < n.to)
}

// normal drops what makes no difference.
func (n naive) normal() string {
	var keys []string
	for _, key := range n.keys {
		keys = append(keys, regexp.MustCompile(`\*+|^$`).ReplaceAllString(key, "*"))
	}
	return strings.Join(keys, ",")
}

// rank makes patterns comparable as lists of numbers, the greater the more specific.
func rank(pattern string) []int {
	literals := strings.ReplaceAll(pattern, "*", "")
	switch literals {
	case "":
		return []int{0}
	case pattern:
		return []int{2}
	}
	return []int{1, len(literals), strings.Index(pattern, "*"), len(pattern) - 1 - strings.LastIndex(pattern, "*")}
}

func (n naive) beats(other naive) bool {
	for i, pattern := range n.keys {
		if order := slices.Compare(rank(pattern), rank(other.keys[i])); order != 0 {
			return order > 0
		}
		if a, b := strings.Trim(pattern, "ab"), strings.Trim(other.keys[i], "ab"); normalMiddle(a) != normalMiddle(b) {
			return normalMiddle(a) < normalMiddle(b)
		}
	}
	return false
}

func normalMiddle(text string) string {
	return strings.Trim(regexp.MustCompile(`\*+`).ReplaceAllString(text, "*"), "*")
}

func find(rows []naive, keys []string, day int) string {
	var best *naive
	for i := range rows {
		if rows[i].matches(keys, day) && (best == nil || rows[i].beats(*best)) {
			best = &rows[i]
		}
	}
	if best == nil {
		return ""
	}
	return best.value
}

func overlap(rows []naive) bool {
	for i, a := range rows {
		for _, b := range rows[:i] {
			if a.normal() == b.normal() && (a.to == 0 || b.from < a.to) && (b.to == 0 || a.from < b.to) {
				return true
			}
		}
	}
	return false
}

func drawRows(t *rapid.T, columns int) []naive {
	cell := rapid.StringMatching(`[ab*]{0,4}`)
	var rows []naive
	for i := range rapid.IntRange(0, 30).Draw(t, "rows") {
		row := naive{keys: rapid.SliceOfN(cell, columns, columns).Draw(t, "keys"), value: fmt.Sprint("v", i)}
		if rapid.Bool().Draw(t, "dated") {
			row.from = rapid.IntRange(0, 5).Draw(t, "from")
			if rapid.Bool().Draw(t, "bounded") {
				row.to = row.from + rapid.IntRange(1, 4).Draw(t, "days")
			}
		}
		if rapid.Bool().Draw(t, "maybe refused") || !overlap(append(slices.Clone(rows), row)) {
			rows = append(rows, row)
		}
	}
	return rows
}

func parseNaive(rows []naive, columns []string) (*Table, error) {
	text := strings.Join(columns, ",") + ",value,valid_from,valid_to\n"
	for _, row := range rows {
		text += row.csv()
	}
	return Parse("t.csv", []byte(text), columns)
}

func TestFindAgreesWithTryingEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := []string{"x", "y"}[:rapid.IntRange(1, 2).Draw(t, "columns")]
		rows := drawRows(t, len(columns))
		table, err := parseNaive(rows, columns)
		require.Equal(t, overlap(rows), err != nil, "%v", err)
		if err != nil {
			return
		}
		shuffled, err := parseNaive(rapid.Permutation(rows).Draw(t, "order"), columns)
		require.NoError(t, err)
		for range 20 {
			keys := rapid.SliceOfN(rapid.StringMatching(`[ab]{0,5}`), len(columns), len(columns)).Draw(t, "call")
			day := rapid.IntRange(1, 10).Draw(t, "day")
			want := find(rows, keys, day)
			for _, table := range []*Table{table, shuffled} {
				got := ""
				if row, ok := table.Find(keys, noon.AddDate(0, 0, day-5)); ok {
					got = row.Value(0)
				}
				require.Equal(t, want, got, "%v on day %d", keys, day)
			}
		}
	})
}

// Different keys of one hash are what no test would meet by chance.
func TestDifferentKeysOfOneHash(t *testing.T) {
	const hash = 1 << 63
	s := &shapeBuilder{}
	for i, key := range []string{"ann", "bob", "eve"} {
		row := pending{version: version{always, uint32(i)}, line: uint32(i + 1), hash: hash, key: uint32(len(s.keys))}
		s.keys = appendKey(s.keys, parsePattern(key))
		row.size = uint16(len(s.keys)) - uint16(row.key)
		s.rows = append(s.rows, row)
	}
	found := problems{limit: 1}
	built := s.build(newColumns(classes{{kind: exact}}), &found)
	require.NoError(t, found.err())
	for i, key := range []string{"ann", "bob", "eve"} {
		row, ok := built.find(hash, []string{key}, 0)
		require.True(t, ok)
		require.EqualValues(t, i, row)
	}
	for _, key := range []string{"ane", "", "annn"} {
		_, ok := built.find(hash, []string{key}, 0)
		require.False(t, ok, key)
	}
}
