package genaipricingextension

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// The configuration in the README must be one that is accepted.
func TestReadmeConfigurationIsValid(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```yaml\n")
	require.True(t, found)
	text, _, _ := strings.Cut(rest, "```")
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	sub, err := confmap.NewFromStringMap(raw).Sub("extensions::gen_ai_pricing")
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	assert.Len(t, cfg.Catalogs, 3)
	assert.Equal(t, "EUR", cfg.Customization.Currency)
}
