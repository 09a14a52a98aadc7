package genaipricingextension

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replace does what editors do: write beside the file and rename over it.
func replace(t *testing.T, path, text string) {
	t.Helper()
	write(t, path+".tmp", text)
	require.NoError(t, os.Rename(path+".tmp", path))
}

func TestReloadAfterAnEditorsReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.yaml")
	write(t, path, catalogFile("1"))
	r := start(t, fileConfig(path), nil)
	assert.Equal(t, "1", r.inputRate())
	for _, rate := range []string{"2", "3", "4"} {
		replace(t, path, catalogFile(rate))
		r.eventually(t, rate)
	}
}

// kubernetesVolume lays out a mounted ConfigMap: the file is a link through ..data, which is a link to
// the directory of a version and is swapped as a whole.
func kubernetesVolume(t *testing.T, dir, version, text string) {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".."+version), 0o700))
	write(t, filepath.Join(dir, ".."+version, "prices.yaml"), text)
	require.NoError(t, os.Symlink(".."+version, filepath.Join(dir, "..data_tmp")))
	require.NoError(t, os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
}

func TestReloadAfterAKubernetesSwap(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "prices.yaml")
	kubernetesVolume(t, dir, "v1", catalogFile("1"))
	require.NoError(t, os.Symlink(filepath.Join("..data", "prices.yaml"), path))
	r := start(t, fileConfig(path), nil)
	assert.Equal(t, "1", r.inputRate())

	kubernetesVolume(t, dir, "v2", catalogFile("2"))
	r.eventually(t, "2")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "..v1")))
	kubernetesVolume(t, dir, "v3", catalogFile("3"))
	r.eventually(t, "3")
}

func TestReloadRefusesABadFileWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.yaml")
	write(t, path, catalogFile("1"))
	r := start(t, fileConfig(path), nil)
	assert.EqualValues(t, 1, r.current(t, path))

	replace(t, path, catalogFile("-2"))
	assert.Eventually(t, func() bool {
		return r.logged("New prices are refused, the last good ones stay", `:9: entry "rocket-1"`)
	}, patience, 10*time.Millisecond)
	assert.Equal(t, "1", r.inputRate(), "the last good prices stay")
	assert.EqualValues(t, 0, r.current(t, path))
	assert.EqualValues(t, 1, r.outcomes(t, path)["refused"])

	replace(t, path, catalogFile("3"))
	r.eventually(t, "3")
	assert.EqualValues(t, 1, r.current(t, path))
	assert.EqualValues(t, 2, r.outcomes(t, path)["loaded"])
}

func TestReloadSurvivesAMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.yaml")
	write(t, path, catalogFile("1"))
	r := start(t, fileConfig(path), nil)
	require.NoError(t, os.Remove(path))
	assert.Eventually(t, func() bool { return r.outcomes(t, path)["unreachable"] > 0 }, patience, 10*time.Millisecond)
	assert.Equal(t, "1", r.inputRate())
	write(t, path, catalogFile("2"))
	r.eventually(t, "2")
}

func TestWatchOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices.yaml")
	write(t, path, catalogFile("1"))
	cfg := fileConfig(path)
	cfg.Watch = false
	r := start(t, cfg, nil)
	write(t, path, catalogFile("2"))
	time.Sleep(500 * time.Millisecond) // more than twice what a watcher waits
	assert.Equal(t, "1", r.inputRate())
}
