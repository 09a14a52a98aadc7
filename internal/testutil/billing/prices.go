package billing

import (
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
)

// Prices turns true usage into what it costs under the catalog that the collector has built in. The
// prices are the collector's own; what is checked is whether telemetry led to them.
type Prices struct {
	engine *pricing.Engine
}

// BuiltinPrices are those of a collector without any configuration.
func BuiltinPrices() (*Prices, error) {
	files, err := catalog.Files()
	if err != nil {
		return nil, err
	}
	compiled, err := pricing.Compile(files...)
	if err != nil {
		return nil, err
	}
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	return &Prices{engine}, err
}

// premiumTiers are sold under contracts at more than the standard price.
var premiumTiers = []string{"priority", "fast"}

// isOfCalls tells tiers that a call can ask for from batches, which are jobs of their own and no call
// that an instrumentation sees.
func isOfCalls(tier string) bool { return tier != "standard" && tier != "batch" }

// Bill is what a call cost that began at start.
func (p *Prices) Bill(call Call, start time.Time) Bill {
	if call.Charged != nil {
		return Bill{Amount: call.Charged}
	}
	price := p.engine.Price(&pricing.Call{
		Provider: call.Provider, ResponseModel: call.ResponseModel, RequestModel: call.RequestModel,
		ServiceTier: call.Tier, Region: call.Region, Time: start, Usage: &call.Usage,
	})
	var b Bill
	// No catalog price in these captures is graduated; one that was would need both sheets.
	if price.Reason != "" || price.Upper != nil {
		return b
	}
	b.Amount, b.Tiered = new(big.Rat), slices.ContainsFunc(price.Sheet.Entry.ServiceTiers, isOfCalls)
	for m := range price.Sheet.Rates {
		quantity := quantityOf(call.Usage, meter.Meter(m))
		b.Amount.Add(b.Amount, quantity.Mul(quantity, price.Sheet.Rates[m].Effective.Rat()))
	}
	if price.TierAssumed {
		// The list has no price for the tier that served. Of a premium tier it says the least;
		// of any other nothing.
		b.AtLeast = slices.Contains(premiumTiers, call.Tier)
		if !b.AtLeast {
			b.Amount = nil
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
