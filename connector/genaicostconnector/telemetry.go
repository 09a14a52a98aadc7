package genaicostconnector

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/events"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/record"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/series"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

type signal uint8

const (
	signalTraces signal = iota
	signalLogs

	signalCount = int(signalLogs) + 1
)

type outcome uint8

const (
	outcomeAccounted outcome = iota
	outcomeReplayed
	outcomeMalformed
	outcomeUnmarked
	outcomeIgnored

	outcomes = int(outcomeIgnored) + 1
)

const (
	stagePersist = "persist"
	stageEmit    = "emit"
	stageEvents  = "events"
)

// telemetry counts what the connector does. Counters are added to once for a batch, with
// options made beforehand.
type telemetry struct {
	builder *metadata.TelemetryBuilder
	options [signalCount][outcomes][]metric.AddOption
}

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	t := &telemetry{builder: builder}
	for sig, signalName := range [signalCount]string{"traces", "logs"} {
		for out, outcomeName := range [outcomes]string{"accounted", "replayed", "malformed", "unmarked", "ignored"} {
			set := attribute.NewSet(attribute.String("outcome", outcomeName), attribute.String("signal", signalName))
			t.options[sig][out] = []metric.AddOption{metric.WithAttributeSet(set)}
		}
	}
	return t, nil
}

func (t *telemetry) observeSize(sets, streams func() int64) error {
	observe := func(size func() int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(size())
			return nil
		}
	}
	return errors.Join(
		t.builder.RegisterConnectorGenAiCostDimensionSetsCallback(observe(sets)),
		t.builder.RegisterConnectorGenAiCostMetricStreamsCallback(observe(streams)),
	)
}

// countReload counts what came of looking at the file of a lookup table.
func (t *telemetry) countReload(table string, outcome attribution.Outcome) {
	t.builder.ConnectorGenAiCostAttributionReloads.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("table", table), attribute.String("reload", string(outcome))))
}

func (t *telemetry) shutdown() { t.builder.Shutdown() }

func (t *telemetry) count(ctx context.Context, sig signal, b *record.Batch, res *series.Result) {
	for out, n := range [outcomes]int64{
		outcomeAccounted: res.Accounted - res.Malformed,
		outcomeReplayed:  res.Replayed,
		outcomeMalformed: res.Malformed,
		outcomeUnmarked:  b.Unmarked,
		outcomeIgnored:   b.Ignored,
	} {
		if n > 0 {
			t.builder.ConnectorGenAiCostRecords.Add(ctx, n, t.options[sig][out]...)
		}
	}
	if res.Overflowed > 0 {
		t.builder.ConnectorGenAiCostOverflowedRecords.Add(ctx, res.Overflowed)
	}
	if res.Unshared > 0 {
		t.builder.ConnectorGenAiCostUnreadableShares.Add(ctx, res.Unshared)
	}
	if res.Evicted > 0 {
		t.builder.ConnectorGenAiCostReplayEvictions.Add(ctx, res.Evicted)
	}
}

func (t *telemetry) flushFailed(ctx context.Context, stage string) {
	t.builder.ConnectorGenAiCostFlushFailures.Add(ctx, 1, metric.WithAttributes(attribute.String("stage", stage)))
}

func (t *telemetry) persisted(ctx context.Context, size int, took time.Duration) {
	if size == 0 {
		return
	}
	t.builder.ConnectorGenAiCostPersistSize.Add(ctx, int64(size))
	t.builder.ConnectorGenAiCostPersistDuration.Record(ctx, took.Seconds())
}

// complaints are what the log says about records, so that it says it seldom.
type complaints struct {
	logger *zap.Logger

	mu        sync.Mutex
	malformed int64
	err       error
	unmarked  bool

	unshared  int64
	sharesErr error

	unpriced                      int64
	unpricedModel, unpricedReason string
}

func (c *complaints) add(b *record.Batch, res *series.Result) {
	if b.Malformed == 0 && b.Unmarked == 0 && b.SharesErr == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.Unmarked > 0 && !c.unmarked {
		c.unmarked = true
		c.logger.Warn("GenAI telemetry without " + ledger.AttrStatus +
			" is not counted; put the gen_ai_cost processor into the pipeline before this connector")
	}
	c.malformed += b.Malformed
	if c.err == nil {
		c.err = b.Err
	}
	c.unshared += res.Unshared
	if c.sharesErr == nil {
		c.sharesErr = b.SharesErr
	}
}

// report logs the malformed records and the unreadable shares since the last report.
func (c *complaints) report() {
	c.reportUnpriced()
	c.mu.Lock()
	n, err := c.malformed, c.err
	unshared, sharesErr := c.unshared, c.sharesErr
	c.malformed, c.err, c.unshared, c.sharesErr = 0, nil, 0, nil
	c.mu.Unlock()
	if n > 0 {
		c.logger.Warn("records whose cost cannot be read are counted as requests without cost",
			zap.Int64("records", n), zap.NamedError("first", err))
	}
	if unshared > 0 {
		c.logger.Warn("shared cost whose shares cannot be read stays with the shared value",
			zap.Int64("records", unshared), zap.NamedError("first", sharesErr))
	}
}

// announced counts the calls of one interval.
func (t *telemetry) announced(ctx context.Context, calls []*events.Call, suppressed int64) {
	byReason := map[events.Reason]int64{}
	for _, c := range calls {
		byReason[c.Reason]++
	}
	for reason, n := range byReason {
		t.builder.ConnectorGenAiCostEvents.Add(ctx, n, metric.WithAttributes(attribute.String("reason", string(reason))))
	}
	if suppressed > 0 {
		t.builder.ConnectorGenAiCostEventsSuppressed.Add(ctx, suppressed)
	}
}

func (t *telemetry) eventsLost(ctx context.Context, n int) {
	t.builder.ConnectorGenAiCostEventsLost.Add(ctx, int64(n))
}
