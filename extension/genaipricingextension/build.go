package genaipricingextension

import (
	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// built is everything that is made from the sources, replaced as a whole.
type built struct {
	engine   *pricing.Engine
	accounts *accounts.Table
}

// build makes a whole of the parts, in the order of the sources: later catalogs win.
func build(parts []any, custom pricing.Customization) (*built, error) {
	b := &built{accounts: new(accounts.Table)}
	var files []*pricing.File
	for _, part := range parts {
		switch part := part.(type) {
		case []*pricing.File:
			files = append(files, part...)
		case *pricing.ExchangeRates:
			custom.ExchangeRates = part
		case *accounts.Table:
			b.accounts = part
		}
	}
	catalog, err := pricing.Compile(files...)
	if err != nil {
		return nil, err
	}
	b.engine, err = pricing.NewEngine(catalog, custom)
	if err != nil {
		return nil, err
	}
	return b, nil
}
