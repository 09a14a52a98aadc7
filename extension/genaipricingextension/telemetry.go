package genaipricingextension

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension/internal/metadata"
)

// reporter counts every attempt to load a source and logs those that change something: a source that
// fails every time it is looked at is logged once.
type reporter struct {
	telemetry *metadata.TelemetryBuilder
	logger    *zap.Logger
	last      map[*slot]string
}

func newReporter(telemetry *metadata.TelemetryBuilder, logger *zap.Logger) *reporter {
	return &reporter{telemetry: telemetry, logger: logger, last: make(map[*slot]string)}
}

func (r *reporter) report(ctx context.Context, s *slot, o outcome, err error) {
	r.telemetry.ExtensionGenAiPricingReloads.Add(ctx, 1, metric.WithAttributes(
		attribute.String("source", s.name), attribute.String("outcome", string(o))))
	now := string(o)
	if err != nil {
		now += err.Error()
	}
	before := r.last[s]
	r.last[s] = now
	if now == before {
		return
	}
	source := zap.String("source", s.name)
	switch o {
	case outcomeLoaded:
		r.logger.Info("Prices are in use", source)
	case outcomeRefused:
		if err != nil {
			r.logger.Error("New prices are refused, the last good ones stay", source, zap.Error(err))
		}
	case outcomeUnreachable:
		r.logger.Error("Prices cannot be read, the last good ones stay", source, zap.Error(err))
	case outcomeUnchanged:
	}
}

// observe registers what is read when metrics are collected.
func (e *pricingExtension) observe() error {
	t := e.telemetry
	if err := t.RegisterExtensionGenAiPricingCatalogInfoCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(1, metric.WithAttributes(attribute.String("catalog", e.Engine().Info().Catalog)))
		return nil
	}); err != nil {
		return err
	}
	if err := t.RegisterExtensionGenAiPricingEntriesCallback(func(_ context.Context, o metric.Int64Observer) error {
		info := e.Engine().Info()
		o.Observe(int64(info.Providers), metric.WithAttributes(attribute.String("kind", "providers")))
		o.Observe(int64(info.Entries), metric.WithAttributes(attribute.String("kind", "models")))
		return nil
	}); err != nil {
		return err
	}
	if err := t.RegisterExtensionGenAiPricingSourceAgeCallback(e.observeAges); err != nil {
		return err
	}
	return t.RegisterExtensionGenAiPricingSourceCurrentCallback(e.observeCurrent)
}

func (e *pricingExtension) observeAges(_ context.Context, o metric.Float64Observer) error {
	now := time.Now()
	e.loader.each(func(s *slot) {
		if s.inUse.content != nil {
			o.Observe(age(s.inUse.content, now), metric.WithAttributes(attribute.String("source", s.name)))
		}
	})
	return nil
}

func (e *pricingExtension) observeCurrent(_ context.Context, o metric.Int64Observer) error {
	e.loader.each(func(s *slot) {
		var current int64
		if s.current() {
			current = 1
		}
		o.Observe(current, metric.WithAttributes(attribute.String("source", s.name)))
	})
	return nil
}
