package genaicostconnector

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/google/uuid"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/checkpoint"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/output"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/usagemetrics"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// flusher writes the store to the storage and then, and only then, sends it downstream. Its methods are
// called by one goroutine at a time: its own, and after that has ended, shutdown.
type flusher struct {
	store      *series.Store
	streams    *usagemetrics.Tracker
	sinks      *sinks[pmetric.Metrics]
	events     *eventing
	builder    output.Builder
	checkpoint *checkpoint.Checkpoint // nil without storage
	telemetry  *telemetry
	complaints *complaints
	logger     *zap.Logger
	interval   time.Duration
	restored   bool

	// taken is the snapshot being made, durable the last one that may be sent.
	taken, durable *series.Snapshot
	// last is the time of the last snapshot, accepted of the last that everybody has got, since
	// of the last that anybody has.
	last, accepted, since pcommon.Timestamp

	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (s *state) newFlusher(ctx context.Context, host component.Host) (*flusher, error) {
	f := &flusher{
		store:      s.store,
		streams:    s.metering.tracker,
		sinks:      s.sinks,
		events:     s.events,
		telemetry:  s.telemetry,
		complaints: s.complaints,
		logger:     s.set.Logger,
		interval:   s.cfg.MetricsFlushInterval,
		taken:      &series.Snapshot{},
		durable:    &series.Snapshot{},
		since:      pcommon.NewTimestampFromTime(time.Now()),
	}
	client, err := sharing.StorageClient(ctx, host, s.cfg.Storage, component.KindConnector, s.set.ID)
	if err != nil {
		return nil, err
	}
	instance := uuid.NewString()
	if client != nil {
		f.checkpoint, err = checkpoint.Open(ctx, client, s.cfg.schema(), s.store, s.set.Logger)
		if err == nil {
			err = f.checkpoint.RestoreStreams(ctx, f.streams, s.set.Logger)
		}
		if err != nil {
			return nil, errors.Join(err, client.Close(ctx))
		}
		instance = f.checkpoint.Instance()
		f.restored = s.store.Size() > 0
	}
	f.builder = output.Builder{
		Layout:       &s.store.Layout,
		Delta:        s.store.Delta,
		Resource:     s.resource(instance),
		ScopeName:    metadata.ScopeName,
		ScopeVersion: s.set.BuildInfo.Version,
	}
	return f, nil
}

// resource identifies the writer of the metrics, which must be unique: two writers of one identity
// overwrite each other.
func (s *state) resource(instance string) pcommon.Map {
	const serviceName = "service.name"
	m := pcommon.NewMap()
	m.PutStr(serviceName, s.set.BuildInfo.Command)
	if name, ok := s.set.Resource.Attributes().Get(serviceName); ok {
		m.PutStr(serviceName, name.AsString())
	}
	m.PutStr("service.instance.id", instance)
	return m
}

func (f *flusher) start() {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	f.done.Go(func() { f.run(ctx) })
}

func (f *flusher) run(ctx context.Context) {
	if f.restored {
		// These series have been missing downstream for as long as the restart took.
		f.flush(ctx, false)
	}
	ticker := time.NewTicker(f.interval)
	defer ticker.Stop()
	tick, stop := f.events.ticker()
	defer stop()
	for {
		select {
		case <-ticker.C:
			f.flush(ctx, false)
		case <-tick:
			f.announce(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// shutdown flushes what is left. Errors of the pipelines have been logged; what the storage has
// is not lost by them.
func (f *flusher) shutdown(ctx context.Context) error {
	f.cancel()
	f.done.Wait()
	f.flush(ctx, true)
	f.tell(ctx)
	if f.checkpoint == nil {
		return nil
	}
	return f.checkpoint.Close(ctx)
}

func (f *flusher) flush(ctx context.Context, final bool) {
	f.complaints.report()
	now := time.Now()
	if f.last != 0 {
		// Timestamps of a series ascend even if the clock does not.
		now = laterOf(now, f.last.AsTime().Add(time.Millisecond))
	}
	f.take(func() { f.store.Snapshot(f.taken, series.Options{Now: now, Accepted: f.accepted, Final: final}) })
	f.last = f.taken.Time
	if f.persist(ctx, &f.taken.Changes) {
		f.taken, f.durable = f.durable, f.taken
	} else {
		f.unsaved()
		if f.store.Delta {
			f.store.Return(f.taken)
			return
		}
		// What was durable is sent again, so that nobody takes the series for gone.
		f.durable.Time = f.last
	}
	f.emit(ctx, final)
}

// take copies the store while no metric is between its stream and the series, so that what is
// persisted has both or neither.
func (f *flusher) take(copyStore func()) {
	f.streams.Lock()
	defer f.streams.Unlock()
	copyStore()
	if f.checkpoint != nil {
		f.taken.Changes.Streams = f.streams.Drain()
	}
}

func (f *flusher) unsaved() {
	f.store.Unsaved(f.taken)
	f.streams.Lock()
	defer f.streams.Unlock()
	f.streams.Unsaved(f.taken.Changes.Streams)
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// persist reports whether the changes are durable.
func (f *flusher) persist(ctx context.Context, changes *series.Changes) bool {
	if f.checkpoint == nil {
		return true
	}
	begin := time.Now()
	size, err := f.checkpoint.Save(ctx, changes)
	if err != nil {
		f.telemetry.flushFailed(ctx, stagePersist)
		f.logger.Error("state could not be persisted; metrics stay as they were until it can", zap.Error(err))
		return false
	}
	f.telemetry.persisted(ctx, size, time.Since(begin))
	return true
}

func (f *flusher) emit(ctx context.Context, final bool) {
	snap := f.durable
	d := f.sinks.send(ctx, f.builder.Build(snap, f.since, final))
	if d.err != nil {
		f.telemetry.flushFailed(ctx, stageEmit)
		f.logger.Warn("metrics were refused downstream; the next flush makes up for it", zap.Error(d.err))
	}
	if d.dropped > 0 {
		f.logger.Error("deltas lost for a pipeline that has refused them for too long", zap.Int("flushes", d.dropped))
	}
	if d.all {
		f.accepted = snap.Time
	}
	if d.any {
		f.since = snap.Time
	}
	if !f.store.Delta {
		f.store.Commit(snap, d.all)
		return
	}
	if !d.any {
		f.takeBack(ctx, snap)
	}
}

// takeBack returns refused deltas to the store, and to the storage, where they count as sent.
func (f *flusher) takeBack(ctx context.Context, snap *series.Snapshot) {
	f.store.Return(snap)
	f.save(ctx)
}

// save persists what has changed, without a flush, and reports whether it is durable.
func (f *flusher) save(ctx context.Context) bool {
	if f.checkpoint == nil {
		return true
	}
	f.take(func() { f.store.Collect(f.taken) })
	if !f.persist(ctx, &f.taken.Changes) {
		f.unsaved()
		return false
	}
	return true
}
