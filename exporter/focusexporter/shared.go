package focusexporter

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/checkpoint"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// registry finds the state that instances of one component share. The Collector gives all of
// them the same ID and the same *Config; the latter tells apart two Collectors in one process.
type registry struct {
	mu     sync.Mutex
	states map[identity]*state
}

type identity struct {
	id  component.ID
	cfg *Config
}

func newRegistry() *registry { return &registry{states: map[identity]*state{}} }

func (r *registry) acquire(set exporter.Settings, cfg *Config) (*state, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := identity{id: set.ID, cfg: cfg}
	s, ok := r.states[id]
	if !ok {
		var err error
		if s, err = newState(set, cfg); err != nil {
			return nil, err
		}
		s.forget = func() { r.forget(id, s) }
		r.states[id] = s
	}
	s.instances.Add(1)
	return s, nil
}

func (r *registry) forget(id identity, s *state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.states[id] == s {
		delete(r.states, id)
	}
}

// state is everything that instances of one component share.
type state struct {
	set        exporter.Settings
	cfg        *Config
	reader     *charge.Reader
	store      *book.Store
	committer  *checkpoint.Committer
	checkpoint *checkpoint.Checkpoint // nil without storage
	publisher  *publisher
	billed     *billedDays
	routes     *focus.Routes
	telemetry  *telemetry
	complaints *complaints
	forget     func()

	// instances counts those that were made and not shut down.
	instances atomic.Int64

	mu       sync.Mutex
	running  int // instances that were started and not shut down
	phase    lifecycle
	startErr error
}

type lifecycle uint8

const (
	lifecycleCreated lifecycle = iota
	lifecycleStarted
	lifecycleStopped
)

func newState(set exporter.Settings, cfg *Config) (*state, error) {
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s := &state{
		set:    set,
		cfg:    cfg,
		reader: charge.NewReader(cfg.Grain.duration(), cfg.Tags).WithCommitments(len(cfg.Commitments) > 0),
		store: book.NewStore(book.Settings{
			Grain: cfg.Grain.duration(), Grace: cfg.GracePeriod, Window: cfg.ReplayWindowSize, Journal: cfg.Storage != nil,
			MaxRows: cfg.MaxRows, MaxBookRows: cfg.MaxRowsPerFile, MaxBooks: maxBooks,
			Commitments: len(cfg.Commitments) > 0,
		}),
		telemetry:  tel,
		routes:     focus.BuiltinRoutes(),
		complaints: &complaints{logger: set.Logger},
	}
	s.committer = checkpoint.NewCommitter(s.save)
	return s, nil
}

// save writes what has changed to the storage.
func (s *state) save(ctx context.Context) error {
	if s.checkpoint == nil {
		return nil
	}
	begin := time.Now()
	size, err := s.checkpoint.Save(ctx)
	if err != nil {
		s.telemetry.commitFailed(ctx)
		s.set.Logger.Error("charges could not be made durable and are not acknowledged until they can",
			zap.String("storage", s.cfg.storageName()), zap.Error(err))
		return err
	}
	s.telemetry.committed(ctx, size, time.Since(begin))
	return nil
}

var errStopped = errors.New("the exporter has been shut down and cannot be started again")

// start is called by every instance and does its work once; all of them get the same error.
func (s *state) start(ctx context.Context, host component.Host) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.phase {
	case lifecycleStopped:
		return errStopped
	case lifecycleCreated:
		s.phase = lifecycleStarted
		s.startErr = s.run(ctx, host)
	}
	if s.startErr == nil {
		s.running++
	}
	return s.startErr
}

func (s *state) run(ctx context.Context, host component.Host) error {
	writer := checkpoint.NewWriter()
	client, err := storageClient(ctx, host, s.cfg, s.set.ID)
	if err != nil {
		return err
	}
	if client == nil {
		s.set.Logger.Warn("storage is not set: charges that no file has yet are lost if the collector is killed, and " +
			"records that are sent again after a restart are accounted again")
	} else {
		if s.checkpoint, err = checkpoint.Open(ctx, client, s.store, s.set.Logger); err != nil {
			return errors.Join(err, client.Close(ctx))
		}
		writer = s.checkpoint.Writer()
	}
	if s.publisher, err = s.newPublisher(ctx, host, writer); err != nil {
		return errors.Join(err, s.closeCheckpoint(ctx))
	}
	s.billed = newBilledDays(client)
	s.publisher.begin()
	s.committer.Start() //nolint:contextcheck // both end with Shutdown, not with Start's context
	s.publisher.start() //nolint:contextcheck // as above
	return s.telemetry.observeSize(s.store.Size)
}

func (s *state) closeCheckpoint(ctx context.Context) error {
	if s.checkpoint == nil {
		return nil
	}
	return s.checkpoint.Close(ctx)
}

// release is called by every instance once. The last one that was started publishes what is left.
func (s *state) release(ctx context.Context, started bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.instances.Add(-1)
	if started {
		s.running--
	}
	if s.running > 0 || (!started && left > 0) || s.phase == lifecycleStopped {
		return nil
	}
	s.phase = lifecycleStopped
	s.forget()
	defer s.telemetry.shutdown()
	if s.publisher == nil {
		return nil
	}
	err := s.publisher.shutdown(ctx)
	s.committer.Stop()
	return errors.Join(err, s.closeCheckpoint(ctx))
}
