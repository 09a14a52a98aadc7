package genaicostconnector

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

var storageID = component.MustNewID("file_storage")

// connectorID is fixed, because the storage finds the state by it.
var connectorID = component.MustNewID("gen_ai_cost")

// extensions is a host with these extensions.
type extensions map[component.ID]component.Component

func (e extensions) GetExtensions() map[component.ID]component.Component { return e }

// fileStorage returns a real file_storage extension in dir.
func fileStorage(tb testing.TB, dir string) storage.Extension {
	f := filestorage.NewFactory()
	cfg := f.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	ext, err := f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(tb, err)
	require.NoError(tb, ext.Start(context.Background(), componenttest.NewNopHost()))
	tb.Cleanup(func() { require.NoError(tb, ext.Shutdown(context.Background())) })
	return ext.(storage.Extension)
}

// newStored returns a harness whose connector persists to ext.
func newStored(tb testing.TB, ext component.Component, change func(*Config)) *harness {
	h := newHarness(tb, func(c *Config) {
		c.Storage = &storageID
		if change != nil {
			change(c)
		}
	})
	h.set.ID = connectorID
	h.host = extensions{storageID: ext}
	return h
}

// crash copies what is on disk at this moment, as a process that is killed leaves it.
func crash(tb testing.TB, dir string) string {
	to := tb.TempDir()
	files, err := os.ReadDir(dir)
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(tb, err)
		require.NoError(tb, os.WriteFile(filepath.Join(to, f.Name()), raw, 0o600))
	}
	return to
}

func starts(md pmetric.Metrics) map[string]pcommon.Timestamp {
	out := map[string]pcommon.Timestamp{}
	eachPoint(md, func(key string, _ float64, start, _ pcommon.Timestamp) { out[key] = start })
	return out
}

func instanceID(tb testing.TB, md pmetric.Metrics) string {
	v, ok := md.ResourceMetrics().At(0).Resource().Attributes().Get("service.instance.id")
	require.True(tb, ok)
	return v.Str()
}

func TestCountersContinueAfterRestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		c := newStored(t, fileStorage(t, dir), nil).traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(3))))
		require.NoError(t, c.Shutdown(t.Context()))
		before := last(t, sink)
		assert.InDelta(t, 3*pricedCost, page{}.read(before).total("finops.cost"), 1e-15)

		time.Sleep(time.Minute)
		c = newStored(t, fileStorage(t, dir), nil).traces(sink)
		synctest.Wait()
		again := page{}.read(last(t, sink))
		assert.InDelta(t, 3*pricedCost, again.total("finops.cost"), 1e-15, "restored series are sent at once")
		// The client did not get an answer before the restart and sends again.
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(3), priced(4))))
		time.Sleep(15 * time.Second)
		synctest.Wait()
		after := last(t, sink)
		assert.InDelta(t, 4*pricedCost, page{}.read(after).total("finops.cost"), 1e-15)
		assert.InDelta(t, 4, page{}.read(after).total("finops.request.cost_count"), 0)
		assert.Equal(t, starts(before), starts(after))
		assert.Equal(t, instanceID(t, before), instanceID(t, after))
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// TestCrash kills the connector at several moments: nothing that was sent is ever taken back, and what is
// lost came after the last flush.
func TestCrash(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // the last call, since the last flush before the crash
		want  float64       // calls that survive
	}{
		{"after a flush", 15*time.Second + time.Millisecond, 4},
		{"before the flush", time.Millisecond, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				sink := &consumertest.MetricsSink{}
				c := newStored(t, fileStorage(t, dir), nil).traces(sink)
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2), priced(3))))
				time.Sleep(time.Minute)
				synctest.Wait()
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(4))))
				time.Sleep(tt.after)
				synctest.Wait()
				sent := page{}.read(sink.AllMetrics()...)
				before := last(t, sink)
				left := crash(t, dir)
				require.NoError(t, c.Shutdown(t.Context()))
				sink.Reset()

				c = newStored(t, fileStorage(t, left), nil).traces(sink)
				time.Sleep(15 * time.Second)
				synctest.Wait()
				after := last(t, sink)
				assert.InDelta(t, tt.want*pricedCost, page{}.read(after).total("finops.cost"), 1e-15)
				for key, v := range (page{}).read(after) {
					assert.GreaterOrEqual(t, v, sent[key], key)
				}
				assert.Equal(t, starts(before), starts(after))
				assert.Equal(t, instanceID(t, before), instanceID(t, after))
				require.NoError(t, c.Shutdown(t.Context()))
			})
		})
	}
}

func TestCrashBeforeTheValueStartsAtZeroAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		c := newStored(t, fileStorage(t, dir), nil).traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(16 * time.Second)
		synctest.Wait()
		left := crash(t, dir)
		require.NoError(t, c.Shutdown(t.Context()))
		sink.Reset()

		c = newStored(t, fileStorage(t, left), nil).traces(sink)
		synctest.Wait()
		assert.Zero(t, page{}.read(last(t, sink)).total("finops.cost"))
		time.Sleep(15 * time.Second)
		synctest.Wait()
		assert.InDelta(t, pricedCost, page{}.read(last(t, sink)).total("finops.cost"), 1e-15)
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

func TestRestartWithOtherDimensionsStartsAtZero(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		c := newStored(t, fileStorage(t, dir), nil).traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		require.NoError(t, c.Shutdown(t.Context()))
		id := instanceID(t, last(t, sink))

		c = newStored(t, fileStorage(t, dir), func(c *Config) {
			c.ExcludeDimensions = []string{"finops.team"}
		}).traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
		require.NoError(t, c.Shutdown(t.Context()))
		md := last(t, sink)
		assert.Equal(t, id, instanceID(t, md))
		p := page{}.read(md)
		assert.InDelta(t, pricedCost, p.total("finops.cost"), 1e-15, "the replay window is kept, the series are not")
		assert.Zero(t, p.total("finops.cost", "finops.team"))
	})
}

func TestExpiredSeriesLeaveTheStorage(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		c := newStored(t, fileStorage(t, dir), nil).traces(sink)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		require.NoError(t, c.Shutdown(t.Context()))
		sink.Reset()

		c = newStored(t, fileStorage(t, dir), nil).traces(sink)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, sink.AllMetrics())
		require.NoError(t, c.Shutdown(t.Context()))
	})
}

// fragile is a storage whose writes fail while full is set.
type fragile struct {
	storage.Extension
	full atomic.Bool
}

func (f *fragile) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	c, err := f.Extension.GetClient(ctx, kind, id, name)
	return &fragileClient{Client: c, ext: f}, err
}

type fragileClient struct {
	storage.Client
	ext *fragile
}

func (c *fragileClient) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if c.ext.full.Load() {
		return storage.ErrStorageFull
	}
	return c.Client.Batch(ctx, ops...)
}

func TestNothingLeavesBeforeItIsDurable(t *testing.T) {
	for _, temporality := range []Temporality{TemporalityCumulative, TemporalityDelta} {
		t.Run(string(temporality), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				ext := &fragile{Extension: fileStorage(t, dir)}
				sink := &consumertest.MetricsSink{}
				c := newStored(t, ext, func(c *Config) { c.Temporality = temporality }).traces(sink)
				total := func() float64 {
					if temporality == TemporalityDelta {
						return page{}.add(sink.AllMetrics()...).total("finops.cost")
					}
					return page{}.read(sink.AllMetrics()...).total("finops.cost")
				}
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1))))
				time.Sleep(time.Minute)
				synctest.Wait()
				require.InDelta(t, pricedCost, total(), 1e-15)

				ext.full.Store(true)
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(2))))
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.InDelta(t, pricedCost, total(), 1e-15)
				if temporality == TemporalityCumulative {
					assert.Len(t, sink.AllMetrics(), 8, "series that are durable are still sent")
				}

				ext.full.Store(false)
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.InDelta(t, 2*pricedCost, total(), 1e-15)
				left := crash(t, dir)
				require.NoError(t, c.Shutdown(t.Context()))

				// The IDs of the failed writes are durable too.
				sink.Reset()
				c = newStored(t, fileStorage(t, left), func(c *Config) { c.Temporality = temporality }).traces(sink)
				require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
				require.NoError(t, c.Shutdown(t.Context()))
				want := 2 * pricedCost
				if temporality == TemporalityDelta {
					want = 0
				}
				assert.InDelta(t, want, total(), 1e-15)
			})
		})
	}
}

func TestUnsentDeltasSurviveACrash(t *testing.T) {
	dir := t.TempDir()
	delta := func(c *Config) { c.Temporality = TemporalityDelta }
	synctest.Test(t, func(t *testing.T) {
		refusing := &flaky{}
		refusing.broken.Store(true)
		c := newStored(t, fileStorage(t, dir), delta).traces(refusing)
		require.NoError(t, c.ConsumeTraces(t.Context(), traces(priced(1), priced(2))))
		time.Sleep(time.Minute)
		synctest.Wait()
		left := crash(t, dir)
		require.NoError(t, c.Shutdown(t.Context()))

		sink := &consumertest.MetricsSink{}
		c = newStored(t, fileStorage(t, left), delta).traces(sink)
		require.NoError(t, c.Shutdown(t.Context()))
		assert.InDelta(t, 2*pricedCost, page{}.add(sink.AllMetrics()...).total("finops.cost"), 1e-15)
	})
}

func TestStorageErrors(t *testing.T) {
	nop := struct {
		component.StartFunc
		component.ShutdownFunc
	}{}
	for _, tt := range []struct {
		name string
		host component.Host
		want string
	}{
		{"missing", extensions{}, `storage: extension "file_storage" is not there; add it to extensions`},
		{"other kind", extensions{storageID: nop}, `storage: extension "file_storage" does not store anything`},
		{"no client", extensions{storageID: broken{}}, `storage: extension "file_storage": locked by another process`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newStored(t, nil, nil)
			h.host = tt.host
			create := func() connector.Traces {
				c, err := h.factory.CreateTracesToMetrics(t.Context(), h.set, h.cfg, nopSink())
				require.NoError(t, err)
				return c
			}
			a, b := create(), create()
			require.ErrorContains(t, a.Start(t.Context(), h.host), tt.want)
			require.ErrorContains(t, b.Start(t.Context(), h.host), tt.want, "every instance gets the error")
			require.NoError(t, a.Shutdown(t.Context()))
			require.NoError(t, b.Shutdown(t.Context()))
		})
	}
}

// broken is a storage that gives no client.
type broken struct {
	component.StartFunc
	component.ShutdownFunc
}

func (broken) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return nil, errors.New("locked by another process")
}
