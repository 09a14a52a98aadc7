package genaicostconnector

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/output"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// Temporality says what the points of a series mean.
type Temporality string

const (
	// TemporalityCumulative points count since the start of their series.
	TemporalityCumulative Temporality = "cumulative"
	// TemporalityDelta points count since the point before.
	TemporalityDelta Temporality = "delta"
)

// Dimension is an attribute that every metric is divided by.
type Dimension struct {
	// Name of the attribute; looked up on the span or log record, then on the resource.
	Name string `mapstructure:"name"`
	// Default is the value where the attribute is absent. Without it the data point lacks the attribute.
	Default string `mapstructure:"default"`
	// prevent unkeyed literal initialization
	_ struct{}
}

// ExplicitHistogramConfig configures a histogram with fixed buckets.
type ExplicitHistogramConfig struct {
	// Buckets are the upper bounds, in units of the currency, ascending.
	Buckets []float64 `mapstructure:"buckets"`
	// prevent unkeyed literal initialization
	_ struct{}
}

// ExponentialHistogramConfig configures a histogram whose buckets follow the data.
type ExponentialHistogramConfig struct {
	// MaxSize is the most buckets of one data point; the resolution falls so that they suffice.
	MaxSize int `mapstructure:"max_size"`
	// prevent unkeyed literal initialization
	_ struct{}
}

// HistogramConfig configures finops.request.cost. At most one of the two may be set; explicit is the
// default.
type HistogramConfig struct {
	Explicit    configoptional.Optional[ExplicitHistogramConfig]    `mapstructure:"explicit"`
	Exponential configoptional.Optional[ExponentialHistogramConfig] `mapstructure:"exponential"`
	// prevent unkeyed literal initialization
	_ struct{}
}

// ExemplarsConfig configures the calls that finops.request.cost points to.
type ExemplarsConfig struct {
	// Enabled attaches trace and span IDs to the histogram.
	Enabled bool `mapstructure:"enabled"`
	// MaxPerDataPoint is the most exemplars of one data point.
	MaxPerDataPoint int `mapstructure:"max_per_data_point"`
	// prevent unkeyed literal initialization
	_ struct{}
}

// Config defines the configuration of the connector. The zero configuration of a user works.
type Config struct {
	// Dimensions are added to the default ones. Naming a default one sets its default value.
	Dimensions []Dimension `mapstructure:"dimensions"`
	// ExcludeDimensions removes default dimensions.
	ExcludeDimensions []string `mapstructure:"exclude_dimensions"`
	// Histogram configures the buckets of finops.request.cost.
	Histogram HistogramConfig `mapstructure:"histogram"`
	// Exemplars configures the exemplars of finops.request.cost.
	Exemplars ExemplarsConfig `mapstructure:"exemplars"`
	// AggregationCardinalityLimit is the most sets of dimension values that are tracked. What is beyond it is
	// counted in one overflow set, so that totals stay right. 0 means no limit.
	AggregationCardinalityLimit int `mapstructure:"aggregation_cardinality_limit"`
	// MetricsFlushInterval is the time between two flushes. It bounds what a crash can lose, and should not be
	// shorter than the interval at which Prometheus scrapes, or the zero of a new series can be missed.
	MetricsFlushInterval time.Duration `mapstructure:"metrics_flush_interval"`
	// SeriesExpiration is how long a series lives without a change. 0 means forever.
	SeriesExpiration time.Duration `mapstructure:"series_expiration"`
	// Temporality of all metrics.
	Temporality Temporality `mapstructure:"temporality"`
	// Storage is the ID of a storage extension. With it, counters continue after a restart.
	Storage *component.ID `mapstructure:"storage"`
	// ReplayWindowSize is how many records are remembered at least, so that one that is sent
	// again is not counted again. 0 turns this off.
	ReplayWindowSize int `mapstructure:"replay_window_size"`
	// Pricing is the ID of the gen_ai_pricing extension that metrics are priced by. Unset: the only one there
	// is, the builtin catalog if there is none, an error if there are several. Spans and log records
	// come priced.
	Pricing *component.ID `mapstructure:"pricing"`
	// Events configures the log records that tell of dear calls.
	Events EventsConfig `mapstructure:"events"`
	// Count says for which services metrics count: those for which it says metrics. Unset, for none.
	Count signals.CountConfig `mapstructure:"count"`
	// Attribution says whose the usage is that metrics report. Spans and log records come attributed.
	Attribution attribution.Config `mapstructure:"attribution"`
	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultCardinalityLimit = 10_000
	defaultFlushInterval    = 15 * time.Second
	defaultSeriesExpiration = 24 * time.Hour
	defaultExemplars        = 5
	// defaultReplayWindowSize covers the five minutes for which OTLP exporters retry by default, at 800 GenAI
	// records a second; full, it takes about 25 MiB.
	defaultReplayWindowSize = 1 << 18
	defaultMaxSize          = 160

	minFlushInterval = 100 * time.Millisecond
	maxMaxSize       = 1 << 14
)

// defaultBuckets divide what single calls cost, from a millionth to a hundred of the currency.
var defaultBuckets = []float64{
	0.000001, 0.00001, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
	0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 100,
}

// defaultDimensions with their fallbacks: the older names of the conventions, and, where the
// processor writes no model because it is unknown or detail is minimal, the model as the record
// spells it.
var defaultDimensions = []record.Dimension{
	{Name: "gen_ai.provider.name", Fallbacks: []string{"gen_ai.system", "llm.provider", "llm.system"}},
	{Name: ledger.AttrModelName, Fallbacks: []string{"gen_ai.response.model", "gen_ai.request.model"}},
	{Name: ledger.AttrModelVersion},
	{Name: "gen_ai.operation.name"},
	{Name: ledger.AttrTeam},
	{Name: ledger.AttrCostCenter},
	{Name: "service.name"},
	{Name: "deployment.environment.name", Fallbacks: []string{"deployment.environment"}},
	{Name: ledger.AttrConfidence},
}

// reserved are the attributes that the metrics carry anyway.
var reserved = []string{
	output.AttrMeter,
	output.AttrSavingsKind,
	ledger.AttrCurrency,
	ledger.AttrStatus,
	ledger.AttrReason,
	record.AttrErrorType,
	series.AttrOverflow,
}

var _ confmap.Validator = (*Config)(nil)

// Validate reports every setting that cannot work, with its key and what to write instead.
func (c *Config) Validate() error {
	return errors.Join(
		c.validateDimensions(),
		c.Histogram.validate(),
		c.validateExemplars(),
		c.validateLimits(),
		c.validateTimes(),
		c.Temporality.validate(),
		c.Events.validate(),
		c.validateAttribution(),
	)
}

func (c *Config) validateAttribution() error {
	_, err := c.attributor(componenttest.NewNopTelemetrySettings())
	return err
}

// attributor compiles the rules of attribution.
func (c *Config) attributor(settings component.TelemetrySettings) (*attribution.Attributor, error) {
	a, err := attribution.New(&c.Attribution, settings)
	return a, attribution.Below("attribution", err)
}

func (c *Config) validateDimensions() error {
	var errs []error
	seen := map[string]struct{}{}
	for i, d := range c.Dimensions {
		key := fmt.Sprintf("dimensions[%d]::name", i)
		_, twice := seen[d.Name]
		seen[d.Name] = struct{}{}
		switch {
		case d.Name == "":
			errs = append(errs, fmt.Errorf("%s is empty; write the name of an attribute", key))
		case slices.Contains(reserved, d.Name):
			errs = append(errs, fmt.Errorf("%s: %q is an attribute of the metrics already; remove it", key, d.Name))
		case twice:
			errs = append(errs, fmt.Errorf("%s: %q is listed twice; remove one", key, d.Name))
		case genai.IsContent(d.Name):
			errs = append(errs, fmt.Errorf("%s: %q holds what was said to the model or by it, which no metric or event may; remove it", key, d.Name))
		case slices.Contains(c.ExcludeDimensions, d.Name):
			errs = append(errs, fmt.Errorf("%s: %q is in exclude_dimensions too; remove it from one of them", key, d.Name))
		}
	}
	for i, name := range c.ExcludeDimensions {
		if !isDefaultDimension(name) {
			errs = append(errs, fmt.Errorf("exclude_dimensions[%d]: %q is not a default dimension; use one of %s",
				i, name, strings.Join(defaultDimensionNames(), ", ")))
		}
	}
	if n := len(c.Dimensions); n > maxDimensions {
		errs = append(errs, fmt.Errorf("dimensions: %d are too many; use at most %d", n, maxDimensions))
	}
	return errors.Join(errs...)
}

// maxDimensions is such that the names of all, with those of their shares and allocation and of the default
// ones, are at most record.MaxNames.
const maxDimensions = 64

func (h *HistogramConfig) validate() error {
	if h.Explicit.HasValue() && h.Exponential.HasValue() {
		return errors.New("histogram: explicit and exponential are both set; remove one")
	}
	if h.Exponential.HasValue() {
		if n := h.Exponential.Get().MaxSize; n < 2 || n > maxMaxSize {
			return fmt.Errorf("histogram::exponential::max_size is %d; use 2 to %d", n, maxMaxSize)
		}
	}
	if !h.Explicit.HasValue() {
		return nil
	}
	buckets := h.Explicit.Get().Buckets
	if len(buckets) == 0 {
		return errors.New("histogram::explicit::buckets is empty; list upper bounds, or remove the key for the default ones")
	}
	for i, b := range buckets {
		_, inRange := money.AmountFromFloat(b)
		switch {
		case !inRange || b < 0:
			return fmt.Errorf("histogram::explicit::buckets[%d] is %v; use a number from 0 to 1e14", i, b)
		case i > 0 && b <= buckets[i-1]:
			return fmt.Errorf("histogram::explicit::buckets[%d] is %v after %v; list the bounds in ascending order", i, b, buckets[i-1])
		}
	}
	return nil
}

func (c *Config) validateExemplars() error {
	if c.Exemplars.Enabled && c.Exemplars.MaxPerDataPoint <= 0 {
		return fmt.Errorf("exemplars::max_per_data_point is %d; use at least 1, or set exemplars::enabled to false",
			c.Exemplars.MaxPerDataPoint)
	}
	return nil
}

func (c *Config) validateLimits() error {
	var errs []error
	if c.AggregationCardinalityLimit < 0 {
		errs = append(errs, fmt.Errorf("aggregation_cardinality_limit is %d; use at least 1, or 0 for no limit", c.AggregationCardinalityLimit))
	}
	if c.ReplayWindowSize < 0 {
		errs = append(errs, fmt.Errorf("replay_window_size is %d; use at least 1, or 0 to count replayed records again", c.ReplayWindowSize))
	}
	return errors.Join(errs...)
}

func (c *Config) validateTimes() error {
	var errs []error
	if c.MetricsFlushInterval < minFlushInterval {
		errs = append(errs, fmt.Errorf("metrics_flush_interval is %v; use at least %v", c.MetricsFlushInterval, minFlushInterval))
	}
	if c.SeriesExpiration != 0 && c.SeriesExpiration < 2*c.MetricsFlushInterval {
		errs = append(errs, fmt.Errorf("series_expiration is %v; use at least twice metrics_flush_interval (%v), or 0 for never",
			c.SeriesExpiration, 2*c.MetricsFlushInterval))
	}
	return errors.Join(errs...)
}

func (t Temporality) validate() error {
	if t != TemporalityCumulative && t != TemporalityDelta {
		return fmt.Errorf("temporality is %q; use %s or %s", string(t), TemporalityCumulative, TemporalityDelta)
	}
	return nil
}
