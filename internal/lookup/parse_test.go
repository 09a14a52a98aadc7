package lookup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRefuses(t *testing.T) {
	const csv, yaml = "t.csv", "t.yaml"
	for name, tc := range map[string]struct{ file, text, want string }{
		"format":            {"t.json", "", `t.json: a table is .csv, .yaml or .yml, not ".json"`},
		"empty":             {csv, "", "t.csv:1: the table is empty; its first line names the columns"},
		"missing key":       {csv, "\nusr,team\n", `t.csv:2: key column "user" is missing; the columns are usr, team`},
		"column twice":      {csv, "user,team,team\n", `t.csv:1: column "team" appears twice`},
		"no name":           {csv, "user,,team\n", "t.csv:1: column 2 has no name"},
		"UTF-16":            {csv, "\xff\xfeu\x00s\x00", `t.csv:1: column "\xff\xfeu\x00s\x00" is not UTF-8`},
		"no values":         {csv, "user,valid_to\n", "t.csv:1: no column of values beside the keys"},
		"unknown validity":  {csv, "user,team,valid_until\n", `t.csv:1: unknown column "valid_until"`},
		"validity twice":    {csv, "user,team,valid_to,Valid_To\n", `t.csv:1: unknown column "Valid_To"`},
		"too few cells":     {csv, "user,team\nann\n", "t.csv:2: 1 cells where the header has 2"},
		"too many cells":    {csv, "user,team\nann,search,x\n", "t.csv:2: 3 cells where the header has 2"},
		"quote in a cell":   {csv, "user,team\nann,a\"b\nbob,c\n", `t.csv:2: bare " in non-quoted-field`},
		"unfinished quote":  {csv, "user,team\nann,\"a\n", "t.csv:2: extraneous or missing \" in quoted-field"},
		"quote in header":   {csv, "# users\nus\"er,team\n", `t.csv:2: bare " in non-quoted-field`},
		"not UTF-8":         {csv, "user,team\nann,\xff\n", `t.csv:2: team: "\xff" is not UTF-8`},
		"bad date":          {csv, "user,team,valid_from\nann,a,15.11.2026\n", `t.csv:2: valid_from: "15.11.2026" is neither a date`},
		"no such day":       {csv, "user,team,valid_to\nann,a,2026-02-30\n", `t.csv:2: valid_to: "2026-02-30" is neither`},
		"far date":          {csv, "user,team,valid_to\nann,a,9999-12-31\n", `t.csv:2: valid_to: "9999-12-31" is not between 1678 and 2262`},
		"ends as it begins": {csv, "user,team,valid_from,valid_to\nann,a,2026-01-01,2026-01-01\n", `t.csv:2: valid_to "2026-01-01" must be after valid_from`},
		"same keys":         {csv, "user,team\nann,a\n\"b\nc\",x\nann,a\n", "t.csv:5: the same keys as in line 2 at overlapping times"},
		"same globs":        {csv, "user,team\na**b*c,a\n*,a\n,b\na*b**c,b\n", "t.csv:4: the same keys as in line 3 at overlapping times; remove one of them, or bound them by valid_from and valid_to\nt.csv:5: the same keys as in line 2"},
		"overlap":           {csv, "user,team,valid_from,valid_to\nann,a,2026-02-01,\nann,b,,2026-02-02\n", "t.csv:3: the same keys as in line 2"},
		"overlap within": {
			csv, "user,team,valid_from,valid_to\nann,a,2026-01-01,2026-12-01\nann,b,2026-02-01,2026-03-01\nann,c,2026-04-01,2026-05-01\n",
			"t.csv:4: the same keys as in line 2",
		},
		"yaml syntax":       {yaml, "- {user: ann, team: a}\n- {user: bob\n", "t.yaml:"},
		"yaml empty":        {yaml, "", "t.yaml:1: a table is a list of maps"},
		"yaml map":          {yaml, "user: ann\nteam: a\n", "t.yaml:1: a table is a list of maps"},
		"yaml documents":    {yaml, "- {user: ann, team: a}\n---\n- {user: bob, team: b}\n", "t.yaml:1: more than one document"},
		"yaml text":         {yaml, "- {user: ann, team: a}\n- bob\n", "t.yaml:2: a row is a map"},
		"yaml first text":   {yaml, "- bob\n", `t.yaml:1: key column "user" is missing`},
		"yaml column":       {yaml, "- {user: ann, team: a}\n- {user: bob,\n   tem: b}\n", `t.yaml:3: unknown column "tem"; the first row names user, team`},
		"yaml column twice": {yaml, "- {user: ann, team: a}\n- {user: bob, team: b, team: c}\n", `t.yaml:2: column "team" appears twice`},
		"yaml first twice":  {yaml, "- {user: ann, team: a, user: b}\n", `t.yaml:1: column "user" appears twice`},
		"yaml no key":       {yaml, "- {user: ann, team: a}\n- {team: b}\n", "t.yaml:2: user is missing; write '*' for anything"},
		"yaml list":         {yaml, "- {user: ann, team: [a, b]}\n", "t.yaml:1: team: a cell is a text"},
		"yaml alias":        {yaml, "- {user: &x ann, team: a}\n- {user: bob, team: *x}\n", "t.yaml:2: team: a cell is a text"},
		"yaml alias of row": {yaml, "- &x {user: ann, team: a}\n- *x\n", "t.yaml:2: a row is a map"},
		"yaml merge":        {yaml, "- &x {user: ann, team: a}\n- {user: bob, <<: *x}\n", `t.yaml:2: unknown column "<<"`},
		"yaml same keys":    {yaml, "- {user: ann, team: a}\n-\n\n  user: ann\n  team: b\n", "t.yaml:4: the same keys as in line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := Parse(tc.file, []byte(tc.text), []string{"user"})
			assert.Nil(t, table)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestParseRefusesKeys(t *testing.T) {
	for name, tc := range map[string]struct {
		keys []string
		want string
	}{
		"none":     {nil, "t.csv: keys: name one to 8 columns, not 0"},
		"many":     {strings.Split("a,b,c,d,e,f,g,h,i", ","), "t.csv: keys: name one to 8 columns, not 9"},
		"unnamed":  {[]string{"a", ""}, "t.csv: keys: a column without a name"},
		"reserved": {[]string{"Valid_To"}, `t.csv: keys: column "Valid_To" says when a row is valid`},
		"twice":    {[]string{"a", "b", "a"}, `t.csv: keys: column "a" is named twice`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("t.csv", []byte("a,b,c\n"), tc.keys)
			require.EqualError(t, err, tc.want+strings.TrimPrefix(err.Error(), tc.want))
		})
	}
}

func TestLimits(t *testing.T) {
	small := limits{csvBytes: 200, yamlBytes: 60, rows: 3, columns: 3, cell: 8, shapes: 2, errors: 2}
	for name, tc := range map[string]struct{ file, text, want string }{
		"csv bytes":  {"t.csv", strings.Repeat("#\n", 101), "t.csv:1: 202 bytes; at most 200"},
		"yaml bytes": {"t.yml", strings.Repeat("#\n", 31), "t.yml:1: 62 bytes; at most 60, so make it a CSV file"},
		"rows":       {"t.csv", "user,team\na,x\nb,x\nc,x\nd,x\ne,x\n", "t.csv:5: more than 3 rows"},
		"columns":    {"t.csv", "user,team,x,y\n", "t.csv:1: 4 columns; at most 3"},
		"cell":       {"t.csv", "user,team\nann,123456789\n", "t.csv:2: team: 9 bytes; at most 8"},
		"shapes":     {"t.csv", "user,team\na,x\na*,x\nab*,x\n", "t.csv:4: more than 2 shapes of keys; use globs of fewer lengths"},
		"errors":     {"t.csv", "user,team\na\nb\nc\n", "t.csv:2: 1 cells where the header has 2\nt.csv:3: 1 cells where the header has 2\nt.csv: reading ended after 2 errors"},
		"overlaps":   {"t.csv", "user,team\na,x\na,y\na,z\n", "t.csv: reading ended after 2 errors"},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := parse(tc.file, []byte(tc.text), []string{"user"}, small)
			assert.Nil(t, table)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := parse("t.csv", []byte("user,team\nab,12345678\nab*,x\n"), []string{"user"}, small)
	require.NoError(t, err, "at the limits")
}

func TestRecordsFitTheirHeader(t *testing.T) {
	longest := maxKeys * (2 + standard.cell)
	assert.LessOrEqual(t, headerBytes+longest+1+4+maxVersions*versionBytes, maxRecord)
	assert.LessOrEqual(t, standard.csvBytes+standard.rows*(headerBytes+2*maxKeys+1+4+versionBytes), 1<<32-1, "references")
	text := fmt.Sprintf("%s,team\n%s,x\n", strings.Join(letters(maxKeys), ","), strings.Repeat(strings.Repeat("x", standard.cell)+",", maxKeys-1)+strings.Repeat("y", standard.cell))
	_, err := Parse("t.csv", []byte(text), letters(maxKeys))
	require.NoError(t, err)
}

func letters(n int) []string { return strings.Split("abcdefgh"[:n], "") }

func TestTooManyTimesOfOneKey(t *testing.T) {
	text := "user,team,valid_from,valid_to\n" + strings.Repeat("ann,x,2026-01-01,2026-01-02\n", maxVersions+1)
	_, err := Parse("t.csv", []byte(text), []string{"user"})
	require.ErrorContains(t, err, fmt.Sprintf("t.csv:%d: more than %d rows of the same keys", maxVersions+2, maxVersions))
}

func FuzzParseCSV(f *testing.F) {
	f.Add([]byte("user,team,valid_from,valid_to\nann,search,,2026-11-15\na*n,x,2026-11-15T00:00:00Z,\n"))
	f.Add([]byte("\xef\xbb\xbf# c\n\"user\",team\n\"a\nb\",*\n"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, "f.csv", data) })
}

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte("- {user: ann, team: search, valid_to: 2026-11-15}\n- {user: a*n, team: x}\n"))
	f.Add([]byte("- &a {user: ann, team: ~}\n- *a\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, "f.yaml", data) })
}

// fuzz asks a table for what it could confuse: patterns as values.
func fuzz(t *testing.T, name string, data []byte) {
	table, err := Parse(name, data, []string{"user"})
	require.Equal(t, err == nil, table != nil)
	if err != nil {
		assert.Contains(t, err.Error(), name+":")
		return
	}
	for _, key := range append(strings.FieldsFunc(string(data), func(r rune) bool { return r == ',' || r == '\n' }), "") {
		if row, ok := table.Find([]string{key}, noon); ok {
			for i := range table.columns {
				_ = row.Value(i)
			}
		}
	}
}
