package genaicostconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// NewFactory returns the factory of the gen_ai_cost connector. Instances that one factory makes for one
// component ID share their state.
func NewFactory() connector.Factory {
	shared := sharing.NewRegistry[*state]()
	return connector.NewFactory(
		metadata.Type,
		createDefaultConfig,
		connector.WithTracesToMetrics(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Traces, error) {
				return newCounter(shared, set, cfg.(*Config), next, signalTraces)
			}, metadata.TracesToMetricsStability),
		connector.WithLogsToMetrics(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Logs, error) {
				return newCounter(shared, set, cfg.(*Config), next, signalLogs)
			}, metadata.LogsToMetricsStability),
		connector.WithTracesToLogs(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Traces, error) {
				return newEventsInstance(shared, set, cfg.(*Config), next)
			}, metadata.TracesToLogsStability),
		connector.WithLogsToLogs(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Logs, error) {
				return newEventsInstance(shared, set, cfg.(*Config), next)
			}, metadata.LogsToLogsStability),
		connector.WithMetricsToMetrics(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Metrics, error) {
				return newMetricsInstance(shared, set, cfg.(*Config), next)
			}, metadata.MetricsToMetricsStability),
	)
}

func createDefaultConfig() component.Config {
	return &Config{
		Histogram: HistogramConfig{
			Explicit:    configoptional.None[ExplicitHistogramConfig](),
			Exponential: configoptional.Default(ExponentialHistogramConfig{MaxSize: defaultMaxSize}),
		},
		Exemplars:                   ExemplarsConfig{Enabled: true, MaxPerDataPoint: defaultExemplars},
		AggregationCardinalityLimit: defaultCardinalityLimit,
		MetricsFlushInterval:        defaultFlushInterval,
		SeriesExpiration:            defaultSeriesExpiration,
		Temporality:                 TemporalityCumulative,
		ReplayWindowSize:            defaultReplayWindowSize,
		Attribution:                 attribution.NewDefaultConfig(),
		Events:                      EventsConfig{Interval: defaultEventsInterval, Limit: defaultEventsLimit},
	}
}
