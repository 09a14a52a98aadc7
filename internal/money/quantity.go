package money

import (
	"fmt"
	"math"
	"math/big"
)

const (
	quantityScale = 9
	quantityPow5  = 1953125 // 5^9

	// maxFastUnits is the most whole units whose multiple of 1e-9 fits 64 bits.
	maxFastUnits = math.MaxUint64 / 1_000_000_000
)

var bigQuantity = big.NewInt(1_000_000_000)

// Quantity is how much of a meter was used, in multiples of 1e-9 units, up to ±1.7e29 units.
type Quantity struct{ v int128 }

// Units returns n whole units, such as tokens.
func Units(n int64) Quantity {
	if uint64(n) <= maxFastUnits {
		return Quantity{int128{lo: uint64(n) * 1e9}}
	}
	v, _ := int128{hi: n >> 63, lo: uint64(n)}.mul(int128{lo: 1e9})
	return Quantity{v}
}

// ParseQuantity reads a decimal in plain or E notation. It never rounds: more than nine decimals are an
// error.
func ParseQuantity(s string) (Quantity, error) {
	v, err := parse(s, quantityScale)
	if err != nil {
		return Quantity{}, fmt.Errorf("quantity %w", err)
	}
	return Quantity{v}, nil
}

// ScanQuantity reads the plain unsigned decimal at the beginning of s and returns how many bytes it
// took, or 0 when there is none that a Quantity can hold exactly.
func ScanQuantity(s string) (Quantity, int) {
	v, n := scan(s, quantityScale)
	return Quantity{v}, n
}

// QuantityFromFloat returns the shortest decimal that reads back as f, rounded half to even to nine
// decimals. It returns false for NaN, infinities and values out of range.
func QuantityFromFloat(f float64) (Quantity, bool) {
	if math.Trunc(f) == f && math.Abs(f) < 1<<53 {
		return Units(int64(f)), true
	}
	v, ok := fromFloat(f, quantityScale)
	return Quantity{v}, ok
}

// Add returns q + r, or the limit of the range when the sum is beyond it.
func (q Quantity) Add(r Quantity) Quantity { return Quantity{q.v.add(r.v)} }

// Sub returns q - r, or the limit of the range when the difference is beyond it.
func (q Quantity) Sub(r Quantity) Quantity { return Quantity{q.v.add(r.v.neg())} }

// Cmp returns -1, 0 or 1 as q is less than, equal to or greater than r.
func (q Quantity) Cmp(r Quantity) int { return q.v.cmp(r.v) }

// Sign returns -1, 0 or 1.
func (q Quantity) Sign() int { return q.v.sign() }

// IsZero reports whether q is 0.
func (q Quantity) IsZero() bool { return q.v.isZero() }

// Int64 returns the whole units, truncated toward zero, and whether that is exactly q. Quantities beyond
// an int64 return its limit and false.
func (q Quantity) Int64() (n int64, exact bool) {
	m, neg := q.v.abs()
	whole, rem := m.div64(1e9)
	switch {
	case whole.hi == 0 && whole.lo <= math.MaxInt64 && neg:
		return -int64(whole.lo), rem == 0
	case whole.hi == 0 && whole.lo <= math.MaxInt64:
		return int64(whole.lo), rem == 0
	case neg:
		return math.MinInt64, whole.hi == 0 && whole.lo == 1<<63 && rem == 0
	default:
		return math.MaxInt64, false
	}
}

// Decimals returns how many decimals q needs, from 0 to 9.
func (q Quantity) Decimals() int {
	m, _ := q.v.abs()
	_, frac := m.div64(1e9)
	if frac == 0 {
		return 0
	}
	_, decimals := trimZeros(frac, quantityScale)
	return decimals
}

// Rat returns q as a rational.
func (q Quantity) Rat() *big.Rat { return new(big.Rat).SetFrac(q.v.big(), bigQuantity) }

// Float64 returns the nearest float64.
func (q Quantity) Float64() float64 { return q.v.float64(quantityScale, quantityPow5) }

// Append appends q as the shortest plain decimal.
func (q Quantity) Append(dst []byte) []byte { return q.v.appendDecimal(dst, quantityScale) }

// String returns q as the shortest plain decimal.
func (q Quantity) String() string { return string(q.Append(nil)) }

// MarshalText returns the same as String.
func (q Quantity) MarshalText() ([]byte, error) { return q.Append(nil), nil }

// UnmarshalText is ParseQuantity.
func (q *Quantity) UnmarshalText(text []byte) error {
	parsed, err := ParseQuantity(string(text))
	if err == nil {
		*q = parsed
	}
	return err
}

// AppendBinary appends q as BinarySize bytes.
func (q Quantity) AppendBinary(dst []byte) ([]byte, error) { return q.v.appendBinary(dst), nil }

// QuantityFromBinary reads what AppendBinary wrote.
func QuantityFromBinary(b []byte) (Quantity, error) {
	v, err := fromBinary(b)
	return Quantity{v}, err
}
