package genaicostprocessor

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// Config of the gen_ai_cost processor. Its zero keys are a working configuration.
type Config struct {
	// Pricing names the gen_ai_pricing extension to price with. Unset: the only one there
	// is, the builtin catalog if there is none, an error if there are several.
	Pricing *component.ID `mapstructure:"pricing"`

	// Detail is how much is written on a record: minimal, standard or full.
	Detail Detail `mapstructure:"detail"`

	// Upstream says what happens to results that a record carries already: recompute
	// them, or trust those of an earlier tier.
	Upstream Upstream `mapstructure:"upstream"`

	// EmitSemconvCost also writes the cost under the names of the OpenTelemetry draft,
	// gen_ai.usage.cost.amount, .currency and .source.
	EmitSemconvCost bool `mapstructure:"emit_semconv_cost"`

	// Deduplication bounds what is remembered so that no call counts twice.
	Deduplication dedup.Config `mapstructure:"deduplication"`

	// Count says which signal counts where several report the same calls.
	Count CountConfig `mapstructure:"count"`

	// BYOK says whether the cost that a gateway's upstream provider charges to the customer's own
	// key is added to the cost that the gateway reports: exclude or include.
	BYOK rating.BYOK `mapstructure:"byok"`

	// EstimateMissingUsage prices calls whose usage is not on the record by the length of the
	// content that is, and marks them estimated. Without it they are unpriced, no_usage.
	EstimateMissingUsage bool `mapstructure:"estimate_missing_usage"`

	// Profiles say what is known about instrumentations that the builtin profiles do not know, or
	// not well enough. They are asked first.
	Profiles []genai.Profile `mapstructure:"profiles"`

	// Attribution says whose money a call is: dimensions, lookup tables, shared costs.
	Attribution attribution.Config `mapstructure:"attribution"`

	// RawPayload allows reading facts that stand nowhere else out of raw requests and responses which
	// some instrumentations attach. Nothing of them is ever written.
	RawPayload bool `mapstructure:"raw_payload"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Validate refuses profiles and rules of attribution that cannot be understood.
func (c *Config) Validate() error {
	_, errReader := c.reader()
	_, errAttribution := c.attributor(componenttest.NewNopTelemetrySettings())
	return errors.Join(errReader, errAttribution)
}

// attributor compiles the rules of attribution. Its errors name the whole key below the processor.
func (c *Config) attributor(settings component.TelemetrySettings) (*attribution.Attributor, error) {
	a, err := attribution.New(&c.Attribution, settings)
	return a, attribution.Below("attribution", err)
}

func (c *Config) reader() (*genai.Reader, error) {
	return genai.NewReaderWith(genai.Options{Profiles: c.Profiles, RawPayload: c.RawPayload})
}

// Detail is how much is written on a record.
type Detail string

const (
	// DetailMinimal writes what money is made from: status, reason, amount, currency, confidence, lines.
	DetailMinimal Detail = "minimal"
	// DetailStandard adds source, pricing id, model, dimensions.
	DetailStandard Detail = "standard"
	// DetailFull adds the parts by meter, the list amount and the catalog's identity.
	DetailFull Detail = "full"
)

// Validate refuses unknown values.
func (d Detail) Validate() error {
	switch d {
	case DetailMinimal, DetailStandard, DetailFull:
		return nil
	default:
		return fmt.Errorf("%q is not a level of detail: use minimal, standard or full", string(d))
	}
}

// Upstream says what happens to results that a record carries already.
type Upstream string

const (
	// UpstreamRecompute drops them: no application can price itself.
	UpstreamRecompute Upstream = "recompute"
	// UpstreamTrust keeps records that an earlier tier of this processor has judged.
	UpstreamTrust Upstream = "trust"
)

// Validate refuses unknown values.
func (u Upstream) Validate() error {
	switch u {
	case UpstreamRecompute, UpstreamTrust:
		return nil
	default:
		return fmt.Errorf("%q is not known: use recompute, or trust when an earlier collector tier runs this processor", string(u))
	}
}

var (
	_ confmap.Validator = (*Config)(nil)
	_ confmap.Validator = Detail("")
	_ confmap.Validator = Upstream("")
	_ confmap.Validator = rating.BYOK("")
)

func createDefaultConfig() component.Config {
	return &Config{
		Detail:        DetailStandard,
		Upstream:      UpstreamRecompute,
		Deduplication: dedup.NewDefaultConfig(),
		BYOK:          rating.BYOKExclude,
		Attribution:   attribution.NewDefaultConfig(),
	}
}
