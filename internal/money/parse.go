package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
)

// Why a text is not a value of a type.
var (
	// ErrSyntax: not a decimal number.
	ErrSyntax = errors.New("not a decimal number")
	// ErrPrecision: more decimals than the type holds.
	ErrPrecision = errors.New("too many decimals")
	// ErrRange: larger than the type holds.
	ErrRange = errors.New("out of range")
)

// decimal is a number as written: ±mant x 10^exp.
type decimal struct {
	neg  bool
	mant uint128
	exp  int
}

// maxExponent bounds what is read of an exponent; no value of any type comes near.
const maxExponent = 1 << 20

// parse reads a plain or E notation decimal as a multiple of 10^-scale, exactly.
func parse(s string, scale int) (int128, error) {
	neg := s != "" && s[0] == '-'
	unsigned := s
	if neg {
		unsigned = s[1:]
	}
	if v, n := scan(unsigned, scale); n == len(unsigned) && n > 0 {
		if neg {
			v = v.neg()
		}
		return v, nil
	}
	d, err := parseDecimal(s)
	if err != nil {
		return int128{}, quoted(s, err)
	}
	v, exact, ok := d.scaled(scale)
	switch {
	case !ok:
		return int128{}, quoted(s, ErrRange)
	case !exact:
		return int128{}, quoted(s, fmt.Errorf("%w: at most %d", ErrPrecision, scale))
	}
	return v, nil
}

// quoted names the text in the error, shortened: it may be anything.
func quoted(s string, err error) error {
	if len(s) > 64 {
		return fmt.Errorf("%q...: %w", s[:64], err)
	}
	return fmt.Errorf("%q: %w", s, err)
}

// scaled returns the decimal as a multiple of 10^-scale, rounded half to even where it is not
// exact. ok is false when it is out of range.
func (d decimal) scaled(scale int) (v int128, exact, ok bool) {
	shift := d.exp + scale
	m, exact, ok := d.mant, true, true
	switch {
	case m == (uint128{}):
	case shift > 38:
		return saturated(d.neg), true, false
	case shift >= 0:
		m, ok = m.mulPow10(shift)
	case shift >= -38:
		m, exact = m.divPow10(-shift)
	default:
		m, exact = uint128{}, false
	}
	if !ok {
		return saturated(d.neg), true, false
	}
	v, ok = m.signed(d.neg)
	return v, exact, ok
}

// fromFloat reads the shortest decimal of f as a multiple of 10^-scale, rounded half to even.
func fromFloat(f float64, scale int) (int128, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return int128{}, false
	}
	var buf [32]byte
	d, err := parseDecimal(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
	if err != nil {
		return int128{}, false
	}
	v, _, ok := d.scaled(scale)
	if !ok {
		return int128{}, false
	}
	return v, true
}

// parseDecimal reads [+-]digits[.digits][(e|E)[+-]digits].
func parseDecimal(s string) (decimal, error) {
	var d decimal
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.neg = s[0] == '-'
		s = s[1:]
	}
	n, err := d.mantissa(s)
	if err != nil || n == len(s) {
		return d, err
	}
	if s[n] != 'e' && s[n] != 'E' {
		return d, ErrSyntax
	}
	exp, err := parseExponent(s[n+1:])
	d.exp += exp
	return d, err
}

// mantissa reads digits[.digits] and returns how long it is. Zeros are held back until a digit
// follows, so that any number of trailing zeros is harmless.
func (d *decimal) mantissa(s string) (n int, err error) {
	digits, zeros := 0, 0
	point := -1
	ok := true
	for ; n < len(s); n++ {
		c := s[n]
		switch {
		case c == '.' && point < 0:
			point = n
			continue
		case c == '0':
			zeros++
		case c >= '1' && c <= '9':
			if ok {
				d.mant, ok = appendDigit(d.mant, zeros, uint64(c-'0'))
			}
			zeros = 0
		default:
			return n, d.finish(n, point, digits, zeros, ok)
		}
		digits++
	}
	return n, d.finish(n, point, digits, zeros, ok)
}

// appendDigit returns mant followed by zeros and one digit.
func appendDigit(mant uint128, zeros int, digit uint64) (uint128, bool) {
	if mant == (uint128{}) {
		return uint128{lo: digit}, true
	}
	if zeros > 38 {
		return mant, false
	}
	mant, ok := mant.mulPow10(zeros + 1)
	if !ok {
		return mant, false
	}
	return mant.add64(digit)
}

func (d *decimal) finish(n, point, digits, zeros int, ok bool) error {
	if digits == 0 {
		return ErrSyntax
	}
	if !ok {
		return fmt.Errorf("%w: more than 38 significant digits", ErrRange)
	}
	d.exp = zeros
	if point >= 0 {
		d.exp -= n - point - 1
	}
	return nil
}

func parseExponent(s string) (int, error) {
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, ErrSyntax
	}
	exp := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, ErrSyntax
		}
		exp = min(exp*10+int(s[i]-'0'), maxExponent)
	}
	if neg {
		exp = -exp
	}
	return exp, nil
}

// scan reads the plain unsigned decimal at the beginning of s and returns its length, or 0 when
// there is none that the type can hold. It is the fast path of [parse]: one loop into a uint64.
func scan(s string, scale int) (int128, int) {
	var m uint64
	n, frac := 0, 0
	for n < len(s) && s[n]-'0' <= 9 {
		m = m*10 + uint64(s[n]-'0')
		n++
	}
	if n < len(s) && s[n] == '.' {
		point := n
		n++
		for n < len(s) && s[n]-'0' <= 9 {
			m = m*10 + uint64(s[n]-'0')
			n++
		}
		frac = n - point - 1
	}
	// 19 digits and a point cannot overflow m.
	if n > 19 || frac > scale || n < 2 && !startsWithDigit(s) {
		return scanSlow(s[:n], scale)
	}
	if scale-frac < len(pow10) {
		hi, lo := bits.Mul64(m, pow10[scale-frac])
		if hi>>63 == 0 {
			return int128{hi: int64(hi), lo: lo}, n
		}
	}
	wide, ok := uint128{lo: m}.mulPow10(scale - frac)
	v, fits := wide.signed(false)
	if !ok || !fits {
		return int128{}, 0
	}
	return v, n
}

func startsWithDigit(s string) bool { return s != "" && s[0]-'0' <= 9 }

func scanSlow(s string, scale int) (int128, int) {
	d, err := parseDecimal(s)
	if err != nil {
		return int128{}, 0
	}
	v, exact, ok := d.scaled(scale)
	if !exact || !ok {
		return int128{}, 0
	}
	return v, len(s)
}
