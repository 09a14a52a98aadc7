package pricing

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxDecimal bounds the text of a decimal and maxExponent its exponent, so that no text
// becomes a number of a million digits.
const (
	maxDecimal  = 64
	maxExponent = 40
)

// parseDecimal reads a plain decimal or one in E notation, without rounding. Unlike
// [big.Rat.SetString] it accepts no fractions, other bases or underscores.
func parseDecimal(s string) (*big.Rat, error) {
	if err := checkDecimal(s); err != nil {
		return nil, err
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, fmt.Errorf("%q is not a decimal number", s)
	}
	return r, nil
}

// checkDecimal tells whether parseDecimal would succeed, at a fraction of its cost.
func checkDecimal(s string) error {
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
		if n, err := strconv.Atoi(exponent); err != nil || n > maxExponent || n < -maxExponent {
			return fmt.Errorf("%q is not a decimal number of a usable size", s)
		}
	}
	mantissa = strings.TrimPrefix(mantissa, "-")
	whole, frac, _ := strings.Cut(mantissa, ".")
	if len(s) > maxDecimal || len(whole)+len(frac) == 0 || !digits(whole) || !digits(frac) {
		return fmt.Errorf("%q is not a decimal number such as \"2.50\"", s)
	}
	return nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// decimalOrNil is for text that has been checked; anything else counts as absent.
func decimalOrNil(s string) *big.Rat {
	r, err := parseDecimal(s)
	if err != nil {
		return nil
	}
	return r
}
