package rating

import (
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// condition is when a rule's fact matters to the price. Conditions are values with one switch, and
// not functions in the table: a call through a pointer would move every price to the heap.
type condition uint8

const (
	paid condition = iota
	cacheReadCheaper
	cacheWriteDearer
	cachePriced
	longWriteDearer
	serviceTiersPriced
	toolFeesMissing
	reasoningPriced
	modalityDearer
	modalityCheaper
	cacheMatters
	outputPriced
	tokensPriced
	providerGuessed
	cheaperTierAssumed
	dearerTierAssumed
	otherTierAssumed
	priceDisputed
	matchUncertain
	foreignModel
	cacheReadAssumed
	cacheWriteAssumed
	modalityAssumed
	otherAssumed
)

var (
	cacheReads  = metersOf(meter.CacheRead, meter.CacheReadAudio, meter.CacheReadImage)
	cacheWrites = metersOf(meter.CacheWrite5m, meter.CacheWrite1h)
	modalities  = metersOf(meter.InputAudio, meter.OutputAudio, meter.InputImage, meter.OutputImage,
		meter.InputVideo, meter.OutputVideo)
	outputs = metersOf(outputOrder...)
)

// holds evaluates the condition for a rated call. A call that costs nothing is in no doubt: it
// would cost nothing whatever the fact were, except for usage that is missing altogether.
func (c condition) holds(call *genai.Call, price *pricing.Price, v *Verdict) bool {
	switch c {
	case cacheReadCheaper, cacheWriteDearer, cachePriced, longWriteDearer, reasoningPriced,
		modalityDearer, modalityCheaper, toolFeesMissing, tokensPriced:
		return c.holdsForRates(&call.Usage, price)
	case cacheReadAssumed, cacheWriteAssumed, modalityAssumed, otherAssumed:
		return v.isPaid() && v.assumed.has(c.assumedMeters())
	case cheaperTierAssumed, dearerTierAssumed, otherTierAssumed:
		return v.isPaid() && assumedDirection(call, price) == c.tierDirection()
	default:
		return v.isPaid() && c.holdsForFacts(call, price, v)
	}
}

func (v *Verdict) isPaid() bool { return !v.Amount.IsZero() || !v.List.IsZero() }

func (c condition) holdsForFacts(call *genai.Call, price *pricing.Price, v *Verdict) bool {
	switch c {
	case paid:
		return true
	case serviceTiersPriced:
		return call.ServiceTier == "" && hasLiveTiers(entryOf(price))
	case cacheMatters:
		return v.charges(cacheReads|cacheWrites) || cachePriced.holdsForRates(&call.Usage, price)
	case outputPriced:
		return v.charges(outputs)
	case providerGuessed:
		// The reader's own guess is the other rule.
		return price.ProviderGuessed && !call.Gaps.Has(genai.GapProviderGuessed)
	case priceDisputed:
		return disputed(price)
	case matchUncertain:
		return price.MatchUncertain
	case foreignModel:
		return price.Foreign
	default:
		return false
	}
}

// hasLiveTiers reports whether a call that is answered at once can be served at another price. Batches
// cannot hide among such calls: they are files, and their results are no spans of a client's call.
// Source: the batch guides of OpenAI and Anthropic.
func hasLiveTiers(entry *pricing.Entry) bool {
	return slices.ContainsFunc(entry.ServiceTiers, func(tier string) bool { return tier != "batch" })
}

// charges reports whether a line of one of the meters costs anything.
func (v *Verdict) charges(meters meterSet) bool {
	return slices.ContainsFunc(v.Lines, func(l ledger.Line) bool {
		return meters.has(1<<l.Meter) && !l.Effective.IsZero()
	})
}

func (c condition) assumedMeters() meterSet {
	switch c {
	case cacheReadAssumed:
		return cacheReads
	case cacheWriteAssumed:
		return cacheWrites
	case modalityAssumed:
		return modalities
	default:
		return ^(cacheReads | cacheWrites | modalities)
	}
}

var noEntry pricing.Entry

func entryOf(price *pricing.Price) *pricing.Entry {
	if price.Sheet == nil || price.Sheet.Entry == nil {
		return &noEntry
	}
	return price.Sheet.Entry
}

// disputed reports whether the price in doubt is the one that was charged: an override replaces it.
func disputed(price *pricing.Price) bool {
	return price.Sheet != nil && price.Sheet.Source != ledger.SourceOverride && entryOf(price).Disputed != ""
}

// tierDirections says which way a tier or speed departs from the standard price, for those that an
// entry does not have. Source: the price pages of OpenAI (batch and flex below, priority above),
// Anthropic (batch below, priority and fast above), Google (batch and flex below, priority above).
var tierDirections = []struct {
	name      string
	direction Direction
}{
	{"flex", Over},
	{"batch", Over},
	{"priority", Under},
	{"fast", Under},
	{"ultrafast", Under},
}

// assumedDirection is how the cost can be wrong because the entry lacks the tier, the speed or both; 0
// when it lacks neither.
func assumedDirection(call *genai.Call, price *pricing.Price) Direction {
	var direction Direction
	if price.TierAssumed {
		direction |= directionOf(serviceTier(call))
	}
	if price.SpeedAssumed {
		direction |= directionOf(call.Speed)
	}
	return direction
}

func directionOf(tier string) Direction {
	for i := range tierDirections {
		if strings.EqualFold(tierDirections[i].name, tier) {
			return tierDirections[i].direction
		}
	}
	return Either
}

func (c condition) tierDirection() Direction {
	switch c {
	case cheaperTierAssumed:
		return Over
	case dearerTierAssumed:
		return Under
	default:
		return Either
	}
}
