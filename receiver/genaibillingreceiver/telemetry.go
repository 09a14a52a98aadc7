package genaibillingreceiver

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadata"
)

// Outcomes of a reading.
const (
	outcomeAccepted = "accepted"
	outcomeRefused  = "refused"
	outcomeFailed   = "failed"
)

type telemetry struct{ builder *metadata.TelemetryBuilder }

func (t *telemetry) read(ctx context.Context, source, outcome string) {
	t.builder.ReceiverGenAiBillingReads.Add(ctx, 1, metric.WithAttributes(
		attribute.String("source", source), attribute.String("outcome", outcome)))
}

func (t *telemetry) retried(ctx context.Context, source string) {
	t.builder.ReceiverGenAiBillingRetries.Add(ctx, 1, metric.WithAttributes(attribute.String("source", source)))
}

func (t *telemetry) rounded(ctx context.Context, source string, n int) {
	if n > 0 {
		t.builder.ReceiverGenAiBillingRounded.Add(ctx, int64(n), metric.WithAttributes(attribute.String("source", source)))
	}
}
