package focus

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// NumberDecimals is how many decimals a [Number] keeps. A unit price of 1e-15 for one token is 1e-9 for a million; a token is
// 1e-6 of that unit, an audio second 1e-9 of a unit: 24 decimals hold every product of the two.
const NumberDecimals = 24

// Number is a decimal of a row, or NULL, which is its zero value.
type Number struct {
	amount money.Amount
	valid  bool
}

// NumberOf returns the number that is not NULL.
func NumberOf(a money.Amount) Number { return Number{amount: a, valid: true} }

// Zero is the number 0, as opposed to NULL.
func Zero() Number { return Number{valid: true} }

// IsNull reports whether there is no number.
func (n Number) IsNull() bool { return !n.valid }

// Amount returns the number, 0 for NULL.
func (n Number) Amount() money.Amount { return n.amount }

// Add returns the sum; NULL adds nothing, and NULL plus NULL is NULL.
func (n Number) Add(m Number) Number {
	return Number{amount: n.amount.Add(m.amount), valid: n.valid || m.valid}
}

// String returns the shortest plain decimal, and "" for NULL.
func (n Number) String() string {
	if !n.valid {
		return ""
	}
	return n.amount.String()
}

// ParseNumber reads a decimal in plain or E notation; "" is NULL. More than 24 decimals, which files of others
// have where doubles were printed, are rounded half to even, and exact is false.
func ParseNumber(s string) (n Number, exact bool, err error) {
	if s == "" {
		return Number{}, true, nil
	}
	a, err := money.ParseAmount(s)
	if errors.Is(err, money.ErrPrecision) || errors.Is(err, money.ErrRange) {
		if rounded, ok := roundNumber(s); ok {
			return NumberOf(rounded), false, nil
		}
	}
	if err != nil {
		return Number{}, false, err
	}
	return NumberOf(a), true, nil
}

// maxNumberText bounds what is rounded: longer texts are no decimals that anything exports, and an exponent of a
// billion would be expanded.
const maxNumberText = 80

// roundNumber rounds a valid decimal that has too many digits.
func roundNumber(s string) (money.Amount, bool) {
	if len(s) > maxNumberText || hugeExponent(s) {
		return money.Amount{}, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return money.Amount{}, false
	}
	a, err := money.ParseAmount(roundHalfEven(r, NumberDecimals))
	return a, err == nil
}

func hugeExponent(s string) bool {
	i := strings.IndexAny(s, "eE")
	return i >= 0 && len(s)-i > len("e-999")
}

// roundHalfEven returns r as a decimal with that many decimals.
func roundHalfEven(r *big.Rat, decimals int) string {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)))
	quo, rem := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	twice := rem.Mul(rem, big.NewInt(2))
	if c := twice.CmpAbs(scaled.Denom()); c > 0 || c == 0 && quo.Bit(0) == 1 {
		quo.Add(quo, big.NewInt(int64(r.Sign())))
	}
	return quo.String() + "e-" + strconv.Itoa(decimals)
}
