package floor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processorhelper"

	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// Type is the type of the floor's processor and connector.
var Type = component.MustNewType("floor")

// Attributes that the floor's processor writes and its connector reads.
const (
	AttrAmount    = "floor.cost.amount"
	AttrInput     = "floor.cost.input"
	AttrCacheRead = "floor.cost.cache_read"
	AttrOutput    = "floor.cost.output"
	AttrCurrency  = "floor.cost.currency"
	AttrStatus    = "floor.cost.status"
	attributes    = 6
)

// rates are USD per token.
type rates struct{ input, cacheRead, output float64 }

// Prices is a price table by the model's name.
type Prices map[string]rates

// PricesOf makes the price table of the models.
func PricesOf(models []workload.Model) Prices {
	p := make(Prices, len(models))
	for _, m := range models {
		p[m.Name] = rates{input: m.Input / 1e6, cacheRead: m.CacheRead / 1e6, output: m.Output / 1e6}
	}
	return p
}

// NewProcessorFactory returns the processor that prices with p.
func NewProcessorFactory(p Prices) processor.Factory {
	create := func(ctx context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
		return processorhelper.NewTraces(ctx, set, cfg, next, p.process)
	}
	return processor.NewFactory(Type, func() component.Config { return &struct{}{} },
		processor.WithTraces(create, component.StabilityLevelDevelopment))
}

func (p Prices) process(_ context.Context, td ptrace.Traces) (ptrace.Traces, error) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				p.price(span.Attributes())
			}
		}
	}
	return td, nil
}

type call struct {
	model                    string
	input, cacheRead, output int64
}

// read is the one pass over the attributes. Most keys of other spans fall to the
// test of the prefix.
func read(attrs pcommon.Map) (c call) {
	for k, v := range attrs.All() {
		if len(k) < 7 || k[:7] != "gen_ai." {
			continue
		}
		switch k {
		case "gen_ai.response.model":
			c.model = v.Str()
		case "gen_ai.usage.input_tokens":
			c.input = v.Int()
		case "gen_ai.usage.output_tokens":
			c.output = v.Int()
		case "gen_ai.usage.cache_read.input_tokens":
			c.cacheRead = v.Int()
		}
	}
	return c
}

func (p Prices) price(attrs pcommon.Map) {
	c := read(attrs)
	if c.model == "" {
		return
	}
	r, ok := p[c.model]
	if !ok {
		return
	}
	input := float64(c.input-c.cacheRead) * r.input
	cacheRead := float64(c.cacheRead) * r.cacheRead
	output := float64(c.output) * r.output
	attrs.EnsureCapacity(attrs.Len() + attributes)
	attrs.PutDouble(AttrAmount, input+cacheRead+output)
	attrs.PutDouble(AttrInput, input)
	attrs.PutDouble(AttrCacheRead, cacheRead)
	attrs.PutDouble(AttrOutput, output)
	attrs.PutStr(AttrCurrency, "USD")
	attrs.PutStr(AttrStatus, "priced")
}
