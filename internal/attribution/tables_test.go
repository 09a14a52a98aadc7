package attribution

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// TestReload changes a file step by step; what is answered must come from the last good version.
func TestReload(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "owners.csv"), "service.name,team,cost_center\na,one,CC-1\n")
	a := newAttributor(t, strings.ReplaceAll(`
lookups: {owners: {path: PATH, keys: [service.name]}}
dimensions: {team: {sources: [lookup: owners]}, cost_center: {sources: [lookup: owners]}}`, "PATH", path))
	reload := func() (said string) {
		a.Reload(func(table string, outcome Outcome, rows int, err error) {
			said += table + " " + string(outcome)
			assert.Equal(t, outcome == Loaded, err == nil)
			assert.Equal(t, []string{path}, a.Files())
			assert.Positive(t, rows)
		})
		return said
	}
	answers := func() string {
		values := ask(t, a, signals.Traces, told{resource: map[string]any{"service.name": "a"}})
		return values[0].Text + " " + values[1].Text
	}
	batch := a.View(signals.Traces)
	assert.Empty(t, reload(), "nothing has changed")
	for _, step := range []struct{ content, said, answers string }{
		{"service.name,cost_center,team\na,CC-2,two\nb,CC-3,three\n", "owners loaded", "two CC-2"},
		{"service.name,team\na,broken\n", "owners refused", "two CC-2"},
		{"service.name,team\na,broken\n", "", "two CC-2"},
		{"service.name,cost_center,team\na,CC-2,two\nb,CC-3,three\n", "owners loaded", "two CC-2"},
		{"service.name,team,cost_center\na,three,CC-3\n", "owners loaded", "three CC-3"},
	} {
		write(t, path, step.content)
		assert.Equal(t, step.said, reload(), step.content)
		assert.Equal(t, step.answers, answers(), step.content)
	}
	require.NoError(t, os.Remove(path))
	assert.Equal(t, "owners unreachable", reload())
	assert.Equal(t, "three CC-3", answers())
	a.Tables(func(table string, rows int, current bool) {
		assert.Equal(t, "owners", table)
		assert.Equal(t, 1, rows)
		assert.False(t, current)
	})
	write(t, path, "service.name,team,cost_center\na,three,CC-3\n")
	assert.Equal(t, "owners loaded", reload(), "the file is there again")
	a.Tables(func(_ string, _ int, current bool) { assert.True(t, current) })

	k := &asker{t: t, view: batch}
	assert.Equal(t, "one", k.ask(told{resource: map[string]any{"service.name": "a"}})[0].Text, "a batch keeps the version it began with")
}
