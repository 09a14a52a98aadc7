package publish

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"

	_ "github.com/otelcol-finops/otelcol-finops/internal/blobs/cloud"
)

func TestBucketInMemory(t *testing.T) {
	target, err := Open(t.Context(), "mem://")
	require.NoError(t, err)
	require.NoError(t, target.Put(t.Context(), "metered/a.csv", []byte("one")))
	require.NoError(t, target.Put(t.Context(), "metered/a.csv", []byte("two")))
	data, err := target.(*bucket).ReadAll(t.Context(), "metered/a.csv")
	require.NoError(t, err)
	assert.Equal(t, "two", string(data))
	for name, want := range map[string]bool{"metered/a.csv": true, "metered/b.csv": false} {
		exists, err := target.Exists(t.Context(), name)
		require.NoError(t, err)
		assert.Equal(t, want, exists, name)
	}
	require.NoError(t, target.Close())
}

// objectStore is an S3 service as far as single puts go.
type objectStore struct {
	mu      sync.Mutex
	objects map[string]string
	status  int
}

func (s *objectStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if s.status != 0 {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
		return
	}
	if r.Method == http.MethodPut {
		s.objects[r.URL.Path] = string(body)
	}
}

func (s *objectStore) refuse(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func openS3(t *testing.T) (*objectStore, Target) {
	t.Helper()
	store := &objectStore{objects: map[string]string{}}
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	target, err := Open(t.Context(), "s3://finance/focus?region=us-east-1&use_path_style=true&disable_https=true&endpoint="+server.URL)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, target.Close()) })
	return store, target
}

// A file of a bucket is one put below the prefix of the URL.
func TestBucketS3(t *testing.T) {
	store, target := openS3(t)
	require.NoError(t, target.Put(t.Context(), "metered/a.csv", []byte("one")))
	require.Len(t, store.objects, 1)
	assert.Contains(t, store.objects["/finance/focus/metered/a.csv"], "one")
}

func TestBucketRefusesCredentials(t *testing.T) {
	store, target := openS3(t)
	store.refuse(http.StatusForbidden)
	err := target.Put(t.Context(), "metered/a.csv", []byte("one"))
	require.ErrorContains(t, err, "AccessDenied")
	assert.True(t, (&Writer{Target: target, Timeout: time.Minute}).MayHave(t.Context(), "metered/a.csv"), "who may not look cannot tell")
	assert.NotContains(t, err.Error(), "secret")
	store.refuse(0)
	require.NoError(t, target.Put(t.Context(), "metered/a.csv", []byte("one")))
}

func TestOpenErrors(t *testing.T) {
	for url, want := range map[string]string{
		"ftp://host/path": "no driver registered",
		"%":               "invalid URL escape",
	} {
		_, err := Open(t.Context(), url)
		require.ErrorContains(t, err, want, url)
	}
}

// Every scheme that the configuration takes has its driver.
func TestDrivers(t *testing.T) {
	for _, scheme := range []string{"s3", "gs", "azblob", "mem"} {
		assert.True(t, blob.DefaultURLMux().ValidBucketScheme(scheme), scheme)
	}
}
