package reconcile

import (
	"cmp"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

const million = 1_000_000

// unitOf returns the unit in which the meter's price is stated, and how many single units that is.
func unitOf(m Meter) (name string, block int64) {
	if parsed, ok := meter.Parse(string(m)); ok {
		unit := focus.UnitOf(parsed)
		return unit.Pricing, unit.Block
	}
	if isTokens(m) {
		return "1000000 Tokens", million
	}
	return "Units", 1
}

// direction returns Input or Output for tokens, and "" for everything else.
func direction(m Meter) string {
	switch m {
	case Prompt:
		return "Input"
	case Completion:
		return "Output"
	}
	if parsed, ok := meter.Parse(string(m)); ok {
		return focus.UnitOf(parsed).Direction
	}
	return ""
}

func isTokens(m Meter) bool { return direction(m) != "" }

// modality returns audio, image or video, and "" for text.
func modality(m Meter) string {
	for _, kind := range []string{"audio", "image", "video"} {
		if strings.Contains(string(m), kind) {
			return kind
		}
	}
	return ""
}

// fold returns the meter under which a bill has the usage of m, when it has no meter of its own for it. Providers
// count reasoning as output, and gateways count all input as one.
func fold(m Meter, has func(Meter) bool) Meter {
	if !isTokens(m) || has(m) {
		return m
	}
	for _, whole := range []Meter{Prompt, Completion} {
		if has(whole) && direction(m) == direction(whole) {
			return whole
		}
	}
	if m == Meter(meter.Reasoning.String()) {
		return Meter(meter.Output.String())
	}
	return m
}

func compareSlots(a, b Slot) int {
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Tier, b.Tier))
}
