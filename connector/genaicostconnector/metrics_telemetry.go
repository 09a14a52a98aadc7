package genaicostconnector

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/usagemetrics"
)

// metered is what became of the data points of a batch.
type metered struct {
	usagemetrics.Counts
	accounted, unpriced, aggregate, otherSignal int64
	clamped, overflowed, evicted                int64
}

func (t *telemetry) countPoints(ctx context.Context, m *metered) {
	for outcome, n := range map[string]int64{
		"accounted":    m.accounted,
		"unpriced":     m.unpriced,
		"aggregate":    m.aggregate,
		"seeded":       m.Seeded,
		"replayed":     m.Replayed,
		"other_signal": m.otherSignal,
		"superseded":   m.Superseded,
		"repeated":     m.Repeated,
		"unknown_type": m.UnknownType,
		"invalid":      m.Invalid,
	} {
		if n > 0 {
			t.builder.ConnectorGenAiCostMetricPoints.Add(ctx, n, metric.WithAttributes(attribute.String("outcome", outcome)))
		}
	}
	add(ctx, t.builder.ConnectorGenAiCostMetricResets, m.Resets)
	add(ctx, t.builder.ConnectorGenAiCostMetricClamps, m.clamped)
	add(ctx, t.builder.ConnectorGenAiCostMetricStreamEvictions, m.evicted)
	add(ctx, t.builder.ConnectorGenAiCostOverflowedRecords, m.overflowed)
}

func add(ctx context.Context, counter metric.Int64Counter, n int64) {
	if n > 0 {
		counter.Add(ctx, n)
	}
}

// addUnpriced remembers usage that metrics report and that has no price, for the next report.
func (c *complaints) addUnpriced(model, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unpriced++
	if c.unpricedModel == "" {
		c.unpricedModel, c.unpricedReason = model, reason
	}
}

func (c *complaints) reportUnpriced() {
	c.mu.Lock()
	n, model, reason := c.unpriced, c.unpricedModel, c.unpricedReason
	c.unpriced, c.unpricedModel, c.unpricedReason = 0, "", ""
	c.mu.Unlock()
	if n > 0 {
		c.logger.Warn("token metrics report usage that has no price; it is in no metric",
			zap.Int64("intervals", n), zap.String("model", model), zap.String("reason", reason))
	}
}
