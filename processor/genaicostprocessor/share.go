package genaicostprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/processor"
)

// shared holds the running costing of each configuration. The Collector makes one processor
// per pipeline and signal from one configuration; they must share what they remember of
// calls, or a call that is seen in two pipelines would be judged twice.
var shared = &registry{byConfig: map[*Config]*costing{}}

type registry struct {
	mu       sync.Mutex
	byConfig map[*Config]*costing
}

// instance is one processor of one pipeline: a share of a costing.
type instance struct {
	*costing
	release sync.Once
}

func newInstance(set processor.Settings, cfg *Config) (*instance, error) {
	c, err := shared.acquire(set, cfg)
	if err != nil {
		return nil, err
	}
	return &instance{costing: c}, nil
}

func (i *instance) start(_ context.Context, host component.Host) error {
	return i.costing.start(host)
}

// shutdown gives the share back; the last one ends the costing.
func (i *instance) shutdown(context.Context) error {
	i.release.Do(func() {
		if shared.release(i.costing) {
			i.costing.stop()
		}
	})
	return nil
}

// acquire returns the costing of the configuration, made at the first call. The pointer identifies the
// configuration: the Collector unmarshals each component ID once per service.
func (r *registry) acquire(set processor.Settings, cfg *Config) (*costing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.byConfig[cfg]; ok {
		c.users++
		return c, nil
	}
	c, err := newCosting(set, cfg)
	if err != nil {
		return nil, err
	}
	c.users = 1
	r.byConfig[cfg] = c
	return c, nil
}

// release gives one share back and reports whether it was the last.
func (r *registry) release(c *costing) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.users--
	if c.users == 0 {
		delete(r.byConfig, c.cfg)
	}
	return c.users == 0
}
