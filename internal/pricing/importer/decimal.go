package importer

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxExponent bounds the size of numbers that a hostile file can make us expand.
const maxExponent = 60

var errNotDecimal = errors.New("not a decimal number")

// decimal is an exact non-negative or negative decimal: coef x 10^exp.
type decimal struct {
	coef *big.Int
	exp  int
}

// parseDecimal reads a JSON number, or a string that holds one, without rounding.
func parseDecimal(text string) (decimal, error) {
	text = strings.TrimSpace(text)
	if len(text) > 64 {
		return decimal{}, fmt.Errorf("%w: %d characters long", errNotDecimal, len(text))
	}
	mantissa, exp, err := splitExponent(text)
	if err != nil {
		return decimal{}, err
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	coef, ok := new(big.Int).SetString(digits, 10)
	if !ok || strings.ContainsAny(fraction, "+-") || strings.HasPrefix(digits, "+") {
		return decimal{}, fmt.Errorf("%w: %q", errNotDecimal, text)
	}
	return decimal{coef, exp - len(fraction)}.normalized(), nil
}

func splitExponent(text string) (mantissa string, exp int, err error) {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return text, 0, nil
	}
	exp, err = strconv.Atoi(text[at+1:])
	if err != nil || exp > maxExponent || exp < -maxExponent {
		return "", 0, fmt.Errorf("%w: exponent of %q", errNotDecimal, text)
	}
	return text[:at], exp, nil
}

// mustDecimal is for numbers written in this package.
func mustDecimal(text string) decimal {
	d, err := parseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// normalized has no trailing zeros in its coefficient, so that equal numbers are equal.
func (d decimal) normalized() decimal {
	if d.coef.Sign() == 0 {
		return decimal{big.NewInt(0), 0}
	}
	coef, ten, rest := new(big.Int).Set(d.coef), big.NewInt(10), new(big.Int)
	for {
		quotient, remainder := new(big.Int).QuoRem(coef, ten, rest)
		if remainder.Sign() != 0 {
			return decimal{coef, d.exp}
		}
		coef, d.exp = quotient, d.exp+1
	}
}

// shift multiplies by a power of ten.
func (d decimal) shift(places int) decimal { return decimal{d.coef, d.exp + places}.normalized() }

// mul multiplies exactly.
func (d decimal) mul(other decimal) decimal {
	return decimal{new(big.Int).Mul(d.coef, other.coef), d.exp + other.exp}.normalized()
}

func (d decimal) sign() int { return d.coef.Sign() }

func (d decimal) cmp(other decimal) int {
	return d.rat().Cmp(other.rat())
}

func (d decimal) rat() *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.exp, -d.exp))), nil)
	if d.exp < 0 {
		return new(big.Rat).SetFrac(d.coef, scale)
	}
	return new(big.Rat).SetInt(new(big.Int).Mul(d.coef, scale))
}

// String is the plain form without exponent: 0.0000025, 3, 120.
func (d decimal) String() string {
	digits := new(big.Int).Abs(d.coef).String()
	if d.exp >= 0 {
		digits += strings.Repeat("0", d.exp)
	} else {
		digits = insertPoint(digits, -d.exp)
	}
	if d.sign() < 0 {
		return "-" + digits
	}
	return digits
}

func insertPoint(digits string, places int) string {
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - places
	return digits[:at] + "." + digits[at:]
}
