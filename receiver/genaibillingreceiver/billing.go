package genaibillingreceiver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/scraper/scrapererror"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadata"
)

// billing reads all sources at once: one that has to wait for its provider must not use up the time of the others.
type billing struct {
	cfg       *Config
	set       receiver.Settings
	host      component.Host
	sources   []*source
	store     *checkpoints
	telemetry telemetry
	// pending is what was read and not yet accepted. Scraping and accepting take turns.
	pending []*reading
	// unwell remembers the status that was reported last.
	unwell bool
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	// mu guards the times of acceptance, which telemetry asks for at any time, and what ends a collection.
	mu sync.Mutex
	// cancel ends the collection that is running, and stopped those that would begin.
	cancel  context.CancelFunc
	stopped bool
}

func newBilling(set receiver.Settings, cfg *Config) (*billing, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	b := &billing{cfg: cfg, set: set, telemetry: telemetry{builder}, now: time.Now, sleep: sleep}
	for i := range cfg.Providers {
		b.sources = append(b.sources, &source{cfg: &cfg.Providers[i]})
	}
	return b, nil
}

func (b *billing) start(ctx context.Context, host component.Host) error {
	b.host = host
	store, err := openCheckpoints(ctx, host, b.cfg.Storage, b.set.ID)
	if err != nil {
		return err
	}
	b.store = store
	for _, s := range b.sources {
		if err := s.connect(ctx, host, b); err != nil {
			return err
		}
		if s.done, err = store.load(ctx, s.cfg.Name); err != nil {
			return err
		}
	}
	return b.telemetry.builder.RegisterReceiverGenAiBillingAgeCallback(b.observeAge)
}

func (b *billing) shutdown(ctx context.Context) error {
	for _, s := range b.sources {
		s.disconnect()
	}
	b.telemetry.builder.Shutdown()
	return b.store.close(ctx)
}

// scrape reads all sources. What one of them cannot read does not keep back the others.
func (b *billing) scrape(ctx context.Context) (pmetric.Metrics, error) {
	b.pending = nil
	ctx, cancel := b.interruptible(ctx)
	defer cancel()
	md := pmetric.NewMetrics()
	var errs []error
	for i, got := range b.readAll(ctx, b.now()) {
		if errors.Is(got.err, context.Canceled) {
			continue // the Collector ends; days that were not read are read after the next start
		}
		if got.err != nil {
			errs = append(errs, got.err)
			b.telemetry.read(ctx, b.sources[i].cfg.Name, outcomeFailed)
			continue
		}
		b.note(ctx, got.reading)
		got.reading.appendTo(md, b.now())
		b.pending = append(b.pending, got.reading)
	}
	err := errors.Join(errs...)
	if !errors.Is(ctx.Err(), context.Canceled) {
		b.reportStatus(err)
	}
	if err != nil && len(errs) < len(b.sources) {
		return md, scrapererror.NewPartialScrapeError(err, len(errs))
	}
	return md, err
}

// interruptible returns a context that shutting down ends: the controller's does not end with it, and a provider may ask to wait for
// longer than the Collector is given to flush what it holds.
func (b *billing) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancel = cancel
	if b.stopped {
		cancel()
	}
	return ctx, cancel
}

// stop ends the collection that is running.
func (b *billing) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	if b.cancel != nil {
		b.cancel()
	}
}

// result is what came of reading one source.
type result struct {
	reading *reading
	err     error
}

// readAll returns the results in the order of the sources.
func (b *billing) readAll(ctx context.Context, now time.Time) []result {
	results := make([]result, len(b.sources))
	var wg sync.WaitGroup
	for i, s := range b.sources {
		wg.Go(func() { results[i].reading, results[i].err = s.read(ctx, now, b.cfg) })
	}
	wg.Wait()
	return results
}

// note says what a reading has that is worth knowing.
func (b *billing) note(ctx context.Context, r *reading) {
	b.telemetry.rounded(ctx, r.source.cfg.Name, r.rounded)
	if !slices.Equal(r.absent, r.source.absent) {
		r.source.absent = r.absent
		b.set.Logger.Info("The provider does not have all lists of usage. What they would count is not in the numbers of tokens and requests.",
			zap.String("source", r.source.cfg.Name), zap.Strings("absent", r.absent))
	}
	if r.skipped.From.Before(r.skipped.To) {
		b.set.Logger.Warn("The report no longer has some days that were not read yet.",
			zap.String("source", r.source.cfg.Name),
			zap.String("from", r.skipped.From.Format(time.DateOnly)), zap.String("before", r.skipped.To.Format(time.DateOnly)))
	}
}

// passTo hands metrics on, and keeps how far the sources have got once they are accepted.
func (b *billing) passTo(next consumer.Metrics) consumer.ConsumeMetricsFunc {
	return func(ctx context.Context, md pmetric.Metrics) error {
		pending := b.pending
		b.pending = nil
		if len(pending) == 0 {
			return nil // no source was read: there is nothing to tell
		}
		err := next.ConsumeMetrics(ctx, md)
		for _, r := range pending {
			if err != nil {
				b.telemetry.read(ctx, r.source.cfg.Name, outcomeRefused)
				continue
			}
			b.accept(ctx, r)
		}
		return err
	}
}

// accept makes a reading the one to go on from. That it cannot be stored is no loss: after a restart days are read again.
func (b *billing) accept(ctx context.Context, r *reading) {
	b.telemetry.read(ctx, r.source.cfg.Name, outcomeAccepted)
	b.mu.Lock()
	r.source.done, r.source.accepted = r.next, b.now()
	b.mu.Unlock()
	if err := b.store.save(ctx, r.source.cfg.Name, &r.next); err != nil {
		b.set.Logger.Error("Cannot store how far billing was read; after a restart days are read again.",
			zap.String("source", r.source.cfg.Name), zap.Error(err))
	}
}

// reportStatus tells changes only, and every new failure.
func (b *billing) reportStatus(err error) {
	switch {
	case err != nil:
		componentstatus.ReportStatus(b.host, componentstatus.NewRecoverableErrorEvent(err))
	case b.unwell:
		componentstatus.ReportStatus(b.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
	b.unwell = err != nil
}

func (b *billing) observeAge(_ context.Context, o metric.Float64Observer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sources {
		if !s.accepted.IsZero() {
			o.Observe(b.now().Sub(s.accepted).Seconds(), metric.WithAttributes(attribute.String("source", s.cfg.Name)))
		}
	}
	return nil
}

// sleep waits, or returns why it may not.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
