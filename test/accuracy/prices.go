package main

import (
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
)

// prices turns true usage into what it costs under the catalog that the collector has built in. The
// prices are the collector's own; what is checked is whether telemetry led to them.
type prices struct {
	engine *pricing.Engine
}

// builtinPrices are those of a collector without any configuration.
func builtinPrices() (*prices, error) {
	files, err := catalog.Files()
	if err != nil {
		return nil, err
	}
	compiled, err := pricing.Compile(files...)
	if err != nil {
		return nil, err
	}
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	return &prices{engine}, err
}

// premiumTiers are sold under contracts at more than the standard price.
var premiumTiers = []string{"priority", "fast"}

// bill is what a call cost that began at start.
func (p *prices) bill(call billed, start time.Time) bill {
	if call.charged != nil {
		return bill{amount: call.charged}
	}
	price := p.engine.Price(&pricing.Call{
		Provider: call.provider, ResponseModel: call.responseModel, RequestModel: call.requestModel,
		ServiceTier: call.tier, Region: call.region, Time: start, Usage: &call.usage,
	})
	var b bill
	// No catalog price in these captures is graduated; one that was would need both sheets.
	if price.Reason != "" || price.Upper != nil {
		return b
	}
	b.amount, b.tiered = new(big.Rat), len(price.Sheet.Entry.ServiceTiers) > 0
	for m := range price.Sheet.Rates {
		quantity := quantityOf(call.usage, meter.Meter(m))
		b.amount.Add(b.amount, quantity.Mul(quantity, price.Sheet.Rates[m].Effective.Rat()))
	}
	if price.TierAssumed {
		// The list has no price for the tier that served. Of a premium tier it says the least;
		// of any other nothing.
		b.atLeast = slices.Contains(premiumTiers, call.tier)
		if !b.atLeast {
			b.amount = nil
		}
	}
	return b
}

func quantityOf(u meter.Usage, m meter.Meter) *big.Rat {
	quantity, ok := new(big.Rat).SetString(u[m].String())
	if !ok {
		panic("a quantity that prints as no number: " + u[m].String())
	}
	return quantity
}
