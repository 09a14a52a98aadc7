package genaicostprocessor

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

// statusUpstream counts records whose results were kept from an earlier tier.
const statusUpstream ledger.Status = "upstream"

type outcome struct {
	status ledger.Status
	reason ledger.Reason
}

// tally counts what happened in one batch, so that instruments are touched once per
// batch and outcome, not once per record.
type tally struct {
	records []outcomes
	lookups [pricing.MatchPattern + 1]int64
	clamped int64
	// unknownAccounts are the calls that count for an account that no table names.
	unknownAccounts int64
	// difference is the sum of reported minus computed cost.
	difference money.Amount
}

// outcomes are the records of a batch with one outcome.
type outcomes struct {
	outcome
	count int64
}

// add counts a record. A batch has few outcomes, which a search through all of them finds sooner than a map.
func (t *tally) add(status ledger.Status, reason ledger.Reason) {
	o := outcome{status, reason}
	for i := range t.records {
		if t.records[i].outcome == o {
			t.records[i].count++
			return
		}
	}
	t.records = append(t.records, outcomes{o, 1})
}

func (t *tally) reset() {
	t.records = t.records[:0]
	t.lookups = [len(t.lookups)]int64{}
	t.clamped, t.unknownAccounts, t.difference = 0, 0, money.Amount{}
}

// recorder writes tallies to the component's instruments with attribute sets made once.
type recorder struct {
	builder  *metadata.TelemetryBuilder
	outcomes sync.Map // outcome -> metric.MeasurementOption
	lookups  [pricing.MatchPattern + 1]metric.MeasurementOption
}

func newRecorder(builder *metadata.TelemetryBuilder) *recorder {
	r := &recorder{builder: builder}
	for i := range r.lookups {
		r.lookups[i] = metric.WithAttributeSet(attribute.NewSet(attribute.String("outcome", pricing.Match(i).String())))
	}
	return r
}

func (r *recorder) record(ctx context.Context, t *tally) {
	for _, o := range t.records {
		r.builder.ProcessorGenAiCostRecords.Add(ctx, o.count, r.outcome(o.outcome))
	}
	for match, n := range t.lookups {
		if n > 0 {
			r.builder.ProcessorGenAiCostLookups.Add(ctx, n, r.lookups[match])
		}
	}
	if t.clamped > 0 {
		r.builder.ProcessorGenAiCostClamped.Add(ctx, t.clamped)
	}
	if t.unknownAccounts > 0 {
		r.builder.ProcessorGenAiCostUnknownAccounts.Add(ctx, t.unknownAccounts)
	}
	if !t.difference.IsZero() {
		r.builder.ProcessorGenAiCostReportedDifference.Add(ctx, t.difference.Float64())
	}
}

// outcome returns the attribute set of an outcome. Statuses and reasons are a closed set, so
// the map stays small.
func (r *recorder) outcome(o outcome) metric.MeasurementOption {
	if set, ok := r.outcomes.Load(o); ok {
		return set.(metric.MeasurementOption)
	}
	set := metric.WithAttributeSet(attribute.NewSet(
		attribute.String("status", string(o.status)),
		attribute.String("reason", string(o.reason)),
	))
	actual, _ := r.outcomes.LoadOrStore(o, set)
	return actual.(metric.MeasurementOption)
}

// observe registers what is read from memory when telemetry is collected.
func (c *costing) observe() error {
	return errors.Join(c.observeDeduplication(), c.observeAttribution())
}

func (c *costing) observeAttribution() error {
	sets := make([]metric.MeasurementOption, len(c.attributor.Names()))
	for i, name := range c.attributor.Names() {
		sets[i] = metric.WithAttributeSet(attribute.NewSet(attribute.String("dimension", name)))
	}
	observed := func(value func(attribution.Stats) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			for i, set := range sets {
				o.Observe(value(c.attributor.Stats(i)), set)
			}
			return nil
		}
	}
	return errors.Join(
		c.telemetry.RegisterProcessorGenAiCostAttributionFailuresCallback(observed(func(s attribution.Stats) int64 { return s.Failures })),
		c.telemetry.RegisterProcessorGenAiCostAttributionOverflowsCallback(observed(func(s attribution.Stats) int64 { return s.Overflows })),
		c.telemetry.RegisterProcessorGenAiCostAttributionValuesCallback(observed(func(s attribution.Stats) int64 { return s.Values })),
		c.telemetry.RegisterProcessorGenAiCostAttributionRowsCallback(c.observeTables(func(rows int, _ bool) int64 { return int64(rows) })),
		c.telemetry.RegisterProcessorGenAiCostAttributionCurrentCallback(c.observeTables(func(_ int, current bool) int64 { return int64(one(current)) })),
	)
}

func (c *costing) countReload(table string, outcome attribution.Outcome) {
	c.telemetry.ProcessorGenAiCostAttributionReloads.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("table", table), attribute.String("reload", string(outcome))))
}

func (c *costing) observeTables(value func(rows int, current bool) int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		c.attributor.Tables(func(table string, rows int, current bool) {
			o.Observe(value(rows, current), metric.WithAttributes(attribute.String("table", table)))
		})
		return nil
	}
}

func (c *costing) observeDeduplication() error {
	observed := func(value func(dedup.Stats) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(value(c.dedup.Stats()))
			return nil
		}
	}
	return errors.Join(
		c.telemetry.RegisterProcessorGenAiCostDeduplicationRememberedCallback(observed(func(s dedup.Stats) int64 { return s.Remembered })),
		c.telemetry.RegisterProcessorGenAiCostDeduplicationEvictedCallback(observed(func(s dedup.Stats) int64 { return s.Evicted })),
		c.telemetry.RegisterProcessorGenAiCostDeduplicationLateCallback(observed(func(s dedup.Stats) int64 { return s.Late })),
		c.telemetry.RegisterProcessorGenAiCostDeduplicationLateTokensCallback(observed(func(s dedup.Stats) int64 { return s.LateTokens })),
		c.telemetry.RegisterProcessorGenAiCostDeduplicationTruncatedCallback(observed(func(s dedup.Stats) int64 { return s.Truncated })),
	)
}
