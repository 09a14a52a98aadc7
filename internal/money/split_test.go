package money

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSplitIsAllocate holds the split that allocates nothing against the one in arbitrary precision.
func TestSplitIsAllocate(t *testing.T) {
	var s Splitter
	rapid.Check(t, func(t *rapid.T) {
		total := Amount{drawInt128(t, "total")}
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 9)), 0, 20).Draw(t, "weights")
		wide := make([]Amount, len(weights))
		for i, w := range weights {
			wide[i] = Amount{int128{lo: uint64(w)}}
		}
		want := Allocate(total, wide)
		got := s.Split(nil, total, weights)
		require.Equal(t, want, got)
	})
}

func TestSplitAppends(t *testing.T) {
	var s Splitter
	ten, _ := ParseAmount("10")
	before := []Amount{ten}
	got := s.Split(before, ten.Neg(), []uint32{3, 2})
	require.Len(t, got, 3)
	assert.Equal(t, []string{"10", "-6", "-4"}, []string{got[0].String(), got[1].String(), got[2].String()})
	assert.Equal(t, before, s.Split(before, ten, nil))
}

func TestSplitOfTheLargest(t *testing.T) {
	var s Splitter
	most := Amount{maxInt128}
	parts := s.Split(nil, most, []uint32{math.MaxUint32, math.MaxUint32, 1})
	assert.Equal(t, most, parts[0].Add(parts[1]).Add(parts[2]))
}

func TestSplitDoesNotAllocate(t *testing.T) {
	var s Splitter
	total, _ := ParseAmount("0.003441")
	parts := make([]Amount, 0, 3)
	assert.Zero(t, testing.AllocsPerRun(100, func() { parts = s.Split(parts[:0], total, []uint32{1, 1, 5}) }))
}

func BenchmarkSplit(b *testing.B) {
	var s Splitter
	total, _ := ParseAmount("0.003441")
	parts := make([]Amount, 0, 3)
	b.ReportAllocs()
	for b.Loop() {
		parts = s.Split(parts[:0], total, []uint32{1, 1, 5})
	}
	if len(parts) != 3 {
		b.Fatal("parts are missing")
	}
}

func TestSplitQuantity(t *testing.T) {
	var s Splitter
	before := []Quantity{Units(7)}
	got := s.SplitQuantity(before, Units(1), []uint32{1, 1, 1})
	require.Len(t, got, 4)
	assert.Equal(t, "0.333333334", got[1].String())
	assert.Equal(t, "0.333333333", got[3].String())
	assert.Equal(t, Units(1), got[1].Add(got[2]).Add(got[3]))
}
