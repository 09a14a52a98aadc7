package genaibillingreceiver

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/scraper"
	"go.opentelemetry.io/collector/scraper/scraperhelper"

	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadata"
)

// NewFactory creates the factory of the gen_ai_billing receiver.
func NewFactory() receiver.Factory {
	return receiver.NewFactory(metadata.Type, createDefaultConfig, receiver.WithMetrics(createMetrics, metadata.MetricsStability))
}

func createDefaultConfig() component.Config {
	controller := scraperhelper.NewDefaultControllerConfig()
	controller.CollectionInterval = defaultInterval
	controller.Timeout = defaultTimeout
	return &Config{ControllerConfig: controller, LookBack: defaultLookBack, InitialLookBack: defaultInitial}
}

func createMetrics(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Metrics) (receiver.Metrics, error) {
	b, err := newBilling(set, cfg.(*Config))
	if err != nil {
		return nil, err
	}
	return b.controller(next)
}

// controller asks the billing scraper at each interval, and tells it what became of its metrics.
func (b *billing) controller(next consumer.Metrics, options ...scraperhelper.ControllerOption) (receiver.Metrics, error) {
	s, err := scraper.NewMetrics(b.scrape, scraper.WithStart(b.start), scraper.WithShutdown(b.shutdown))
	if err != nil {
		return nil, err
	}
	accepting, err := consumer.NewMetrics(b.passTo(next))
	if err != nil {
		return nil, err
	}
	options = append(options, scraperhelper.AddMetricsScraper(metadata.Type, s))
	controller, err := scraperhelper.NewMetricsController(&b.cfg.ControllerConfig, b.set, accepting, options...)
	if err != nil {
		return nil, err
	}
	return &stoppable{controller, b.stop}, nil
}

// stoppable ends a collection before the controller, when it shuts down, waits for its end.
type stoppable struct {
	receiver.Metrics
	stop func()
}

// Shutdown ends the collection and the controller.
func (s *stoppable) Shutdown(ctx context.Context) error {
	s.stop()
	return s.Metrics.Shutdown(ctx)
}
