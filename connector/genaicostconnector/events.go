package genaicostconnector

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/events"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
)

// eventing is what the instances of one component share to tell of dear calls.
type eventing struct {
	id       component.ID
	cfg      *EventsConfig
	selector *events.Selector
	builder  events.Builder
	sinks    *sinks[plog.Logs]
}

func newEventing(set connector.Settings, cfg *Config) *eventing {
	settings := cfg.eventSettings()
	return &eventing{
		id:       set.ID,
		cfg:      &cfg.Events,
		selector: events.NewSelector(settings),
		builder: events.Builder{
			Settings:     settings,
			Interval:     cfg.Events.Interval,
			ScopeName:    metadata.ScopeName,
			ScopeVersion: set.BuildInfo.Version,
		},
		sinks: newLogSinks(),
	}
}

// explain says why no events will come of a configuration that asks for them.
func (e *eventing) explain(logger *zap.Logger) {
	if e.cfg.isSet() && e.sinks.empty() {
		logger.Warn("events are configured and nobody receives them; add the connector to the receivers of a logs pipeline",
			zap.Stringer("connector", e.id))
	}
}

// ticker ticks at the end of every interval; without a logs pipeline there are none.
func (e *eventing) ticker() (tick <-chan time.Time, stop func()) {
	if e.sinks.empty() {
		return nil, func() {}
	}
	ticker := time.NewTicker(e.cfg.Interval)
	return ticker.C, ticker.Stop
}

// announce ends an interval. The calls are remembered before anybody hears of them, or a restart and a
// client that sends again would bring their events twice.
func (f *flusher) announce(ctx context.Context) {
	if f.events.selector.IsEmpty() || f.save(ctx) {
		f.tell(ctx)
	}
}

// tell sends the events of the interval, and those that were refused before.
func (f *flusher) tell(ctx context.Context) {
	e := f.events
	if e.sinks.empty() {
		return
	}
	calls, suppressed := e.selector.Take()
	f.telemetry.announced(ctx, calls, suppressed)
	d := e.sinks.send(ctx, e.builder.Build(calls, time.Now()))
	if d.err != nil {
		f.telemetry.flushFailed(ctx, stageEvents)
		f.logger.Warn("events were refused downstream; they are sent again with the next ones", zap.Error(d.err))
	}
	if d.lost > 0 {
		f.telemetry.eventsLost(ctx, d.lost)
		f.logger.Error("events lost for a pipeline that has refused them for too long", zap.Int("events", d.lost))
	}
}

// eventsInstance is the instance of a signal whose calls are told of. What comes to it comes to the
// instance that makes metrics of that signal as well, if there is one: then only that one reads it.
type eventsInstance struct{ *instance }

var (
	_ connector.Traces = eventsInstance{}
	_ connector.Logs   = eventsInstance{}
)

func newEventsInstance(shared *registry, set connector.Settings, cfg *Config, next consumer.Logs) (eventsInstance, error) {
	i, err := acquire(shared, set, cfg)
	if err != nil {
		return eventsInstance{}, err
	}
	i.state.events.sinks.attach(logTargets(next))
	return eventsInstance{i}, nil
}

// ConsumeTraces reads the priced spans of td, unless another instance does.
func (i eventsInstance) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if i.state.counted[signalTraces].Load() {
		return nil
	}
	return i.instance.ConsumeTraces(ctx, td)
}

// ConsumeLogs reads the priced log records of ld, unless another instance does.
func (i eventsInstance) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if i.state.counted[signalLogs].Load() {
		return nil
	}
	return i.instance.ConsumeLogs(ctx, ld)
}
