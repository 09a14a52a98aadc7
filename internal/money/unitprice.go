package money

import (
	"fmt"
	"math/big"
)

const (
	unitPriceScale = 15
	unitPricePow5  = 30517578125 // 5^15
)

// UnitPriceDecimals is the number of decimals of a [UnitPrice].
const UnitPriceDecimals = unitPriceScale

var (
	bigUnitPrice = big.NewInt(1e15)
	bigTwo       = big.NewInt(2)
)

// UnitPrice is what one single unit costs, in multiples of 1e-15 of a currency, up to ±1.7e23.
type UnitPrice struct{ v int128 }

// ParseUnitPrice reads a decimal in plain or E notation. It never rounds: more than 15 decimals are an
// error.
func ParseUnitPrice(s string) (UnitPrice, error) {
	v, err := parse(s, unitPriceScale)
	if err != nil {
		return UnitPrice{}, fmt.Errorf("unit price %w", err)
	}
	return UnitPrice{v}, nil
}

// ScanUnitPrice reads the plain unsigned decimal at the beginning of s and returns how many bytes it
// took, or 0 when there is none that a UnitPrice can hold exactly.
func ScanUnitPrice(s string) (UnitPrice, int) {
	v, n := scan(s, unitPriceScale)
	return UnitPrice{v}, n
}

// RoundUnitPrice makes a unit price from an exact rational, rounded half to even to 1e-15. It is the
// only place where a price is rounded.
func RoundUnitPrice(r *big.Rat) (UnitPrice, error) {
	v, ok := roundRat(r, bigUnitPrice)
	if !ok {
		return UnitPrice{}, fmt.Errorf("unit price %s: %w", r.FloatString(0), ErrRange)
	}
	return UnitPrice{v}, nil
}

// roundRat returns r in units of 1/scale, rounded half to even.
func roundRat(r *big.Rat, scale *big.Int) (int128, bool) {
	num := new(big.Int).Mul(r.Num(), scale)
	quo, rem := num.QuoRem(num, r.Denom(), new(big.Int))
	switch rem.Mul(rem, bigTwo).CmpAbs(r.Denom()) {
	case 1:
		quo.Add(quo, big.NewInt(int64(r.Sign())))
	case 0:
		if quo.Bit(0) == 1 {
			quo.Add(quo, big.NewInt(int64(r.Sign())))
		}
	}
	return fromBig(quo)
}

// Mul returns the exact cost of q units, and false, with the limit of the range, when it is beyond it.
func (p UnitPrice) Mul(q Quantity) (Amount, bool) {
	v, ok := p.v.mul(q.v)
	return Amount{v}, ok
}

// Add returns p + r, or the limit of the range when the sum is beyond it.
func (p UnitPrice) Add(r UnitPrice) UnitPrice { return UnitPrice{p.v.add(r.v)} }

// Cmp returns -1, 0 or 1 as p is less than, equal to or greater than r.
func (p UnitPrice) Cmp(r UnitPrice) int { return p.v.cmp(r.v) }

// Sign returns -1, 0 or 1.
func (p UnitPrice) Sign() int { return p.v.sign() }

// IsZero reports whether p is 0.
func (p UnitPrice) IsZero() bool { return p.v.isZero() }

// Float64 returns the nearest float64.
func (p UnitPrice) Float64() float64 { return p.v.float64(unitPriceScale, unitPricePow5) }

// Rat returns p as a rational.
func (p UnitPrice) Rat() *big.Rat { return new(big.Rat).SetFrac(p.v.big(), bigUnitPrice) }

// Append appends p as the shortest plain decimal.
func (p UnitPrice) Append(dst []byte) []byte { return p.v.appendDecimal(dst, unitPriceScale) }

// String returns p as the shortest plain decimal.
func (p UnitPrice) String() string { return string(p.Append(nil)) }

// MarshalText returns the same as String.
func (p UnitPrice) MarshalText() ([]byte, error) { return p.Append(nil), nil }

// UnmarshalText is ParseUnitPrice.
func (p *UnitPrice) UnmarshalText(text []byte) error {
	parsed, err := ParseUnitPrice(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}

// AppendBinary appends p as BinarySize bytes.
func (p UnitPrice) AppendBinary(dst []byte) ([]byte, error) { return p.v.appendBinary(dst), nil }

// UnitPriceFromBinary reads what AppendBinary wrote.
func UnitPriceFromBinary(b []byte) (UnitPrice, error) {
	v, err := fromBinary(b)
	return UnitPrice{v}, err
}
