package bench

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// TestPricersAgree keeps the comparison honest: everything that is measured prices every
// call, and to the same total.
func TestPricersAgree(t *testing.T) {
	models := workload.Synthetic(20)
	batch := newBatch(t, workload.Spec{Models: models, GenAIEvery: 2})
	want := expectedCost(t, batch, models)
	require.Positive(t, want)
	for _, p := range allPricers(t, models) {
		t.Run(p.name, func(t *testing.T) {
			priced, total := 0, 0.0
			for _, attrs := range spanAttributes(t, p.through(t, batch)) {
				if amount, ok := attrs.Get(p.amount); ok {
					priced++
					total += amount.Double()
				}
			}
			assert.Equal(t, batch.GenAI, priced)
			assert.InEpsilon(t, want, total, 1e-9)
		})
	}
}

func expectedCost(t *testing.T, batch *workload.Batch, models []workload.Model) float64 {
	byName := map[string]workload.Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	total := 0.0
	for _, attrs := range spanAttributes(t, batch) {
		model, ok := attrs.Get("gen_ai.response.model")
		if !ok {
			continue
		}
		m := byName[model.Str()]
		input, cacheRead := number(attrs, "gen_ai.usage.input_tokens"), number(attrs, "gen_ai.usage.cache_read.input_tokens")
		total += ((input-cacheRead)*m.Input + cacheRead*m.CacheRead + number(attrs, "gen_ai.usage.output_tokens")*m.Output) / 1e6
	}
	return total
}

func number(attrs pcommon.Map, key string) float64 {
	v, ok := attrs.Get(key)
	if !ok {
		return math.NaN()
	}
	return float64(v.Int())
}

func spanAttributes(t *testing.T, batch *workload.Batch) []pcommon.Map {
	td, err := batch.Traces()
	require.NoError(t, err)
	var all []pcommon.Map
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				all = append(all, span.Attributes())
			}
		}
	}
	return all
}
