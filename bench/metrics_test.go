package bench

import (
	"context"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/signaltometricsconnector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/bench/floor"
	"github.com/otelcol-finops/otelcol-finops/bench/peers"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector"
)

// counter is one way to make metrics of priced spans, and the pricer whose spans it reads.
type counter struct {
	name     string
	factory  connector.Factory
	config   map[string]any
	after    pricer
	requests string // the metric that counts requests
	warmUp   int
}

func allCounters(models []workload.Model) []counter {
	return []counter{
		{"floor", floor.NewConnectorFactory(), nil, floorPricer(models), "floor.requests", stateless},
		{"signal_to_metrics", signaltometricsconnector.NewFactory(), peers.SignalToMetrics(), transformPricers(models)[0], "peer.requests", stateless},
		{"gen_ai_cost", genaicostconnector.NewFactory(), nil, ourPricers()[1], "finops.requests", remembrant},
	}
}

func (c counter) start(tb testing.TB, next consumer.Metrics) connector.Traces {
	tb.Helper()
	cfg := c.factory.CreateDefaultConfig()
	require.NoError(tb, confmap.NewFromStringMap(c.config).Unmarshal(cfg))
	require.NoError(tb, confmap.Validate(cfg))
	conn, err := c.factory.CreateTracesToMetrics(tb.Context(), connectortest.NewNopSettings(c.factory.Type()), cfg, next)
	require.NoError(tb, err)
	require.NoError(tb, conn.Start(tb.Context(), componenttest.NewNopHost()))
	return conn
}

func stop(tb testing.TB, c connector.Traces) {
	require.NoError(tb, c.Shutdown(context.WithoutCancel(tb.Context())))
}

// BenchmarkMetrics makes metrics of priced spans; every series is known before the clock starts.
func BenchmarkMetrics(b *testing.B) {
	for _, shape := range shapes {
		for _, c := range allCounters(workload.Current) {
			b.Run(shape.name+"/"+c.name, func(b *testing.B) {
				conn := c.start(b, consumertest.NewNop())
				defer stop(b, conn)
				consume(b, c.after.through(b, newBatch(b, shape.spec)), conn, c.warmUp)
			})
		}
	}
}

// TestCountersAgree keeps the comparison honest: everything that is measured counts every priced call.
func TestCountersAgree(t *testing.T) {
	for _, c := range allCounters(workload.Current) {
		t.Run(c.name, func(t *testing.T) {
			sink := &consumertest.MetricsSink{}
			conn := c.start(t, sink)
			batch := c.after.through(t, newBatch(t, workload.Spec{GenAIEvery: 2}))
			td, err := batch.Traces()
			require.NoError(t, err)
			require.NoError(t, conn.ConsumeTraces(t.Context(), td))
			stop(t, conn)
			all := sink.AllMetrics()
			require.NotEmpty(t, all)
			assert.Equal(t, batch.GenAI, total(all[len(all)-1], c.requests))
		})
	}
}

// total adds up a counter of the last metrics that were sent.
func total(md pmetric.Metrics, name string) int {
	sum := 0
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, metric := range sm.Metrics().All() {
				if metric.Name() != name {
					continue
				}
				for _, point := range metric.Sum().DataPoints().All() {
					sum += int(point.IntValue())
				}
			}
		}
	}
	return sum
}
