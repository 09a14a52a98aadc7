package focusexporter

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// snapshot copies a directory as a process that is killed at this moment leaves it.
func snapshot(tb testing.TB, dir string) string {
	to := tb.TempDir()
	require.NoError(tb, os.CopyFS(to, os.DirFS(dir)))
	return to
}

// Whatever was acknowledged is in the state at that moment, and comes out of it once.
func TestKill(t *testing.T) {
	type moment struct {
		state, files string
		sent         int
	}
	var moments []moment
	h := newHarness(t, func(c *Config) { c.PublishInterval = 7 * time.Second })
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		for i := range 40 {
			e.send(priced(uint64(i)), priced(uint64(i)).with("x", 1))
			if i%4 == 0 {
				moments = append(moments, moment{snapshot(h.tb, h.state), snapshot(h.tb, h.dir), i + 1})
			}
			time.Sleep(10 * time.Minute)
		}
		e.stop()
	})
	for _, m := range moments {
		again := newHarness(t, h.change)
		again.state, again.dir = m.state, m.files
		synctest.Test(t, func(*testing.T) {
			// The bubble's clock begins anew; the charges are late or not, but never lost.
			time.Sleep(time.Duration(m.sent) * 10 * time.Minute)
			e := again.start()
			// What the client has no answer for is sent again, and two more.
			e.send(priced(uint64(m.sent-1)), priced(1000), priced(1001))
			e.stop()
		})
		got := again.total(func(r *focus.Row) focus.Number { return r.XRequests })
		assert.Equal(t, itoa(m.sent+2), got)
		assert.Equal(t, times(t, pricedCost, m.sent+2), again.cost())
	}
}

func TestRestart(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		for run := range uint64(4) {
			e := h.start()
			e.send(priced(run))
			e.stop()
			// It was acknowledged, but the answer did not arrive.
			e = h.start()
			e.send(priced(run))
			e.stop()
			time.Sleep(time.Minute)
		}
	})
	assert.Len(t, h.files(focus.Metered), 1, "one file is written again and again")
	assert.Equal(t, "0.01376", h.cost())
	assert.EqualValues(t, 4, h.counter("records", "outcome", "replayed"))
}

// A file that is closed stays as it is, even when the collector is killed before it has forgotten it.
func TestKillWhileClosing(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		first := time.Now()
		e := h.start()
		e.send(priced(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		state := snapshot(h.tb, h.state)
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		closed := h.files(focus.Metered)
		e.stop()

		h.state = state
		e = h.start()
		e.send(priced(2).at(first))
		e.stop()
		all := h.files(focus.Metered)
		require.Len(t, all, 2)
		for name, data := range closed {
			assert.Equal(t, data, all[name])
		}
	})
	assert.Equal(t, "0.00688", h.cost())
}

// failing is a storage extension whose writes can be made to fail.
type failing struct {
	component.Component
	storage.Extension
	broken atomic.Bool
}

func (f *failing) Start(ctx context.Context, host component.Host) error {
	return f.Component.Start(ctx, host)
}
func (f *failing) Shutdown(ctx context.Context) error { return f.Component.Shutdown(ctx) }

func (f *failing) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	client, err := f.Extension.GetClient(ctx, kind, id, name)
	return &failingClient{client, &f.broken}, err
}

type failingClient struct {
	storage.Client
	broken *atomic.Bool
}

func (c *failingClient) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if c.broken.Load() {
		return storage.ErrStorageFull
	}
	return c.Client.Batch(ctx, ops...)
}

// A batch that cannot be made durable is not acknowledged, and counted once when it is sent again.
func TestStorageFails(t *testing.T) {
	h := newHarness(t, nil)
	ext := fileStorage(t, h.state)
	broken := &failing{Component: ext, Extension: ext.(storage.Extension)}
	h.storage = broken
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		synctest.Wait()
		e.send(priced(1))
		broken.broken.Store(true)
		for id := range uint64(4) {
			err := e.ConsumeTraces(t.Context(), traces(priced(2+id)))
			require.ErrorIs(t, err, storage.ErrStorageFull)
			assert.ErrorContains(t, err, "storage file_storage: ")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, h.files(focus.Metered), "nothing is published that is not durable")
		broken.broken.Store(false)
		for id := range uint64(4) {
			e.send(priced(2 + id))
		}
		e.stop()
	})
	assert.Equal(t, "0.0172", h.cost())
	assert.Positive(t, h.counter("commit_failures", "", ""))
}

// statusHost remembers what components report.
type statusHost struct {
	component.Host
	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *statusHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *statusHost) reported() []*componentstatus.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// While the target cannot be written, charges are kept, and batches refused only when there are too many of them.
func TestUnwritableTarget(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.MaxRows, c.MaxRowsPerFile = 10, 4 })
	synctest.Test(t, func(t *testing.T) {
		cfg := h.config()
		host := &statusHost{Host: extensions{storageID: fileStorage(t, h.state)}}
		h.host = host
		e := h.startOn(cfg)
		// A file where the dataset's directory has to be.
		blocker := filepath.Join(h.dir, "metered")
		require.NoError(t, os.WriteFile(blocker, nil, 0o600))
		sent := 0
		for {
			err := e.ConsumeTraces(t.Context(), traces(priced(uint64(sent)).with("finops.team", itoa(sent))))
			if err != nil {
				require.ErrorContains(t, err, "max_rows reached: 10 rows are held until their files are written to url file://"+h.dir)
				break
			}
			sent++
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		assert.Equal(t, 5, sent)
		events := host.reported()
		require.NotEmpty(t, events)
		assert.Equal(t, componentstatus.StatusRecoverableError, events[0].Status())
		assert.ErrorContains(t, events[0].Err(), "metered")

		require.NoError(t, os.Remove(blocker))
		time.Sleep(time.Minute)
		synctest.Wait()
		events = host.reported()
		assert.Equal(t, componentstatus.StatusOK, events[len(events)-1].Status())
		e.send(priced(1000))
		e.stop()
		assert.Equal(t, times(t, pricedCost, sent+1), h.cost())
	})
	assert.Positive(t, h.counter("publish_failures", "dataset", "metered"))
	assert.EqualValues(t, 1, h.counter("refused_batches", "", ""))
}

// A target that cannot be written at the end costs nothing when there is a storage, and is an error when there is none.
func TestUnwritableAtShutdown(t *testing.T) {
	for _, stored := range []bool{true, false} {
		h := newHarness(t, func(c *Config) {
			if !stored {
				c.Storage = nil
			}
		})
		synctest.Test(t, func(t *testing.T) {
			e := h.start()
			synctest.Wait()
			e.send(priced(1))
			require.NoError(t, os.RemoveAll(h.dir))
			require.NoError(t, os.WriteFile(h.dir, nil, 0o600))
			require.NoError(t, e.Shutdown(t.Context()))
			require.NoError(t, e.logs.Shutdown(t.Context()))
			err := e.metrics.Shutdown(t.Context())
			require.NoError(t, os.Remove(h.dir))
			if !stored {
				assert.ErrorContains(t, err, "url: charges are lost, because storage is not set")
				return
			}
			require.NoError(t, err)
			e = h.start()
			e.stop()
			assert.Equal(t, pricedCost, h.cost())
		})
	}
}

func TestUnusableTarget(t *testing.T) {
	h := newHarness(t, nil)
	require.NoError(t, os.RemoveAll(h.dir))
	require.NoError(t, os.WriteFile(h.dir, nil, 0o600))
	cfg := h.config()
	cfg.Storage = nil
	h.host = componenttest.NewNopHost()
	assertStartFails(t, h, cfg, "url: mkdir "+h.dir)
}

func TestUnusableStorage(t *testing.T) {
	h := newHarness(t, nil)
	h.host = componenttest.NewNopHost()
	assertStartFails(t, h, h.config(), `storage: extension "file_storage" is not there`)
	h.host = extensions{storageID: extensionsComponent{}}
	assertStartFails(t, h, h.config(), `storage: extension "file_storage" does not store anything`)
}

// extensionsComponent is an extension that stores nothing.
type extensionsComponent struct {
	component.StartFunc
	component.ShutdownFunc
}

// State that cannot be read is refused, and left as it is.
func TestDamagedState(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(priced(1))
		e.stop()
	})
	for _, c := range []struct {
		key, want string
		value     []byte
	}{
		{"header", "the header of the persisted state cannot be read", []byte{1}},
		{"header", "format 9 and this version reads 1", []byte{9}},
		{"book/0", "book/0: the header of a book cannot be read", []byte{1, 2}},
		{"book/0/keys/0", "book/0/keys/0: the keys of a book cannot be read", []byte{200}},
		{"book/0/amounts/0", "book/0/amounts/0: the amounts of a book cannot be read", []byte{1}},
	} {
		t.Run(c.key, func(t *testing.T) {
			damaged := newHarness(t, nil)
			damaged.state = snapshot(t, h.state)
			ext := fileStorage(t, damaged.state)
			client, err := ext.(storage.Extension).GetClient(t.Context(), component.KindExporter, exporterID, "")
			require.NoError(t, err)
			require.NoError(t, client.Set(t.Context(), c.key, c.value))
			require.NoError(t, client.Close(t.Context()))
			damaged.host = extensions{storageID: ext}
			assertStartFails(t, damaged, damaged.config(), c.want)
		})
	}
}

func assertStartFails(t *testing.T, h *harness, cfg *Config, want string) {
	t.Helper()
	e := h.create(cfg)
	err := e.Start(t.Context(), h.host)
	require.ErrorContains(t, err, want)
	require.NoError(t, errors.Join(e.Shutdown(t.Context()), e.logs.Shutdown(t.Context()), e.metrics.Shutdown(t.Context())))
	assert.NotContains(t, err.Error(), strings.Repeat("url: ", 2))
}
