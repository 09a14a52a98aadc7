package genaicostconnector

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// instance is what the Collector makes for one input signal. It reads; all else is shared.
type instance struct {
	*sharing.Instance[*state]
	state *state
}

type registry = sharing.Registry[*state]

func acquire(shared *registry, set connector.Settings, cfg *Config) (*instance, error) {
	shares, err := shared.Acquire(set.ID, cfg, func() (*state, error) { return newState(set, cfg) })
	if err != nil {
		return nil, err
	}
	return &instance{shares, shares.State()}, nil
}

var (
	_ connector.Traces = (*instance)(nil)
	_ connector.Logs   = (*instance)(nil)
)

func newInstance(shared *registry, set connector.Settings, cfg *Config, next consumer.Metrics) (*instance, error) {
	i, err := acquire(shared, set, cfg)
	if err != nil {
		return nil, err
	}
	i.state.sinks.attach(metricTargets(next))
	return i, nil
}

// newCounter returns the instance that makes metrics of a signal.
func newCounter(shared *registry, set connector.Settings, cfg *Config, next consumer.Metrics, input signal) (*instance, error) {
	i, err := newInstance(shared, set, cfg, next)
	if err != nil {
		return nil, err
	}
	i.state.counted[input].Store(true)
	return i, nil
}

// Capabilities says that the connector only reads.
func (*instance) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// ConsumeTraces accounts the priced spans of td. It never fails: what cannot be accounted is
// counted as such.
func (i *instance) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	i.state.consume(ctx, signalTraces, func(t *tally) { i.state.reader.ReadTraces(td, &t.batch, t.account) })
	return nil
}

// ConsumeLogs accounts the priced log records of ld, as ConsumeTraces does spans.
func (i *instance) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	i.state.consume(ctx, signalLogs, func(t *tally) { i.state.reader.ReadLogs(ld, &t.batch, t.account) })
	return nil
}

// tally is the reusable memory of one call of Consume and its result.
type tally struct {
	batch  record.Batch
	result series.Result
	now    time.Time
	// account adds what batch holds; made once, because a closure for each call would be an allocation.
	account func(*record.Batch)
}

func (s *state) newTally() *tally {
	t := &tally{}
	t.account = func(b *record.Batch) { s.account(b, t) }
	return t
}

// account is called with every few dozen records. Without a metrics pipeline nobody would ever
// get the series, so none are kept.
func (s *state) account(b *record.Batch, t *tally) {
	if s.sinks.empty() {
		s.store.Admit(b, &t.result)
	} else {
		s.store.Account(b, t.now, &t.result)
	}
	if b.KeepSources {
		s.events.selector.Offer(b)
	}
}

// tally returns one that is at rest, or a new one. A sync.Pool would not do: decoding makes so much
// garbage that collections empty it between two batches.
func (s *state) tally() *tally {
	select {
	case t := <-s.tallies:
		return t
	default:
		return s.newTally()
	}
}

func (s *state) rest(t *tally) {
	t.batch.Reset()
	t.result = series.Result{}
	select {
	case s.tallies <- t:
	default:
	}
}

func (s *state) consume(ctx context.Context, sig signal, read func(*tally)) {
	t := s.tally()
	t.now = time.Now()
	t.batch.KeepSources = !s.events.sinks.empty()
	read(t)
	s.telemetry.count(ctx, sig, &t.batch, &t.result)
	s.complaints.add(&t.batch, &t.result)
	s.rest(t)
}
