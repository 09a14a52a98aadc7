//go:build unix

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// Metrics and labels as the page spells them.
const (
	metricCost     = "finops_cost_USD_total"
	metricTokens   = "finops_tokens_total"
	metricRequests = "finops_requests_total"

	labelTeam       = "finops_team"
	labelModel      = "finops_model_name"
	labelConfidence = "finops_cost_confidence"
	labelStatus     = "finops_cost_status"
	labelReason     = "finops_cost_reason"
)

// group is what a row of a table stands for; fields that a table lacks are empty.
type group struct{ team, model, confidence, status, reason string }

func compare(a, b group) int {
	return cmp.Or(
		strings.Compare(a.team, b.team), strings.Compare(a.model, b.model),
		strings.Compare(a.confidence, b.confidence), strings.Compare(a.status, b.status), strings.Compare(a.reason, b.reason),
	)
}

// totals are the sums of a row.
type totals struct{ requests, tokens, cost float64 }

var errNothingPriced = errors.New("no call was priced")

// report prints what was priced, what was not, and what was no call of its own.
func report(out io.Writer, page promtext.Page) error {
	priced, others, repeated := tabulate(page)
	if len(priced) == 0 {
		return errNothingPriced
	}
	fmt.Fprint(out, "\nWhat it cost\n")
	printPriced(out, priced)
	if len(others) > 0 {
		fmt.Fprint(out, "\nWhat has no price, and why\n")
		printOthers(out, others)
	}
	if len(repeated) > 0 {
		fmt.Fprint(out, "\nSpans that repeat a call counted above, and cost nothing of their own\n")
		printRepeated(out, repeated)
	}
	fmt.Fprintln(out)
	return nil
}

// tabulate sorts the page's samples into the three tables.
func tabulate(page promtext.Page) (priced, others, repeated map[group]*totals) {
	priced, others, repeated = map[group]*totals{}, map[group]*totals{}, map[group]*totals{}
	at := func(table map[group]*totals, row group) *totals {
		if table[row] == nil {
			table[row] = &totals{}
		}
		return table[row]
	}
	for _, sample := range page {
		l := sample.Labels
		row := group{team: l[labelTeam], model: l[labelModel], confidence: l[labelConfidence]}
		switch {
		case sample.Value == 0:
			// A series begins at zero; it names no call yet.
		case sample.Name == metricCost:
			at(priced, row).cost += sample.Value
		case sample.Name == metricTokens && row.confidence != "":
			at(priced, row).tokens += sample.Value
		case sample.Name != metricRequests:
		case l[labelStatus] == "priced", l[labelStatus] == "free":
			at(priced, row).requests += sample.Value
		case l[labelStatus] == "duplicate", l[labelStatus] == "aggregate":
			at(repeated, group{status: l[labelStatus], reason: l[labelReason]}).requests += sample.Value
		default:
			row.status, row.reason = l[labelStatus], l[labelReason]
			at(others, row).requests += sample.Value
		}
	}
	return priced, others, repeated
}

func sorted(table map[group]*totals) []group {
	return slices.SortedFunc(maps.Keys(table), compare)
}

func table(out io.Writer, header string) *tabwriter.Writer {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "  "+strings.ReplaceAll(header, " ", "\t"))
	return w
}

func printPriced(out io.Writer, rows map[group]*totals) {
	w := table(out, "TEAM MODEL REQUESTS TOKENS USD CONFIDENCE")
	var sum totals
	for _, row := range sorted(rows) {
		t := rows[row]
		fmt.Fprintf(w, "  %s\t%s\t%.0f\t%.0f\t%.6f\t%s\n", row.team, row.model, t.requests, t.tokens, t.cost, row.confidence)
		sum.requests += t.requests
		sum.tokens += t.tokens
		sum.cost += t.cost
	}
	fmt.Fprintf(w, "  all\t\t%.0f\t%.0f\t%.6f\t\n", sum.requests, sum.tokens, sum.cost)
	_ = w.Flush()
}

func printOthers(out io.Writer, rows map[group]*totals) {
	w := table(out, "TEAM MODEL REQUESTS STATUS REASON")
	for _, row := range sorted(rows) {
		fmt.Fprintf(w, "  %s\t%s\t%.0f\t%s\t%s\n", row.team, cmp.Or(row.model, "-"), rows[row].requests, row.status, row.reason)
	}
	_ = w.Flush()
}

func printRepeated(out io.Writer, rows map[group]*totals) {
	w := table(out, "STATUS REASON SPANS")
	for _, row := range sorted(rows) {
		fmt.Fprintf(w, "  %s\t%s\t%.0f\n", row.status, row.reason, rows[row].requests)
	}
	_ = w.Flush()
}
