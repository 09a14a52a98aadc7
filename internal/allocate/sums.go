package allocate

import (
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// sums are the costs of all rows, by currency. Before and after a split they are the same, or nothing is written:
// whoever imports the file relies on it.
type sums map[string]costs

// costs are those of [costColumns].
type costs [4]money.Amount

var costColumns = [len(costs{})]string{"BilledCost", "ContractedCost", "EffectiveCost", "ListCost"}

func (s sums) add(row *focus.Row) {
	sum := s[row.BillingCurrency]
	for i, cost := range [len(costs{})]focus.Number{row.BilledCost, row.ContractedCost, row.EffectiveCost, row.ListCost} {
		sum[i] = sum[i].Add(cost.Amount())
	}
	s[row.BillingCurrency] = sum
}

var errSums = errors.New("the parts do not add up to the whole; nothing was written")

// equal compares with sums of the same currencies.
func (s sums) equal(other sums) error {
	for currency, sum := range s {
		for i, column := range costColumns {
			if got := other[currency][i]; got != sum[i] {
				return fmt.Errorf("%w: %s in %s was %s and is %s", errSums, column, currency, sum[i], got)
			}
		}
	}
	return nil
}
