package rating

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

func TestGraduatedTier(t *testing.T) {
	base := perMillion{meter.Input: "1", meter.CacheRead: "0.1", meter.Output: "5", meter.Reasoning: "5"}
	upper := perMillion{meter.Input: "2", meter.CacheRead: "0.2", meter.Output: "10", meter.Reasoning: "10"}
	cases := []struct {
		name     string
		usage    usage
		byOutput bool
		lines    string
		amount   string
	}{
		{
			"only what lies above is repriced",
			usage{meter.Input: 300_000, meter.Output: 1000},
			false,
			"input:200000@0.000001;input:100000@0.000002;output:1000@0.000005", "0.405",
		},
		{
			"the cached prefix lies below",
			usage{meter.Input: 50_000, meter.CacheRead: 180_000},
			false,
			"input:20000@0.000001;input:30000@0.000002;cache_read:180000@0.0000001", "0.098",
		},
		{
			"a meter can lie above whole",
			usage{meter.Input: 10_000, meter.CacheRead: 250_000},
			false,
			"input:10000@0.000002;cache_read:200000@0.0000001;cache_read:50000@0.0000002", "0.05",
		},
		{
			"by output, reasoning first",
			usage{meter.Input: 500_000, meter.Output: 150_000, meter.Reasoning: 100_000},
			true,
			"input:500000@0.000001;output:100000@0.000005;output:50000@0.00001;reasoning:100000@0.000005", "2",
		},
		{
			"at the threshold nothing lies above",
			usage{meter.Input: 200_000},
			false,
			"input:200000@0.000001", "0.2",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			price := &pricing.Price{
				Sheet: sheetOf(t, "x", base, "1", "1"), Upper: sheetOf(t, "x#tier", upper, "1", "1"),
				Threshold: money.Units(200_000), UpperByOutput: c.byOutput,
			}
			v := rate(t, callWith(c.usage), price)
			assert.Equal(t, c.lines, v.Lines.String())
			assert.Equal(t, c.amount, v.Amount.String())
		})
	}
}

func TestOrdersCoverTheirSide(t *testing.T) {
	for m := range meter.Meter(meter.Count) {
		assert.Equal(t, m.IsInput(), metersOf(inputOrder...).has(1<<m), m)
		assert.Equal(t, m.IsToken() && !m.IsInput(), metersOf(outputOrder...).has(1<<m), m)
	}
}
