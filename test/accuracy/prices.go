package main

import "github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"

// prices turns true usage into money, and tells which facts a span has to state for that.
type prices struct{ *billing.Prices }

func builtinPrices() (*prices, error) {
	p, err := billing.BuiltinPrices()
	return &prices{p}, err
}
