package rating

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// localPricer returns its price by value, as the engine does.
type localPricer struct{ price pricing.Price }

func (p *localPricer) Price(*pricing.Call) pricing.Price { return p.price }

func fourMeters() usage {
	return usage{meter.Input: 176, meter.CacheRead: 1024, meter.Output: 300, meter.Reasoning: 40}
}

func TestRatingDoesNotAllocate(t *testing.T) {
	r := New(Options{})
	pricer := &localPricer{*everything(t)}
	call := callWith(fourMeters())
	call.Gaps.Add(genai.GapCacheReadDropped)
	var described pricing.Call
	v := new(Verdict)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		Describe(call, &described)
		price := pricer.Price(&described)
		r.Rate(call, &price, v)
	}))
	assert.Len(t, v.Lines, 4)
}

func BenchmarkRate(b *testing.B) {
	with := func(gap genai.Gap) *genai.Call {
		call := callWith(fourMeters())
		call.Gaps.Add(gap)
		return call
	}
	disputed := everything(b)
	disputed.Sheet.Entry.Disputed = "two pages"
	for _, c := range []struct {
		name  string
		call  *genai.Call
		price *pricing.Price
	}{
		{"4_meters", callWith(fourMeters()), everything(b)},
		{"4_meters_gap", with(genai.GapCacheReadDropped), everything(b)},
		{"4_meters_disputed", callWith(fourMeters()), disputed},
		{"no_usage", &genai.Call{Role: genai.RoleCall}, everything(b)},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := New(Options{})
			v := new(Verdict)
			b.ReportAllocs()
			for b.Loop() {
				r.Rate(c.call, c.price, v)
			}
		})
	}
}
