package genaicostconnector

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

// lossy are the captures whose metrics have fewer tokens than the provider would have billed, with what is
// left of input and output.
var lossy = map[string]struct {
	why           string
	input, output float64
}{
	"otel-contrib-aws-sdk/converse_arn":          {why: "an inference profile's ARN names no model"},
	"otel-contrib-aws-sdk/converse_cache":        {"cached tokens are beside the input and not recorded", 100, 400},
	"otel-contrib-aws-sdk/converse_stream_cache": {"cached tokens are beside the input and not recorded", 100, 400},
	"otel-contrib-openai/chat_stream_no_usage":   {why: "no usage, no metric"},
}

// TestCapturedMetrics prices the metrics that published instrumentations exported, and compares their tokens
// with what the provider would have billed.
func TestCapturedMetrics(t *testing.T) {
	cases, err := captures.Load("../../testdata/captures")
	require.NoError(t, err)
	tested := 0
	for _, c := range cases {
		// OpenLIT exports cumulative points, of which a capture has the first only.
		if c.Metrics.DataPointCount() == 0 || c.Instrumentation != "otel-contrib-openai" && c.Instrumentation != "otel-contrib-aws-sdk" {
			continue
		}
		tested++
		t.Run(c.ID(), func(t *testing.T) {
			h := newHarness(t, countMetrics)
			sink := &consumertest.MetricsSink{}
			connector := h.metrics(sink)
			require.NoError(t, connector.ConsumeMetrics(t.Context(), c.Metrics))
			require.NoError(t, connector.ConsumeMetrics(t.Context(), c.Metrics), "a replay adds nothing")
			require.NoError(t, connector.Shutdown(t.Context()))
			got := page{}.read(sink.AllMetrics()...)

			want, ok := lossy[c.ID()]
			if !ok {
				for _, call := range c.Truth.Billable() {
					want.input += call.Usage.InputSize().Float64()
					want.output += call.Usage.OutputSize().Float64()
				}
			}
			assert.InDelta(t, want.input, got.total("finops.tokens", "finops.meter=input"), 0, want.why)
			assert.InDelta(t, want.output, got.total("finops.tokens", "finops.meter=output"), 0, want.why)
			assert.Equal(t, want.output > 0, got.total("finops.cost") > 0)
			assert.InDelta(t, got.total("finops.cost"), got.total("finops.cost", "finops.cost.confidence=estimated"), 1e-15)
		})
	}
	assert.GreaterOrEqual(t, tested, 15)
}
