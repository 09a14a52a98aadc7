package blobs

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenLocal(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a\n"), 0o600))
	for _, target := range []string{dir, "file://" + dir} {
		b, err := Open(t.Context(), target)
		require.NoError(t, err, target)
		data, err := b.ReadAll(t.Context(), "a.csv")
		require.NoError(t, err)
		assert.Equal(t, "a\n", string(data))
		require.NoError(t, b.Close())
	}
}

func TestOpenRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("data", 0o700))
	for _, target := range []string{"data", "./data", "file://./data"} {
		b, err := Open(t.Context(), target)
		require.NoError(t, err, target)
		require.NoError(t, b.Close())
	}
}

func TestOpenErrors(t *testing.T) {
	for target, want := range map[string]string{
		"file://host/a": "file://host/a: want file:///directory",
		"file://":       "file:: want file:///directory",
		"s3://bucket/a": `s3://bucket: open blob.Bucket: no driver registered for "s3"`,
		"/not/there":    "/not/there: ",
		"x://u:p@b/a":   "x://u:xxxxx@b: ",
	} {
		_, err := Open(t.Context(), target)
		require.ErrorContains(t, err, want)
	}
}

func TestOpenPrefix(t *testing.T) {
	b, err := Open(t.Context(), "mem://bucket/some/prefix")
	require.NoError(t, err)
	require.NoError(t, b.WriteAll(t.Context(), "a", nil, nil))
	ok, err := b.Exists(t.Context(), "a")
	require.NoError(t, err)
	assert.True(t, ok)
	require.NoError(t, b.Close())
}
