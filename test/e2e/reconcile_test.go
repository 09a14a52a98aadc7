//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/month"
)

// In a simulated month, whatever sets the bill apart from the books is named, at its size to the cent; and a month without faults has
// no difference at all. Closed, each month charges teams what the providers' ledgers have.
func TestFaultsOfAMonthAreFound(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	runner := month.Runner{Collector: executable(t, "OTELCOL_FINOPS"), Finops: buildFinops(t, directory), Directory: directory}
	now := time.Now()
	for _, scenario := range month.Scenarios {
		t.Run(scenario.Name, func(t *testing.T) { //nolint:paralleltest // each has a collector to itself, and there are many
			outcome, err := runner.Run(t.Context(), scenario, now)
			require.NoError(t, err)
			assert.Empty(t, outcome.Problems())
			assert.NotEmpty(t, outcome.Closed.Teams)
			assert.Equal(t, month.Exact(outcome.Billed), month.Exact(outcome.Closed.Sum()))
			assertCleanLog(t, outcome.Process)
			page, err := os.ReadFile(outcome.Page)
			require.NoError(t, err)
			assert.Contains(t, string(page), "<svg")
			if len(scenario.Faults) == 0 {
				assert.Zero(t, outcome.Drift().Sign(), "drift of %s", outcome.Drift().FloatString(6))
			}
		})
	}
}

// buildFinops builds the command below the directory.
func buildFinops(t *testing.T, directory string) string {
	t.Helper()
	path := filepath.Join(directory, "finops")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./cmd/finops")
	command.Dir = absolute("../..")
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return path
}
