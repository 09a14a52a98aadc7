package meter

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func all(yield func(Meter) bool) {
	for m := range Meter(Count) {
		if !yield(m) {
			return
		}
	}
}

func TestNamesReadBack(t *testing.T) {
	seen := map[string]Meter{}
	for m := range all {
		name := m.String()
		require.NotEmpty(t, name)
		require.NotContains(t, seen, name)
		seen[name] = m
		back, ok := Parse(name)
		require.True(t, ok)
		assert.Equal(t, m, back)
	}
	_, ok := Parse("unknown")
	assert.False(t, ok)
	assert.Equal(t, "unknown", Meter(Count).String())
	assert.Equal(t, "unknown", Meter(255).String())
}

func TestParentsEndAtInputOrOutput(t *testing.T) {
	for m := range all {
		steps := 0
		root := m
		for parent, ok := root.Parent(); ok; parent, ok = root.Parent() {
			root = parent
			steps++
			require.Less(t, steps, Count, "%s: parents go round", m)
		}
		switch {
		case !m.IsToken():
			assert.Equal(t, m, root, "%s: a unit meter has no parent", m)
		case m.IsInput():
			assert.Equal(t, Input, root, m)
		default:
			assert.Equal(t, Output, root, m)
		}
	}
}

func TestUncached(t *testing.T) {
	want := map[Meter]Meter{
		CacheRead: Input, CacheWrite5m: Input, CacheWrite1h: Input,
		CacheReadAudio: InputAudio, CacheReadImage: InputImage,
	}
	for m := range all {
		expected, cached := want[m]
		if !cached {
			expected = m
		}
		assert.Equal(t, expected, m.Uncached(), m)
		assert.Equal(t, m.IsInput(), m.Uncached().IsInput(), "%s stays on its side", m)
	}
}

func TestSizesAreAllTokensOfTheirSide(t *testing.T) {
	var u Usage
	assert.True(t, u.IsZero())
	var input, output money.Quantity
	for m := range all {
		u[m] = money.Units(1 << m)
		switch {
		case m.IsInput():
			input = input.Add(u[m])
		case m.IsToken():
			output = output.Add(u[m])
		}
	}
	assert.False(t, u.IsZero())
	assert.Equal(t, input, u.InputSize())
	assert.Equal(t, output, u.OutputSize())
}

func TestTokenMetersComeFirst(t *testing.T) {
	for m := range all {
		assert.Equal(t, m < Request, m.IsToken(), m)
		if m.IsInput() {
			assert.True(t, m.IsToken(), m)
		}
	}
}
