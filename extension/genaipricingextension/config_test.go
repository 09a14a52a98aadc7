package genaipricingextension

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func loadConfig(t *testing.T, name string) *Config {
	t.Helper()
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	sub, err := conf.Sub(component.NewIDWithName(metadata.Type, name).String())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	return cfg
}

func TestConfigDefaults(t *testing.T) {
	cfg := loadConfig(t, "")
	require.NoError(t, confmap.Validate(cfg))
	assert.True(t, cfg.Watch)
	assert.Equal(t, "USD", cfg.Customization.Currency)
	assert.Equal(t, []CatalogConfig{{Source: SourceBuiltin, Format: "finops"}}, cfg.catalogs())
}

func TestConfigFull(t *testing.T) {
	cfg := loadConfig(t, "full")
	require.NoError(t, confmap.Validate(cfg))
	require.Len(t, cfg.Catalogs, 3)
	assert.Equal(t, SourceBuiltin, cfg.Catalogs[0].Source)
	assert.Equal(t, "prices/contract.yaml", cfg.Catalogs[1].Path)
	assert.Equal(t, "finops", cfg.Catalogs[1].Format)
	fetched := cfg.Catalogs[2]
	assert.Equal(t, "https://prices.example.com/litellm.json", fetched.Client.Endpoint)
	assert.Equal(t, "litellm", fetched.Format)
	assert.Equal(t, 15*time.Minute, fetched.RefreshInterval)
	assert.Equal(t, 5*time.Second, fetched.Client.Timeout)
	assert.EqualValues(t, 1<<20, fetched.MaxSize)
	header, _ := fetched.Client.Headers.Get("x-team")
	assert.Equal(t, "finops", string(header))
	assert.False(t, cfg.Watch)
	assert.Equal(t, "EUR", cfg.Customization.Currency)
	assert.Equal(t, pricing.Deployment{Provider: "openai", Model: "gpt-4o"}, cfg.Customization.Deployments["prod-gpt4o-eastus"])
	assert.Len(t, cfg.Customization.Overrides, 1)
	assert.Equal(t, "accounts.csv", cfg.Accounts)
	require.NotNil(t, cfg.Storage)
	assert.Equal(t, "file_storage", cfg.Storage.String())
}

func TestConfigRefuses(t *testing.T) {
	for name, want := range map[string]string{
		"no_source":             "catalogs::0: source: required; one of builtin, file, http",
		"unknown_source":        `catalogs::0: source: "ftp" is none of builtin, file, http`,
		"no_path":               "catalogs::0: path: required for source file",
		"no_endpoint":           `catalogs::0: endpoint: "" is no http or https URL`,
		"unknown_format":        `catalogs::0: format: "xls" is none of finops, genai_prices, litellm, models_dev`,
		"builtin_with_endpoint": "catalogs::0: endpoint: no effect with source builtin",
		"twice":                 "catalogs::1: prices.yaml is given already as catalogs::0",
		"interval":              "catalogs::0: refresh_interval: 1ms is below the minimum of 1s",
		"size":                  "catalogs::0: max_size: -1 must be a positive number of bytes",
		"agreement":             "agreements::0: discount",
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, confmap.Validate(loadConfig(t, name)), want)
		})
	}
}

func TestConfigRefusesMisspeltKeysOfCatalogs(t *testing.T) {
	conf := confmap.NewFromStringMap(map[string]any{"catalogs": []any{
		map[string]any{"source": "http", "endpoint": "https://prices.example.com", "refresh_intervall": "1h"},
	}})
	assert.ErrorContains(t, conf.Unmarshal(createDefaultConfig()), "'catalogs[0]' has invalid keys: refresh_intervall")
}

func TestNamesHoldNoCredentials(t *testing.T) {
	cfg := CatalogConfig{Source: SourceHTTP}
	cfg.Client.Endpoint = "https://user:secret@prices.example.com/list?token=secret"
	assert.Equal(t, "prices.example.com/list", cfg.name())
	cfg.Client.Endpoint = "://secret"
	assert.NotContains(t, cfg.name(), "secret")
	require.Error(t, cfg.Validate())
	assert.NotContains(t, cfg.Validate().Error(), "secret")
}
