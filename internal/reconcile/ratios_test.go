package reconcile

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func TestRatios(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).counted("gpt", Slot{Meter: in}, 4000).requests("gpt", 2).charged("gpt", Slot{Meter: in}, "0.01")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	g := r.Group()[0]
	drift, ok := g.Drift()
	assert.True(t, ok)
	assert.Equal(t, "3/4", drift.String())
	coverage, ok := g.Coverage()
	assert.True(t, ok)
	assert.Equal(t, "1/2", coverage.String())
	tokens, ok := g.TokenCoverage()
	assert.True(t, ok)
	assert.Equal(t, "1/4", tokens.String())
	assert.Equal(t, map[ledger.Confidence]money.Amount{ledger.ConfidenceExact: amount("0.0025")}, g.Confidence)
}

// Calls of a model that no report counts would hide others that telemetry does not see.
func TestCoverageOfWhatIsCounted(t *testing.T) {
	s := input().metered("gpt", in, 1000, 1).metered("mini", in, 5000, 99).counted("gpt", Slot{Meter: in}, 2000).requests("gpt", 2).
		charged("gpt", Slot{Meter: in}, "0.005").charged("mini", Slot{Meter: in}, "0.00125")
	r, err := Compare(&s.Input)
	require.NoError(t, err)
	coverage, known := r.Group()[0].Coverage()
	assert.True(t, known)
	assert.Equal(t, big.NewRat(1, 2), coverage)
	coverage, _ = r.Group()[0].TokenCoverage()
	assert.Equal(t, big.NewRat(1, 2), coverage)

	tuesday := key("mini")
	tuesday.Day = monday.AddDate(0, 0, 1)
	s.Counts = append(s.Counts, Count{Key: tuesday, Requests: true, Quantity: money.Units(100)})
	r, err = Compare(&s.Input)
	require.NoError(t, err)
	coverage, _ = r.Group()[0].Coverage()
	assert.Equal(t, big.NewRat(100, 102), coverage, "a model that is counted on another day is counted")

	s.Counts = append(s.Counts[:2:2], Count{Key: key(""), Requests: true, Quantity: money.Units(98)})
	r, err = Compare(&s.Input)
	require.NoError(t, err)
	coverage, _ = r.Group()[0].Coverage()
	assert.Equal(t, big.NewRat(1, 1), coverage, "counts without a model are of all")
}
