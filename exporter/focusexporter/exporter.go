package focusexporter

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// instance is what the Collector makes for one signal. It reads; all else is shared.
type instance struct {
	*sharing.Instance[*state]
	state *state
}

type registry = sharing.Registry[*state]

func newInstance(shared *registry, set exporter.Settings, cfg *Config) (*instance, error) {
	shares, err := shared.Acquire(set.ID, cfg, func() (*state, error) { return newState(set, cfg) })
	if err != nil {
		return nil, err
	}
	return &instance{shares, shares.State()}, nil
}

// consumeTraces accounts the charges of td, and returns when they are durable.
func (i *instance) consumeTraces(ctx context.Context, td ptrace.Traces) error {
	return i.state.consume(ctx, signalTraces, func(now time.Time, b *charge.Batch) { i.state.reader.ReadTraces(td, now, b) })
}

// consumeLogs accounts log records as consumeTraces does spans.
func (i *instance) consumeLogs(ctx context.Context, ld plog.Logs) error {
	return i.state.consume(ctx, signalLogs, func(now time.Time, b *charge.Batch) { i.state.reader.ReadLogs(ld, now, b) })
}

var batches = sync.Pool{New: func() any { return &charge.Batch{} }}

func (s *state) consume(ctx context.Context, sig signal, read func(time.Time, *charge.Batch)) error {
	if err := s.writable(ctx); err != nil {
		return err
	}
	b := batches.Get().(*charge.Batch)
	defer func() {
		b.Reset()
		batches.Put(b)
	}()
	now := time.Now()
	read(now, b)
	var res book.Result
	err := s.store.Account(b, now, &res)
	if res.Sealed {
		s.publisher.hurry()
	}
	if err != nil {
		s.telemetry.refused(ctx)
		return fmt.Errorf("%w to url %s", err, s.cfg.redactedURL())
	}
	s.telemetry.count(ctx, sig, b, &res)
	s.complaints.add(b)
	if len(b.Records) == 0 {
		return nil
	}
	return s.commit(ctx)
}

// writable accounts nothing new while the last write to the storage has failed: what is sent again because it was not
// acknowledged must still be in the replay window when the storage works again.
func (s *state) writable(ctx context.Context) error {
	if !s.committer.Failed() {
		return nil
	}
	return s.commit(ctx)
}

// commit returns when all that has been accounted is durable.
func (s *state) commit(ctx context.Context) error {
	if err := s.committer.Commit(ctx); err != nil {
		return fmt.Errorf("storage %s: %w", s.cfg.storageName(), err)
	}
	return nil
}

func (c *Config) storageName() string {
	if c.Storage == nil {
		return "in memory"
	}
	return c.Storage.String()
}
