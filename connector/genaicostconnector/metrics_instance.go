package genaicostconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// metricsInstance is the instance for metrics as input. They come unpriced, so unlike the others it
// needs prices.
type metricsInstance struct{ *instance }

var _ connector.Metrics = metricsInstance{}

func newMetricsInstance(shared *registry, set connector.Settings, cfg *Config, next consumer.Metrics) (metricsInstance, error) {
	i, err := newInstance(shared, set, cfg, next)
	return metricsInstance{i}, err
}

// Start finds the prices and starts the shared state.
func (i metricsInstance) Start(ctx context.Context, host component.Host) error {
	if err := i.state.metering.start(host); err != nil {
		return err
	}
	return i.instance.Start(ctx, host)
}

// ConsumeMetrics accounts the usage that token metrics report. It never fails: what cannot be accounted
// is counted as such.
func (i metricsInstance) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	i.state.consumeMetrics(ctx, md)
	return nil
}
