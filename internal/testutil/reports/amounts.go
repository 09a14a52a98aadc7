package reports

import (
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// amount panics on what is no amount: reports are written here.
func amount(s string) money.Amount {
	a, err := money.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

func rational(part, whole int64) *big.Rat { return big.NewRat(part, whole) }

// scaled is exact to what an amount can tell.
func scaled(a money.Amount, part *big.Rat) money.Amount {
	product, err := money.RoundAmount(new(big.Rat).Mul(a.Rat(), part))
	if err != nil {
		panic(err)
	}
	return product
}

// scaledPart is the part of a line on a day: between -20 % and 220 % of the average.
func scaledPart(part string, n int) *big.Rat {
	return new(big.Rat).Mul(amount(part).Rat(), rational(int64(-20+(n*53)%241), 100))
}

// date is a day of November by its distance from the first.
func date(n int) reconcile.Date { return reconcile.Date{Time: november.AddDate(0, 0, n)} }
