package focusexporter

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/metadata"
)

func load(t *testing.T, name string) *Config {
	t.Helper()
	all, err := confmaptest.LoadConf("testdata/config.yaml")
	require.NoError(t, err)
	sub, err := all.Sub(component.NewIDWithName(metadata.Type, name).String())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	return cfg
}

func TestLoadConfig(t *testing.T) {
	minimal := load(t, "")
	require.NoError(t, confmap.Validate(minimal))
	want := createDefaultConfig().(*Config)
	want.URL = "file:///var/lib/otelcol/focus"
	assert.Equal(t, want, minimal)

	all := load(t, "all")
	require.NoError(t, confmap.Validate(all))
	storage := component.MustNewID("file_storage")
	want = createDefaultConfig().(*Config)
	want.URL, want.Format, want.Version, want.Grain = "s3://bucket/focus?region=eu-central-1", "csv", "1.3", GrainDay
	want.Tags, want.Storage = []string{"k8s.namespace.name"}, &storage
	want.Commitments = []CommitmentConfig{{ID: "ptu-sweden", Provider: "azure.ai.openai", HourlyCost: "36"}}
	want.PublishInterval, want.GracePeriod = 15*time.Minute, 6*time.Hour
	want.ReplayWindowSize, want.MaxRows, want.MaxRowsPerFile = 5000, 2000, 1000
	queue := exporterhelper.NewDefaultQueueConfig()
	queue.WaitForResult = true
	want.QueueConfig = configoptional.Some(queue)
	assert.Equal(t, want, all)
}

// A version may be written as YAML reads it.
func TestVersions(t *testing.T) {
	for given, want := range map[any]string{1.2: "1.2", "1.4": "1.4", 2.0: "2", 1.25: "1.25"} {
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{"version": given}).Unmarshal(cfg))
		assert.Equal(t, want, cfg.Version)
	}
}

// commitment adds two commitments, of which the second is changed.
func commitment(change func(*CommitmentConfig)) func(*Config) {
	return func(c *Config) {
		second := CommitmentConfig{ID: "b", Provider: "azure.ai.openai", HourlyCost: "36"}
		change(&second)
		c.Commitments = []CommitmentConfig{{ID: "a", Provider: "azure.ai.openai", HourlyCost: "36"}, second}
	}
}

func TestValidate(t *testing.T) {
	storage := component.MustNewID("file_storage")
	cases := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no url", func(c *Config) { c.URL = "" }, "url is empty; write where the files go"},
		{"bad url", func(c *Config) { c.URL = "s3://%" }, `url: parse "s3://%"`},
		{"path", func(c *Config) { c.URL = "/var/lib" }, `url: scheme of "/var/lib" is unknown; use file://, s3://, gs:// or azblob://`},
		{"scheme", func(c *Config) { c.URL = "https://user:secret@host/x" }, `url: scheme of "https://user:xxxxx@host/x" is unknown`},
		{"two slashes", func(c *Config) { c.URL = "file://var/lib" }, `url: "file://var/lib" names no directory; write file:///var/lib/otelcol/focus`},
		{"no bucket", func(c *Config) { c.URL = "s3://" }, `url: "s3:" names no bucket; write s3://bucket/prefix`},
		{"three slashes", func(c *Config) { c.URL = "azblob:///prefix" }, `url: "azblob:///prefix" names no bucket; write azblob://bucket/prefix`},
		{"options of a directory", func(c *Config) { c.URL = "file:///focus?region=x" }, `url: "file:///focus?region=x" has options, which directories have not; remove ?region=x`},
		{"format", func(c *Config) { c.Format = "json" }, `format: unknown format "json"; known are parquet, csv`},
		{"version", func(c *Config) { c.Version = "1.1" }, `version: unknown FOCUS version "1.1"; known are 1.2, 1.3, 1.4`},
		{"grain", func(c *Config) { c.Grain = "month" }, `grain is "month"; use hour or day`},
		{"empty tag", func(c *Config) { c.Tags = []string{""} }, "tags[0] is empty; write the name of an attribute"},
		{"own tag", func(c *Config) { c.Tags = []string{"a", "finops.team"} }, `tags[1]: "finops.team" is written by the gen_ai_cost processor`},
		{"tag twice", func(c *Config) { c.Tags = []string{"a", "a"} }, `tags[1]: "a" is listed twice; remove one`},
		{"commitment without id", commitment(func(c *CommitmentConfig) { c.ID = "" }), "commitments[1]: id is empty"},
		{"commitment twice", commitment(func(c *CommitmentConfig) { c.ID = "a" }), `commitments[1]: id "a" is used twice; rename one`},
		{"commitment without provider", commitment(func(c *CommitmentConfig) { c.Provider = "" }), "commitments[1]: provider is empty"},
		{"currency of a commitment", commitment(func(c *CommitmentConfig) { c.Currency = "usd" }), `commitments[1]: currency is "usd"; use an ISO 4217 code like USD`},
		{"digits for a currency", commitment(func(c *CommitmentConfig) { c.Currency = "840" }), `commitments[1]: currency is "840"; use an ISO 4217 code like USD`},
		{"model of a commitment", commitment(func(c *CommitmentConfig) { c.Model = "[" }), `commitments[1]: model: "[": syntax error in pattern`},
		{"cost of a commitment", commitment(func(c *CommitmentConfig) { c.HourlyCost = "free" }), `commitments[1]: hourly_cost is "free"; use a decimal above 0`},
		{"no cost of a commitment", commitment(func(c *CommitmentConfig) { c.HourlyCost = "0" }), `commitments[1]: hourly_cost is "0"; use a decimal above 0`},
		{"from", commitment(func(c *CommitmentConfig) { c.From = "May" }), `commitments[1]: from: "May" is no time; use 2026-11-24`},
		{"to", commitment(func(c *CommitmentConfig) { c.From, c.To = "2026-11-24", "2026-11-24T00:00:00Z" }), "commitments[1]: to is 2026-11-24T00:00:00Z, which is not after from, 2026-11-24"},
		{"interval", func(c *Config) { c.PublishInterval = 0 }, "publish_interval is 0s; use at least 1s"},
		{"grace", func(c *Config) { c.GracePeriod = -1 }, "grace_period is -1ns; use 0 or more"},
		{"window", func(c *Config) { c.ReplayWindowSize = 0 }, "replay_window_size is 0; use at least 1024"},
		{"rows of a file", func(c *Config) { c.MaxRowsPerFile = 0 }, "max_rows_per_file is 0; use at least 1"},
		{"rows", func(c *Config) { c.MaxRows = 1 }, "max_rows is 1 and max_rows_per_file 100000; use at least as many"},
		{"queue", func(c *Config) {
			c.Storage = &storage
			c.QueueConfig = configoptional.Some(exporterhelper.NewDefaultQueueConfig())
		}, "sending_queue acknowledges batches that are in memory only, although storage is set"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			cfg.URL = "file:///focus"
			require.NoError(t, cfg.Validate())
			c.change(cfg)
			require.ErrorContains(t, cfg.Validate(), c.want)
			assert.NotContains(t, cfg.Validate().Error(), "secret")
		})
	}
}
