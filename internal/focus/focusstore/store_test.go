package focusstore

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
)

// dataset lays out files of both formats as the exporter does.
func dataset(t *testing.T) (dir string, rows int) {
	dir = t.TempDir()
	put := func(name string, data []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	priced := focustest.Rows(focustest.Priced())
	encode := func(f focusfile.Format) []byte {
		data, err := focusfile.Encode(priced, focusfile.Options{Format: f, Version: focus.V1_2})
		require.NoError(t, err)
		return data
	}
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	_, err := gz.Write(encode(focusfile.CSV))
	require.NoError(t, err)
	require.NoError(t, gz.Close())
	put("billing_period=2026-11/day=2026-11-23/a.parquet", encode(focusfile.Parquet))
	put("billing_period=2026-11/day=2026-11-24/b.csv", encode(focusfile.CSV))
	put("billing_period=2026-10/day=2026-10-01/late-c.csv.gz", zipped.Bytes())
	put("_focus/metadata.json", []byte("{}"))
	put("_tmp/x.csv", []byte("not a file of rows"))
	put(".hidden.csv", []byte("not a file of rows"))
	put("README.txt", []byte("not a file of rows"))
	return dir, len(priced)
}

func TestRowsOfAllFiles(t *testing.T) {
	dir, perFile := dataset(t)
	for _, target := range []string{dir, "file://" + dir} {
		s, err := Open(t.Context(), target)
		require.NoError(t, err)
		count := func(filter func(string) bool) int {
			n := 0
			for row, err := range s.Rows(t.Context(), filter, nil) {
				require.NoError(t, err)
				require.False(t, row.BilledCost.IsNull())
				n++
			}
			return n
		}
		assert.Equal(t, 3*perFile, count(nil))
		november := func(key string) bool { return Partition(key)["billing_period"] == "2026-11" }
		assert.Equal(t, 2*perFile, count(november))
		require.NoError(t, s.Close())
	}
}

func TestOneFile(t *testing.T) {
	dir, perFile := dataset(t)
	t.Chdir(filepath.Join(dir, "billing_period=2026-11", "day=2026-11-24"))
	for _, target := range []string{"b.csv", "./b.csv", "../day=2026-11-23/a.parquet"} {
		s, err := Open(t.Context(), target)
		require.NoError(t, err)
		n := 0
		for _, err := range s.Rows(t.Context(), nil, nil) {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, perFile, n, target)
		require.NoError(t, s.Close())
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("BilledCost\n1\nx\n"), 0o600))
	s, err := Open(t.Context(), dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	var last error
	n := 0
	for _, err := range s.Rows(t.Context(), nil, nil) {
		n++
		last = err
	}
	assert.Equal(t, 2, n, "the rows before the error, then the error, then no more")
	assert.EqualError(t, last, dir+`/a.csv:3: BilledCost: amount "x": not a decimal number`)

	_, err = s.Open(t.Context(), "missing.parquet")
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.EqualError(t, err, dir+"/missing.parquet: file does not exist")
}

func TestDigestIsThatOfTheFile(t *testing.T) {
	dir, perFile := dataset(t)
	s, err := Open(t.Context(), dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for _, key := range []string{"billing_period=2026-11/day=2026-11-23/a.parquet", "billing_period=2026-10/day=2026-10-01/late-c.csv.gz"} {
		f, digest, err := s.OpenDigest(t.Context(), key)
		require.NoError(t, err)
		n := 0
		for _, err := range f.Rows(nil) {
			require.NoError(t, err)
			n++
		}
		require.NoError(t, f.Close())
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(key)))
		require.NoError(t, err)
		assert.Equal(t, perFile, n)
		assert.Equal(t, Digest{int64(len(data)), fmt.Sprintf("%x", sha256.Sum256(data))}, digest)
	}
	_, _, err = s.OpenDigest(t.Context(), "missing.parquet")
	require.ErrorIs(t, err, os.ErrNotExist)
}
