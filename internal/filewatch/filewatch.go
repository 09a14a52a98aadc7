// Package filewatch says when files may have changed, on any kind of file system: local disks, network
// mounts without events, and the volumes in which Kubernetes swaps symbolic links.
package filewatch

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

const (
	// settleTime is how long a directory must be quiet before files are read: an editor's save and a volume's
	// swap are several events, and the first of them may show an empty or half a file.
	settleTime = 200 * time.Millisecond
	// maxSettleTime bounds the wait for a directory that is never quiet.
	maxSettleTime = 5 * time.Second
	// pollInterval is how often files are read without any event. Events get lost: network file systems
	// send none, a directory that was moved away takes its watch with it, kernels limit watches.
	pollInterval = 30 * time.Second
)

// Watcher calls a function after any of its files may have changed. It watches directories, not
// files: editors replace a file by renaming another over it, and Kubernetes changes the target of a
// symbolic link beside it; a watch on the file itself would stay with the old content.
type Watcher struct {
	files   []string
	changed func()
	logger  *zap.Logger

	settle, maxSettle, poll time.Duration
}

// New returns a watcher of files that calls changed, from Run only and never twice at once. The caller finds
// out whether a file did change: polls call it too.
func New(files []string, logger *zap.Logger, changed func()) *Watcher {
	return &Watcher{
		files: files, changed: changed, logger: logger,
		settle: settleTime, maxSettle: maxSettleTime, poll: pollInterval,
	}
}

// Run watches until ctx is done. It calls changed once at its start, because what changed between
// the caller's first reading and the first watch sends no event.
func (w *Watcher) Run(ctx context.Context) {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		w.logger.Warn("Files are polled only, because the system grants no file watch",
			zap.Duration("interval", w.poll), zap.Error(err))
		w.changed()
		w.loop(ctx, nil, nil, func() {})
		return
	}
	defer func() { _ = fs.Close() }()
	arm := func() { w.arm(fs) }
	arm()
	w.changed()
	w.loop(ctx, fs.Events, fs.Errors, arm)
}

// loop turns events into calls of changed. arm renews the watches.
func (w *Watcher) loop(ctx context.Context, events <-chan fsnotify.Event, errs <-chan error, arm func()) {
	poll := time.NewTicker(w.poll)
	defer poll.Stop()
	var (
		settled <-chan time.Time
		since   time.Time
	)
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-events:
			if !w.concerns(event.Name) {
				continue
			}
			if settled == nil {
				since = time.Now()
			}
			settled = time.After(min(w.settle, max(0, w.maxSettle-time.Since(since))))
		case err := <-errs:
			// An overflow means lost events, so look at once.
			w.logger.Warn("Watching files failed; they are read now", zap.Error(err))
			settled, since = time.After(0), time.Now()
		case <-settled:
			settled = nil
			arm()
			w.changed()
		case <-poll.C:
			arm()
			w.changed()
		}
	}
}

// arm watches the directory of every file, and that of the file that a symbolic link leads to.
// Adding a directory twice is harmless.
func (w *Watcher) arm(fs *fsnotify.Watcher) {
	for _, dir := range w.directories() {
		if err := fs.Add(dir); err != nil && !errors.Is(err, fsnotify.ErrClosed) {
			w.logger.Debug("Directory cannot be watched; polling covers it", zap.String("directory", dir), zap.Error(err))
		}
	}
}

func (w *Watcher) directories() []string {
	var dirs []string
	for _, file := range w.files {
		dirs = append(dirs, filepath.Dir(file))
		if target, err := filepath.EvalSymlinks(file); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// concerns filters the events of busy directories. Names that begin with two dots are the links
// that Kubernetes swaps.
func (w *Watcher) concerns(name string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, "..") {
		return true
	}
	return slices.ContainsFunc(w.files, func(file string) bool {
		if filepath.Base(file) == base {
			return true
		}
		target, err := filepath.EvalSymlinks(file)
		return err == nil && filepath.Base(target) == base
	})
}
