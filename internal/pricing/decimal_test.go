package pricing

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestQuotientIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.StringMatching(`[0-9]{0,20}\.?[0-9]{1,20}(e-?[0-9])?`).Draw(t, "rate")
		per := rapid.SampledFrom([]string{"1", "1000", "1000000", "999999999999999999", "0.5", "1e6"}).Draw(t, "per")
		want, ok := new(big.Rat).SetString(rate)
		require.True(t, ok)
		d, ok := new(big.Rat).SetString(per)
		require.True(t, ok)
		got := quotient(rate, per)
		require.NotNil(t, got, "%s / %s", rate, per)
		require.Zero(t, want.Quo(want, d).Cmp(got), "%s / %s = %s", rate, per, got)
	})
	for _, bad := range [][2]string{{"", "1"}, {"1", ""}, {"1", "0"}, {"1", "-1"}, {"x", "1"}, {"1.2.3", "1"}, {"1_0", "1"}} {
		assert.Nil(t, quotient(bad[0], bad[1]), "%v", bad)
	}
}

func TestDecimals(t *testing.T) {
	for text, ok := range map[string]bool{
		"0": true, "2.50": true, ".5": true, "5.": true, "-1": true, "1.3e-07": true, "1E6": true, "1e40": true,
		"": false, ".": false, "-": false, "+1": false, "1e": false, "1e41": false, "1e+x": false, "1/3": false, "0x1p4": false,
		"1_000": false, "1,5": false, "Inf": false, "NaN": false, "1\t": false,
	} {
		r, err := parseDecimal(text)
		assert.Equal(t, ok, err == nil, "%q", text)
		assert.Equal(t, ok, r != nil, "%q", text)
	}
	_, err := parseDecimal("1" + string(make([]byte, 100)))
	assert.Error(t, err)
	assert.Equal(t, "0.333333333333333", decimalString(big.NewRat(1, 3)))
}
