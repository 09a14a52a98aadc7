package importer

import (
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDecimalKeepsDigits(t *testing.T) {
	for text, want := range map[string]string{
		"1.3e-07": "0.00000013", "2.50": "2.5", "0": "0", "0.000": "0", "-0": "0", "1E3": "1000", "100": "100", "-1.5": "-1.5",
		"2.9999990000000002e-06": "0.0000029999990000000002", ".5": "0.5", "5.": "5",
	} {
		d, err := parseDecimal(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, d.String(), text)
	}
	for _, text := range []string{"", "x", "1.2.3", "1e", "1e9999999999", "0x10", "1_000", "--1", "1.-5", "+1", "NaN", "Infinity", "1e61"} {
		_, err := parseDecimal(text)
		assert.ErrorIs(t, err, errNotDecimal, text)
	}
	d, err := parseDecimal("1.3e-07")
	require.NoError(t, err)
	assert.Equal(t, "0.13", d.shift(perMillion).String())
}

func TestDecimalAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coefficient := rapid.Int64().Draw(t, "coefficient")
		exponent := rapid.IntRange(-maxExponent, maxExponent).Draw(t, "exponent")
		text := strconv.FormatInt(coefficient, 10) + "e" + strconv.Itoa(exponent)
		d, err := parseDecimal(text)
		require.NoError(t, err)
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		assert.Zero(t, want.Cmp(d.rat()), text)
		again, ok := new(big.Rat).SetString(d.String())
		require.True(t, ok)
		assert.Zero(t, want.Cmp(again), "printed as %s", d)
		assert.Zero(t, d.mul(mustDecimal("0.5")).rat().Cmp(new(big.Rat).Mul(want, big.NewRat(1, 2))))
	})
}
