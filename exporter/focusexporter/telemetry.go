package focusexporter

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

type signal string

const (
	signalTraces signal = "traces"
	signalLogs   signal = "logs"
)

// telemetry counts what the exporter does. Counters are added to once for a batch.
type telemetry struct{ builder *metadata.TelemetryBuilder }

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	return &telemetry{builder: builder}, nil
}

func (t *telemetry) observeSize(size func() (rows, books int)) error {
	err := t.builder.RegisterExporterFocusRowsCallback(func(_ context.Context, o metric.Int64Observer) error {
		rows, _ := size()
		o.Observe(int64(rows))
		return nil
	})
	if err != nil {
		return err
	}
	return t.builder.RegisterExporterFocusBooksCallback(func(_ context.Context, o metric.Int64Observer) error {
		_, books := size()
		o.Observe(int64(books))
		return nil
	})
}

func (t *telemetry) shutdown() { t.builder.Shutdown() }

func (t *telemetry) count(ctx context.Context, sig signal, b *charge.Batch, res *book.Result) {
	for _, c := range []struct {
		outcome string
		n       int64
	}{
		{"accounted", res.Accounted - min(b.Malformed, res.Accounted)},
		{"replayed", res.Replayed},
		{"malformed", min(b.Malformed, res.Accounted)},
		{"unmarked", b.Unmarked},
		{"ignored", b.Ignored},
	} {
		if c.n > 0 {
			t.builder.ExporterFocusRecords.Add(ctx, c.n,
				metric.WithAttributes(attribute.String("outcome", c.outcome), attribute.String("signal", string(sig))))
		}
	}
	for clock, n := range map[string]int64{"undated": b.Undated, "ahead": b.Ahead} {
		if n > 0 {
			t.builder.ExporterFocusClockCorrections.Add(ctx, n, metric.WithAttributes(attribute.String("clock", clock)))
		}
	}
	if res.Late > 0 {
		t.builder.ExporterFocusLateRecords.Add(ctx, res.Late)
	}
	if res.Evicted > 0 {
		t.builder.ExporterFocusReplayEvictions.Add(ctx, res.Evicted)
	}
}

func (t *telemetry) refused(ctx context.Context) { t.builder.ExporterFocusRefusedBatches.Add(ctx, 1) }

func (t *telemetry) commitFailed(ctx context.Context) {
	t.builder.ExporterFocusCommitFailures.Add(ctx, 1)
}

func (t *telemetry) committed(ctx context.Context, size int, took time.Duration) {
	if size > 0 {
		t.builder.ExporterFocusCommitSize.Add(ctx, int64(size))
		t.builder.ExporterFocusCommitDuration.Record(ctx, took.Seconds())
	}
}

func (t *telemetry) snapshot(ctx context.Context, outcome string) {
	t.builder.ExporterFocusBilledSnapshots.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome)))
}

func dataset(d focus.Dataset) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("dataset", d.String()))
}

// Written counts a file.
func (t *telemetry) Written(ctx context.Context, d focus.Dataset) {
	t.builder.ExporterFocusFiles.Add(ctx, 1, dataset(d))
}

// Failed counts a file that could not be written.
func (t *telemetry) Failed(ctx context.Context, d focus.Dataset) {
	t.builder.ExporterFocusPublishFailures.Add(ctx, 1, dataset(d))
}

// Unrepresentable counts charges that no row can hold.
func (t *telemetry) Unrepresentable(ctx context.Context, rows int) {
	t.builder.ExporterFocusUnrepresentableRows.Add(ctx, int64(rows))
}

// complaints are what the log says about records, so that it says it seldom.
type complaints struct {
	logger *zap.Logger

	mu        sync.Mutex
	malformed int64
	err       error
	unmarked  bool
}

func (c *complaints) add(b *charge.Batch) {
	if b.Malformed == 0 && b.Unmarked == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b.Unmarked > 0 && !c.unmarked {
		c.unmarked = true
		c.logger.Warn("GenAI telemetry without " + ledger.AttrStatus +
			" is not accounted; put the gen_ai_cost processor into the pipeline before this exporter")
	}
	c.malformed += b.Malformed
	if c.err == nil {
		c.err = b.Err
	}
}

// report logs the malformed records since the last report.
func (c *complaints) report() {
	c.mu.Lock()
	n, err := c.malformed, c.err
	c.malformed, c.err = 0, nil
	c.mu.Unlock()
	if n > 0 {
		c.logger.Warn("records whose cost cannot be read are accounted as calls without a price",
			zap.Int64("records", n), zap.NamedError("first", err))
	}
}
