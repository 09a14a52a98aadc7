package filewatch

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what a file system does in its own time.
const patience = 15 * time.Second

// watch runs a watcher of a file until the test ends. It returns once the watches are set.
func watch(t *testing.T, path string) <-chan struct{} {
	t.Helper()
	changes := make(chan struct{}, 1000)
	w := New([]string{path}, zap.NewNop(), func() { changes <- struct{}{} })
	w.settle, w.poll = time.Millisecond, time.Hour
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(t.Context())
	}()
	t.Cleanup(func() { <-done })
	await(t, changes)
	return changes
}

func await(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(patience):
		t.Fatal("no change was seen")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestAnEditorsReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.csv")
	write(t, path, "1")
	changes := watch(t, path)
	for _, text := range []string{"2", "3"} {
		write(t, path+".tmp", text)
		require.NoError(t, os.Rename(path+".tmp", path))
		await(t, changes)
	}
}

// A mounted ConfigMap: the file is a link through ..data, which is a link to the directory of a version
// and is swapped as a whole.
func TestAKubernetesSwap(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "..data")
	swap := func(version string) {
		require.NoError(t, os.Mkdir(filepath.Join(dir, ".."+version), 0o700))
		write(t, filepath.Join(dir, ".."+version, "table.csv"), version)
		require.NoError(t, os.Symlink(".."+version, data+"_tmp"))
		require.NoError(t, os.Rename(data+"_tmp", data))
	}
	swap("v1")
	path := filepath.Join(dir, "table.csv")
	require.NoError(t, os.Symlink(filepath.Join("..data", "table.csv"), path))
	changes := watch(t, path)
	swap("v2")
	await(t, changes)
}

func TestOtherFilesOfTheDirectoryDoNotConcern(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target.csv")
	write(t, target, "1")
	link := filepath.Join(dir, "table.csv")
	require.NoError(t, os.Symlink(target, link))
	w := New([]string{link}, zap.NewNop(), nil)
	assert.True(t, w.concerns(link))
	assert.True(t, w.concerns(target), "what the link leads to")
	assert.True(t, w.concerns(filepath.Join(dir, "..data")), "what Kubernetes swaps")
	assert.False(t, w.concerns(filepath.Join(dir, "other.csv")))
}

// loop runs the loop of a watcher on a stopped clock, with events from the test instead of a file system.
func loop(t *testing.T, calls *[]time.Duration) (chan<- fsnotify.Event, chan<- error) {
	t.Helper()
	events, errs, begin := make(chan fsnotify.Event), make(chan error), time.Now()
	w := New([]string{"table.csv"}, zap.NewNop(), func() { *calls = append(*calls, time.Since(begin)) })
	go w.loop(t.Context(), events, errs, func() {})
	return events, errs
}

func TestOneReadingForABurstOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Duration
		events, _ := loop(t, &calls)
		for range 10 {
			events <- fsnotify.Event{Name: "table.csv"}
			events <- fsnotify.Event{Name: "other.csv"}
			time.Sleep(settleTime / 2)
		}
		time.Sleep(settleTime)
		synctest.Wait()
		assert.Equal(t, []time.Duration{9*settleTime/2 + settleTime}, calls)
	})
}

func TestADirectoryThatIsNeverQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Duration
		events, _ := loop(t, &calls)
		for range 3 * int(maxSettleTime/settleTime) {
			events <- fsnotify.Event{Name: "table.csv"}
			time.Sleep(settleTime / 2)
		}
		synctest.Wait()
		require.NotEmpty(t, calls)
		assert.Equal(t, maxSettleTime, calls[0])
	})
}

func TestLostEventsReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Duration
		_, errs := loop(t, &calls)
		errs <- fsnotify.ErrEventOverflow
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		assert.Equal(t, []time.Duration{0}, calls)
	})
}

// Polling alone must do where the system sends no events.
func TestPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Duration
		loop(t, &calls)
		time.Sleep(2*pollInterval + 1)
		synctest.Wait()
		assert.Equal(t, []time.Duration{pollInterval, 2 * pollInterval}, calls)
	})
}
