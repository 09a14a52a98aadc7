package sharing

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

var (
	focusID = component.MustNewID("focus")
	errRun  = errors.New("does not run")
)

// counter counts what is called.
type counter struct {
	runs, stops int
	err         error
}

func (c *counter) Run(context.Context, component.Host) error {
	c.runs++
	return c.err
}

func (c *counter) Stop(context.Context) error {
	c.stops++
	return nil
}

// acquire returns n instances of one component.
func acquire(t *testing.T, r *Registry[*counter], cfg component.Config, n int, err error) []*Instance[*counter] {
	t.Helper()
	var all []*Instance[*counter]
	for range n {
		i, failed := r.Acquire(focusID, cfg, func() (*counter, error) { return &counter{err: err}, nil })
		require.NoError(t, failed)
		all = append(all, i)
	}
	return all
}

func TestStateIsSharedByIDAndConfig(t *testing.T) {
	r := NewRegistry[*counter]()
	one, two := &struct{ int }{1}, &struct{ int }{1}
	a := acquire(t, r, one, 2, nil)
	b := acquire(t, r, two, 1, nil)
	assert.Same(t, a[0].State(), a[1].State())
	assert.NotSame(t, a[0].State(), b[0].State())
	_, err := r.Acquire(component.MustNewIDWithName("focus", "x"), one, func() (*counter, error) { return nil, errRun })
	assert.ErrorIs(t, err, errRun)
}

// The state runs from the first start to the last shutdown, once.
func TestOneRunOneStop(t *testing.T) {
	r := NewRegistry[*counter]()
	all := acquire(t, r, nil, 3, nil)
	s := all[0].State()
	host := componenttest.NewNopHost()
	require.NoError(t, all[0].Start(t.Context(), host))
	require.NoError(t, all[1].Start(t.Context(), host))
	require.NoError(t, all[0].Shutdown(t.Context()))
	require.NoError(t, all[0].Shutdown(t.Context()), "again")
	require.NoError(t, all[2].Shutdown(t.Context()), "without a start")
	assert.Equal(t, counter{runs: 1}, *s)
	require.NoError(t, all[1].Shutdown(t.Context()))
	assert.Equal(t, counter{runs: 1, stops: 1}, *s)
	assert.ErrorIs(t, all[1].Start(t.Context(), host), ErrStopped)
	assert.NotSame(t, s, acquire(t, r, nil, 1, nil)[0].State(), "the next one begins anew")
}

// Everybody gets the error of the run, and the state is stopped all the same.
func TestFailedRun(t *testing.T) {
	all := acquire(t, NewRegistry[*counter](), nil, 2, errRun)
	s := all[0].State()
	for _, i := range all {
		require.ErrorIs(t, i.Start(t.Context(), componenttest.NewNopHost()), errRun)
	}
	for _, i := range all {
		require.NoError(t, i.Shutdown(t.Context()))
	}
	assert.Equal(t, counter{runs: 1, stops: 1, err: errRun}, *s)
}

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// provider is an extension that stores nothing but has a client.
type provider struct {
	component.StartFunc
	component.ShutdownFunc
	err error
}

func (p provider) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return storage.NewNopClient(), p.err
}

func TestStorageClient(t *testing.T) {
	id := component.MustNewID("file_storage")
	none, err := StorageClient(t.Context(), host{}, nil, component.KindExporter, focusID)
	require.NoError(t, err)
	assert.Nil(t, none)
	client, err := StorageClient(t.Context(), host{id: provider{}}, &id, component.KindExporter, focusID)
	require.NoError(t, err)
	assert.NotNil(t, client)

	other := struct {
		component.StartFunc
		component.ShutdownFunc
	}{}
	for want, h := range map[string]host{
		`storage: extension "file_storage" is not there; add it to extensions`: {},
		`storage: extension "file_storage" does not store anything`:            {id: other},
		`storage: extension "file_storage": does not run`:                      {id: provider{err: errRun}},
	} {
		_, err := StorageClient(t.Context(), h, &id, component.KindExporter, focusID)
		assert.ErrorContains(t, err, want)
	}
}
