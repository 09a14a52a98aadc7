package replay

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"pgregory.net/rapid"
)

// disk is a storage as far as a journal uses one.
type disk struct {
	storage.Client
	values map[string][]byte
}

func (d *disk) Get(_ context.Context, key string) ([]byte, error) { return d.values[key], nil }

func (d *disk) apply(ops []*storage.Operation) {
	for _, op := range ops {
		if op.Type == storage.Delete {
			delete(d.values, op.Key)
			continue
		}
		d.values[op.Key] = append([]byte{}, op.Value...)
	}
}

// TestJournalKeepsTheWindow adds IDs in writes of any size, some of which fail: what is restored is what was in the
// window, and the storage holds nothing else.
func TestJournalKeepsTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{10, 700, 2000}).Draw(t, "size")
		w := NewWindow(size, true)
		j := &Journal{}
		d := &disk{values: map[string][]byte{}}
		next := uint64(1)
		save := func(fails bool) {
			segments, oldest := w.Drain(), w.Oldest()
			staged, ops := j.Stage(segments, oldest)
			if fails {
				j.Retain(segments, oldest)
				return
			}
			d.apply(ops)
			j = staged
		}
		for range rapid.IntRange(1, 8).Draw(t, "writes") {
			for range rapid.IntRange(0, 1500).Draw(t, "ids") {
				w.Add(ID{hi: next})
				next++
			}
			save(rapid.Bool().Draw(t, "fails"))
		}
		save(false)
		require.False(t, j.HasBacklog())

		raw, err := j.AppendBinary(nil)
		require.NoError(t, err)
		read, rest, err := ParseJournal(append(raw, "rest"...))
		require.NoError(t, err)
		require.Equal(t, "rest", string(rest))
		restored := NewWindow(size, true)
		require.NoError(t, read.Restore(context.Background(), d, restored.Restore, func(key string, err error) { t.Fatal(key, err) }))
		for id := uint64(1); id < next; id++ {
			hash := ID{hi: id}.hash()
			known := w.older.has(hash, ID{hi: id}) || w.younger.has(hash, ID{hi: id})
			again := restored.older.has(hash, ID{hi: id}) || restored.younger.has(hash, ID{hi: id})
			require.Equal(t, known, again, id)
		}
		require.LessOrEqual(t, len(d.values), 2*(size/chunkSize+2))
		// It goes on where the other left off.
		restored.Add(ID{hi: next})
		want, wantOps := j.Stage([]Segment{{Generation: w.generation, IDs: []ID{{hi: next}}}}, w.Oldest())
		got, gotOps := read.Stage([]Segment{{Generation: w.generation, IDs: []ID{{hi: next}}}}, w.Oldest())
		require.Equal(t, want.generations, got.generations)
		require.Equal(t, wantOps, gotOps)
	})
}

func TestJournalDamage(t *testing.T) {
	j := &Journal{}
	d := &disk{values: map[string][]byte{}}
	j, ops := j.Stage([]Segment{{IDs: []ID{{hi: 1}}}}, 0)
	d.apply(ops)
	d.values[chunkKey(0, 0)] = []byte("odd")
	var damaged []string
	require.NoError(t, j.Restore(t.Context(), d, NewWindow(10, true).Restore, func(key string, err error) {
		require.ErrorIs(t, err, errChunk)
		damaged = append(damaged, key)
	}))
	assert.Equal(t, []string{"seen/0/0"}, damaged)
}

func FuzzParseJournal(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		j, rest, err := ParseJournal(raw)
		if err != nil {
			return
		}
		again, err := j.AppendBinary(nil)
		require.NoError(t, err)
		read, none, err := ParseJournal(again)
		require.NoError(t, err)
		require.Empty(t, none)
		require.Equal(t, j, read)
		require.LessOrEqual(t, len(rest), len(raw))
	})
}
