package genaipricingextension

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/extension/extensiontest"
)

// endpoint serves a catalog that the test may change.
type endpoint struct {
	*httptest.Server
	mu       sync.Mutex
	text     string
	etag     string
	status   int
	full     atomic.Int64
	notModif atomic.Int64
}

func newEndpoint(t *testing.T, text string) *endpoint {
	t.Helper()
	e := &endpoint{text: text, etag: `"1"`, status: http.StatusOK}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) set(text, etag string, status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text, e.etag, e.status = text, etag, status
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.status != http.StatusOK:
		w.WriteHeader(e.status)
	case r.Header.Get("If-None-Match") == e.etag:
		e.notModif.Add(1)
		w.WriteHeader(http.StatusNotModified)
	default:
		e.full.Add(1)
		w.Header().Set("ETag", e.etag)
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(e.text))
			return
		}
		_, _ = w.Write([]byte(e.text))
	}
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func httpConfig(url string) *Config {
	cfg := createDefaultConfig().(*Config)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint, client.Timeout = url, 5*time.Second
	cfg.Catalogs = []CatalogConfig{{
		Source: SourceHTTP, Format: defaultFormat, RefreshInterval: 20 * time.Millisecond, MaxSize: defaultMaxSize, Client: client,
	}}
	return cfg
}

func TestFetchAndRefresh(t *testing.T) {
	e := newEndpoint(t, catalogFile("1"))
	r := start(t, httpConfig(e.URL), nil)
	r.eventually(t, "1")
	assert.Eventually(t, func() bool { return e.notModif.Load() > 1 }, patience, 5*time.Millisecond)
	assert.EqualValues(t, 1, e.full.Load(), "what has not changed is not transferred")
	e.set(catalogFile("2"), `"2"`, http.StatusOK)
	r.eventually(t, "2")
	assert.EqualValues(t, 1, r.current(t, redact(e.URL)))
}

func TestFetchRefusesWhatIsWrong(t *testing.T) {
	e := newEndpoint(t, catalogFile("1"))
	r := start(t, httpConfig(e.URL), nil)
	r.eventually(t, "1")
	e.set("format: finops/v1\nprovider: [", `"2"`, http.StatusOK)
	source := redact(e.URL)
	assert.Eventually(t, func() bool { return r.outcomes(t, source)["refused"] > 2 }, patience, 5*time.Millisecond,
		"every confirmation of the bad version counts")
	assert.EqualValues(t, 2, e.full.Load(), "but it is transferred once")
	assert.Equal(t, "1", r.inputRate())
	assert.EqualValues(t, 0, r.current(t, source))
	assert.Equal(t, 1, r.logs.FilterMessage("New prices are refused, the last good ones stay").Len(), "and logged once")

	e.set("", "", http.StatusInternalServerError)
	assert.Eventually(t, func() bool { return r.outcomes(t, source)["unreachable"] > 0 }, patience, 5*time.Millisecond)
	assert.Equal(t, "1", r.inputRate())
	e.set(catalogFile("3"), `"3"`, http.StatusOK)
	r.eventually(t, "3")
}

func TestFetchRefusesWhatIsTooLarge(t *testing.T) {
	e := newEndpoint(t, catalogFile("1")+strings.Repeat("# filler\n", 1000))
	cfg := httpConfig(e.URL)
	cfg.Catalogs[0].MaxSize = 1000
	r := start(t, cfg, nil)
	assert.Eventually(t, func() bool {
		return r.logged("Prices cannot be read, the last good ones stay", "larger than max_size (1000 bytes)")
	}, patience, 5*time.Millisecond)
}

func TestStartDoesNotDependOnTheNetwork(t *testing.T) {
	e := newEndpoint(t, catalogFile("1"))
	e.Close()
	cfg := httpConfig(e.URL)
	cfg.Catalogs = append([]CatalogConfig{{Source: SourceBuiltin, Format: defaultFormat}}, cfg.Catalogs...)
	r := start(t, cfg, nil)
	assert.Positive(t, r.Engine().Info().Entries)
	assert.EqualValues(t, 0, r.current(t, redact(e.URL)))
}

func newStorage(t *testing.T, dir string) (testHost, *component.ID) {
	t.Helper()
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory, cfg.Compaction.Directory = dir, dir
	ext, err := factory.Create(t.Context(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, ext.Shutdown(context.WithoutCancel(t.Context()))) })
	id := component.NewID(factory.Type())
	return testHost{id: ext}, &id
}

func TestTheLastGoodCopySurvivesARestart(t *testing.T) {
	host, id := newStorage(t, t.TempDir())
	e := newEndpoint(t, catalogFile("1"))
	cfg := httpConfig(e.URL)
	cfg.Storage = id
	first := create(t, cfg)
	require.NoError(t, first.Start(t.Context(), host))
	first.eventually(t, "1")
	e.set("bad: [", `"2"`, http.StatusOK)
	assert.Eventually(t, func() bool { return first.outcomes(t, redact(e.URL))["refused"] > 0 }, patience, 5*time.Millisecond)
	require.NoError(t, first.Shutdown(t.Context()))

	e.set("", "", http.StatusServiceUnavailable)
	second := start(t, cfg, host)
	assert.Equal(t, "1", second.inputRate(), "at once, and the good one")
	assert.Equal(t, []component.ID{*id}, second.Dependencies())
}

func TestADamagedCopyIsAsGoodAsNone(t *testing.T) {
	host, id := newStorage(t, t.TempDir())
	e := newEndpoint(t, catalogFile("1"))
	cfg := httpConfig(e.URL)
	cfg.Storage = id
	r := create(t, cfg)
	kept, err := openLastGood(t.Context(), host, id, r.set.ID)
	require.NoError(t, err)
	require.NoError(t, kept.save(t.Context(), e.URL, newContent([]byte("x"), time.Now(), "")))
	value, err := kept.client.Get(t.Context(), keptKey(e.URL))
	require.NoError(t, err)
	require.NoError(t, kept.client.Set(t.Context(), keptKey(e.URL), append(value, 'y')))
	_, err = kept.load(t.Context(), e.URL)
	require.ErrorContains(t, err, "checksum")
	require.NoError(t, kept.close(t.Context()))

	require.NoError(t, r.Start(t.Context(), host))
	r.eventually(t, "1")
	assert.Equal(t, 1, r.logs.FilterMessage("No use can be made of the kept copy of a catalog").Len())
}

func TestStorageMustBeStorage(t *testing.T) {
	id := component.MustNewID("file_storage")
	cfg := createDefaultConfig().(*Config)
	cfg.Storage = &id
	require.ErrorContains(t, create(t, cfg).Start(t.Context(), testHost{}), `storage: extension "file_storage" is not configured`)
	other := create(t, createDefaultConfig().(*Config))
	require.ErrorContains(t, create(t, cfg).Start(t.Context(), testHost{id: other}), `stores nothing`)
}

func TestWaitBacksOffAndSpreads(t *testing.T) {
	f := &fetcher{cfg: &CatalogConfig{RefreshInterval: time.Hour}}
	for failures, want := range map[int]time.Duration{0: time.Hour, 1: firstRetry, 2: 2 * firstRetry, 9: 256 * firstRetry, 99: time.Hour} {
		for range 20 {
			got := f.wait(failures)
			assert.InDelta(t, want, got, jitter*float64(want)+1)
		}
	}
}
