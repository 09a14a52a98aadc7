package pricing_test

import (
	"fmt"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// A catalog file, an agreement, and what one call costs.
func Example() {
	file, err := pricing.ParseFile("example.yaml", []byte(`
format: finops/v1
provider: openai
models:
  - id: gpt-4o
    aliases: [gpt-4o-2024-08-06]
    prices:
      - from: "2024-08-06"
        rates: {input: "2.50", cache_read: "1.25", output: "10"}
        variants: [{name: batch, when: {service_tier: batch}, multipliers: "0.5"}]
`), pricing.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	catalog, err := pricing.Compile(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := pricing.NewEngine(catalog, pricing.Customization{
		Agreements: []pricing.Agreement{{Selector: pricing.Selector{Provider: []string{"openai"}}, Discount: "10%"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	var usage meter.Usage
	usage[meter.Input] = money.Units(1000)
	price := engine.Price(&pricing.Call{
		Provider: "openai", ResponseModel: "gpt-4o-2024-08-06", ServiceTier: "batch",
		Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Usage: &usage,
	})
	input := price.Sheet.Rates[meter.Input]
	cost, _ := input.Effective.Mul(usage[meter.Input])
	fmt.Println(price.Model, price.Version, price.Sheet.ID)
	fmt.Println("list", input.List, "effective", input.Effective, "cost", cost)
	// Output:
	// gpt-4o 2024-08-06 openai/gpt-4o@2024-08-06#batch
	// list 0.00000125 effective 0.000001125 cost 0.001125
}
