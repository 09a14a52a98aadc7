package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// costRank orders the places where a record can carry its cost; a higher one wins.
type costRank uint8

const (
	// costParts is the sum of the costs of input and output. No cost at all ranks below it.
	costParts costRank = iota + 1
	// costOperation is operation.cost.
	costOperation
	// costTotal is a total under a dialect's own name.
	costTotal
	// costSemconv is gen_ai.usage.cost and its successor.
	costSemconv
	// costProvider is what the provider said in its response.
	costProvider
)

// usd is the currency of costs whose dialect defines it.
const usd = "USD"

// reported takes a cost over, unless a better one is known.
func (f *facts) reported(v pcommon.Value, rank costRank) {
	amount, ok := cost(v)
	if !ok || rank < f.cost {
		return
	}
	f.setCost(amount, rank)
}

func (f *facts) setCost(amount money.Amount, rank costRank) {
	f.cost = rank
	f.call.Reported.Amount = amount
	f.call.Reported.Present = true
	if rank == costProvider {
		f.call.Reported.ByProvider = true
	}
}

// reportedPart adds a part to a cost that has no total.
func (f *facts) reportedPart(v pcommon.Value) {
	amount, ok := cost(v)
	if !ok || f.cost > costParts {
		return
	}
	f.setCost(f.call.Reported.Amount.Add(amount), costParts)
}

// cost reads an amount of money. What is no finite, non-negative amount is no cost.
func cost(v pcommon.Value) (money.Amount, bool) {
	var a money.Amount
	ok := false
	switch v.Type() {
	case pcommon.ValueTypeDouble:
		a, ok = money.AmountFromFloat(v.Double())
	case pcommon.ValueTypeInt:
		a, ok = money.AmountFromFloat(float64(v.Int()))
	case pcommon.ValueTypeStr:
		return parseCost(v.Str())
	}
	return a, ok && a.Sign() >= 0
}

func parseCost(s string) (money.Amount, bool) {
	a, err := money.ParseAmount(strings.TrimSpace(s))
	return a, err == nil && a.Sign() >= 0
}

// readCost reads the cost attributes below gen_ai.usage.
func (f *facts) readCost(k string, v pcommon.Value) {
	switch k {
	case "cost.currency":
		set(&f.call.Reported.Currency, v)
	case "cost.source":
		f.call.Reported.ByProvider = f.call.Reported.ByProvider || v.Str() == "provider"
	default:
		f.reported(v, costSemconv)
	}
}

// readCostDetails reads Langfuse's costs, a JSON object of parts with or without their total. A
// failed call has zeros, which are no statement.
func (f *facts) readCostDetails(v pcommon.Value) {
	var sum money.Amount
	for j := newFlatJSON(v.Str()); ; {
		_, key, value, ok := j.next()
		if !ok {
			break
		}
		amount, ok := parseCost(value)
		if !ok {
			continue
		}
		if key == "total" {
			sum = amount
			break
		}
		sum = sum.Add(amount)
	}
	if !sum.IsZero() && f.cost <= costTotal {
		f.setCost(sum, costTotal)
		f.call.Reported.Currency = usd
	}
}

// settleCost removes what turned out to be a statement about no cost at all.
func (f *facts) settleCost() {
	r := &f.call.Reported
	if !r.Present {
		*r = Reported{}
	}
}
