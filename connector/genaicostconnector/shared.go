package genaicostconnector

import (
	"context"
	"runtime"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

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

	// counted is set for the signals that an instance makes metrics of.
	counted [signalCount]atomic.Bool

	flusher *flusher
}

var _ sharing.State = (*state)(nil)

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

// Run begins to flush.
func (s *state) Run(ctx context.Context, host component.Host) (err error) {
	s.events.explain(s.set.Logger)
	if s.flusher, err = s.newFlusher(ctx, host); err != nil {
		return err
	}
	s.flusher.start() //nolint:contextcheck // ends with Shutdown, not with Start's context
	return s.telemetry.observeSize(s.store.Size, s.metering.tracker.Len)
}

// Stop flushes all that was accounted.
func (s *state) Stop(ctx context.Context) error {
	s.metering.stop()
	s.telemetry.shutdown()
	if s.flusher == nil {
		return nil
	}
	return s.flusher.shutdown(ctx)
}
