package main

import (
	"github.com/spf13/pflag"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// ownPricesFlags say what a customer pays, as the gen_ai_pricing extension is told.
type ownPricesFlags struct {
	pricing       string
	currency      string
	exchangeRates string
}

func (f *ownPricesFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.pricing, "pricing", "",
		"YAML `file` with keys of the gen_ai_pricing extension: currency, overrides, agreements, commitments, deployments")
	flags.StringVar(&f.currency, "currency", "", "reporting currency (default that of --pricing, else USD)")
	flags.StringVar(&f.exchangeRates, "exchange-rates", "", "CSV file with the columns date,from,to,rate")
}

// customization reads the files that were named. A currency on the command line wins.
func (f *ownPricesFlags) customization() (pricing.Customization, error) {
	var custom pricing.Customization
	if f.pricing != "" {
		data, err := readFile(f.pricing)
		if err != nil {
			return custom, err
		}
		if err := parseOwnPrices(data, &custom); err != nil {
			return custom, failed("%s: %w", f.pricing, err)
		}
	}
	if f.currency != "" {
		custom.Currency = f.currency
	}
	if f.exchangeRates == "" {
		return custom, nil
	}
	data, err := readFile(f.exchangeRates)
	if err != nil {
		return custom, err
	}
	if custom.ExchangeRates, err = pricing.ParseExchangeRates(f.exchangeRates, data); err != nil {
		return custom, failed("%w", err)
	}
	return custom, nil
}

// parseOwnPrices decodes as the collector does, so that what is right here is right there.
func parseOwnPrices(data []byte, custom *pricing.Customization) error {
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return err
	}
	if err := confmap.NewFromStringMap(raw).Unmarshal(custom); err != nil {
		return err
	}
	return confmap.Validate(custom)
}

// payerFlags say whose call it is, which the collector knows from attribution and its accounts table.
type payerFlags struct {
	team, costCenter, account string
}

func (f *payerFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.team, "team", "", "team that calls, for prices of its own")
	flags.StringVar(&f.costCenter, "cost-center", "", "cost center that pays, for prices of its own")
	flags.StringVar(&f.account, "account", "", "billing account that pays, for prices of its own")
}

func (f *payerFlags) describe(query *pricing.Call) {
	query.Team, query.CostCenter, query.Account = f.team, f.costCenter, f.account
}
