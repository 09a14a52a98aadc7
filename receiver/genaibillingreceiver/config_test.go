package genaibillingreceiver

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestDefaults(t *testing.T) {
	cfg, err := load(t, `providers: [{provider: openai, api_key: k}]`)
	require.NoError(t, err)
	assert.Equal(t, time.Hour, cfg.CollectionInterval)
	assert.Equal(t, 72*time.Hour, cfg.LookBack)
	assert.Equal(t, 31*24*time.Hour, cfg.InitialLookBack)
	p := cfg.Providers[0]
	assert.Equal(t, "openai", p.Name)
	assert.Equal(t, "https://api.openai.com", p.Client.Endpoint)
	assert.Equal(t, time.Minute, p.Client.Timeout)
	assert.Equal(t, 5*time.Minute, p.Retry.MaxElapsedTime)
	text, err := p.APIKey.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "[REDACTED]", string(text))
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                               "providers: name at least one",
		`providers: [{provider: mistral}]`: `providers::0: provider: "mistral" is none of openai, anthropic, openrouter, litellm, focus`,
		`providers: [{provider: openai}]`:  "providers::0: api_key: set either api_key",
		`providers: [{provider: openai, api_key: k, api_key_file: f}]`:                     "set either",
		`providers: [{provider: openai, api_key: k, url: x}]`:                              "providers::0: url: no effect with provider openai",
		`providers: [{provider: litellm, api_key: k}]`:                                     "endpoint: required for provider litellm",
		`providers: [{provider: litellm, api_key: k, endpoint: "ftp://x"}]`:                "endpoint: required",
		`providers: [{provider: litellm, api_key: k, endpoint: "http://u:p@x/"}]`:          "no user and no query",
		`providers: [{provider: openai, api_key: k, max_size: 0}]`:                         "max_size",
		`providers: [{provider: focus}]`:                                                   "url: required",
		`providers: [{provider: focus, url: x, api_key: k}]`:                               "api_key: no effect with provider focus",
		`providers: [{provider: focus, url: x}, {provider: focus, url: y}]`:                `providers::1: providers::0 is named "focus" too; set name`,
		`{collection_interval: 1s, providers: [{provider: focus, url: x}]}`:                "collection_interval: 1s is below the minimum of 1m0s",
		`{look_back: -1h, providers: [{provider: focus, url: x}]}`:                         "look_back: -1h0m0s must not be negative",
		`{look_back: 48h, initial_look_back: 24h, providers: [{provider: focus, url: x}]}`: "initial_look_back: 24h0m0s must not be less",
		`providers: [{provider: openai, api_key: k, api_kye: k}]`:                          "invalid keys: api_kye",
	} {
		_, err := load(t, text)
		assert.ErrorContains(t, err, want, text)
	}
}

// The configuration in the README must be one that is accepted, and its table must have every key.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("README.md")
	require.NoError(t, err)
	readme := string(data)
	_, rest, found := strings.Cut(readme, "```yaml\n")
	require.True(t, found)
	text, _, _ := strings.Cut(rest, "```")
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	sub, err := confmap.NewFromStringMap(raw).Sub("receivers::gen_ai_billing")
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	for _, key := range []string{
		"collection_interval", "initial_delay", "timeout", "look_back", "initial_look_back", "storage", "provider", "name", "account", "api_key",
		"api_key_file", "max_size", "retry_on_failure", "endpoint", "url", "services", "provider_name",
	} {
		assert.Contains(t, readme, "| `"+key+"`", key)
	}
}
