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
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		if n, err := strconv.Atoi(s[i+1:]); err != nil || n > maxExponent || n < -maxExponent {
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

// pow10 has the powers of ten that fit 63 bits.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// smallDecimal returns a checked plain decimal of at most 18 digits as n / 10^scale.
func smallDecimal(s string) (n int64, scale int, ok bool) {
	if s == "" || len(s) > len(pow10) {
		return 0, 0, false
	}
	point := -1
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		scale = len(s) - 1 - point
	} else if len(s) == len(pow10) {
		return 0, 0, false
	}
	return n, scale, true
}

// quotient returns rate / per, or nil unless both are decimals and per is above zero. Nearly all prices take
// the first way, at a third of the cost of the second.
func quotient(rate, per string) *big.Rat {
	n, scale, ok := smallDecimal(rate)
	units, zeros, okPer := smallDecimal(per)
	if ok && okPer && zeros == 0 && units > 0 && units <= pow10[len(pow10)-1]/pow10[scale] {
		return big.NewRat(n, units*pow10[scale])
	}
	r, d := decimalOrNil(rate), decimalOrNil(per)
	if r == nil || d == nil || d.Sign() <= 0 {
		return nil
	}
	return r.Quo(r, d)
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
