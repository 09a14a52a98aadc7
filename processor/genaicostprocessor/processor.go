package genaicostprocessor

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/pricingsource"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

// costing prices batches. One costing serves all pipelines of a component ID; it is safe for
// concurrent use.
type costing struct {
	cfg     *Config
	id      component.ID
	users   int // guarded by the registry
	started sync.Once
	// startErr is what every sharer's start returns, whichever came first.
	startErr error

	source     pricingsource.Source
	current    atomic.Pointer[book]
	reader     *genai.Reader
	dedup      *dedup.Deduplicator
	attributor *attribution.Attributor
	// owners keeps the lookup tables of attributor up to date.
	owners *attribution.Keeper
	// team and costCenter index the dimensions that agreements select by.
	team, costCenter int
	writer           *writer
	telemetry        *metadata.TelemetryBuilder
	recorder         *recorder
	batches          sync.Pool
	now              func() time.Time
}

func newCosting(set processor.Settings, cfg *Config) (*costing, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	reader, err := cfg.reader()
	if err != nil {
		return nil, err
	}
	attributor, err := cfg.attributor(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	c := &costing{
		cfg:        cfg,
		id:         set.ID,
		reader:     reader,
		attributor: attributor,
		team:       attributor.Index("team"),
		costCenter: attributor.Index("cost_center"),
		writer:     newWriter(cfg, attributor),
		telemetry:  telemetry,
		recorder:   newRecorder(telemetry),
		batches:    sync.Pool{New: newBatch},
		now:        time.Now,
	}
	c.owners = attribution.NewKeeper(attributor, cfg.Attribution.Watch, set.Logger, c.countReload)
	c.dedup = dedup.New(cfg.Deduplication, func() time.Time { return c.now() })
	if err := c.observe(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *costing) start(host component.Host) error {
	c.started.Do(func() {
		if c.source, c.startErr = pricingsource.Find(host, c.cfg.Pricing); c.startErr != nil {
			c.startErr = fmt.Errorf("processors::%s::pricing: %w", c.id, c.startErr)
			return
		}
		c.startErr = attribution.Below("processors::"+c.id.String()+"::attribution", c.owners.Start())
	})
	return c.startErr
}

func (c *costing) stop() {
	c.owners.Stop()
	c.telemetry.Shutdown()
}

func (c *costing) processTraces(ctx context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	b := c.begin(SignalTraces)
	for _, rs := range td.ResourceSpans().All() {
		c.readOrigin(b, rs.Resource().Attributes())
		b.context.inResource().InResourceSpans(rs)
		for _, ss := range rs.ScopeSpans().All() {
			c.readSpans(ctx, b, ss)
		}
	}
	c.finish(ctx, b)
	return td, nil
}

func (c *costing) processLogs(ctx context.Context, ld plog.Logs) (plog.Logs, error) {
	b := c.begin(SignalLogs)
	for _, rl := range ld.ResourceLogs().All() {
		c.readOrigin(b, rl.Resource().Attributes())
		b.context.inResource().InResourceLogs(rl)
		for _, sl := range rl.ScopeLogs().All() {
			c.readLogs(ctx, b, sl)
		}
	}
	c.finish(ctx, b)
	return ld, nil
}

func (c *costing) begin(signal Signal) *batch {
	b := c.batches.Get().(*batch)
	b.signal, b.now, b.view = signal, c.now(), c.attributor.View(signal)
	return b
}

// finish judges and writes all records of the batch, and returns the workspace.
func (c *costing) finish(ctx context.Context, b *batch) {
	if len(b.records) > 0 {
		c.judge(ctx, b)
	}
	if cap(b.records) <= maxIdleRecords {
		b.empty()
		c.batches.Put(b)
	}
}
