package rating

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// The order in which tokens fill a graduated tier, first the ones at the beginning: caches hold
// prefixes of the prompt, and of two cached lifetimes the longer one must come first; reasoning comes
// before the answer. What lies above the threshold is taken from the end.
var (
	inputOrder = []meter.Meter{
		meter.CacheRead, meter.CacheReadAudio, meter.CacheReadImage, meter.CacheWrite1h, meter.CacheWrite5m,
		meter.Input, meter.InputAudio, meter.InputImage, meter.InputVideo,
	}
	outputOrder = []meter.Meter{
		meter.Reasoning, meter.Output, meter.Citation,
		meter.OutputAudio, meter.OutputImage, meter.OutputVideo,
	}
)

// aboveThreshold returns the part of the usage that a graduated tier reprices. Meters that the
// tier's metric does not count stay below whole.
func aboveThreshold(usage *meter.Usage, price *pricing.Price) meter.Usage {
	var above meter.Usage
	order := inputOrder
	if price.UpperByOutput {
		order = outputOrder
	}
	left := price.Threshold
	for _, m := range order {
		below := usage[m]
		if below.Cmp(left) > 0 {
			below = left
		}
		above[m] = usage[m].Sub(below)
		left = left.Sub(below)
	}
	return above
}
