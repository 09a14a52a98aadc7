// Package sharing lets the instances of one component share a state. The Collector makes an instance for each
// signal, and starts and stops each of them; the state is run once and stopped once.
package sharing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// State is what instances share.
type State interface {
	// Run begins; it is called once, by the first instance that is started. All of them get its error.
	Run(ctx context.Context, host component.Host) error
	// Stop ends; it is called once, when the last instance is shut down, even if none was started.
	Stop(ctx context.Context) error
}

// Registry finds the state of a component. The Collector gives all of its instances the same ID and the same
// configuration; the latter, a pointer, tells apart two Collectors in one process.
type Registry[S State] struct {
	mu     sync.Mutex
	shares map[identity]*share[S]
}

type identity struct {
	id  component.ID
	cfg component.Config
}

// NewRegistry returns an empty registry, one for each factory.
func NewRegistry[S State]() *Registry[S] { return &Registry[S]{shares: map[identity]*share[S]{}} }

// share is a state and its instances.
type share[S State] struct {
	state  S
	forget func()
	// made counts the instances that were made and not shut down.
	made atomic.Int64

	mu sync.Mutex
	// running counts the instances that were started and not shut down.
	running int
	phase   phase
	err     error
}

type phase uint8

const (
	phaseCreated phase = iota
	phaseRun
	phaseStopped
)

// Acquire returns an instance that shares the component's state, which create makes if there is none.
func (r *Registry[S]) Acquire(id component.ID, cfg component.Config, create func() (S, error)) (*Instance[S], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := identity{id, cfg}
	s, ok := r.shares[key]
	if !ok {
		state, err := create()
		if err != nil {
			return nil, err
		}
		s = &share[S]{state: state}
		s.forget = func() { r.forget(key, s) }
		r.shares[key] = s
	}
	s.made.Add(1)
	return &Instance[S]{share: s}, nil
}

func (r *Registry[S]) forget(key identity, s *share[S]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shares[key] == s {
		delete(r.shares, key)
	}
}

// Instance is one of those that share a state.
type Instance[S State] struct {
	share   *share[S]
	started bool
	stop    sync.Once
}

// State returns what is shared.
func (i *Instance[S]) State() S { return i.share.state }

// ErrStopped is returned by Start after the last instance was shut down.
var ErrStopped = errors.New("the component has been shut down and cannot be started again")

// Start runs the state, if no other instance has.
func (i *Instance[S]) Start(ctx context.Context, host component.Host) error {
	s := i.share
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.phase {
	case phaseStopped:
		return ErrStopped
	case phaseCreated:
		s.phase = phaseRun
		s.err = s.state.Run(ctx, host)
	}
	if s.err == nil {
		s.running++
		i.started = true
	}
	return s.err
}

// Shutdown stops the state, if no other instance still needs it. It may be called again, and without Start.
func (i *Instance[S]) Shutdown(ctx context.Context) (err error) {
	i.stop.Do(func() { err = i.share.release(ctx, i.started) })
	return err
}

func (s *share[S]) release(ctx context.Context, started bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.made.Add(-1)
	if started {
		s.running--
	}
	if s.running > 0 || !started && left > 0 || s.phase == phaseStopped {
		return nil
	}
	s.phase = phaseStopped
	s.forget()
	return s.state.Stop(ctx)
}

// StorageClient returns the client of a component's storage, and nil when none is configured.
func StorageClient(ctx context.Context, host component.Host, id *component.ID, kind component.Kind, owner component.ID) (storage.Client, error) {
	if id == nil {
		return nil, nil
	}
	ext, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not there; add it to extensions and to service::extensions", id)
	}
	provider, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q does not store anything; use one like file_storage", id)
	}
	client, err := provider.GetClient(ctx, kind, owner, "")
	if err != nil {
		return nil, fmt.Errorf("storage: extension %q: %w", id, err)
	}
	return client, nil
}
