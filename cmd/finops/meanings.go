package main

import (
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// gapMeanings say what telemetry leaves open, for people.
var gapMeanings = []struct {
	gap     genai.Gap
	meaning string
}{
	{genai.GapCacheReadDropped, "how much of the input was read from the cache"},
	{genai.GapCacheWriteDropped, "how much of the input was written to the cache"},
	{genai.GapCacheLost, "cached tokens, which are not in the input either"},
	{genai.GapWriteSplitUnknown, "whether cache writes live for 5 minutes or an hour"},
	{genai.GapServiceTierUnknown, "the service tier"},
	{genai.GapToolFeesInvisible, "calls of server-side tools"},
	{genai.GapReasoningDropped, "whether reasoning is in the output"},
	{genai.GapModalityUnknown, "how many tokens were audio or images"},
	{genai.GapClamped, "parts that fit into their total"},
	{genai.GapFormUnknown, "whether the input includes cached tokens"},
	{genai.GapTimeAssumed, "a start time that can be right"},
	{genai.GapUsageEstimated, "the provider's own count of tokens"},
	{genai.GapOutputUnreliable, "a reliable count of output"},
	{genai.GapRegionUnknown, "the region"},
	{genai.GapProviderGuessed, "the provider"},
	{genai.GapUsagePartial, "both input and output"},
}

func notTold(gaps genai.Gaps) []string {
	var out []string
	for _, g := range gapMeanings {
		if gaps.Has(g.gap) {
			out = append(out, g.meaning)
		}
	}
	return out
}

// reasonMeanings say why a record costs nothing here, or has no price, and what to do about that.
var reasonMeanings = map[ledger.Reason]string{
	ledger.ReasonUnknownModel: "no catalog has the model; look for its spelling with `finops catalog search`, name what is behind a deployment " +
		"under `deployments`, or give it a price by an override or a catalog of your own",
	ledger.ReasonNoModel:      "the record names no model",
	ledger.ReasonNoUsage:      "the record has no token counts",
	ledger.ReasonNoRate:       "something that was used has no rate; give it one by an override or a catalog of your own",
	ledger.ReasonCurrency:     "the reported cost is in another currency",
	ledger.ReasonInvalidUsage: "the token counts cannot be right",
	ledger.ReasonError:        "the call failed before there was any output",
	ledger.ReasonAncestor:     "another span of the same call, around or within this one, is counted",
	ledger.ReasonResponseID:   "a record of the same response id is counted",
	ledger.ReasonSibling:      "a span of the same call by another instrumentation is counted",
	ledger.ReasonGateway:      "the gateway's or the caller's span of the same call is counted",
	ledger.ReasonSignal:       "the same calls are counted by another signal",
	ledger.ReasonAgent:        "an agent's totals; the model calls within it are counted",
	ledger.ReasonWorkflow:     "a step around model calls, which are counted",
	ledger.ReasonTool:         "a tool of the application, which no provider bills",
	ledger.ReasonOperation:    "no call of a model",
}

// withMeaning is a status with its reason, for people.
func withMeaning(status, reason string) string {
	if reason == "" {
		return status
	}
	text := status + ": " + reason
	if meaning, ok := reasonMeanings[ledger.Reason(reason)]; ok {
		text += " (" + meaning + ")"
	}
	return text
}
