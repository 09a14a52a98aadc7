package focusexporter

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/checkpoint"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

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
}

var _ sharing.State = (*state)(nil)

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

// Run restores what the storage has and begins to publish.
func (s *state) Run(ctx context.Context, host component.Host) error {
	writer := checkpoint.NewWriter()
	client, err := sharing.StorageClient(ctx, host, s.cfg.Storage, component.KindExporter, s.set.ID)
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

// Stop publishes what is left.
func (s *state) Stop(ctx context.Context) error {
	defer s.telemetry.shutdown()
	if s.publisher == nil {
		return nil
	}
	err := s.publisher.shutdown(ctx)
	s.committer.Stop()
	return errors.Join(err, s.closeCheckpoint(ctx))
}
