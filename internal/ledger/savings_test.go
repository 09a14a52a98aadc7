package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSavingsText(t *testing.T) {
	cases := []struct{ tier, cache, text string }{
		{"0", "0", ""},
		{"0.5", "0", "service_tier:0.5"},
		{"0", "1.023", "cache:1.023"},
		{"0.5", "1.023", "service_tier:0.5;cache:1.023"},
		{"-0.25", "-0.000000000000000000000001", "service_tier:-0.25;cache:-0.000000000000000000000001"},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			s := Savings{ServiceTier: amount(t, c.tier), Cache: amount(t, c.cache)}
			assert.Equal(t, c.text, s.String())
			parsed, err := ParseSavings(c.text)
			require.NoError(t, err)
			assert.Equal(t, s, parsed)
			assert.Equal(t, c.text == "", s.IsZero())
		})
	}
}

func TestParseSavingsErrors(t *testing.T) {
	cases := []struct{ in, want string }{
		{"cache", `position 0: want service_tier:<amount> or cache:<amount>, have "cache"`},
		{"agreement:1", `position 0: want service_tier:<amount> or cache:<amount>, have "agreement:1"`},
		{"cache:x", `position 6: amount "x": not a decimal number`},
		{"service_tier:1;cache:1e-30", `position 21: amount "1e-30": too many decimals: at most 24`},
		{"cache:1;service_tier:1", `position 8: service_tier after cache`},
		{"service_tier:1;service_tier:1", `position 15: service_tier after service_tier`},
		{"cache:1;", `position 8: nothing after the last ;`},
	}
	for _, c := range cases {
		t.Run(c.in, func(t *testing.T) {
			s, err := ParseSavings(c.in)
			require.EqualError(t, err, "invalid finops.cost.savings: "+c.want)
			require.ErrorIs(t, err, ErrSavings)
			assert.Zero(t, s)
		})
	}
}

func FuzzParseSavings(f *testing.F) {
	for _, s := range []string{"", "cache:1", "service_tier:0.5;cache:-1.023", ";;", "cache:1;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSavings(text)
		if err != nil {
			return
		}
		again, err := ParseSavings(s.String())
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}

func BenchmarkParseSavings(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseSavings("service_tier:-0.5;cache:1.023"); err != nil {
			b.Fatal(err)
		}
	}
}
