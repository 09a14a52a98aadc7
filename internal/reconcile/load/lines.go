package load

import (
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// lineMeters lead from words of lines that name no model to what they charge for. The first that a line holds decides.
//
// Sources, read 2026-11-24:
//
//	openai     line items of the costs API are named as the tools of the price list (platform.openai.com/docs/pricing, "Built-in tools"):
//	           web search and file search by the call, code interpreter by the session, storage by the gigabyte and day
//	anthropic  cost types and descriptions of the cost report (platform.claude.com/docs, "Usage and Cost API")
var lineMeters = []struct {
	words string
	meter reconcile.Meter
}{
	{"storage", reconcile.FeeMeter},
	{"web search", reconcile.Meter(meter.WebSearch.String())},
	{"web_search", reconcile.Meter(meter.WebSearch.String())},
	{"file search", reconcile.Meter(meter.FileSearch.String())},
	{"file_search", reconcile.Meter(meter.FileSearch.String())},
	{"code interpreter", reconcile.Meter(meter.CodeExecution.String())},
	{"code_interpreter", reconcile.Meter(meter.CodeExecution.String())},
	{"code execution", reconcile.Meter(meter.CodeExecution.String())},
	{"code_execution", reconcile.Meter(meter.CodeExecution.String())},
}

// storageUnit is what storage is charged by, in the unit format of FOCUS.
const storageUnit = "GiB-Hours"

// meterOfLine returns what a line charges for, empty if neither its words nor its unit say it.
func meterOfLine(line, unit string) reconcile.Meter {
	if unit == storageUnit {
		return reconcile.FeeMeter
	}
	folded := strings.ToLower(line)
	for _, l := range lineMeters {
		if strings.Contains(folded, l.words) {
			return l.meter
		}
	}
	return ""
}

// unchargedTiers are counted in usage reports and never in cost reports.
//
// Source, read 2026-11-24: Anthropic's cost report has no costs of the priority tier, which is committed to for a term and paid by contract
// (platform.claude.com/docs, "Usage and Cost API").
var unchargedTiers = map[string][]string{
	"anthropic": {"priority"},
}

// countMeters has, by the name that a usage report gives a count, the meter of counts that are coarser than our meters.
//
// Sources: OpenAI's usage API counts cache writes without saying for how long they are kept, which is the shorter time unless asked
// for otherwise; OpenRouter's activity and LiteLLM's daily spend count all of the prompt and all of the completion.
var countMeters = map[string]reconcile.Meter{
	"input_cache_write_tokens": reconcile.Meter(meter.CacheWrite5m.String()),
	"prompt_tokens":            reconcile.Prompt,
	"completion_tokens":        reconcile.Completion,
}

// meterOfCount returns what a row of a usage report counts, empty if it does not say it.
func meterOfCount(r *focus.Row) reconcile.Meter {
	if m, ok := meterOf(r); ok {
		return reconcile.Meter(m.String())
	}
	return countMeters[r.XProviderLine]
}
