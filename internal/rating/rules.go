package rating

import "github.com/otelcol-finops/otelcol-finops/internal/genai"

// rules is the confidence algebra: a cost is exact until a rule holds, and each rule that holds
// says in which direction the cost may be wrong. A fact counts only where the price that was
// chosen depends on it; the condition says so.
//
// genai.GapRegionUnknown has no rule: data residency is a surcharge that a call must ask for, and a call
// that names no region is priced as what it is, one at the provider's default endpoint.
var rules = []Rule{
	{
		Name: "cache_read_dropped", gap: genai.GapCacheReadDropped, condition: cacheReadCheaper, Direction: Over,
		Why: "cached tokens are inside the input and priced as input, although reading them costs less",
	},
	{
		Name: "cache_write_dropped", gap: genai.GapCacheWriteDropped, condition: cacheWriteDearer, Direction: Under,
		Why: "tokens written to the cache are inside the input and priced as input, although writing them costs more",
	},
	{
		Name: "cache_lost", gap: genai.GapCacheLost, condition: cachePriced, Direction: Under,
		Why: "cached tokens come on top of the input and are nowhere on the record",
	},
	{
		Name: "write_split_unknown", gap: genai.GapWriteSplitUnknown, condition: longWriteDearer, Direction: Under,
		Why: "cache writes are priced as those of 5 minutes; some may be of 1 hour, which cost more",
	},
	{
		Name: "service_tier_unknown", gap: genai.GapServiceTierUnknown, condition: serviceTiersPriced, Direction: Either,
		Why: "the service tier is not known and the model has service tiers at other prices",
	},
	{
		Name: "tool_fees_invisible", gap: genai.GapToolFeesInvisible, condition: toolFeesMissing, Direction: Under,
		Why: "calls of server-side tools are not counted and the model has fees for them",
	},
	{
		Name: "reasoning_dropped", gap: genai.GapReasoningDropped, condition: reasoningPriced, Direction: Under,
		Why: "reasoning tokens may be missing from the output",
	},
	{
		Name: "modality_unknown_dearer", gap: genai.GapModalityUnknown, condition: modalityDearer, Direction: Under,
		Why: "audio, image or video tokens are priced as text, although they cost more",
	},
	{
		Name: "modality_unknown_cheaper", gap: genai.GapModalityUnknown, condition: modalityCheaper, Direction: Over,
		Why: "audio, image or video tokens are priced as text, although they cost less",
	},
	{
		Name: "clamped", gap: genai.GapClamped, condition: paid, Direction: Either,
		Why: "parts of the usage exceed their whole",
	},
	{
		Name: "form_unknown", gap: genai.GapFormUnknown, condition: cacheMatters, Direction: Either,
		Why: "nothing says whether the input includes the cached tokens",
	},
	{
		Name: "time_assumed", gap: genai.GapTimeAssumed, condition: paid, Direction: Either,
		Why: "the record has no usable start time, so the price's date is assumed",
	},
	{
		Name: "usage_estimated", gap: genai.GapUsageEstimated, condition: paid, Direction: Either,
		Why: "the tokens were counted outside of the provider",
	},
	{
		Name: "output_unreliable", gap: genai.GapOutputUnreliable, condition: outputPriced, Direction: Either,
		Why: "the instrumentation is known to report a wrong output",
	},
	{
		Name: "usage_partial", gap: genai.GapUsagePartial, condition: tokensPriced, Direction: Under,
		Why: "only one of input and output is counted",
	},
	{
		Name: "provider_guessed", gap: genai.GapProviderGuessed, condition: paid, Direction: Either,
		Why: "the provider is derived from the model's name",
	},
	{
		Name: "provider_guessed_by_catalog", trigger: byPrice, condition: providerGuessed, Direction: Either,
		Why: "the provider is derived from the model's name",
	},
	{
		Name: "tier_assumed_cheaper", trigger: byPrice, condition: cheaperTierAssumed, Direction: Over,
		Why: "the service tier has no price of its own and usually costs less than the standard that was taken",
	},
	{
		Name: "tier_assumed_dearer", trigger: byPrice, condition: dearerTierAssumed, Direction: Under,
		Why: "the service tier or speed has no price of its own and usually costs more than the standard that was taken",
	},
	{
		Name: "tier_assumed", trigger: byPrice, condition: otherTierAssumed, Direction: Either,
		Why: "the service tier or speed has no price of its own and the standard was taken",
	},
	{
		Name: "disputed", trigger: byPrice, condition: priceDisputed, Direction: Either,
		Why: "the catalog's sources disagree about the price",
	},
	{
		Name: "match_uncertain", trigger: byPrice, condition: matchUncertain, Direction: Either,
		Why: "the model's name is not exactly one of the catalog's, and the price could be another",
	},
	{
		Name: "foreign_model", trigger: byPrice, condition: foreignModel, Direction: Either,
		Why: "the provider does not list the model and its vendor's price was taken",
	},
	{
		Name: "cache_read_rate_assumed", trigger: byPrice, condition: cacheReadAssumed, Direction: Over,
		Why: "the catalog has no rate for cached tokens; they are priced as input, which usually costs more",
	},
	{
		Name: "cache_write_rate_assumed", trigger: byPrice, condition: cacheWriteAssumed, Direction: Under,
		Why: "the catalog has no rate for these cache writes; what they are priced as usually costs less",
	},
	{
		Name: "modality_rate_assumed", trigger: byPrice, condition: modalityAssumed, Direction: Under,
		Why: "the catalog has no rate for audio, image or video tokens; they are priced as text, which usually costs less",
	},
	{
		Name: "rate_assumed", trigger: byPrice, condition: otherAssumed, Direction: Either,
		Why: "the catalog has no rate for a meter; that of its parent was taken",
	},
}
