package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestShares(t *testing.T) {
	t.Parallel()
	shares := []Share{{"search", 3}, {"a:b;100%", 2}}
	text := string(AppendShares(nil, shares))
	assert.Equal(t, "search:3;a%3Ab%3B100%25:2", text)
	back, err := ParseShares(text, nil)
	require.NoError(t, err)
	assert.Equal(t, shares, back)
}

func TestSharesRoundTrip(t *testing.T) {
	t.Parallel()
	share := rapid.Custom(func(t *rapid.T) Share {
		return Share{rapid.StringN(1, 8, -1).Draw(t, "value"), rapid.Uint32Min(1).Draw(t, "weight")}
	})
	byValue := func(s Share) string { return s.Value }
	rapid.Check(t, func(t *rapid.T) {
		shares := rapid.SliceOfNDistinct(share, 1, 5, byValue).Draw(t, "shares")
		back, err := ParseShares(string(AppendShares(nil, shares)), nil)
		require.NoError(t, err)
		assert.Equal(t, shares, back)
	})
}

func TestParseSharesRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      `position 0: want <value>:<weight>, have ""`,
		"search":                `position 0: want <value>:<weight>, have "search"`,
		":1":                    `position 0: want <value>:<weight>, have ":1"`,
		"search:0":              `position 0: weight "0" is not a whole number`,
		"search:-1":             `weight "-1" is not`,
		"search:0.5":            `weight "0.5" is not`,
		"search:5000000000":     `weight "5000000000" is not`,
		"search:1;":             `position 9: want <value>:<weight>`,
		"search:1;search:2":     `position 9: "search" appears twice`,
		"search:1;sup%zzport:2": `invalid URL escape "%zz"`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := ParseShares(text, nil)
			require.ErrorIs(t, err, ErrShares)
			assert.ErrorContains(t, err, want)
		})
	}
}

func FuzzParseShares(f *testing.F) {
	f.Add("search:3;support:2")
	f.Fuzz(func(t *testing.T, text string) {
		shares, err := ParseShares(text, nil)
		if err != nil {
			return
		}
		again, err := ParseShares(string(AppendShares(nil, shares)), nil)
		require.NoError(t, err)
		assert.Equal(t, shares, again)
	})
}
