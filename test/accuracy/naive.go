package main

import (
	"math/big"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// naive is what most dashboards compute: every span with gen_ai.usage.*, input and output tokens
// times the list price of the model that it names.
func (p *prices) naive(c *capture) *big.Rat {
	sum := new(big.Rat)
	for _, span := range c.spans {
		attrs := span.Attributes()
		input := number(attrs, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
		output := number(attrs, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
		if input == 0 && output == 0 {
			continue
		}
		call := billing.Call{
			Provider:      text(attrs, "gen_ai.provider.name", "gen_ai.system"),
			ResponseModel: text(attrs, "gen_ai.response.model"),
			RequestModel:  text(attrs, "gen_ai.request.model"),
		}
		call.Usage[meter.Input], call.Usage[meter.Output] = money.Units(input), money.Units(output)
		if b := p.Bill(call, c.start); b.Amount != nil {
			sum.Add(sum, b.Amount)
		}
	}
	return sum
}

func number(attrs pcommon.Map, keys ...string) int64 {
	for _, key := range keys {
		v, ok := attrs.Get(key)
		if !ok {
			continue
		}
		if v.Type() == pcommon.ValueTypeDouble {
			q, _ := money.QuantityFromFloat(v.Double())
			n, _ := q.Int64()
			return n
		}
		return v.Int()
	}
	return 0
}

func text(attrs pcommon.Map, keys ...string) string {
	for _, key := range keys {
		if v, ok := attrs.Get(key); ok && v.Str() != "" {
			return v.Str()
		}
	}
	return ""
}
