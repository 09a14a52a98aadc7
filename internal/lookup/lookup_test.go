package lookup_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

// teamOf returns the cell in the column team, or "-" where no row answers.
func teamOf(t *testing.T, table *lookup.Table, at time.Time, keys ...string) string {
	t.Helper()
	team, ok := table.Column("team")
	require.True(t, ok)
	row, ok := table.Find(keys, at)
	if !ok {
		return "-"
	}
	return row.Value(team)
}

func mustParse(t *testing.T, name, text string, keys ...string) *lookup.Table {
	t.Helper()
	table, err := lookup.Parse(name, []byte(text), keys)
	require.NoError(t, err)
	return table
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return at
}

func TestColumns(t *testing.T) {
	table := mustParse(t, "owners.CSV", "\xef\xbb\xbf# who owns what\n"+
		`cost_center , "user.id",Valid_From,team,service.name,VALID_TO`+"\n"+
		`"CC-1, the ""first""", ann ,,  search,*,`+"\n\n", "service.name", "user.id")
	assert.Equal(t, []string{"service.name", "user.id"}, table.Keys())
	assert.Equal(t, []string{"cost_center", "team"}, table.Columns())
	assert.Equal(t, 1, table.Len())
	row, ok := table.Find([]string{"checkout", "ann"}, time.Now())
	require.True(t, ok)
	center, ok := table.Column("cost_center")
	require.True(t, ok)
	assert.Equal(t, `CC-1, the "first"`, row.Value(center))
	assert.Equal(t, "search", teamOf(t, table, time.Now(), "", "ann"))
	for _, none := range []string{"service.name", "valid_from", "Team"} {
		_, ok = table.Column(none)
		assert.False(t, ok, none)
	}
	_, ok = table.Find([]string{"ann"}, time.Now())
	assert.False(t, ok, "a key is missing")
}

func TestPrecedence(t *testing.T) {
	for name, tc := range map[string]struct {
		// rows are key patterns, the one that must win first.
		rows []string
		keys []string
	}{
		"exact before glob":             {[]string{"checkout,", "checkou*,", "*,"}, []string{"checkout", "ann"}},
		"longer glob before shorter":    {[]string{"checkout-eu-*,", "checkout-*,", "c*,", "*,"}, []string{"checkout-eu-1", "ann"}},
		"literals count everywhere":     {[]string{"c*-eu-*1,", "check*,", "*-eu-*,"}, []string{"checkout-eu-1", "ann"}},
		"prefix before suffix":          {[]string{"ab*,", "a*b,", "*ab,"}, []string{"abxab", "ann"}},
		"suffix before middle":          {[]string{"a*b,", "a*b*,", "*ab,", "*a*b*,"}, []string{"abxab", "ann"}},
		"middle by text":                {[]string{"*ab*,", "*xa*,"}, []string{"abxab", "ann"}},
		"glob before nothing":           {[]string{"c*,", "*,ann"}, []string{"checkout", "ann"}},
		"first column first":            {[]string{"checkout,*", "*,ann"}, []string{"checkout", "ann"}},
		"then the second":               {[]string{"c*,ann", "c*,a*", "c*,*"}, []string{"checkout", "ann"}},
		"a longer glob before an exact": {[]string{"ch*,*", "c*,ann"}, []string{"checkout", "ann"}},
		"an exact value of its own":     {[]string{"*,a*", "*,*", "checkout,bob"}, []string{"checkout", "ann"}},
		"nothing matches the unknown":   {[]string{"*,ann", "c*,ann", "checkout,ann"}, []string{"", "ann"}},
		"prefix and suffix do not meet": {[]string{"*,*", "ab*ba,*"}, []string{"aba", "ann"}},
		"they may touch":                {[]string{"ab*ba,*", "*,*"}, []string{"abba", "ann"}},
		"middles do not overlap":        {[]string{"*,*", "*ab*ba*,*"}, []string{"xabax", "ann"}},
		"case counts":                   {[]string{"*,*", "Checkout,*"}, []string{"checkout", "ann"}},
		"columns do not run together":   {[]string{"*,*", "a,bc", "abc,", ",abc"}, []string{"ab", "c"}},
		"columns are not exchanged":     {[]string{"*,*", "ann,checkout"}, []string{"checkout", "ann"}},
		"a star in a value is text":     {[]string{"c*,*", "checkout,*"}, []string{"c*", "ann"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, reversed := range []bool{false, true} {
				text := ""
				for i, row := range tc.rows {
					if line := row + "," + strconv.Itoa(i) + "\n"; reversed {
						text = line + text
					} else {
						text += line
					}
				}
				table := mustParse(t, "t.csv", "service,user,team\n"+text, "service", "user")
				assert.Equal(t, "0", teamOf(t, table, time.Now(), tc.keys...), "reversed: %t", reversed)
			}
		})
	}
}

const moves = `user,team,valid_from,valid_to
ann,support,2026-11-15,2026-12-01T12:00:00+02:00
ann,search,,2026-11-15
bob,search,2026-12-01T10:00:00.5Z,
*,platform,2026-01-01,
`

func TestTheOwnerAtTheTimeOfTheCallPays(t *testing.T) {
	table := mustParse(t, "owners.csv", moves, "user")
	for _, tc := range []struct{ user, at, want string }{
		{"ann", "2026-11-14T23:59:59.999999999Z", "search"},
		{"ann", "2026-11-15T00:00:00Z", "support"},
		{"ann", "2026-11-15T01:30:00+02:00", "search"},
		{"ann", "2026-12-01T09:59:59Z", "support"},
		{"ann", "2026-12-01T10:00:00Z", "platform"},
		{"ann", "1601-01-01T00:00:00Z", "search"},
		{"bob", "2026-12-01T10:00:00.499Z", "platform"},
		{"bob", "2026-12-01T10:00:00.5Z", "search"},
		{"bob", "9999-12-31T00:00:00Z", "search"},
		{"bob", "2025-12-31T23:59:59Z", "-"},
	} {
		t.Run(tc.user+" "+tc.at, func(t *testing.T) {
			assert.Equal(t, tc.want, teamOf(t, table, day(t, tc.at), tc.user))
		})
	}
}

func TestMovingTheDateMovesTheAnswer(t *testing.T) {
	at := day(t, "2026-11-20T08:00:00Z")
	assert.Equal(t, "support", teamOf(t, mustParse(t, "owners.csv", moves, "user"), at, "ann"))
	later := strings.ReplaceAll(moves, "2026-11-15", "2026-11-21")
	assert.Equal(t, "search", teamOf(t, mustParse(t, "owners.csv", later, "user"), at, "ann"))
}

func TestManyTimesOfOneKey(t *testing.T) {
	var text strings.Builder
	text.WriteString("user,team,valid_from,valid_to\n")
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const days = 300
	for i := range days {
		from := begin.AddDate(0, 0, (i*7)%days)
		text.WriteString("ann,team-" + from.Format("0102") + "," + from.Format(time.DateOnly) + "," +
			from.AddDate(0, 0, 1).Format(time.DateOnly) + "\n")
	}
	table := mustParse(t, "owners.csv", text.String(), "user")
	for i := range days {
		at := begin.AddDate(0, 0, i)
		assert.Equal(t, "team-"+at.Format("0102"), teamOf(t, table, at, "ann"))
	}
	assert.Equal(t, "-", teamOf(t, table, begin.Add(-1), "ann"))
	assert.Equal(t, "-", teamOf(t, table, begin.AddDate(0, 0, days), "ann"))
}

func TestYAML(t *testing.T) {
	table := mustParse(t, "owners.yaml", `
# who owns what
- {user: ann, team: search, floor: 007, valid_to: 2026-11-15}
- user: ann
  team: support
  valid_from: 2026-11-15
- {user: "*", team: ~, floor: null, valid_from: 2020-01-01}
- {user: ~, team: nobody, valid_to: 2020-01-01, valid_from: 2019-01-01}
- {team: globs, user: 'b*'}
`, "user")
	assert.Equal(t, []string{"team", "floor"}, table.Columns())
	before, after := day(t, "2026-11-14T00:00:00Z"), day(t, "2026-11-15T00:00:00Z")
	assert.Equal(t, "search", teamOf(t, table, before, "ann"))
	assert.Equal(t, "support", teamOf(t, table, after, "ann"))
	assert.Equal(t, "globs", teamOf(t, table, after, "bob"))
	row, ok := table.Find([]string{"cid"}, after)
	assert.True(t, ok)
	assert.Empty(t, row.Value(0))
	row, ok = table.Find([]string{"ann"}, before)
	assert.True(t, ok)
	assert.Equal(t, "007", row.Value(1), "as it is written")
}

func TestATableWithoutRows(t *testing.T) {
	table := mustParse(t, "owners.csv", "user,team\n", "user")
	assert.Zero(t, table.Len())
	assert.Equal(t, "-", teamOf(t, table, time.Now(), "ann"))
}

func TestFindAllocatesNothing(t *testing.T) {
	table := mustParse(t, "owners.csv", moves, "user")
	keys, now := []string{"ann"}, time.Now()
	assert.Zero(t, testing.AllocsPerRun(100, func() { table.Find(keys, now) }))
}

func TestDated(t *testing.T) {
	t.Parallel()
	for text, dated := range map[string]bool{
		"owner,team,valid_from,valid_to\na,x,,\n*,y,,\n":                                    false,
		"owner,team,valid_from,valid_to\na,x,,\n*,y,2026-11-15,\n":                          true,
		"owner,team,valid_from,valid_to\na,x,,2026-11-15\nb,x,,\n":                          true,
		"owner,team,valid_from,valid_to\na,x,,2026-11-15\na,y,2026-11-15,\nb,z,,\nb*,z,,\n": true,
		"owner,team\na,x\n": false,
	} {
		assert.Equal(t, dated, mustParse(t, "owners.csv", text, "owner").Dated(), text)
	}
	assert.False(t, new(lookup.Table).Dated())
}
