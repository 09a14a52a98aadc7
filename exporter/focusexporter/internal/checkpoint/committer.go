package checkpoint

import (
	"context"
	"sync"
	"sync/atomic"
)

// Committer saves for whoever waits. Its goroutine runs from Start to Stop.
type Committer struct {
	save func(context.Context) error
	wake chan struct{}
	// failed is set while the last save has failed.
	failed atomic.Bool

	mu    sync.Mutex
	group *group

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// group are those who wait for one save.
type group struct {
	done chan struct{}
	err  error
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// NewCommitter returns a Committer that calls save, never twice at a time.
func NewCommitter(save func(context.Context) error) *Committer {
	return &Committer{save: save, wake: make(chan struct{}, 1), group: newGroup()}
}

// Start begins to serve Commit.
func (c *Committer) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.done.Go(func() { c.run(ctx) })
}

// Stop saves for those who wait and ends.
func (c *Committer) Stop() {
	c.cancel()
	c.done.Wait()
}

func (c *Committer) run(ctx context.Context) {
	for {
		select {
		case <-c.wake:
			c.commit() //nolint:contextcheck // see commit
		case <-ctx.Done():
			c.commit() //nolint:contextcheck // see commit
			return
		}
	}
}

// commit saves for all who have come until now. The context of the save is nobody's: it is for all of them, and
// to break it off would leave open whether it took place.
func (c *Committer) commit() {
	c.mu.Lock()
	g := c.group
	c.group = newGroup()
	c.mu.Unlock()
	g.err = c.save(context.Background())
	c.failed.Store(g.err != nil)
	close(g.done)
}

// Commit returns when all that had been accounted before the call is durable, or could not be made so.
func (c *Committer) Commit(ctx context.Context) error {
	c.mu.Lock()
	g := c.group
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default: // it is about to commit already
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Failed reports whether the last save has failed.
func (c *Committer) Failed() bool { return c.failed.Load() }
