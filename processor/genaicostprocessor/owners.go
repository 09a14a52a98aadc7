package genaicostprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/filewatch"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

// owners keeps the lookup tables of attribution up to date. A file that is broken leaves everything as it was.
type owners struct {
	attributor *attribution.Attributor
	watch      bool
	telemetry  *metadata.TelemetryBuilder
	logger     *zap.Logger
	// last is what was said last about each table: a file that cannot be read is looked at again and again.
	last map[string]string

	running context.Context
	end     context.CancelFunc
	tasks   sync.WaitGroup
}

func newOwners(a *attribution.Attributor, watch bool, telemetry *metadata.TelemetryBuilder, logger *zap.Logger) *owners {
	o := &owners{attributor: a, watch: watch, telemetry: telemetry, logger: logger, last: map[string]string{}}
	o.running, o.end = context.WithCancel(context.Background())
	return o
}

// start reads all tables and begins to look for changes.
func (o *owners) start() error {
	files := o.attributor.Files()
	if len(files) == 0 {
		return nil
	}
	if err := o.attributor.Load(); err != nil {
		return err
	}
	if o.watch {
		watcher := filewatch.New(files, o.logger, o.reload)
		o.tasks.Go(func() { watcher.Run(o.running) })
	}
	return nil
}

// stop waits until nothing reads files any more.
func (o *owners) stop() {
	o.end()
	o.tasks.Wait()
}

// reload is called by one watcher, never twice at once.
func (o *owners) reload() { o.attributor.Reload(o.report) }

// report counts what came of a file, and logs it unless that was said before.
func (o *owners) report(table string, outcome attribution.Outcome, rows int, err error) {
	o.telemetry.ProcessorGenAiCostAttributionReloads.Add(o.running, 1, metric.WithAttributes(
		attribute.String("table", table), attribute.String("reload", string(outcome))))
	now := string(outcome)
	if err != nil {
		now += err.Error()
	}
	if outcome != attribution.Loaded && o.last[table] == now {
		return
	}
	o.last[table] = now
	fields := []zap.Field{zap.String("table", table), zap.Int("rows", rows)}
	if err != nil {
		o.logger.Error("A lookup table is refused, the last good one stays", append(fields, zap.Error(err))...)
		return
	}
	o.logger.Info("A lookup table is in use", fields...)
}
