package money

import (
	"fmt"
	"math/big"
)

const (
	amountScale = 24
	amountPow5  = 59604644775390625 // 5^24
)

var bigAmount = new(big.Int).Exp(big.NewInt(10), big.NewInt(amountScale), nil)

// Amount is a sum of money in multiples of 1e-24 of a currency, up to ±1.7e14.
type Amount struct{ v int128 }

// ParseAmount reads a decimal in plain or E notation. It never rounds: more than 24 decimals are an
// error.
func ParseAmount(s string) (Amount, error) {
	v, err := parse(s, amountScale)
	if err != nil {
		return Amount{}, fmt.Errorf("amount %w", err)
	}
	return Amount{v}, nil
}

// AmountFromFloat returns the shortest decimal that reads back as f, which is how an amount that
// telemetry carries as a double was meant, rounded half to even to 24 decimals. It returns false
// for NaN, infinities and values out of range.
func AmountFromFloat(f float64) (Amount, bool) {
	v, ok := fromFloat(f, amountScale)
	return Amount{v}, ok
}

// Add returns a + b, or the limit of the range when the sum is beyond it.
func (a Amount) Add(b Amount) Amount { return Amount{a.v.add(b.v)} }

// Sub returns a - b, or the limit of the range when the difference is beyond it.
func (a Amount) Sub(b Amount) Amount { return Amount{a.v.add(b.v.neg())} }

// Neg returns -a.
func (a Amount) Neg() Amount { return Amount{a.v.neg()} }

// Cmp returns -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Amount) Cmp(b Amount) int { return a.v.cmp(b.v) }

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int { return a.v.sign() }

// IsZero reports whether a is 0.
func (a Amount) IsZero() bool { return a.v.isZero() }

// IsLimit reports whether a stands at a limit of the range, which is what a sum or product that was
// beyond it leaves behind.
func (a Amount) IsLimit() bool { return a.v == maxInt128 || a.v == maxInt128.neg() }

// Per returns a divided by q, rounded toward zero to a multiple of 10^-decimals, at most 15. It
// returns false when q is 0 or the result is out of range.
func (a Amount) Per(q Quantity, decimals int) (UnitPrice, bool) {
	if q.IsZero() {
		return UnitPrice{}, false
	}
	quo := a.v.big()
	quo.Quo(quo, q.v.big())
	step := new(big.Int).SetUint64(pow10[unitPriceScale-min(max(decimals, 0), unitPriceScale)])
	quo.Quo(quo, step).Mul(quo, step)
	v, ok := fromBig(quo)
	return UnitPrice{v}, ok
}

// RoundTo rounds half to even to that many decimals. Decimals below 0 count as 0.
func (a Amount) RoundTo(decimals int) Amount {
	drop := amountScale - max(decimals, 0)
	if drop <= 0 {
		return a
	}
	m, neg := a.v.abs()
	m, _ = m.divPow10(drop)
	// Rounding adds at most half a unit to at most 2^127-1: the product fits 128 bits.
	m, _ = m.mulPow10(drop)
	v, _ := m.signed(neg)
	return Amount{v}
}

// RoundAmount makes an amount of an exact rational, rounded half to even to 1e-24. It is for comparisons; what calls
// cost is a product of a unit price, and needs no rounding.
func RoundAmount(r *big.Rat) (Amount, error) {
	v, ok := roundRat(r, bigAmount)
	if !ok {
		return Amount{}, fmt.Errorf("amount %s: %w", r.FloatString(0), ErrRange)
	}
	return Amount{v}, nil
}

// UnitPrice returns a as the price of one unit, rounded half to even to 1e-15.
func (a Amount) UnitPrice() UnitPrice {
	m, neg := a.v.abs()
	m, _ = m.divPow10(amountScale - unitPriceScale)
	v, _ := m.signed(neg)
	return UnitPrice{v}
}

// Float64 returns the nearest float64.
func (a Amount) Float64() float64 { return a.v.float64(amountScale, amountPow5) }

// Rat returns a as a rational.
func (a Amount) Rat() *big.Rat { return new(big.Rat).SetFrac(a.v.big(), bigAmount) }

// Append appends a as the shortest plain decimal.
func (a Amount) Append(dst []byte) []byte { return a.v.appendDecimal(dst, amountScale) }

// String returns a as the shortest plain decimal.
func (a Amount) String() string { return string(a.Append(nil)) }

// MarshalText returns the same as String.
func (a Amount) MarshalText() ([]byte, error) { return a.Append(nil), nil }

// UnmarshalText is ParseAmount.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := ParseAmount(string(text))
	if err == nil {
		*a = parsed
	}
	return err
}

// AppendBinary appends a as BinarySize bytes.
func (a Amount) AppendBinary(dst []byte) ([]byte, error) { return a.v.appendBinary(dst), nil }

// AmountFromBinary reads what AppendBinary wrote.
func AmountFromBinary(b []byte) (Amount, error) {
	v, err := fromBinary(b)
	return Amount{v}, err
}
