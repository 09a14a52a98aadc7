package focusexporter

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/sharing"
)

// NewFactory returns the factory of the focus exporter. Instances that one factory makes for one component ID
// share their state.
func NewFactory() exporter.Factory {
	shared := sharing.NewRegistry[*state]()
	return exporter.NewFactory(
		metadata.Type,
		createDefaultConfig,
		exporter.WithTraces(func(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Traces, error) {
			i, err := newInstance(shared, set, cfg.(*Config))
			if err != nil {
				return nil, err
			}
			return exporterhelper.NewTraces(ctx, set, cfg, i.consumeTraces, i.options()...)
		}, metadata.TracesStability),
		exporter.WithLogs(func(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
			i, err := newInstance(shared, set, cfg.(*Config))
			if err != nil {
				return nil, err
			}
			return exporterhelper.NewLogs(ctx, set, cfg, i.consumeLogs, i.options()...)
		}, metadata.LogsStability),
		exporter.WithMetrics(func(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Metrics, error) {
			i, err := newInstance(shared, set, cfg.(*Config))
			if err != nil {
				return nil, err
			}
			return exporterhelper.NewMetrics(ctx, set, cfg, i.consumeMetrics, i.options()...)
		}, metadata.MetricsStability),
	)
}

func (i *instance) options() []exporterhelper.Option {
	cfg := i.state.cfg
	return []exporterhelper.Option{
		exporterhelper.WithTimeout(cfg.TimeoutConfig),
		exporterhelper.WithRetry(cfg.BackOffConfig),
		exporterhelper.WithQueue(cfg.QueueConfig),
		exporterhelper.WithCapabilities(consumer.Capabilities{MutatesData: false}),
		exporterhelper.WithStart(i.Start),
		exporterhelper.WithShutdown(i.Shutdown),
	}
}

func createDefaultConfig() component.Config {
	return &Config{
		Format:           focusfile.Parquet.String(),
		Version:          focus.DefaultVersion.String(),
		Grain:            GrainHour,
		Tags:             defaultTags,
		PublishInterval:  defaultPublishInterval,
		GracePeriod:      defaultGracePeriod,
		ReplayWindowSize: defaultReplayWindowSize,
		MaxRows:          defaultMaxRows,
		MaxRowsPerFile:   defaultMaxRowsPerFile,
		TimeoutConfig:    exporterhelper.NewDefaultTimeoutConfig(),
		QueueConfig:      configoptional.Default(exporterhelper.NewDefaultQueueConfig()),
		BackOffConfig:    configretry.NewDefaultBackOffConfig(),
	}
}
