package allocate

import (
	"math/big"
	"strconv"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// divisible are the columns whose parts add up to the whole. Prices are not among them.
var divisible = []func(*focus.Row) *focus.Number{
	func(r *focus.Row) *focus.Number { return &r.ConsumedQuantity },
	func(r *focus.Row) *focus.Number { return &r.PricingQuantity },
	func(r *focus.Row) *focus.Number { return &r.ListCost },
	func(r *focus.Row) *focus.Number { return &r.ContractedCost },
	func(r *focus.Row) *focus.Number { return &r.EffectiveCost },
	func(r *focus.Row) *focus.Number { return &r.BilledCost },
	func(r *focus.Row) *focus.Number { return &r.PricingCurrencyEffectiveCost },
	func(r *focus.Row) *focus.Number { return &r.CommitmentDiscountQuantity },
}

// split returns the parts of a row that the callers pay. Parts in which there is nothing are left out.
func split(row *focus.Row, rule *Rule, usage *Usage, tags map[string]string) []focus.Row {
	grains := grainsOf(row, usage.Weights)
	rows := make([]focus.Row, len(grains))
	for i, caller := range usage.Callers {
		rows[i] = *row
		rows[i].Tags = withTags(tags, rule, caller)
		describe(&rows[i], rule, caller, usage.Details[i])
	}
	for _, column := range divisible {
		whole := *column(row)
		if whole.IsNull() {
			continue
		}
		for i, part := range money.Allocate(whole.Amount(), grains) {
			*column(&rows[i]) = focus.NumberOf(part)
		}
	}
	splitRequests(row, rows, usage.Weights)
	return nonEmpty(rows, grains)
}

// finest is the unit price that makes the smallest amount of the smallest quantity: amounts of it are
// quantities, digit by digit.
var finest = func() money.UnitPrice {
	price, err := money.ParseUnitPrice("0.000000000000001")
	if err != nil {
		panic(err)
	}
	return price
}()

// grainsOf splits the quantity of a row, no finer than quantities are, and returns the parts as weights for all else. A
// unit price has at most 15 decimals and a quantity 9, so the cost of every part is an exact number: the price
// times its quantity. A row without such a quantity is split by usage alone.
func grainsOf(row *focus.Row, weights []money.Amount) []money.Amount {
	quantity, err := money.ParseQuantity(row.ConsumedQuantity.String())
	if err != nil || quantity.IsZero() {
		return weights
	}
	total, ok := finest.Mul(quantity)
	if !ok {
		return weights
	}
	if total.Sign() < 0 {
		total = total.Neg()
	}
	return money.Allocate(total, weights)
}

// splitRequests keeps requests whole numbers.
func splitRequests(row *focus.Row, rows []focus.Row, weights []money.Amount) {
	n, ok := new(big.Int).SetString(row.XRequests.String(), 10)
	if !ok {
		return
	}
	// The smallest amounts are the requests.
	total, err := money.ParseAmount(n.String() + "e-" + strconv.Itoa(focus.NumberDecimals))
	if err != nil {
		return
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(focus.NumberDecimals), nil))
	for i, part := range money.Allocate(total, weights) {
		requests := new(big.Rat).Mul(part.Rat(), scale)
		if number, exact, err := focus.ParseNumber(requests.RatString()); err == nil && exact {
			rows[i].XRequests = number
		}
	}
}

// nonEmpty keeps the rows of which there is anything.
func nonEmpty(rows []focus.Row, grains []money.Amount) []focus.Row {
	kept := rows[:0]
	for i, row := range rows {
		if !grains[i].IsZero() || row.XRequests.Amount().Sign() != 0 {
			kept = append(kept, row)
		}
	}
	return kept
}

// describe says who pays the part, by which rule and for what usage; columns of the same meaning stand in before FOCUS 1.3.
func describe(row *focus.Row, rule *Rule, caller, details string) {
	row.AllocatedMethodId, row.AllocatedMethodDetails = "finops.allocate."+rule.Name, details
	row.AllocatedResourceId, row.AllocatedResourceName = rule.Dimension+"/"+caller, caller
	row.XAllocatedMethodId, row.XAllocatedMethodDetails = row.AllocatedMethodId, row.AllocatedMethodDetails
	row.XAllocatedResourceId, row.XAllocatedResourceName = row.AllocatedResourceId, row.AllocatedResourceName
}
