package dedup

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The index against a map, while records come and go.
func TestTableAgainstAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore(2000)
		model := map[uint64][]seq{}
		for range rapid.IntRange(1, 40).Draw(t, "rounds") {
			// The lower half of a key is its tag: all alike, or not.
			tags := rapid.SampledFrom([]uint64{0, 1<<32 - 1}).Draw(t, "tags")
			for range rapid.IntRange(1, 60).Draw(t, "records") {
				n, r := s.add()
				r.response = mix(rapid.Uint64Range(0, 500).Draw(t, "key"), 1) & (0xffffffff00000000 | tags)
				s.link(byResponse, n, r)
				model[r.response] = append(model[r.response], n)
			}
			for range rapid.IntRange(0, 50).Draw(t, "forgotten") {
				if s.len() > 0 {
					s.forget()
				}
			}
			checkTable(t, &s, model)
		}
	})
}

// checkTable compares the chains of all keys with what the map remembers, the youngest first.
func checkTable(t *rapid.T, s *store, model map[uint64][]seq) {
	for key, all := range model {
		var want []seq
		for i := len(all) - 1; i >= 0 && s.alive(all[i]); i-- {
			want = append(want, all[i])
		}
		var got []seq
		for n := s.first(byResponse, key); n != 0; n = s.after(byResponse, s.at(n)) {
			got = append(got, n)
		}
		require.Equal(t, want, got)
	}
}

// Keys that were made to fall into one bucket cost what is older, and not the memory.
func TestTableOfCraftedKeysStaysBounded(t *testing.T) {
	s := newStore(1000)
	for i := range uint64(1000) {
		n, r := s.add()
		r.response = i + 1 // all upper bits zero: one bucket, however many there are
		s.link(byResponse, n, r)
		require.Equal(t, n, s.first(byResponse, r.response), "the youngest is found")
	}
	assert.LessOrEqual(t, len(s.tables[byResponse].buckets), 500)
}

// Numbers wrap after four billion records; zero is never one of them.
func TestNumbersWrap(t *testing.T) {
	s := newStore(1000)
	s.oldest, s.next = ^seq(0)-5, ^seq(0)-5
	var numbers []seq
	for i := range uint64(20) {
		n, r := s.add()
		r.response = (i%3 + 1) << 40
		s.link(byResponse, n, r)
		numbers = append(numbers, n)
	}
	assert.NotContains(t, numbers, seq(0))
	count := 0
	for n := s.first(byResponse, 1<<40); n != 0; n = s.after(byResponse, s.at(n)) {
		count++
	}
	assert.Equal(t, 7, count)
	for s.len() > 0 {
		s.forget()
	}
	assert.Zero(t, s.first(byResponse, 1<<40))
}
