package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func promtool(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), executable(t, "PROMTOOL"), arguments...).CombinedOutput()
	return string(text), err
}

// The recording rules give what was worked out by hand from recorded series.
func TestRecordingRules(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "../../examples/kpis/tests/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			output, err := promtool(t, "test", "rules", file)
			assert.NoError(t, err, output)
		})
	}
}

func TestPrometheusTakesTheRules(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][]string{
		append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, glob(t, "../../examples/kpis/rules/*.yaml")...),
		{"check", "config", "--lint=all", "--lint-fatal", glob(t, "../../examples/kpis/prometheus.yaml")[0]},
	} {
		output, err := promtool(t, arguments...)
		require.NoError(t, err, output)
	}
}
