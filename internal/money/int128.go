package money

import (
	"math"
	"math/big"
	"math/bits"
)

// int128 is a two's complement integer. Its range is kept symmetric, ±(2^127-1), so that negation is
// always possible and limits are the same on both sides.
type int128 struct {
	hi int64
	lo uint64
}

// uint128 is the magnitude of an int128.
type uint128 struct{ hi, lo uint64 }

var maxInt128 = int128{hi: math.MaxInt64, lo: math.MaxUint64}

// pow10 holds the powers of ten that fit 64 bits.
var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// signed returns the magnitude with a sign, and false when it is beyond the range.
func (m uint128) signed(neg bool) (int128, bool) {
	if m.hi > math.MaxInt64 {
		return saturated(neg), false
	}
	v := int128{hi: int64(m.hi), lo: m.lo}
	if neg {
		v = v.neg()
	}
	return v, true
}

func saturated(neg bool) int128 {
	if neg {
		return maxInt128.neg()
	}
	return maxInt128
}

// abs returns the magnitude and whether v is negative.
func (v int128) abs() (m uint128, neg bool) {
	if v.hi >= 0 {
		return uint128{uint64(v.hi), v.lo}, false
	}
	n := v.neg()
	return uint128{uint64(n.hi), n.lo}, true
}

func (v int128) neg() int128 {
	lo, borrow := bits.Sub64(0, v.lo, 0)
	return int128{hi: -v.hi - int64(borrow), lo: lo}
}

func (v int128) isZero() bool { return v.hi|int64(v.lo) == 0 }

func (v int128) sign() int {
	switch {
	case v.hi < 0:
		return -1
	case v.isZero():
		return 0
	default:
		return 1
	}
}

func (v int128) cmp(w int128) int {
	switch {
	case v == w:
		return 0
	case v.hi < w.hi || v.hi == w.hi && v.lo < w.lo:
		return -1
	default:
		return 1
	}
}

// add saturates. The sign test finds overflow with the carry included; the second condition keeps
// -2^127 out of the range.
func (v int128) add(w int128) int128 {
	lo, carry := bits.Add64(v.lo, w.lo, 0)
	hi := v.hi + w.hi + int64(carry)
	if (v.hi^hi)&(w.hi^hi) < 0 || hi == math.MinInt64 && lo == 0 {
		return saturated(v.hi < 0)
	}
	return int128{hi: hi, lo: lo}
}

// mul returns the product, and false with a saturated value when it is beyond the range.
func (v int128) mul(w int128) (int128, bool) {
	if v.hi|w.hi == 0 {
		hi, lo := bits.Mul64(v.lo, w.lo)
		if hi <= math.MaxInt64 {
			return int128{hi: int64(hi), lo: lo}, true
		}
	}
	return v.mulWide(w)
}

func (v int128) mulWide(w int128) (int128, bool) {
	a, aNeg := v.abs()
	b, bNeg := w.abs()
	if a.hi != 0 {
		a, b = b, a
	}
	if a.hi != 0 {
		return saturated(aNeg != bNeg), false
	}
	p, ok := b.mul64(a.lo)
	if !ok {
		return saturated(aNeg != bNeg), false
	}
	return p.signed(aNeg != bNeg)
}

// mul64 returns false when the product exceeds 128 bits.
func (m uint128) mul64(f uint64) (uint128, bool) {
	over, hi := bits.Mul64(m.hi, f)
	carry, lo := bits.Mul64(m.lo, f)
	hi, c := bits.Add64(hi, carry, 0)
	return uint128{hi, lo}, over|c == 0
}

// add64 returns false when the sum exceeds 128 bits.
func (m uint128) add64(d uint64) (uint128, bool) {
	lo, c := bits.Add64(m.lo, d, 0)
	hi, c := bits.Add64(m.hi, 0, c)
	return uint128{hi, lo}, c == 0
}

// div64 divides by d, which must not be 0.
func (m uint128) div64(d uint64) (quo uint128, rem uint64) {
	if m.hi == 0 {
		return uint128{lo: m.lo / d}, m.lo % d
	}
	hi, rem := m.hi/d, m.hi%d
	lo, rem := bits.Div64(rem, m.lo, d)
	return uint128{hi, lo}, rem
}

// mulPow10 multiplies by 10^n.
func (m uint128) mulPow10(n int) (uint128, bool) {
	ok := true
	for ; n > 0 && ok; n -= len(pow10) - 1 {
		m, ok = m.mul64(pow10[min(n, len(pow10)-1)])
	}
	return m, ok
}

// divPow10 divides by 10^n, 0 <= n <= 38, and rounds half to even. exact is false when
// something was rounded.
func (m uint128) divPow10(n int) (quo uint128, exact bool) {
	if n == 0 {
		return m, true
	}
	const most = len(pow10) - 1
	var low uint64
	if n > most {
		m, low = m.div64(pow10[n-most])
		n = most
	}
	quo, rem := m.div64(pow10[n])
	half := pow10[n] / 2
	if rem > half || rem == half && (low > 0 || quo.lo&1 == 1) {
		quo, _ = quo.add64(1)
	}
	return quo, rem|low == 0
}

func (m uint128) lsh(n int) uint128 {
	if n >= 64 {
		return uint128{hi: m.lo << (n - 64)}
	}
	return uint128{hi: m.hi<<n | m.lo>>(64-n), lo: m.lo << n}
}

func (m uint128) leadingZeros() int {
	if m.hi != 0 {
		return bits.LeadingZeros64(m.hi)
	}
	return 64 + bits.LeadingZeros64(m.lo)
}

// float64 returns v / 10^scale, correctly rounded. 5^scale must fit 64 bits.
//
// v / 10^scale is (v / 5^scale) / 2^scale. v is shifted up to fill 128 bits, so that the quotient by
// 5^scale has more than 64 bits; the top 64, with every bit below folded into the last one, round to
// 53 bits as the exact value would.
func (v int128) float64(scale int, pow5 uint64) float64 {
	m, neg := v.abs()
	if m == (uint128{}) {
		return 0
	}
	up := m.leadingZeros()
	quo, rem := m.lsh(up).div64(pow5)
	norm := quo.leadingZeros()
	quo = quo.lsh(norm)
	top := quo.hi
	if quo.lo|rem != 0 {
		top |= 1
	}
	f := math.Ldexp(float64(top), 64-norm-up-scale)
	if neg {
		return -f
	}
	return f
}

func (v int128) big() *big.Int {
	m, neg := v.abs()
	b := new(big.Int).SetUint64(m.hi)
	b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(m.lo))
	if neg {
		b.Neg(b)
	}
	return b
}

// fromBig returns false when b is beyond the range.
func fromBig(b *big.Int) (int128, bool) {
	if b.BitLen() > 127 {
		return saturated(b.Sign() < 0), false
	}
	mag := new(big.Int).Abs(b)
	lo := new(big.Int).And(mag, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	return uint128{mag.Rsh(mag, 64).Uint64(), lo}.signed(b.Sign() < 0)
}
