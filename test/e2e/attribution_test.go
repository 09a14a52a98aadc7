package e2e

import (
	"bytes"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const attributionExample = "../../examples/attribution"

// attribute runs what make attribution-demo runs, with further arguments.
func attribute(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	return goRun(t, "./test/attribution", append([]string{"-collector", executable(t, "OTELCOL_FINOPS")}, arguments...)...)
}

// goRun runs a command of the root module, in its directory.
func goRun(t *testing.T, path string, arguments ...string) (output string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"run", path}, arguments...)...)
	command.Dir = absolute("../..")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := command.CombinedOutput()
	return string(text), err
}

// The table that the README shows is what spans and metrics say.
func TestAttributionEqualsTheTable(t *testing.T) {
	t.Parallel()
	output, err := attribute(t)
	require.NoError(t, err, output)
	readme, err := os.ReadFile(filepath.Join(attributionExample, "README.md"))
	require.NoError(t, err)
	rows := 0
	for line := range strings.Lines(output) {
		cells := strings.Fields(line)
		if len(cells) == 3 && strings.HasPrefix(cells[1], "cc-") {
			rows++
			assert.Contains(t, string(readme), "\n| "+strings.Join(cells, " | ")+" |\n")
		}
	}
	assert.Equal(t, 5, rows, output)
}

// The owner at the time of the call pays: with another date in the table of owners, the calls
// between the two dates are somebody else's, and nothing else changes.
func TestMovingTheDateMovesTheMoney(t *testing.T) {
	t.Parallel()
	example := t.TempDir()
	require.NoError(t, os.CopyFS(example, os.DirFS(attributionExample)))
	owners := filepath.Join(example, "owners.csv")
	table, err := os.ReadFile(owners)
	require.NoError(t, err)
	require.Equal(t, 4, bytes.Count(table, []byte("2026-03-16")))
	moved := bytes.ReplaceAll(table, []byte("2026-03-16"), []byte("2026-03-21"))
	require.NoError(t, os.WriteFile(owners, moved, 0o600))

	output, err := attribute(t, "-example", example, "-expected", absolute("testdata/attribution-moved.csv"))
	require.NoError(t, err, output)
	output, err = attribute(t, "-example", example)
	require.Error(t, err, "the table of the README is still right")
	for _, owner := range []string{"growth", "research", "search"} {
		assert.Contains(t, output, "differ: "+owner)
	}
	for _, owner := range []string{"payments", "support", "unallocated"} {
		assert.NotContains(t, output, "differ: "+owner)
	}
}

// What finops allocate makes of the files of a collector is the same money, and nothing of it is
// left with the value that was shared.
func TestAllocateTheFilesOfACollector(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	files, rules := filepath.Join(directory, "focus"), filepath.Join(directory, "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte(
		"rules: [{name: guests, dimension: team, shared: unallocated, driver: requests, callers: {among: [search, support]}}]"), 0o600))
	output, err := attribute(t, "-focus", files)
	require.NoError(t, err, output)

	// In a month of its own root, as the exporter lays files out.
	split := filepath.Join(directory, "split", "billing_period=2026-03", "day=all", "out.csv")
	require.NoError(t, os.MkdirAll(filepath.Dir(split), 0o700))
	output, err = goRun(t, "./cmd/finops", "allocate", "--rules", rules, "--output", split, filepath.Join(files, "metered"))
	require.NoError(t, err, output)
	assert.Contains(t, output, "guests  2026-03-01  support")

	before, after := focusCosts(t, filepath.Join(files, "metered")), focusCosts(t, filepath.Join(directory, "split"))
	assert.Equal(t, "9.323", wholeCost(before).FloatString(3))
	assert.Zero(t, wholeCost(before).Cmp(wholeCost(after)))
	for of := range after {
		assert.NotEqual(t, "unallocated", of.team)
	}
}

func wholeCost(costs map[owner]*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, cost := range costs {
		sum.Add(sum, cost)
	}
	return sum
}
