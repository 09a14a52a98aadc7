package bench

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-finops/otelcol-finops/bench/floor"
	"github.com/otelcol-finops/otelcol-finops/bench/peers"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// pricer is one way to price spans.
type pricer struct {
	name    string
	factory processor.Factory
	config  map[string]any
	// amount is the attribute that has the cost of the call.
	amount string
	// warmUp is a number of batches.
	warmUp int
	// host has the extensions that the component needs; nil for none.
	host component.Host
}

func floorPricer(models []workload.Model) pricer {
	return pricer{"floor", floor.NewProcessorFactory(floor.PricesOf(models)), nil, floor.AttrAmount, stateless, nil}
}

func transformPricers(models []workload.Model) []pricer {
	factory := transformprocessor.NewFactory()
	return []pricer{
		{"transform_where", factory, peers.TransformWhere(models), peers.AttrAmount, stateless, nil},
		{"transform_groups", factory, peers.TransformGroups(models), peers.AttrAmount, stateless, nil},
		{"transform_table", factory, peers.TransformTable(models), peers.AttrAmount, stateless, nil},
	}
}

// allPricers are everything that is measured, with a price list of the models.
func allPricers(tb testing.TB, models []workload.Model) []pricer {
	return append([]pricer{floorPricer(models), withCatalog(tb, models, len(models))}, transformPricers(models)...)
}

// start builds and starts the component as the Collector's service does.
func (p pricer) start(tb testing.TB, next consumer.Traces) processor.Traces {
	tb.Helper()
	cfg := p.factory.CreateDefaultConfig()
	require.NoError(tb, confmap.NewFromStringMap(p.config).Unmarshal(cfg))
	require.NoError(tb, confmap.Validate(cfg))
	c, err := p.factory.CreateTraces(tb.Context(), processortest.NewNopSettings(p.factory.Type()), cfg, next)
	require.NoError(tb, err)
	with := p.host
	if with == nil {
		with = componenttest.NewNopHost()
	}
	require.NoError(tb, c.Start(tb.Context(), with))
	tb.Cleanup(func() { require.NoError(tb, c.Shutdown(context.WithoutCancel(tb.Context()))) })
	return c
}

// through returns what the component makes of the batch.
func (p pricer) through(tb testing.TB, batch *workload.Batch) *workload.Batch {
	tb.Helper()
	sink := &consumertest.TracesSink{}
	c := p.start(tb, sink)
	out, err := batch.Through(func(td ptrace.Traces) (ptrace.Traces, error) {
		if err := c.ConsumeTraces(tb.Context(), td); err != nil {
			return td, err
		}
		return sink.AllTraces()[0], nil
	})
	require.NoError(tb, err)
	return out
}

func newBatch(tb testing.TB, spec workload.Spec) *workload.Batch {
	tb.Helper()
	b, err := workload.New(spec)
	require.NoError(tb, err)
	return b
}

// Batches that a component is given before it is measured, to reach its steady state: caches filled, series
// known, and for those that remember spans, as much remembered as ever will be.
const (
	stateless  = 4
	remembrant = 420
)

// consume measures one batch per iteration, fresh off the wire, with ids never seen before. Making the
// batch is not measured. What counts is ns/span, in CPU time.
func consume(b *testing.B, batch *workload.Batch, c consumer.Traces, warmUp int) {
	b.Helper()
	ctx := b.Context()
	var epoch uint32
	refill := func() ptrace.Traces {
		epoch++
		batch.Renew(epoch)
		td, err := batch.Traces()
		require.NoError(b, err)
		return td
	}
	for range warmUp {
		require.NoError(b, c.ConsumeTraces(ctx, refill()))
	}
	runtime.GC()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var taken time.Duration
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		td := refill()
		b.StartTimer()
		before := cpuTime(b)
		if err := c.ConsumeTraces(ctx, td); err != nil {
			b.Fatal(err)
		}
		taken += cpuTime(b) - before
	}
	b.ReportMetric(float64(taken.Nanoseconds())/float64(b.N*batch.Spans), "ns/span")
}

// shapes are the workloads that every pricer is measured with.
var shapes = []struct {
	name string
	spec workload.Spec
}{
	{"genai", workload.Spec{}},
	{"genai_messages", workload.Spec{MessageBytes: 2048}},
	{"mixed5", workload.Spec{GenAIEvery: 20}},
	{"plain", workload.Spec{GenAIEvery: -1}},
}

// BenchmarkPrice is 20 models that are in use today.
func BenchmarkPrice(b *testing.B) {
	pricers := slices.Concat([]pricer{floorPricer(workload.Current)}, ourPricers(), transformPricers(workload.Current))
	for _, shape := range shapes {
		for _, p := range pricers {
			b.Run(shape.name+"/"+p.name, func(b *testing.B) {
				consume(b, newBatch(b, shape.spec), p.start(b, consumertest.NewNop()), p.warmUp)
			})
		}
	}
}

// BenchmarkPrice200 is a price list of 200 models, all of them called.
func BenchmarkPrice200(b *testing.B) {
	models := workload.Synthetic(200)
	for _, p := range allPricers(b, models) {
		b.Run("genai/"+p.name, func(b *testing.B) {
			consume(b, newBatch(b, workload.Spec{Models: models}), p.start(b, consumertest.NewNop()), p.warmUp)
		})
	}
}
