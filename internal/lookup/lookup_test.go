package lookup_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

func TestTheOwnerAtTheTimeOfTheCall(t *testing.T) {
	table, err := lookup.Parse("owners.csv", []byte(`user.id,team,valid_from,valid_to
ann,search,,2026-11-15
ann,support,2026-11-15,
`), []string{"user.id"})
	require.NoError(t, err)
	team, ok := table.Column("team")
	require.True(t, ok)
	move := time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{move.Add(-1): "search", move: "support"} {
		row, ok := table.Find([]string{"ann"}, at)
		require.True(t, ok)
		assert.Equal(t, want, row.Value(team))
	}
}
