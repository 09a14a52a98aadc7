package money

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	const large = "170141183460469231731687303715.884105727"
	cases := []struct {
		in, want string
		err      error
	}{
		{in: "0", want: "0"},
		{in: "-0", want: "0"},
		{in: "0.0", want: "0"},
		{in: "1", want: "1"},
		{in: "+1", want: "1"},
		{in: "-1.5", want: "-1.5"},
		{in: ".5", want: "0.5"},
		{in: "5.", want: "5"},
		{in: "007.250", want: "7.25"},
		{in: "0.000000001", want: "0.000000001"},
		{in: "1e3", want: "1000"},
		{in: "1.5E-9", err: ErrPrecision},
		{in: "15E-10", err: ErrPrecision},
		{in: "10E-10", want: "0.000000001"},
		{in: "2.5e+2", want: "250"},
		{in: "0e999999999999", want: "0"},
		{in: "1e-999999999999", err: ErrPrecision},
		{in: "1e999999999999", err: ErrRange},
		{in: "0.0000000001", err: ErrPrecision},
		{in: "1.00000000000000000000000000000000000000000000000000", want: "1"},
		{in: "00000000000000000000000000000000000000000000000000001", want: "1"},
		{in: large, want: large},
		{in: "-" + large, want: "-" + large},
		{in: "170141183460469231731687303715.884105728", err: ErrRange},
		{in: "1e29", want: "1" + strings.Repeat("0", 29)},
		{in: "1e30", err: ErrRange},
		{in: strings.Repeat("9", 200), err: ErrRange},
		{in: "", err: ErrSyntax},
		{in: "-", err: ErrSyntax},
		{in: ".", err: ErrSyntax},
		{in: "e5", err: ErrSyntax},
		{in: "1e", err: ErrSyntax},
		{in: "1e+", err: ErrSyntax},
		{in: "1e5x", err: ErrSyntax},
		{in: "1.2.3", err: ErrSyntax},
		{in: "1,5", err: ErrSyntax},
		{in: " 1", err: ErrSyntax},
		{in: "1 ", err: ErrSyntax},
		{in: "NaN", err: ErrSyntax},
		{in: "0x10", err: ErrSyntax},
		{in: "１", err: ErrSyntax},
	}
	for _, c := range cases {
		t.Run(c.in, func(t *testing.T) {
			q, err := ParseQuantity(c.in)
			require.ErrorIs(t, err, c.err)
			if c.err == nil {
				assert.Equal(t, c.want, q.String())
			} else {
				assert.Zero(t, q)
			}
		})
	}
}

func TestParseErrorsNameTheText(t *testing.T) {
	_, err := ParseUnitPrice("1.2.3")
	require.EqualError(t, err, `unit price "1.2.3": not a decimal number`)
	_, err = ParseAmount("1e-30")
	require.EqualError(t, err, `amount "1e-30": too many decimals: at most 24`)
	_, err = ParseQuantity(strings.Repeat("x", 1<<20))
	assert.Less(t, len(err.Error()), 200)
}

func TestScanStopsAtTheFirstOtherByte(t *testing.T) {
	cases := []struct {
		in   string
		want string
		n    int
	}{
		{"176@0.0000025", "176", 3},
		{"0.5;", "0.5", 3},
		{"12345678901234567890@", "12345678901234567890", 20},
		{"1.0000000000000@", "1", 15},
		{"0.0000000001@", "0", 0},
		{"-1", "0", 0},
		{"+1", "0", 0},
		{"", "0", 0},
		{"@", "0", 0},
		{".", "0", 0},
		{"1.2.3", "1.2", 3},
		{"1e5", "1", 1},
		{strings.Repeat("9", 60), "0", 0},
	}
	for _, c := range cases {
		q, n := ScanQuantity(c.in)
		assert.Equal(t, c.n, n, c.in)
		assert.Equal(t, c.want, q.String(), c.in)
	}
}

func TestUnits(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 1e9, maxFastUnits, maxFastUnits + 1, math.MaxInt64, math.MinInt64} {
		got, exact := Units(n).Int64()
		assert.True(t, exact)
		assert.Equal(t, n, got)
		assert.Equal(t, big.NewInt(n).String(), Units(n).String())
	}
}

func TestInt64(t *testing.T) {
	cases := []struct {
		in    string
		want  int64
		exact bool
	}{
		{"1.5", 1, false},
		{"-1.5", -1, false},
		{"9223372036854775807", math.MaxInt64, true},
		{"9223372036854775808", math.MaxInt64, false},
		{"-9223372036854775808", math.MinInt64, true},
		{"-9223372036854775809", math.MinInt64, false},
		{"1e28", math.MaxInt64, false},
	}
	for _, c := range cases {
		q, err := ParseQuantity(c.in)
		require.NoError(t, err)
		n, exact := q.Int64()
		assert.Equal(t, c.want, n, c.in)
		assert.Equal(t, c.exact, exact, c.in)
	}
}

func TestQuantityFromFloat(t *testing.T) {
	cases := []struct {
		in   float64
		want string
		ok   bool
	}{
		{0.1, "0.1", true},
		{math.Copysign(0, -1), "0", true},
		{12.345678901234, "12.345678901", true},
		{0.0000000005, "0", true},
		{0.0000000015, "0.000000002", true},
		{1 << 53, "9007199254740992", true},
		{1e22, "10000000000000000000000", true},
		{-2.5, "-2.5", true},
		{math.SmallestNonzeroFloat64, "0", true},
		{math.MaxFloat64, "0", false},
		{math.NaN(), "0", false},
		{math.Inf(1), "0", false},
		{math.Inf(-1), "0", false},
	}
	for _, c := range cases {
		q, ok := QuantityFromFloat(c.in)
		assert.Equal(t, c.ok, ok, c.in)
		assert.Equal(t, c.want, q.String(), c.in)
	}
}

func TestAmountFromFloat(t *testing.T) {
	a, ok := AmountFromFloat(0.1)
	require.True(t, ok)
	assert.Equal(t, "0.1", a.String())
	a, ok = AmountFromFloat(1e15)
	assert.False(t, ok)
	assert.Zero(t, a)
	_, ok = AmountFromFloat(math.NaN())
	assert.False(t, ok)
}

func TestRoundUnitPrice(t *testing.T) {
	cases := []struct {
		in   string
		want string
	}{
		{"1/3", "0.333333333333333"},
		{"2/3", "0.666666666666667"},
		{"5/10000000000000000", "0"},
		{"15/10000000000000000", "0.000000000000002"},
		{"-15/10000000000000000", "-0.000000000000002"},
		{"25/10000000000000000", "0.000000000000002"},
		{"-5/10000000000000000", "0"},
		{"0", "0"},
	}
	for _, c := range cases {
		r, ok := new(big.Rat).SetString(c.in)
		require.True(t, ok)
		p, err := RoundUnitPrice(r)
		require.NoError(t, err)
		assert.Equal(t, c.want, p.String(), c.in)
	}
	_, err := RoundUnitPrice(new(big.Rat).SetInt(bigMax))
	require.ErrorIs(t, err, ErrRange)
}

func TestSaturation(t *testing.T) {
	limit, err := ParseAmount("170141183460469.231731687303715884105727")
	require.NoError(t, err)
	one, err := ParseAmount("1")
	require.NoError(t, err)
	assert.Equal(t, limit, limit.Add(one))
	assert.Equal(t, limit.Neg(), limit.Neg().Sub(one))
	assert.Equal(t, limit, limit.Neg().Neg())
	assert.True(t, limit.IsLimit())
	assert.True(t, limit.Neg().IsLimit())
	assert.False(t, limit.Sub(one).IsLimit())

	tiny, err := ParseAmount("1e-24")
	require.NoError(t, err)
	assert.Equal(t, limit.Neg(), limit.Neg().Sub(tiny), "-2^127 is outside the range")

	price, err := ParseUnitPrice("1e20")
	require.NoError(t, err)
	a, ok := price.Mul(Units(1e18))
	assert.False(t, ok)
	assert.Equal(t, limit, a)
	a, ok = price.Mul(Units(-1e18))
	assert.False(t, ok)
	assert.Equal(t, limit.Neg(), a)
}

func TestAllocate(t *testing.T) {
	amounts := func(texts ...string) []Amount {
		out := make([]Amount, len(texts))
		for i, s := range texts {
			var err error
			out[i], err = ParseAmount(s)
			require.NoError(t, err)
		}
		return out
	}
	cases := []struct {
		name    string
		total   string
		weights []Amount
		want    []Amount
	}{
		{"none", "1", nil, nil},
		{"one", "1", amounts("7"), amounts("1")},
		{
			"thirds: the first gets the rest", "1", amounts("1", "1", "1"),
			amounts("0.333333333333333333333334", "0.333333333333333333333333", "0.333333333333333333333333"),
		},
		{"zero weights: equal", "1", amounts("0", "0"), amounts("0.5", "0.5")},
		{"negative weight counts as zero", "1", amounts("-5", "1"), amounts("0", "1")},
		{"negative total", "-3", amounts("1", "2"), amounts("-1", "-2")},
		{"largest remainder first", "2e-24", amounts("1", "4", "2"), amounts("0", "1e-24", "1e-24")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, Allocate(amounts(c.total)[0], c.weights))
		})
	}
}

func TestBinaryRefusesOtherBytes(t *testing.T) {
	for _, b := range [][]byte{nil, make([]byte, 15), make([]byte, 17), append([]byte{0x80}, make([]byte, 15)...)} {
		_, err := AmountFromBinary(b)
		require.ErrorIs(t, err, ErrBinary)
	}
}

func TestText(t *testing.T) {
	type values struct {
		Q Quantity
		P UnitPrice
		A Amount
	}
	var in values
	require.NoError(t, json.Unmarshal([]byte(`{"Q":"1.5","P":"0.0000025","A":"-0.36"}`), &in))
	out, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Q":"1.5","P":"0.0000025","A":"-0.36"}`, string(out))
	for _, bad := range []string{`{"Q":"x"}`, `{"P":"x"}`, `{"A":"x"}`} {
		kept := in
		require.ErrorIs(t, json.Unmarshal([]byte(bad), &kept), ErrSyntax)
		assert.Equal(t, in, kept)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "1.5", "-2e3", "1e-24", ".", "1e999999999", "00.10", strings.Repeat("9", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAmount(s)
		q, n := ScanQuantity(s)
		require.LessOrEqual(t, n, len(s))
		require.GreaterOrEqual(t, q.Sign(), 0)
		if err != nil {
			return
		}
		back, err := ParseAmount(a.String())
		require.NoError(t, err)
		require.Equal(t, a, back)
		if len(s) < 100 && !strings.ContainsAny(s, "eE") {
			want, ok := new(big.Rat).SetString(s)
			require.True(t, ok)
			require.Zero(t, want.Cmp(a.Rat()))
		}
	})
}

func FuzzQuantityFromFloat(f *testing.F) {
	f.Add(0.1)
	f.Add(-1e300)
	f.Fuzz(func(t *testing.T, x float64) {
		q, ok := QuantityFromFloat(x)
		if !ok {
			return
		}
		require.InDelta(t, x, q.Float64(), 1e-9+math.Abs(x)*1e-15)
	})
}
