package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
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

// startElsewhere starts a configuration on free ports, sends it spans over gRPC and stops it.
// Nothing listens where its exporters send to: it must not need its backend to start, nor call
// a real one.
func startElsewhere(t *testing.T, config string) *otelcol.Process {
	t.Helper()
	addresses, err := otelcol.FreeAddresses(t.Context(), 4)
	require.NoError(t, err)
	overlay := filepath.Join(t.TempDir(), "overlay.yaml")
	moved := strings.NewReplacer("GRPC", addresses[0], "HTTP", addresses[1], "PROMETHEUS", addresses[2], "HEALTH", addresses[3])
	require.NoError(t, os.WriteFile(overlay, []byte(moved.Replace(elsewhere)), 0o600))

	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	process, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"), []string{config, overlay},
		"STATE_DIRECTORY="+t.TempDir(), "FOCUS_DIRECTORY="+t.TempDir(), "PRICES_DIRECTORY="+filepath.Dir(config), "EXAMPLE_DIRECTORY="+filepath.Dir(config),
		"DD_API_KEY=0123456789abcdef",
		"DD_SITE=invalid", "REMOTE_WRITE_ENDPOINT=http://127.0.0.1:1/api/v1/write")
	require.NoError(t, err)
	t.Cleanup(process.Kill)
	require.NoError(t, dial(t, addresses[0]).send(t.Context(), calls(1, 3)))
	assert.NoError(t, process.Stop(stopTimeout))
	return process
}

// Every example starts, takes spans and stops in order.
func TestExamplesStart(t *testing.T) {
	t.Parallel()
	for _, config := range glob(t, "../../examples/*/config.yaml") {
		t.Run(filepath.Base(filepath.Dir(config)), func(t *testing.T) {
			t.Parallel()
			assertCleanLog(t, startElsewhere(t, config))
			assert.FileExists(t, filepath.Join(filepath.Dir(config), "README.md"))
		})
	}
}

// The collector says so when a component has an old name. What assertCleanLog looks for must be
// what it says.
func TestOldComponentNamesAreNoticed(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte(`
receivers: {otlp: }
exporters: {otlphttp: {endpoint: "http://127.0.0.1:1"}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}}
`), 0o600))
	assert.NotEmpty(t, startElsewhere(t, config).LogLines(deprecation))
}

// yamlBlock is a fenced block of YAML in Markdown.
var yamlBlock = regexp.MustCompile("(?s)\n```yaml\n(.*?\n)```")

// Every complete configuration in a README runs. A block without pipelines is a fragment that
// shows a few keys.
func TestConfigurationsOfREADMEsStart(t *testing.T) {
	readmes := glob(t, "../../README.md",
		"../../processor/*/README.md", "../../connector/*/README.md", "../../extension/*/README.md")
	t.Chdir(t.TempDir()) // what they write beside themselves
	for _, readme := range readmes {
		text, err := os.ReadFile(readme)
		require.NoError(t, err)
		found := false
		for _, block := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(block[1], "\n  pipelines:\n") {
				continue
			}
			found = true
			config := filepath.Join(t.TempDir(), "config.yaml")
			require.NoError(t, os.WriteFile(config, []byte(block[1]), 0o600))
			assertCleanLog(t, startElsewhere(t, config))
		}
		assert.True(t, found, "%s has no complete configuration", readme)
	}
}
