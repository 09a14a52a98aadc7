package usagemetrics

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func streamID(n uint64) (id StreamID) {
	id[0] = byte(n)
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

// observation is a point and what is expected of it.
type observation struct {
	start, time uint64
	value       int64
	delta       bool
	added       int64
	step        Step
}

func (o *observation) point() Point {
	return Point{Start: o.start, Time: o.time, Value: money.Units(o.value), Delta: o.delta}
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		observations []observation
	}{
		{"the first point seeds", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 10, time: 30, value: 700, added: 200},
			{start: 10, time: 40, value: 700},
		}},
		{"a point that comes again is ignored, an older one too", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 10, time: 30, value: 700, added: 200},
			{start: 10, time: 30, value: 700, step: StepReplayed},
			{start: 10, time: 20, value: 500, step: StepReplayed},
			{start: 10, time: 40, value: 800, added: 100},
		}},
		{"a new start counts from zero", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 25, time: 30, value: 40, added: 40, step: StepReset},
			{start: 25, time: 40, value: 50, added: 10},
		}},
		{"a new start counts from zero even above the old value", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 25, time: 30, value: 900, added: 900, step: StepReset},
		}},
		{"the old start's last point comes after the new start's first", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 25, time: 40, value: 7, added: 7, step: StepReset},
			{start: 10, time: 24, value: 510, added: 10},
			{start: 25, time: 50, value: 9, added: 2},
		}},
		{"a start from before the first point may have been counted before", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 15, time: 21, value: 800, step: StepSeeded},
			{start: 5, time: 22, value: 900, step: StepSeeded},
			{start: 15, time: 31, value: 801, added: 1},
			{start: 10, time: 30, value: 503, added: 3},
		}},
		{"a value that falls is a reset without a new start", []observation{
			{start: 10, time: 20, value: 500, step: StepSeeded},
			{start: 10, time: 30, value: 60, added: 60, step: StepReset},
			{start: 10, time: 40, value: 61, added: 1},
		}},
		{"an unknown start", []observation{
			{time: 20, value: 500, step: StepSeeded},
			{time: 30, value: 510, added: 10},
			{time: 40, value: 4, added: 4, step: StepReset},
			{start: 15, time: 50, value: 900, step: StepSeeded},
			{start: 45, time: 55, value: 6, added: 6, step: StepReset},
		}},
		{"every delta counts, the first too", []observation{
			{start: 10, time: 20, value: 500, delta: true, added: 500},
			{start: 20, time: 30, value: 3, delta: true, added: 3},
			{start: 20, time: 30, value: 3, delta: true, step: StepReplayed},
			{start: 10, time: 20, value: 500, delta: true, step: StepReplayed},
			{start: 30, time: 40, value: 1, delta: true, added: 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tracker := NewTracker(10)
			for i, o := range tt.observations {
				added, step := tracker.Advance(streamID(1), o.point())
				assert.Equal(t, o.step, step, i)
				assert.Equal(t, money.Units(o.added), added, i)
			}
		})
	}
}

// TestRunsOfAStreamAreBounded has more writers of one identity than are remembered: none of them is
// ever counted from zero, because each began before it was watched.
func TestRunsOfAStreamAreBounded(t *testing.T) {
	t.Parallel()
	const writers = 2 * maxRuns
	tracker := NewTracker(10)
	for round := range uint64(3) {
		for w := range uint64(writers) {
			added, step := tracker.Advance(streamID(1), Point{Start: 1 + w, Time: 1000 + 100*round + w, Value: money.Units(1e6)})
			assert.Equal(t, StepSeeded, step)
			assert.True(t, added.IsZero())
		}
	}
	// Nor is one that began while it was watched, was counted and then forgotten.
	_, step := tracker.Advance(streamID(1), Point{Start: 2000, Time: 2001, Value: money.Units(5)})
	require.Equal(t, StepReset, step)
	for w := range uint64(writers) {
		_, step = tracker.Advance(streamID(1), Point{Start: 3000 + w, Time: 4000 + w, Value: money.Units(5)})
		require.Equal(t, StepReset, step)
	}
	_, step = tracker.Advance(streamID(1), Point{Start: 2000, Time: 5000, Value: money.Units(6)})
	assert.Equal(t, StepSeeded, step)
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	tracker := NewTracker(2)
	point := Point{Start: 1, Time: 2, Value: money.Units(5)}
	for n := range uint64(2) {
		tracker.Advance(streamID(n), point)
	}
	// The stream that was heard last stays.
	tracker.Advance(streamID(0), Point{Start: 1, Time: 3, Value: money.Units(6)})
	tracker.Advance(streamID(2), point)
	assert.EqualValues(t, 2, tracker.Len())
	assert.EqualValues(t, 1, tracker.TakeEvicted())
	assert.Zero(t, tracker.TakeEvicted())
	added, _ := tracker.Advance(streamID(0), Point{Start: 1, Time: 4, Value: money.Units(8)})
	assert.Equal(t, money.Units(2), added)
	_, step := tracker.Advance(streamID(1), Point{Start: 1, Time: 4, Value: money.Units(8)})
	assert.Equal(t, StepSeeded, step, "a forgotten stream only starts again")
}

// TestAnySplitAddsUpToTheSame exports one counter at any moments, with any of the points repeated: what is
// billed is its growth since the first point.
func TestAnySplitAddsUpToTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const end = 1000
		counter := func(at uint64) int64 { return int64(3*at + at*at/7) }
		times := rapid.SliceOfNDistinct(rapid.Uint64Range(2, end-1), 0, 30, rapid.ID[uint64]).Draw(t, "times")
		slices.Sort(times)
		times = append(append([]uint64{1}, times...), end)
		delta := rapid.Bool().Draw(t, "delta")
		tracker := NewTracker(4)
		var total money.Quantity
		send := func(i int) {
			p := Point{Start: 1, Time: times[i], Value: money.Units(counter(times[i])), Delta: delta}
			if delta {
				p.Start, p.Value = times[i-1], money.Units(counter(times[i])-counter(times[i-1]))
			}
			added, _ := tracker.Advance(streamID(7), p)
			total = total.Add(added)
		}
		first := 0
		if delta {
			first = 1
		}
		for i := first; i < len(times); i++ {
			send(i)
			for range rapid.IntRange(0, 2).Draw(t, "repeats") {
				send(rapid.IntRange(first, i).Draw(t, "again"))
			}
			if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
				tracker = reopen(t, tracker)
			}
		}
		assert.Equal(t, money.Units(counter(end)-counter(1)), total)
	})
}

// reopen returns a tracker restored from what the other persists.
func reopen(t require.TestingT, tracker *Tracker) *Tracker {
	for n := range tracker.dirty {
		tracker.dirty[n] = tracker.dirty[n] || len(tracker.pages[n]) > 0
	}
	var found Restored
	for _, page := range tracker.Drain() {
		if page.State != nil {
			require.NoError(t, found.Add(page.Number, page.State))
		}
	}
	again := NewTracker(4)
	again.Restore(&found)
	return again
}

func TestDrainReturnsWhatChanged(t *testing.T) {
	t.Parallel()
	tracker := NewTracker(1)
	point := Point{Start: 1, Time: 2, Value: money.Units(5)}
	tracker.Advance(streamID(3), point)
	pages := tracker.Drain()
	require.Len(t, pages, 1)
	assert.EqualValues(t, 3, pages[0].Number)
	assert.Empty(t, tracker.Drain())

	tracker.Advance(streamID(3), point)
	assert.Empty(t, tracker.Drain(), "a replay changes nothing")

	tracker.Unsaved(pages)
	assert.Equal(t, pages, tracker.Drain(), "what was not saved comes again")

	tracker.Advance(streamID(4), point)
	pages = tracker.Drain()
	require.Len(t, pages, 2)
	assert.Nil(t, pages[0].State, "the evicted stream's page is deleted")
	assert.NotNil(t, pages[1].State)
}

func TestRestoreKeepsTheNewestStreams(t *testing.T) {
	t.Parallel()
	tracker := NewTracker(10)
	for n := range uint64(10) {
		tracker.Advance(streamID(n), Point{Start: 1, Time: 100 - n, Value: money.Units(5)})
	}
	again := reopen(t, tracker)
	require.EqualValues(t, 4, again.Len())
	for n := range uint64(4) {
		added, _ := again.Advance(streamID(n), Point{Start: 1, Time: 200, Value: money.Units(6)})
		assert.Equal(t, money.Units(1), added, n)
	}
}

func FuzzPage(f *testing.F) {
	tracker := NewTracker(4)
	tracker.Advance(streamID(9), Point{Start: 1, Time: math.MaxUint64, Value: money.Units(5)})
	tracker.Advance(streamID(9), Point{Time: 7, Value: money.Units(5)})
	f.Add(uint64(9), tracker.Drain()[0].State)
	f.Add(uint64(0), []byte{pageVersion})
	f.Fuzz(func(t *testing.T, number uint64, state []byte) {
		var found Restored
		if found.Add(number, state) != nil {
			assert.Empty(t, found.streams, "nothing of a page that cannot be read is taken")
			return
		}
		tracker := NewTracker(4)
		tracker.Restore(&found)
		again := reopen(t, tracker)
		assert.Equal(t, tracker.Len(), again.Len())
	})
}
