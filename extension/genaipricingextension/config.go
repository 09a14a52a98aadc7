package genaipricingextension

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

const defaultCurrency = "USD"

// Config of the gen_ai_pricing extension. Without any keys it offers the builtin catalog.
type Config struct {
	// Catalogs are merged entry by entry; later ones win. None means the builtin catalog.
	Catalogs []CatalogConfig `mapstructure:"catalogs"`
	// Watch reloads files when they change.
	Watch bool `mapstructure:"watch"`
	// ExchangeRates is a CSV file with the header date,from,to,rate. Needed when prices are in other
	// currencies than Currency.
	ExchangeRates string `mapstructure:"exchange_rates"`
	// Accounts is a CSV file that leads from API keys, endpoints, services and providers to the
	// billing accounts that pay.
	Accounts string `mapstructure:"accounts"`
	// Storage keeps the last good copy of each endpoint's catalog across restarts.
	Storage *component.ID `mapstructure:"storage"`
	// Customization is what the customer pays differently from the list: currency, overrides, agreements,
	// commitments, deployments.
	Customization pricing.Customization `mapstructure:",squash"`

	// prevent unkeyed literal initialization
	_ struct{}
}

var _ confmap.Validator = (*Config)(nil)

// Validate checks what concerns several keys. Catalogs and customization check themselves.
func (c *Config) Validate() error {
	var errs []error
	seen := map[string]int{}
	for i := range c.Catalogs {
		name := c.Catalogs[i].name()
		if first, ok := seen[name]; ok {
			errs = append(errs, fmt.Errorf("catalogs::%d: %s is given already as catalogs::%d; remove one", i, name, first))
		}
		seen[name] = i
	}
	return errors.Join(errs...)
}

// catalogs are those to load: the builtin one if none is configured.
func (c *Config) catalogs() []CatalogConfig {
	if len(c.Catalogs) > 0 {
		return c.Catalogs
	}
	return []CatalogConfig{{Source: SourceBuiltin, Format: defaultFormat}}
}

func formats() []string { return append([]string{defaultFormat}, importer.Formats()...) }

func validateFormat(format string) error {
	if slices.Contains(formats(), format) {
		return nil
	}
	return fmt.Errorf("format: %q is none of %s", format, strings.Join(formats(), ", "))
}
