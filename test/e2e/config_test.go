package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// validate runs the collector's own check on configurations, merged. Relative paths in them
// are relative to the first.
func validate(t *testing.T, configs ...string) (output string, err error) {
	t.Helper()
	arguments := []string{"validate"}
	for _, config := range configs {
		arguments = append(arguments, "--config", config)
	}
	command := exec.CommandContext(t.Context(), executable(t, "OTELCOL_FINOPS"), arguments...)
	command.Dir = filepath.Dir(configs[0])
	command.Env = append(os.Environ(),
		"PRICES_DIRECTORY="+filepath.Dir(configs[0]), "EXAMPLE_DIRECTORY="+filepath.Dir(configs[0]),
		"DD_API_KEY=0123456789abcdef", "REMOTE_WRITE_ENDPOINT=http://localhost:9090/api/v1/write",
		"E2E_GRPC=localhost:4317", "E2E_HTTP=localhost:4318", "E2E_PROMETHEUS=localhost:9464",
		"E2E_DIRECTORY="+t.TempDir(), "E2E_FLUSH_INTERVAL=15s")
	text, err := command.CombinedOutput()
	return string(text), err
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	var files []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, matches, pattern)
		for _, match := range matches {
			absolute, err := filepath.Abs(match)
			require.NoError(t, err)
			files = append(files, absolute)
		}
	}
	return files
}

func TestExamplesValidate(t *testing.T) {
	t.Parallel()
	for _, config := range glob(t, "../../examples/*/config.yaml") {
		output, err := validate(t, config)
		assert.NoError(t, err, "%s: %s", config, output)
	}
}

// What is wrong is named by its key path.
func TestBadConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		overlay string
		message []string
	}{
		"unknown key of the processor": {
			"processors: {gen_ai_cost: {detial: full}}", []string{"'processors' ", "gen_ai_cost", "detial"},
		},
		"value of the processor": {
			"processors: {gen_ai_cost: {detail: verbose}}", []string{"processors::gen_ai_cost", "verbose", "standard"},
		},
		"unknown key of the connector": {
			"connectors: {gen_ai_cost: {dimension: [a]}}", []string{"'connectors' ", "gen_ai_cost", "dimension"},
		},
		"value of the connector": {
			"connectors: {gen_ai_cost: {temporality: sometimes}}", []string{"connectors::gen_ai_cost", "sometimes", "delta"},
		},
		"dimension that is reserved": {
			"connectors: {gen_ai_cost: {dimensions: [{name: finops.meter}]}}", []string{"connectors::gen_ai_cost", "finops.meter"},
		},
		"interval that cannot be": {
			"connectors: {gen_ai_cost: {metrics_flush_interval: -1s}}", []string{"connectors::gen_ai_cost", "metrics_flush_interval", "-1s"},
		},
		"unknown key of the extension": {
			"extensions: {gen_ai_pricing: {catalog: builtin}}", []string{"'extensions' ", "gen_ai_pricing", "catalog"},
		},
		"catalog without a path": {
			"extensions: {gen_ai_pricing: {catalogs: [{source: file}]}}", []string{"extensions::gen_ai_pricing", "path"},
		},
		"currency that is none": {
			"extensions: {gen_ai_pricing: {currency: dollars}}", []string{"extensions::gen_ai_pricing", "dollars"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := filepath.Join(t.TempDir(), "overlay.yaml")
			require.NoError(t, os.WriteFile(config, []byte(test.overlay+"\n"), 0o600))
			output, err := validate(t, glob(t, "testdata/collector.yaml")[0], config)
			require.Error(t, err, "it was accepted")
			for _, part := range test.message {
				assert.Contains(t, output, part)
			}
		})
	}
}
