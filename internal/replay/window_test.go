package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func id(n int) ID { return ID{hi: uint64(n), mid: 1, lo: uint64(n) * 3} }

// model is the window as its documentation describes it.
type model struct {
	size           int
	younger, older map[int]struct{}
	evicted        int64
}

func (m *model) add(n int) bool {
	_, old := m.older[n]
	_, young := m.younger[n]
	if old || young {
		return false
	}
	m.younger[n] = struct{}{}
	if len(m.younger) == m.size {
		m.evicted += int64(len(m.older))
		m.younger, m.older = map[int]struct{}{}, m.younger
	}
	return true
}

func TestWindowIsTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(1, 50).Draw(rt, "size")
		w := NewWindow(size, false)
		m := model{size: size, younger: map[int]struct{}{}, older: map[int]struct{}{}}
		var evicted int64
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 120)).Draw(rt, "ids") {
			require.Equal(rt, m.add(n), w.Add(id(n)))
			require.Equal(rt, len(m.younger)+len(m.older), w.Len())
		}
		evicted += w.TakeEvicted()
		require.Equal(rt, m.evicted, evicted)
		require.Zero(rt, w.TakeEvicted())
	})
}

func TestWindowRemembersAtLeastItsSize(t *testing.T) {
	const size = 5000
	w := NewWindow(size, false)
	for n := range 20 * size {
		require.True(t, w.Add(id(n)))
		if n >= size {
			require.False(t, w.Add(id(n-size+1)))
		}
	}
	assert.True(t, w.Add(id(17*size)), "older than two sizes")
}

func TestWindowOfSizeZeroRemembersNothing(t *testing.T) {
	w := NewWindow(0, true)
	assert.True(t, w.Add(id(1)))
	assert.True(t, w.Add(id(1)))
	assert.Empty(t, w.Drain())
	w.Restore(Segment{Generation: 3, IDs: []ID{id(1)}})
	assert.Zero(t, w.Len())
}

// TestJournalRestoresTheWindow drains at random moments and checks that what was drained makes a window
// that knows the same IDs.
func TestJournalRestoresTheWindow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(1, 30).Draw(rt, "size")
		w := NewWindow(size, true)
		saved := map[uint64][]ID{}
		drain := func() {
			for _, seg := range w.Drain() {
				saved[seg.Generation] = append(saved[seg.Generation], seg.IDs...)
			}
			for gen := range saved {
				if gen < w.Oldest() {
					delete(saved, gen)
				}
			}
		}
		seen := rapid.SliceOf(rapid.IntRange(0, 300)).Draw(rt, "ids")
		for _, n := range seen {
			w.Add(id(n))
			if rapid.IntRange(0, 9).Draw(rt, "drain") == 0 {
				drain()
			}
		}
		drain()

		restored := NewWindow(size, true)
		for gen := w.Oldest(); gen <= w.generation; gen++ {
			if ids, ok := saved[gen]; ok {
				restored.Restore(Segment{Generation: gen, IDs: ids})
			}
		}
		require.Empty(rt, restored.Drain(), "what is restored is not new")
		for _, n := range seen {
			known := w.older.has(id(n).hash(), id(n)) || w.younger.has(id(n).hash(), id(n))
			knownAgain := restored.older.has(id(n).hash(), id(n)) || restored.younger.has(id(n).hash(), id(n))
			require.Equal(rt, known, knownAgain, "id %d", n)
		}
	})
}

func TestRestoreOfADistantGeneration(t *testing.T) {
	w := NewWindow(10, true)
	w.Restore(Segment{Generation: 1 << 60, IDs: []ID{id(1)}})
	assert.False(t, w.Add(id(1)))
	assert.Equal(t, uint64(1<<60-1), w.Oldest())
}

func TestIDBinary(t *testing.T) {
	want := SpanID([16]byte{1, 2, 3, 15: 16}, [8]byte{17, 7: 24})
	raw := want.Append(nil)
	require.Len(t, raw, IDSize)
	assert.Equal(t, want, IDFrom(raw))
	assert.NotEqual(t, want, SpanID([16]byte{1, 2, 3, 15: 16}, [8]byte{17, 7: 25}))
	assert.Equal(t, HashID(1, 2, 3), IDFrom(HashID(1, 2, 3).Append(nil)))
}

// TestAddDoesNotAllocate holds for a window that is full.
func TestAddDoesNotAllocate(t *testing.T) {
	const size = 1000
	w := NewWindow(size, false)
	n := 0
	add := func() {
		for range size {
			w.Add(id(n))
			n++
		}
	}
	add()
	add()
	assert.Zero(t, testing.AllocsPerRun(10, add))
}

func BenchmarkAdd(b *testing.B) {
	const size = 1 << 18
	w := NewWindow(size, false)
	n := 0
	for ; n < 3*size; n++ {
		w.Add(id(n))
	}
	for b.Loop() {
		w.Add(id(n))
		n++
	}
}
