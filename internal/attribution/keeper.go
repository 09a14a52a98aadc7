package attribution

import (
	"context"
	"sync"

	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/internal/filewatch"
)

// Keeper keeps the tables of an Attributor up to date. A file that is broken leaves everything as it was.
type Keeper struct {
	attributor *Attributor
	watch      bool
	logger     *zap.Logger
	count      func(table string, outcome Outcome)
	// last is what was said last about each table: a file that cannot be read is looked at again and again.
	last map[string]string

	running context.Context
	end     context.CancelFunc
	tasks   sync.WaitGroup
}

// NewKeeper returns a keeper that calls count after each look at a file which found it changed, wrong or
// unreachable, the looks of Start left out.
func NewKeeper(a *Attributor, watch bool, logger *zap.Logger, count func(table string, outcome Outcome)) *Keeper {
	k := &Keeper{attributor: a, watch: watch, logger: logger, count: count, last: map[string]string{}}
	k.running, k.end = context.WithCancel(context.Background())
	return k
}

// Start reads all tables and, if told to, begins to watch them.
func (k *Keeper) Start() error {
	files := k.attributor.Files()
	if len(files) == 0 {
		return nil
	}
	if err := k.attributor.Load(); err != nil {
		return err
	}
	if k.watch {
		watcher := filewatch.New(files, k.logger, k.Reload)
		k.tasks.Go(func() { watcher.Run(k.running) })
	}
	return nil
}

// Stop waits until nothing reads files any more. It may be called without Start.
func (k *Keeper) Stop() {
	k.end()
	k.tasks.Wait()
}

// Reload looks at all files now. It must not be called twice at once, nor while files are watched.
func (k *Keeper) Reload() { k.attributor.Reload(k.report) }

// report counts what came of a file, and logs it unless that was said before.
func (k *Keeper) report(table string, outcome Outcome, rows int, err error) {
	k.count(table, outcome)
	now := string(outcome)
	if err != nil {
		now += err.Error()
	}
	if outcome != Loaded && k.last[table] == now {
		return
	}
	k.last[table] = now
	fields := []zap.Field{zap.String("table", table), zap.Int("rows", rows)}
	if err != nil {
		k.logger.Error("A lookup table is refused, the last good one stays", append(fields, zap.Error(err))...)
		return
	}
	k.logger.Info("A lookup table is in use", fields...)
}
