package peers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// AttrAmount is the attribute that has the cost of the call.
const AttrAmount = "peer.cost.amount"

// What the transform configurations write, the same six attributes as the floor's processor, and read.
const (
	attrAmount    = `span.attributes["` + AttrAmount + `"]`
	attrInput     = `span.attributes["peer.cost.input"]`
	attrCacheRead = `span.attributes["peer.cost.cache_read"]`
	attrOutput    = `span.attributes["peer.cost.output"]`

	model     = `span.attributes["gen_ai.response.model"]`
	inputUsed = `Double(span.attributes["gen_ai.usage.input_tokens"])`
	cacheUsed = `Double(span.attributes["gen_ai.usage.cache_read.input_tokens"])`
	outUsed   = `Double(span.attributes["gen_ai.usage.output_tokens"])`
)

// mark completes what the price statements of a configuration began.
var mark = []string{
	`set(` + attrAmount + `, ` + attrInput + ` + ` + attrCacheRead + ` + ` + attrOutput + `) where ` + attrInput + ` != nil`,
	`set(span.attributes["peer.cost.currency"], "USD") where ` + attrInput + ` != nil`,
	`set(span.attributes["peer.cost.status"], "priced") where ` + attrInput + ` != nil`,
}

// TransformWhere prices with where clauses on every statement, the way that is
// found in most configurations.
func TransformWhere(models []workload.Model) map[string]any {
	var statements []string
	for _, m := range models {
		for _, s := range priceStatements(m) {
			statements = append(statements, s+" where "+isModel(m))
		}
	}
	return transform(map[string]any{"context": "span", "statements": append(statements, mark...)})
}

// TransformGroups prices with one group of statements for each model, so that a model's
// name is compared once.
func TransformGroups(models []workload.Model) map[string]any {
	groups := make([]any, 0, len(models)+1)
	for _, m := range models {
		groups = append(groups, map[string]any{
			"context":    "span",
			"conditions": []string{isModel(m)},
			"statements": priceStatements(m),
		})
	}
	return transform(append(groups, map[string]any{"context": "span", "statements": mark})...)
}

// TransformTable prices with a map that is looked up by the model's name: the best that can be
// written in OTTL, and rebuilt for every batch.
func TransformTable(models []workload.Model) map[string]any {
	return transform(map[string]any{
		"context":      "span",
		"shared_cache": true,
		"statements": append([]string{
			`set(span.cache["input"], ` + table(models, func(m workload.Model) float64 { return m.Input }) + `) where span.cache["input"] == nil`,
			`set(span.cache["cache_read"], ` + table(models, func(m workload.Model) float64 { return m.CacheRead }) + `) where span.cache["cache_read"] == nil`,
			`set(span.cache["output"], ` + table(models, func(m workload.Model) float64 { return m.Output }) + `) where span.cache["output"] == nil`,
			`set(` + attrInput + `, (` + inputUsed + ` - ` + cacheUsed + `) * span.cache["input"][` + model + `]) where ` + model + ` != nil`,
			`set(` + attrCacheRead + `, ` + cacheUsed + ` * span.cache["cache_read"][` + model + `]) where ` + model + ` != nil`,
			`set(` + attrOutput + `, ` + outUsed + ` * span.cache["output"][` + model + `]) where ` + model + ` != nil`,
		}, mark...),
	})
}

func transform(groups ...any) map[string]any {
	return map[string]any{"error_mode": "silent", "trace_statements": groups}
}

func priceStatements(m workload.Model) []string {
	return []string{
		fmt.Sprintf(`set(%s, (%s - %s) * %s)`, attrInput, inputUsed, cacheUsed, perToken(m.Input)),
		fmt.Sprintf(`set(%s, %s * %s)`, attrCacheRead, cacheUsed, perToken(m.CacheRead)),
		fmt.Sprintf(`set(%s, %s * %s)`, attrOutput, outUsed, perToken(m.Output)),
	}
}

func isModel(m workload.Model) string { return fmt.Sprintf(`%s == %q`, model, m.Name) }

func table(models []workload.Model, rate func(workload.Model) float64) string {
	entries := make([]string, len(models))
	for i, m := range models {
		entries[i] = fmt.Sprintf(`%q: %s`, m.Name, perToken(rate(m)))
	}
	return "{" + strings.Join(entries, ", ") + "}"
}

// perToken prints a rate per 1M tokens as the plain decimal that OTTL's grammar wants.
func perToken(perMillion float64) string {
	return strconv.FormatFloat(perMillion/1e6, 'f', 12, 64)
}
