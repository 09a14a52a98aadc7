package focusexporter

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// TestReadmeExamples loads every configuration of this exporter that the README shows.
func TestReadmeExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 3)
	for _, block := range blocks {
		var raw map[string]any
		require.NoError(t, yaml.Unmarshal(block[1], &raw))
		sub, err := confmap.NewFromStringMap(raw).Sub("exporters::focus")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg))
		require.NoError(t, confmap.Validate(cfg))
	}
}

func TestReadmeNamesEveryKey(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	conf := confmap.New()
	require.NoError(t, conf.Marshal(createDefaultConfig()))
	require.NotEmpty(t, conf.ToStringMap())
	for key := range conf.ToStringMap() {
		assert.Contains(t, string(readme), "`"+key+"`")
	}
}

func TestReadmeNamesOnlyMetricsThatExist(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	documented, err := os.ReadFile("documentation.md")
	require.NoError(t, err)
	names := regexp.MustCompile(`exporter_focus_[a-z_]+`).FindAllString(string(readme), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, string(documented), "otelcol_"+name+"\n")
	}
}
