package attribution

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

func TestShares(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `
shares:
  team:
    ml-platform:
      - until: 2026-11-15
        weights: {support: 40, search: 60}
      - {from: "2026-11-15T00:00:00Z", until: 2026-12-01, even: [search, support, checkout]}
      - {from: 2027-01-01, weights: [b: 5, a: 5, "x:y": 10]}`)
	for at, want := range map[string]string{
		"2026-11-14T23:59:59Z": "ml-platform (split) search:3;support:2",
		"2026-11-15T00:00:00Z": "ml-platform (split) search:1;support:1;checkout:1",
		"2026-12-01T00:00:00Z": "ml-platform",
		"2027-01-01T00:00:00Z": "ml-platform (split) b:1;a:1;x%3Ay:2",
	} {
		c := team("ml-platform")
		c.at = at
		assert.Equal(t, want, shown(t, a, ask(t, a, signals.Traces, c), "team"), at)
		inherited := told{resource: map[string]any{"team": "ml-platform"}, at: at}
		assert.Equal(t, want, shown(t, a, ask(t, a, signals.Traces, inherited), "team"), at)
	}
	assert.Equal(t, "search", shown(t, a, ask(t, a, signals.Traces, team("search")), "team"))
}

// The default can be shared, and a shared value can bear a part itself.
func TestTheDefaultCanBeShared(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `
dimensions: {team: {default: platform}}
shares: {team: {platform: [{weights: {platform: 1, search: 1}}]}}`)
	assert.Equal(t, "platform (split) platform:1;search:1", shown(t, a, ask(t, a, signals.Traces, told{}), "team"))
}

// Reduced weights are in the same ratio, and no common factor is left.
func TestReduceKeepsTheRatio(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.SliceOfN(rapid.Int64Range(1, 1<<32-1), 1, 6).Draw(t, "weights")
		weights := make([]weight, len(given))
		for i, n := range given {
			weights[i] = weight{string(rune('a' + i)), n}
		}
		shares := reduce(weights)
		var common int64
		for i := range shares {
			common = gcd(common, int64(shares[i].Weight))
			if int64(shares[i].Weight)*given[0] != int64(shares[0].Weight)*given[i] {
				t.Fatalf("%v became %v", given, shares)
			}
		}
		if common != 1 {
			t.Fatalf("%v still have %d in common", shares, common)
		}
		if _, err := ledger.ParseShares(string(ledger.AppendShares(nil, shares)), nil); err != nil {
			t.Fatal(err)
		}
	})
}
