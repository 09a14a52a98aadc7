package genaibillingreceiver

import (
	"context"
	"flag"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/pmetrictest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/scraper/scraperhelper"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadatatest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What each provider's report looks like as metrics is in testdata/<provider>.yaml.
func TestGoldenMetrics(t *testing.T) {
	for _, provider := range all {
		t.Run(provider, func(t *testing.T) {
			r := newRig(t, provider)
			r.cfg.InitialLookBack = day
			r.server.Ledger = fakeproviders.Ledger{
				{Provider: provider, Day: november, Subaccount: "proj_1", Model: "gpt-4o-2024-08-06", Kind: "input", Amount: "0.0123", Tokens: 4920, Requests: 4},
				{Provider: provider, Day: november, Subaccount: "proj_1", Model: "gpt-4o-2024-08-06", Kind: "cached input", Amount: "1.28E-3", Tokens: 1024},
				{Provider: provider, Day: november, Model: "gpt-4o-2024-08-06", Kind: "output", Amount: "0.010", Tokens: 1000},
			}
			require.NoError(t, r.collect(november.Add(36*time.Hour)))
			path := filepath.Join("testdata", provider+".yaml")
			if *update {
				require.NoError(t, golden.WriteMetricsToFile(path, r.payload, golden.SkipMetricTimestampNormalization()))
			}
			want, err := golden.ReadMetrics(path)
			require.NoError(t, err)
			assert.NoError(t, pmetrictest.CompareMetrics(want, r.payload, pmetrictest.IgnoreMetricsOrder(), pmetrictest.IgnoreMetricDataPointsOrder()))
		})
	}
}

// The whole receiver, as the Collector runs it.
func TestTheControllerCollects(t *testing.T) {
	r := newRig(t, "openai")
	r.server.Ledger = month("openai")
	r.set(november.Add(36 * time.Hour))
	ticks := make(chan time.Time)
	sink := new(consumertest.MetricsSink)
	r.cfg.InitialDelay = 0
	recv, err := r.controller(sink, scraperhelper.WithTickerChannel(ticks))
	require.NoError(t, err)
	require.NoError(t, recv.Start(t.Context(), r.host))
	ticks <- time.Time{}
	ticks <- time.Time{} // taken after the first was worked off
	require.NoError(t, recv.Shutdown(t.Context()))
	assert.GreaterOrEqual(t, len(sink.AllMetrics()), 2)
	assert.NotZero(t, sink.DataPointCount())
}

// A provider that asks for patience does not hold up the end of the Collector, and the end is no failure.
func TestShutdownEndsACollection(t *testing.T) {
	r := newRig(t, "openai", "anthropic")
	r.server.Ledger = month("openai", "anthropic")
	r.set(november.Add(36 * time.Hour))
	r.server.Fail(fakeproviders.OpenAICosts, fakeproviders.Status(429, "120"))
	waiting := make(chan struct{})
	r.sleep = func(ctx context.Context, _ time.Duration) error {
		close(waiting)
		<-ctx.Done()
		return ctx.Err()
	}
	sink := new(consumertest.MetricsSink)
	r.cfg.InitialDelay = 0
	recv, err := r.controller(sink)
	require.NoError(t, err)
	require.NoError(t, recv.Start(t.Context(), r.host))
	<-waiting
	require.NoError(t, recv.Shutdown(t.Context()))
	assert.Zero(t, r.sources[0].done.Final)
	assert.Empty(t, r.host.statuses)

	require.NoError(t, r.collect(november.Add(37*time.Hour)), "a collection that comes too late reads nothing")
	assert.Empty(t, r.ledger.days)
}

func TestInternalTelemetry(t *testing.T) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(context.Background())) })
	r := newRig(t, "openai", "anthropic")
	set := metadatatest.NewSettings(tt)
	r.cfg.Storage = nil
	b, err := newBilling(set, r.cfg)
	require.NoError(t, err)
	b.now, b.sleep = r.now, r.sleep
	require.NoError(t, b.start(t.Context(), r.host))
	r.billing = b
	r.server.Ledger = fakeproviders.Ledger{{Provider: "openai", Day: november, Model: "m", Kind: "input", Amount: "0.0000000000000000000000001"}}
	r.server.Fail(fakeproviders.OpenAICosts, fakeproviders.Status(429, ""))
	r.server.Fail(fakeproviders.AnthropicCosts, fakeproviders.Status(403, ""))
	require.Error(t, r.collect(november.Add(36*time.Hour)))
	r.set(r.time().Add(10 * time.Minute))

	source := func(name string) attribute.KeyValue { return attribute.String("source", name) }
	metadatatest.AssertEqualReceiverGenAiBillingReads(t, tt, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(source("openai"), attribute.String("outcome", "accepted"))},
		{Value: 1, Attributes: attribute.NewSet(source("anthropic"), attribute.String("outcome", "failed"))},
	}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualReceiverGenAiBillingRetries(t, tt, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(source("openai"))},
	}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualReceiverGenAiBillingAge(t, tt, []metricdata.DataPoint[float64]{
		{Value: 600, Attributes: attribute.NewSet(source("openai"))},
	}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualReceiverGenAiBillingRounded(t, tt, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(source("openai"))},
	}, metricdatatest.IgnoreTimestamp())
}
