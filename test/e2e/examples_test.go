package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// elsewhere moves an example to free ports; what an example does not have stays unused.
const elsewhere = `
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: GRPC
      http:
        endpoint: HTTP
exporters:
  prometheus:
    endpoint: PROMETHEUS
extensions:
  health_check:
    endpoint: HEALTH
service:
  telemetry:
    metrics:
      level: none
`

// Every example starts, takes spans and stops in order, whether its backend is there or not.
func TestExamplesStart(t *testing.T) {
	t.Parallel()
	for _, config := range glob(t, "../../examples/*/config.yaml") {
		t.Run(filepath.Base(filepath.Dir(config)), func(t *testing.T) {
			t.Parallel()
			addresses, err := otelcol.FreeAddresses(t.Context(), 4)
			require.NoError(t, err)
			overlay := filepath.Join(t.TempDir(), "overlay.yaml")
			moved := strings.NewReplacer("GRPC", addresses[0], "HTTP", addresses[1], "PROMETHEUS", addresses[2], "HEALTH", addresses[3])
			require.NoError(t, os.WriteFile(overlay, []byte(moved.Replace(elsewhere)), 0o600))

			ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
			defer cancel()
			process, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"), []string{config, overlay},
				"STATE_DIRECTORY="+t.TempDir(), "DD_API_KEY=0123456789abcdef",
				// Nothing listens there: an example must not need its backend to start, nor call a real one.
				"DD_SITE=invalid", "REMOTE_WRITE_ENDPOINT=http://127.0.0.1:1/api/v1/write")
			require.NoError(t, err)
			t.Cleanup(process.Kill)
			require.NoError(t, dial(t, addresses[0]).send(t.Context(), calls(1, 3)))
			assert.NoError(t, process.Stop(stopTimeout))
			assertCleanLog(t, process)
		})
	}
}
