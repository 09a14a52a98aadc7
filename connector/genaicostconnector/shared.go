package genaicostconnector

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
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

func (r *registry) acquire(set connector.Settings, cfg *Config) (*state, error) {
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
	set        connector.Settings
	cfg        *Config
	reader     *record.Reader
	store      *series.Store
	sinks      *sinks[pmetric.Metrics]
	events     *eventing
	metering   *metering
	telemetry  *telemetry
	complaints *complaints
	tallies    chan *tally
	forget     func()

	// counted is set for the signals that an instance makes metrics of.
	counted [signalCount]atomic.Bool

	// instances counts those that were made and not shut down.
	instances atomic.Int64

	mu       sync.Mutex
	running  int // instances that were started and not shut down
	phase    lifecycle
	startErr error
	flusher  *flusher
}

type lifecycle uint8

const (
	lifecycleCreated lifecycle = iota
	lifecycleStarted
	lifecycleStopped
)

func newState(set connector.Settings, cfg *Config) (*state, error) {
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	reader := record.NewReader(cfg.resolvedDimensions())
	s := &state{
		set:        set,
		cfg:        cfg,
		reader:     reader,
		store:      series.NewStore(cfg.storeSettings(reader)),
		telemetry:  tel,
		complaints: &complaints{logger: set.Logger},
	}
	if s.metering, err = newMetering(set, cfg, tel); err != nil {
		return nil, err
	}
	s.sinks = newMetricSinks(cfg.Temporality == TemporalityDelta)
	s.events = newEventing(set, cfg)
	s.tallies = make(chan *tally, 2*runtime.GOMAXPROCS(0))
	return s, nil
}

func (c *Config) storeSettings(reader *record.Reader) series.Settings {
	set := series.Settings{
		Reader:     reader,
		Layout:     c.Histogram.layout(),
		Limit:      c.AggregationCardinalityLimit,
		Delta:      c.Temporality == TemporalityDelta,
		Expiration: c.SeriesExpiration,
		Window:     c.ReplayWindowSize,
		Journal:    c.Storage != nil,
	}
	if c.Exemplars.Enabled {
		set.Exemplars = c.Exemplars.MaxPerDataPoint
	}
	return set
}

var errStopped = errors.New("the connector has been shut down and cannot be started again")

// start is called by every instance and does its work once; all of them get the same error.
func (s *state) start(ctx context.Context, host component.Host) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.phase {
	case lifecycleStopped:
		return errStopped
	case lifecycleCreated:
		s.phase = lifecycleStarted
		s.events.explain(s.set.Logger)
		s.flusher, s.startErr = s.newFlusher(ctx, host)
		if s.startErr == nil {
			s.flusher.start() //nolint:contextcheck // ends with Shutdown, not with Start's context
			s.startErr = s.telemetry.observeSize(s.store.Size, s.metering.tracker.Len)
		}
	}
	if s.startErr == nil {
		s.running++
	}
	return s.startErr
}

// release is called by every instance once. The last one that was started stops the flusher.
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
	s.metering.stop()
	s.telemetry.shutdown()
	if s.flusher == nil {
		return nil
	}
	return s.flusher.shutdown(ctx)
}

// storageClient returns nil when no storage is configured.
func storageClient(ctx context.Context, host component.Host, cfg *Config, id component.ID) (storage.Client, error) {
	if cfg.Storage == nil {
		return nil, nil
	}
	ext, ok := host.GetExtensions()[*cfg.Storage]
	if !ok {
		return nil, fmt.Errorf("storage: extension %q is not there; add it to extensions and to service::extensions", cfg.Storage)
	}
	provider, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q does not store anything; use one like file_storage", cfg.Storage)
	}
	client, err := provider.GetClient(ctx, component.KindConnector, id, "")
	if err != nil {
		return nil, fmt.Errorf("storage: extension %q: %w", cfg.Storage, err)
	}
	return client, nil
}
