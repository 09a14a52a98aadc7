package money

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	bigMax = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 127), big.NewInt(1))
	bigMin = new(big.Int).Neg(bigMax)
)

// drawInt128 draws magnitudes of every bit length, the limits, and multiples of powers of ten, which
// is what money looks like.
func drawInt128(t *rapid.T, label string) int128 {
	bitLen := rapid.IntRange(0, 127).Draw(t, label+" bits")
	hi, lo := rapid.Uint64().Draw(t, label+" hi"), rapid.Uint64().Draw(t, label+" lo")
	b := new(big.Int).Lsh(new(big.Int).SetUint64(hi), 64)
	b.Or(b, new(big.Int).SetUint64(lo)).Rsh(b, uint(128-bitLen))
	if digits := rapid.IntRange(0, 24).Draw(t, label+" zeros"); digits > 0 && rapid.Bool().Draw(t, label+" round") {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
		b.Quo(b, unit).Mul(b, unit)
	}
	if rapid.Bool().Draw(t, label+" neg") {
		b.Neg(b)
	}
	v, ok := fromBig(b)
	require.True(t, ok)
	return v
}

// clamp is what saturating arithmetic makes of an exact result.
func clamp(b *big.Int) (*big.Int, bool) {
	if b.Cmp(bigMax) > 0 {
		return bigMax, false
	}
	if b.Cmp(bigMin) < 0 {
		return bigMin, false
	}
	return b, true
}

func scaleRat(scale int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
}

func TestIntegerOpsMatchBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, w := drawInt128(t, "v"), drawInt128(t, "w")
		bv, bw := v.big(), w.big()

		back, ok := fromBig(bv)
		require.True(t, ok)
		require.Equal(t, v, back)

		sum, _ := clamp(new(big.Int).Add(bv, bw))
		assert.Equal(t, sum.String(), v.add(w).big().String(), "add")
		diff, _ := clamp(new(big.Int).Sub(bv, bw))
		assert.Equal(t, diff.String(), v.add(w.neg()).big().String(), "sub")
		assert.Equal(t, new(big.Int).Neg(bv).String(), v.neg().big().String(), "neg")
		assert.Equal(t, bv.Cmp(bw), v.cmp(w), "cmp")
		assert.Equal(t, bv.Sign(), v.sign(), "sign")
		assert.Equal(t, bv.Sign() == 0, v.isZero(), "isZero")

		product, inRange := clamp(new(big.Int).Mul(bv, bw))
		got, ok := v.mul(w)
		assert.Equal(t, inRange, ok, "mul range")
		assert.Equal(t, product.String(), got.big().String(), "mul")
	})
}

func TestFloat64IsCorrectlyRounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawInt128(t, "v")
		for _, f := range []struct {
			got   float64
			scale int
		}{
			{Quantity{v}.Float64(), quantityScale},
			{UnitPrice{v}.Float64(), unitPriceScale},
			{Amount{v}.Float64(), amountScale},
		} {
			want, _ := new(big.Rat).Quo(new(big.Rat).SetInt(v.big()), scaleRat(f.scale)).Float64()
			assert.Equal(t, want, f.got, "scale %d of %s", f.scale, v.big())
		}
	})
}

func TestDecimalsMatchBigAndReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawInt128(t, "v")
		for _, c := range []struct {
			text  string
			scale int
		}{
			{Quantity{v}.String(), quantityScale},
			{UnitPrice{v}.String(), unitPriceScale},
			{Amount{v}.String(), amountScale},
		} {
			want := new(big.Rat).Quo(new(big.Rat).SetInt(v.big()), scaleRat(c.scale)).FloatString(c.scale)
			want = strings.TrimSuffix(strings.TrimRight(want, "0"), ".")
			if v.isZero() {
				want = "0"
			}
			require.Equal(t, want, c.text)
			back, err := parse(c.text, c.scale)
			require.NoError(t, err)
			require.Equal(t, v, back)
		}
	})
}

func TestScanReadsWhatAppendWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawInt128(t, "v")
		if v.hi < 0 {
			v = v.neg()
		}
		tail := rapid.SampledFrom([]string{"", "@", ";input", "/1", " "}).Draw(t, "tail")
		q, n := ScanQuantity(Quantity{v}.String() + tail)
		require.Equal(t, len(Quantity{v}.String()), n)
		require.Equal(t, Quantity{v}, q)
		p, n := ScanUnitPrice(UnitPrice{v}.String() + tail)
		require.Equal(t, len(UnitPrice{v}.String()), n)
		require.Equal(t, UnitPrice{v}, p)
	})
}

func TestMulMatchesRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := UnitPrice{drawInt128(t, "price")}
		q := Quantity{drawInt128(t, "quantity")}
		a, ok := p.Mul(q)
		if ok {
			want := new(big.Rat).Mul(p.Rat(), q.Rat())
			assert.Zero(t, want.Cmp(a.Rat()))
		} else {
			assert.Contains(t, []Amount{{maxInt128}, {maxInt128.neg()}}, a)
		}
	})
}

// roundHalfEven is the definition, in rationals.
func roundHalfEven(r *big.Rat, scale int) *big.Int {
	scaled := new(big.Rat).Mul(r, scaleRat(scale))
	twice := new(big.Rat).Mul(scaled, big.NewRat(2, 1))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom())
	cmpHalf := twice.Cmp(new(big.Rat).SetInt(new(big.Int).Add(new(big.Int).Lsh(floor, 1), big.NewInt(1))))
	if cmpHalf > 0 || cmpHalf == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

func TestRoundingsMatchTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Int64().Draw(t, "num")
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		if rapid.Bool().Draw(t, "halves") {
			den = rapid.SampledFrom([]int64{2, 4, 2e15, 4e15, 2e12}).Draw(t, "den2")
		}
		r := big.NewRat(num, den)
		p, err := RoundUnitPrice(r)
		require.NoError(t, err)
		assert.Equal(t, roundHalfEven(r, unitPriceScale).String(), p.v.big().String())

		a := Amount{drawInt128(t, "amount")}
		decimals := rapid.IntRange(-1, 25).Draw(t, "decimals")
		want := roundHalfEven(a.Rat(), min(max(decimals, 0), amountScale))
		want.Mul(want, scaleRat(amountScale-min(max(decimals, 0), amountScale)).Num())
		want, _ = clamp(want)
		assert.Equal(t, want.String(), a.RoundTo(decimals).v.big().String())
		if sum, err := RoundAmount(r); err == nil {
			assert.Equal(t, roundHalfEven(r, amountScale).String(), sum.v.big().String())
		} else {
			assert.Greater(t, math.Abs(float64(num)/float64(den)), 1.7e14)
		}
		assert.Equal(t, roundHalfEven(a.Rat(), unitPriceScale).String(), a.UnitPrice().v.big().String())
	})
}

func TestPerIsTheQuotientTowardZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, q := Amount{drawInt128(t, "a")}, Quantity{drawInt128(t, "q")}
		decimals := rapid.IntRange(0, unitPriceScale).Draw(t, "decimals")
		p, ok := a.Per(q, decimals)
		if q.IsZero() {
			require.False(t, ok)
			return
		}
		quo := new(big.Rat).Quo(a.Rat(), q.Rat())
		quo.Mul(quo, scaleRat(decimals))
		want := new(big.Int).Quo(quo.Num(), quo.Denom())
		want.Mul(want, scaleRat(unitPriceScale-decimals).Num())
		want, inRange := clamp(want)
		assert.Equal(t, inRange, ok)
		assert.Equal(t, want.String(), p.v.big().String())
	})
}

func TestQuantityFromFloatKeepsTheShortestDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		if rapid.Bool().Draw(t, "small") {
			f = math.Ldexp(math.Mod(f, 1e6), rapid.IntRange(-60, 20).Draw(t, "exp"))
		}
		q, ok := QuantityFromFloat(f)
		shortest, _ := new(big.Rat).SetString(big.NewFloat(f).Text('e', -1))
		want := roundHalfEven(shortest, quantityScale)
		if _, inRange := clamp(want); !inRange {
			require.False(t, ok)
			require.Zero(t, q)
			return
		}
		require.True(t, ok)
		assert.Equal(t, want.String(), q.v.big().String())
	})
}

func TestAllocateAddsUpAndIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := Amount{drawInt128(t, "total")}
		weights := make([]Amount, rapid.IntRange(1, 8).Draw(t, "n"))
		sum := new(big.Int)
		for i := range weights {
			weights[i] = Amount{drawInt128(t, "w")}
			if weights[i].Sign() > 0 {
				sum.Add(sum, weights[i].v.big())
			}
		}
		parts := Allocate(total, weights)
		require.Len(t, parts, len(weights))
		got := new(big.Int)
		for i, p := range parts {
			got.Add(got, p.v.big())
			if sum.Sign() == 0 {
				continue
			}
			w := weights[i].v.big()
			if w.Sign() < 0 {
				w = new(big.Int)
			}
			ideal := new(big.Rat).SetFrac(new(big.Int).Mul(total.v.big(), w), sum)
			off := new(big.Rat).Sub(new(big.Rat).SetInt(p.v.big()), ideal)
			assert.Negative(t, off.Abs(off).Cmp(big.NewRat(1, 1)), "a part is less than one unit from its share")
		}
		assert.Equal(t, total.v.big().String(), got.String())
	})
}

func TestBinaryReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawInt128(t, "v")
		b, err := Amount{v}.AppendBinary(nil)
		require.NoError(t, err)
		require.Len(t, b, BinarySize)
		a, err := AmountFromBinary(b)
		require.NoError(t, err)
		require.Equal(t, Amount{v}, a)
		q, err := QuantityFromBinary(b)
		require.NoError(t, err)
		require.Equal(t, Quantity{v}, q)
		p, err := UnitPriceFromBinary(b)
		require.NoError(t, err)
		require.Equal(t, UnitPrice{v}, p)
	})
}

// The three types are thin over the integer; this is what keeps a slip of the pen out of them.
func TestTypesDelegate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, w := drawInt128(t, "v"), drawInt128(t, "w")
		q, p, a := Quantity{v}, UnitPrice{v}, Amount{v}
		assert.Equal(t, Quantity{v.add(w)}, q.Add(Quantity{w}))
		assert.Equal(t, Quantity{v.add(w.neg())}, q.Sub(Quantity{w}))
		assert.Equal(t, UnitPrice{v.add(w)}, p.Add(UnitPrice{w}))
		assert.Equal(t, Amount{v.add(w)}, a.Add(Amount{w}))
		assert.Equal(t, Amount{v.add(w.neg())}, a.Sub(Amount{w}))
		assert.Equal(t, Amount{v.neg()}, a.Neg())
		for _, cmp := range []int{q.Cmp(Quantity{w}), p.Cmp(UnitPrice{w}), a.Cmp(Amount{w})} {
			assert.Equal(t, v.cmp(w), cmp)
		}
		for _, sign := range []int{q.Sign(), p.Sign(), a.Sign()} {
			assert.Equal(t, v.sign(), sign)
		}
		for _, zero := range []bool{q.IsZero(), p.IsZero(), a.IsZero()} {
			assert.Equal(t, v.isZero(), zero)
		}
		for _, b := range []func([]byte) ([]byte, error){q.AppendBinary, p.AppendBinary, a.AppendBinary} {
			got, err := b([]byte{1})
			require.NoError(t, err)
			assert.Equal(t, append([]byte{1}, v.appendBinary(nil)...), got)
		}
	})
}

func TestDecimalsIsTheLengthOfTheFraction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quantity{drawInt128(t, "q")}
		_, fraction, _ := strings.Cut(q.String(), ".")
		assert.Equal(t, len(fraction), q.Decimals())
	})
}
