package whole

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// TestMeasureFloor runs the whole measurement at a small scale: the collector starts, takes the load, counts
// every call and stops.
func TestMeasureFloor(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "floorcol")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/floorcol").CombinedOutput()
	require.NoError(t, err, string(out))
	batch, err := workload.New(workload.Spec{GenAIEvery: 20})
	require.NoError(t, err)
	for _, v := range Variants() {
		if !v.Floor {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			run, err := v.Measure(t.Context(), binary, Load{Batch: batch, Connections: 2, WarmUp: 2, Batches: 40})
			require.NoError(t, err)
			assert.Positive(t, run.CPU)
			assert.Positive(t, run.PeakRSS)
			if v.Requests == "" {
				assert.InDelta(t, -1, run.Counted, 0)
			} else {
				assert.InDelta(t, 1, run.Counted, 0)
			}
			t.Logf("%+v", run)
		})
	}
}
