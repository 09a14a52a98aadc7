package histogram

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func amount(t require.TestingT, s string) money.Amount {
	a, err := money.ParseAmount(s)
	require.NoError(t, err)
	return a
}

func TestExplicitBoundsAreInclusive(t *testing.T) {
	l := Explicit([]float64{0.001, 0.1, 1})
	d := l.New()
	for _, s := range []string{"0", "0.001", "0.0010000000000000000001", "0.1", "0.100000000000000000000001", "1", "1.1"} {
		l.Observe(&d, amount(t, s))
	}
	assert.Equal(t, []uint64{2, 2, 2, 1}, d.Counts)
	assert.Equal(t, uint64(7), d.Count)
	assert.Equal(t, "2.302000000000000000000101", d.Sum.String())
	assert.True(t, l.Valid(&d))
}

// amounts draws values over the whole range of what a call may cost.
func amounts(rt *rapid.T, label string) []money.Amount {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) money.Amount {
		if rapid.IntRange(0, 9).Draw(rt, "zero") == 0 {
			return money.Amount{}
		}
		f := math.Exp(rapid.Float64Range(-40, 25).Draw(rt, "log"))
		a, ok := money.AmountFromFloat(f)
		if !ok {
			rt.Fatalf("%v is no amount", f)
		}
		return a
	}), 0, 60).Draw(rt, label)
}

// bounds returns the lower and upper bound of bucket i.
func bounds(i, scale int32) (lower, upper float64) {
	base := math.Pow(2, math.Pow(2, -float64(scale)))
	return math.Pow(base, float64(i)), math.Pow(base, float64(i+1))
}

func TestExponentialBucketsHoldTheirValues(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := Exponential(rapid.IntRange(2, 160).Draw(rt, "size"))
		d := l.New()
		values := amounts(rt, "values")
		for _, v := range values {
			l.Observe(&d, v)
		}
		require.True(rt, l.Valid(&d), "%+v", d)
		require.Equal(rt, uint64(len(values)), d.Count)

		want := make([]uint64, len(d.Counts))
		for _, v := range values {
			if f := v.Float64(); f > 0 {
				want[bucketIndex(f, d.Scale)-d.Offset]++
			}
		}
		require.Equal(rt, want, slices.Clone(d.Counts))
	})
}

func TestBucketIndex(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		scale := int32(rapid.IntRange(minScale, 10).Draw(rt, "scale"))
		v := math.Exp(rapid.Float64Range(-50, 30).Draw(rt, "log"))
		lower, upper := bounds(bucketIndex(v, scale), scale)
		const slack = 1e-9
		require.Greater(rt, v, lower*(1-slack))
		require.LessOrEqual(rt, v, upper*(1+slack))
	})
	for _, scale := range []int32{-3, -1, 0, 1, 5, maxScale} {
		for exp := -80; exp <= 40; exp++ {
			if scale < 0 && exp%(1<<-scale) != 0 {
				continue // within a bucket
			}
			v := math.Ldexp(1, exp)
			i := bucketIndex(v, scale)
			assert.Equal(t, i, bucketIndex(math.Nextafter(v, 0), scale), "2^%d is the upper bound of its bucket at scale %d", exp, scale)
			assert.Equal(t, i+1, bucketIndex(math.Nextafter(v, math.Inf(1)), scale), "what follows 2^%d is in the next at scale %d", exp, scale)
		}
	}
}

func TestMergeIsObservingBoth(t *testing.T) {
	layouts := map[string]Layout{
		"explicit":    Explicit([]float64{0.001, 0.01, 0.1, 1, 10}),
		"exponential": Exponential(20),
	}
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				a, b := amounts(rt, "a"), amounts(rt, "b")
				both, first, second := l.New(), l.New(), l.New()
				for _, v := range a {
					l.Observe(&both, v)
					l.Observe(&first, v)
				}
				for _, v := range b {
					l.Observe(&both, v)
					l.Observe(&second, v)
				}
				l.Merge(&first, &second)
				require.Equal(rt, both.Sum, first.Sum)
				require.Equal(rt, both.Count, first.Count)
				require.Equal(rt, both.Zero, first.Zero)
				require.Equal(rt, both.Scale, first.Scale)
				require.Equal(rt, slices.Clone(both.Counts), slices.Clone(first.Counts))
			})
		})
	}
}

func TestCopyAndReset(t *testing.T) {
	for _, l := range []Layout{Explicit([]float64{1}), Exponential(4)} {
		d := l.New()
		l.Observe(&d, amount(t, "0.5"))
		l.Observe(&d, amount(t, "3"))
		var c Distribution
		d.CopyTo(&c)
		assert.Equal(t, d.Counts, c.Counts)
		l.Reset(&d)
		assert.Equal(t, uint64(2), c.Count, "a copy shares nothing")
		assert.Equal(t, l.New(), d)
	}
}

func TestValidRefusesWhatIsNone(t *testing.T) {
	explicit, exponential := Explicit([]float64{1}), Exponential(4)
	for name, tt := range map[string]struct {
		l Layout
		d Distribution
	}{
		"other bounds":  {explicit, Distribution{Count: 1, Counts: []uint64{1, 0, 0}}},
		"wrong count":   {explicit, Distribution{Count: 2, Counts: []uint64{1, 0}}},
		"zero count":    {explicit, Distribution{Count: 1, Zero: 1, Counts: []uint64{0, 0}}},
		"too many":      {exponential, Distribution{Count: 5, Counts: []uint64{1, 1, 1, 1, 1}}},
		"bad scale":     {exponential, Distribution{Scale: maxScale + 1}},
		"end of offset": {exponential, Distribution{Count: 1, Offset: math.MaxInt32, Counts: []uint64{1}}},
	} {
		assert.False(t, tt.l.Valid(&tt.d), name)
	}
}
