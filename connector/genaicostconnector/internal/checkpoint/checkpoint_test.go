package checkpoint

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/histogram"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// memory is a storage client.
type memory map[string][]byte

func (m memory) Get(_ context.Context, key string) ([]byte, error) { return m[key], nil }

func (m memory) Set(_ context.Context, key string, value []byte) error {
	m[key] = append([]byte(nil), value...)
	return nil
}

func (m memory) Delete(_ context.Context, key string) error {
	delete(m, key)
	return nil
}

func (m memory) Batch(ctx context.Context, ops ...*storage.Operation) error {
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = m[op.Key]
		case storage.Set:
			_ = m.Set(ctx, op.Key, op.Value)
		case storage.Delete:
			delete(m, op.Key)
		}
	}
	return nil
}

func (memory) Close(context.Context) error { return nil }

func newStore() *series.Store {
	return series.NewStore(series.Settings{
		Reader:  record.NewReader(nil),
		Layout:  histogram.Explicit([]float64{1}),
		Window:  4,
		Journal: true,
	})
}

func segment(generation uint64, n ...uint64) replay.Segment {
	seg := replay.Segment{Generation: generation}
	for _, i := range n {
		seg.IDs = append(seg.IDs, replay.HashID(i, i, i))
	}
	return seg
}

func TestWindowIsKeptInChunksOfItsGenerations(t *testing.T) {
	client := memory{}
	c, err := Open(t.Context(), client, "schema", newStore(), zap.NewNop())
	require.NoError(t, err)
	for _, changes := range []series.Changes{
		{Seen: []replay.Segment{segment(0, 1, 2)}},
		{Seen: []replay.Segment{segment(0, 3, 4), segment(1, 5)}},
		{Seen: []replay.Segment{segment(1, 6, 7, 8), segment(2, 9)}, OldestSeen: 1},
	} {
		size, err := c.Save(t.Context(), &changes)
		require.NoError(t, err)
		assert.Positive(t, size)
	}
	keys := make([]string, 0, len(client))
	for key := range client {
		keys = append(keys, key)
	}
	assert.ElementsMatch(t, []string{"header", "seen/1/0", "seen/2/0"}, keys)

	size, err := c.Save(t.Context(), &series.Changes{OldestSeen: 1})
	require.NoError(t, err)
	assert.Zero(t, size, "nothing changed, nothing is written")

	again, err := Open(t.Context(), client, "schema", newStore(), zap.NewNop())
	require.NoError(t, err)
	assert.Equal(t, c.header, again.header)
	assert.Equal(t, c.Instance(), again.Instance())
}

func TestStateOfALaterVersionIsRefused(t *testing.T) {
	client := memory{headerKey: {headerVersion + 1}}
	_, err := Open(t.Context(), client, "schema", newStore(), zap.NewNop())
	require.ErrorContains(t, err, "the persisted state has format 2 and this version reads 1; run the version that wrote it")
	assert.Equal(t, memory{headerKey: {headerVersion + 1}}, client, "and left alone")
}

func TestUnreadablePartsAreDropped(t *testing.T) {
	client := memory{}
	c, err := Open(t.Context(), client, "schema", newStore(), zap.NewNop())
	require.NoError(t, err)
	_, err = c.Save(t.Context(), &series.Changes{
		Slots:    []series.SlotState{{Slot: 0, State: []byte("nonsense")}},
		NextSlot: 2,
		Seen:     []replay.Segment{segment(0, 1)},
	})
	require.NoError(t, err)
	client["seen/0/0"] = client["seen/0/0"][1:]

	core, logs := observer.New(zap.ErrorLevel)
	store := newStore()
	_, err = Open(t.Context(), client, "schema", store, zap.New(core))
	require.NoError(t, err)
	assert.Zero(t, store.Size())
	assert.Equal(t, 1, logs.FilterField(zap.String("key", "group/0")).Len())
	assert.Equal(t, 1, logs.FilterField(zap.String("key", "seen/0/0")).Len())
}

func TestOtherSchemaDropsTheGroups(t *testing.T) {
	client := memory{}
	c, err := Open(t.Context(), client, "one", newStore(), zap.NewNop())
	require.NoError(t, err)
	_, err = c.Save(t.Context(), &series.Changes{
		Slots:    []series.SlotState{{Slot: 1, State: []byte{1}}},
		NextSlot: 2,
		Seen:     []replay.Segment{segment(0, 1)},
	})
	require.NoError(t, err)
	two, err := Open(t.Context(), client, "two", newStore(), zap.NewNop())
	require.NoError(t, err)
	assert.Equal(t, c.Instance(), two.Instance())
	assert.NotContains(t, client, "group/1")
	assert.Contains(t, client, "seen/0/0")
}

func FuzzHeader(f *testing.F) {
	journal, _ := (&replay.Journal{}).Stage([]replay.Segment{segment(3, 1), segment(4, 2, 3)}, 0)
	h := header{instance: "id", schema: "s", nextSlot: 7, journal: journal}
	f.Add(h.encode())
	f.Add([]byte{headerVersion})
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := parseHeader(raw)
		if err != nil {
			return
		}
		again, err := parseHeader(h.encode())
		require.NoError(t, err)
		assert.Equal(t, h, again)
	})
}
