package genaicostconnector

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

func loadConfig(t *testing.T, name string) (*Config, error) {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	sub, err := conf.Sub(component.NewIDWithName(metadata.Type, name).String())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	return cfg, confmap.Validate(cfg)
}

func TestLoadConfig(t *testing.T) {
	storage, pricing := component.MustNewID("file_storage"), component.MustNewID("gen_ai_pricing")
	full := createDefaultConfig().(*Config)
	full.Dimensions = []Dimension{{Name: "finops.project"}, {Name: "finops.team", Default: "nobody"}}
	full.ExcludeDimensions = []string{"finops.model.version"}
	full.Histogram.Explicit = configoptional.Some(ExplicitHistogramConfig{Buckets: []float64{0.001, 0.01, 0.1, 1}})
	full.Exemplars = ExemplarsConfig{Enabled: true, MaxPerDataPoint: 2}
	full.AggregationCardinalityLimit = 2000
	full.MetricsFlushInterval = 30 * time.Second
	full.SeriesExpiration = time.Hour
	full.Temporality = TemporalityDelta
	full.Storage = &storage
	full.ReplayWindowSize = 1000
	full.Events = EventsConfig{Threshold: new(0.5), Top: new(3), Interval: 30 * time.Second, Limit: 20}
	full.Pricing = &pricing
	full.Count.Default = signals.Traces
	full.Count.Services = map[string]signals.Signal{"claude-code": signals.Metrics}

	exponential := createDefaultConfig().(*Config)
	exponential.Histogram.Exponential = configoptional.Some(ExponentialHistogramConfig{MaxSize: defaultMaxSize})

	for name, want := range map[string]*Config{
		"defaults":    createDefaultConfig().(*Config),
		"full":        full,
		"exponential": exponential,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := loadConfig(t, name)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestValidate(t *testing.T) {
	explicit := func(buckets ...float64) func(*Config) {
		return func(c *Config) {
			c.Histogram.Explicit = configoptional.Some(ExplicitHistogramConfig{Buckets: buckets})
		}
	}
	exponential := func(size int) func(*Config) {
		return func(c *Config) {
			c.Histogram.Exponential = configoptional.Some(ExponentialHistogramConfig{MaxSize: size})
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"empty dimension", func(c *Config) { c.Dimensions = []Dimension{{Name: "a"}, {}} }, "dimensions[1]::name is empty; write"},
		{"reserved dimension", func(c *Config) { c.Dimensions = []Dimension{{Name: "finops.meter"}} }, `dimensions[0]::name: "finops.meter" is an attribute of the metrics already`},
		{"dimension twice", func(c *Config) { c.Dimensions = []Dimension{{Name: "a"}, {Name: "a"}} }, `dimensions[1]::name: "a" is listed twice`},
		{"too many dimensions", func(c *Config) { c.Dimensions = manyDimensions(maxDimensions + 1) }, "are too many; use at most"},
		{"added and excluded", func(c *Config) {
			c.Dimensions = []Dimension{{Name: "finops.team"}}
			c.ExcludeDimensions = []string{"finops.team"}
		}, `"finops.team" is in exclude_dimensions too`},
		{"unknown exclusion", func(c *Config) { c.ExcludeDimensions = []string{"team"} }, `exclude_dimensions[0]: "team" is not a default dimension; use one of gen_ai.provider.name, `},
		{"both histograms", func(c *Config) { explicit(1)(c); exponential(4)(c) }, "histogram: explicit and exponential are both set; remove one"},
		{"no buckets", explicit(), "histogram::explicit::buckets is empty"},
		{"descending buckets", explicit(1, 0.5), "histogram::explicit::buckets[1] is 0.5 after 1"},
		{"equal buckets", explicit(1, 1), "histogram::explicit::buckets[1] is 1 after 1"},
		{"negative bucket", explicit(-1, 1), "histogram::explicit::buckets[0] is -1"},
		{"NaN bucket", explicit(math.NaN()), "histogram::explicit::buckets[0] is NaN"},
		{"infinite bucket", explicit(1, math.Inf(1)), "histogram::explicit::buckets[1] is +Inf"},
		{"tiny exponential", exponential(1), "histogram::exponential::max_size is 1; use 2 to"},
		{"exemplars without room", func(c *Config) { c.Exemplars.MaxPerDataPoint = 0 }, "exemplars::max_per_data_point is 0"},
		{"negative limit", func(c *Config) { c.AggregationCardinalityLimit = -1 }, "aggregation_cardinality_limit is -1"},
		{"negative window", func(c *Config) { c.ReplayWindowSize = -1 }, "replay_window_size is -1"},
		{"no interval", func(c *Config) { c.MetricsFlushInterval = 0 }, "metrics_flush_interval is 0s; use at least 100ms"},
		{"short expiration", func(c *Config) { c.SeriesExpiration = time.Second }, "series_expiration is 1s; use at least twice metrics_flush_interval (30s)"},
		{"temporality", func(c *Config) { c.Temporality = "AGGREGATION_TEMPORALITY_DELTA" }, `temporality is "AGGREGATION_TEMPORALITY_DELTA"; use cumulative or delta`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			tt.change(cfg)
			assert.ErrorContains(t, confmap.Validate(cfg), tt.want)
		})
	}
}

func manyDimensions(n int) []Dimension {
	dims := make([]Dimension, n)
	for i := range dims {
		dims[i].Name = "finops." + string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	return dims
}

func TestMostDimensionsFit(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.Dimensions = manyDimensions(maxDimensions) })
	metrics, logs := &consumertest.MetricsSink{}, &consumertest.LogsSink{}
	c, events := h.traces(metrics), h.tracesToEvents(logs)
	one := priced(1)
	for _, d := range h.cfg.Dimensions {
		allocation, _ := record.AllocationOf(d.Name)
		one = one.with(d.Name, d.Name).with(allocation, allocation)
	}
	last := h.cfg.Dimensions[maxDimensions-1].Name
	one = one.with("finops.shares."+strings.TrimPrefix(last, "finops."), "owner:1")
	require.NoError(t, c.ConsumeTraces(t.Context(), traces(one)))
	require.NoError(t, c.Shutdown(t.Context()))
	require.NoError(t, events.Shutdown(t.Context()))
	assert.InDelta(t, pricedCost, page{}.read(metrics.AllMetrics()...).total("finops.cost", last+"=owner"), 1e-15)
	got := records(logs.AllLogs()...)[0].Attributes()
	for name, want := range one.attrs {
		v, ok := got.Get(name)
		if strings.HasPrefix(name, "finops.shares.") {
			assert.False(t, ok)
			continue
		}
		assert.True(t, ok && v.Str() == want, name)
	}
}

func TestBadConfigIsRefusedWithAllItsErrors(t *testing.T) {
	_, err := loadConfig(t, "bad")
	for _, want := range []string{
		"dimensions[0]::name is empty",
		"exclude_dimensions[0]",
		"metrics_flush_interval is 1ms",
		"temporality is \"sometimes\"",
		`"spans" is not a signal: use traces, logs or metrics`,
		"name a service.name and the signal that counts for it",
	} {
		assert.ErrorContains(t, err, want)
	}
}
