package reconcile

import (
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// simplest returns the decimal with the fewest places that is no further from r than tolerance: the rate that a price list
// would state.
func simplest(r, tolerance *big.Rat) string {
	for places := range money.UnitPriceDecimals {
		text := r.FloatString(places)
		rounded, _ := new(big.Rat).SetString(text)
		if rounded.Sub(rounded, r).Abs(rounded).Cmp(tolerance) <= 0 {
			return trim(text)
		}
	}
	return plain(r)
}

// plain returns r as a decimal of at most as many places as unit prices have.
func plain(r *big.Rat) string { return trim(r.FloatString(money.UnitPriceDecimals)) }

func trim(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// percent returns a ratio in percent with that many places.
func percent(r *big.Rat, places int) string {
	return new(big.Rat).Mul(r, new(big.Rat).SetInt64(100)).FloatString(places) + " %"
}
