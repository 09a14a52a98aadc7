package genaipricingextension

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/filewatch"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricingsource"
)

// pricingExtension holds the prices in use and keeps them up to date.
type pricingExtension struct {
	cfg *Config
	set extension.Settings

	current   atomic.Pointer[built]
	loader    *loader
	fetchers  map[*slot]*fetcher
	kept      *lastGood
	reporter  *reporter
	telemetry *metadata.TelemetryBuilder

	// running ends with Shutdown, which waits for tasks.
	running context.Context
	stop    context.CancelFunc
	tasks   sync.WaitGroup
}

var (
	_ extension.Extension  = (*pricingExtension)(nil)
	_ pricingsource.Source = (*pricingExtension)(nil)
)

func newExtension(set extension.Settings, cfg *Config) (*pricingExtension, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e := &pricingExtension{cfg: cfg, set: set, telemetry: telemetry, fetchers: map[*slot]*fetcher{}}
	e.running, e.stop = context.WithCancel(context.Background())
	e.reporter = newReporter(telemetry, set.Logger)
	e.loader = &loader{build: e.install, report: e.reporter.report}
	return e, nil
}

// Engine returns the engine in use.
func (e *pricingExtension) Engine() *pricing.Engine { return e.current.Load().engine }

// Accounts returns the billing accounts in use.
func (e *pricingExtension) Accounts() *accounts.Table { return e.current.Load().accounts }

// Dependencies are the extensions that must run before this one.
func (e *pricingExtension) Dependencies() []component.ID {
	var ids []component.ID
	if e.cfg.Storage != nil {
		ids = append(ids, *e.cfg.Storage)
	}
	for i := range e.cfg.Catalogs {
		ids = append(ids, e.cfg.Catalogs[i].dependencies()...)
	}
	return ids
}

// install makes the engine from all parts and puts it to use.
func (e *pricingExtension) install(parts []any) error {
	b, err := build(parts, e.cfg.Customization)
	if err != nil {
		return err
	}
	e.current.Store(b)
	return nil
}

// Start loads everything that does not need the network and begins to look for changes.
func (e *pricingExtension) Start(ctx context.Context, host component.Host) error {
	var err error
	if e.kept, err = openLastGood(ctx, host, e.cfg.Storage, e.set.ID); err != nil {
		return err
	}
	if err := e.addSlots(ctx, host); err != nil {
		return err
	}
	given, err := e.given(ctx)
	if err != nil {
		return err
	}
	if err := e.loader.start(ctx, given); err != nil {
		return err
	}
	if err := e.observe(); err != nil {
		return err
	}
	e.begin()
	info := e.Engine().Info()
	e.set.Logger.Info("Prices loaded", zap.String("catalog", info.Catalog), zap.Int("models", info.Entries),
		zap.Int("providers", info.Providers), zap.String("newest", info.SourceDate))
	return nil
}

// addSlots makes a slot for every source, in the order in which they win over each other.
func (e *pricingExtension) addSlots(ctx context.Context, host component.Host) error {
	catalogs := e.cfg.catalogs()
	for i := range catalogs {
		cfg := &catalogs[i]
		s := &slot{name: cfg.name(), path: cfg.Path, parse: catalogParser(cfg, e.set.Logger)}
		switch cfg.Source {
		case SourceBuiltin:
			s.parse = func([]byte) (any, error) { return pricingsource.BuiltinFiles() }
		case SourceHTTP:
			if err := e.addFetcher(ctx, host, cfg, s); err != nil {
				return fmt.Errorf("catalogs::%d: %w", i, err)
			}
		}
		e.loader.slots = append(e.loader.slots, s)
	}
	if path := e.cfg.ExchangeRates; path != "" {
		e.loader.slots = append(e.loader.slots, &slot{name: path, path: path, parse: ratesParser(path)})
	}
	if path := e.cfg.Accounts; path != "" {
		e.loader.slots = append(e.loader.slots, &slot{name: path, path: path, parse: accountsParser(path)})
	}
	return nil
}

func (e *pricingExtension) addFetcher(ctx context.Context, host component.Host, cfg *CatalogConfig, s *slot) error {
	f := &fetcher{
		cfg:   cfg,
		offer: func(ctx context.Context, c *content) { e.loader.offer(ctx, s, c) },
		fail:  func(ctx context.Context, err error) { e.loader.unreachable(ctx, s, err) },
	}
	if err := f.connect(ctx, host, e.set.TelemetrySettings); err != nil {
		return err
	}
	s.optional = true
	s.accepted = func(ctx context.Context, c *content) { e.keep(ctx, cfg, c) }
	e.fetchers[s] = f
	return nil
}

// given is the content of the sources that are no files: the builtin catalog, and of each endpoint the copy
// that was kept. A damaged copy is as good as none.
func (e *pricingExtension) given(ctx context.Context) (map[*slot]*content, error) {
	given := make(map[*slot]*content)
	for _, s := range e.loader.slots {
		f, fetched := e.fetchers[s]
		switch {
		case fetched:
			c, err := e.kept.load(ctx, f.cfg.Client.Endpoint)
			if err != nil {
				e.set.Logger.Warn("No use can be made of the kept copy of a catalog", zap.String("source", s.name), zap.Error(err))
				continue
			}
			if c != nil {
				f.etag = c.etag
				given[s] = c
			}
		case s.path == "":
			at, err := pricingsource.BuiltinDate()
			if err != nil {
				return nil, err
			}
			given[s] = newContent(nil, at, "")
		}
	}
	return given, nil
}

// begin starts the tasks that look for changes.
func (e *pricingExtension) begin() {
	var files []string
	for _, s := range e.loader.slots {
		if s.path != "" {
			files = append(files, s.path)
		}
	}
	if e.cfg.Watch && len(files) > 0 {
		w := filewatch.New(files, e.set.Logger, func() { e.loader.readFiles(e.running) })
		e.tasks.Go(func() { w.Run(e.running) })
	}
	for _, f := range e.fetchers {
		e.tasks.Go(func() { f.run(e.running) })
	}
}

// keep stores content that has been put to use. Without it a restart merely prices by the other
// catalogs until the endpoint answers.
func (e *pricingExtension) keep(ctx context.Context, cfg *CatalogConfig, c *content) {
	if err := e.kept.save(ctx, cfg.Client.Endpoint, c); err != nil {
		e.set.Logger.Warn("The copy of a catalog cannot be kept", zap.String("source", cfg.name()), zap.Error(err))
	}
}

// Shutdown ends all tasks and waits for them. It is safe without Start, and twice.
func (e *pricingExtension) Shutdown(ctx context.Context) error {
	e.stop()
	e.tasks.Wait()
	e.telemetry.Shutdown()
	err := e.kept.close(ctx)
	e.kept = nil
	return err
}

// age is the time since content was known to be current.
func age(c *content, now time.Time) float64 {
	if c == nil {
		return 0
	}
	return max(0, now.Sub(c.at).Seconds())
}
