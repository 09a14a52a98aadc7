package genaicostconnector

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// TestReadmeExamples loads every configuration of this connector that the README shows.
func TestReadmeExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 4)
	for _, block := range blocks {
		var raw map[string]any
		require.NoError(t, yaml.Unmarshal(block[1], &raw))
		sub, err := confmap.NewFromStringMap(raw).Sub("connectors::gen_ai_cost")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg))
		require.NoError(t, confmap.Validate(cfg))
	}
}

func TestReadmeNamesEveryKeyAndDimension(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	text := string(readme)
	conf := confmap.New()
	require.NoError(t, conf.Marshal(createDefaultConfig()))
	keys := conf.AllKeys()
	require.NotEmpty(t, keys)
	for _, key := range keys {
		assert.Contains(t, text, "`"+key, key)
	}
	for _, name := range append(defaultDimensionNames(), reserved...) {
		assert.Contains(t, text, "`"+name+"`", name)
	}
	for _, d := range defaultDimensions {
		if len(d.Fallbacks) > 0 {
			assert.Contains(t, text, "| `"+d.Name+"` | `"+strings.Join(d.Fallbacks, "`, `")+"` |")
		}
	}
}
