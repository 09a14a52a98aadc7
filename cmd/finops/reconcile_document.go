package main

import (
	"encoding/csv"
	"io"
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// document is the answer for machines. Amounts are texts, so that no reader makes doubles of them.
type document struct {
	First    reconcile.Date        `json:"first_day"`
	Last     reconcile.Date        `json:"last_day"`
	By       []reconcile.Dimension `json:"by"`
	Totals   []comparison          `json:"totals"`
	Groups   []comparison          `json:"groups"`
	Findings []reconcile.Finding   `json:"findings"`
	Excluded []reconcile.Exclusion `json:"excluded"`
	Warnings []string              `json:"warnings"`
}

// comparison is a total or a group.
type comparison struct {
	Values              map[reconcile.Dimension]string `json:"values,omitempty"`
	Currency            string                         `json:"currency"`
	Metered             money.Amount                   `json:"metered"`
	Billed              money.Amount                   `json:"billed"`
	Difference          money.Amount                   `json:"difference"`
	Drift               string                         `json:"drift,omitempty"`
	Bridge              []bridgeLine                   `json:"bridge"`
	Invoiced            money.Amount                   `json:"invoiced"`
	MeteredPurchases    money.Amount                   `json:"metered_purchases"`
	InvoiceDifference   money.Amount                   `json:"invoice_difference"`
	RequestsMetered     int64                          `json:"requests_metered"`
	RequestsUnpriced    int64                          `json:"requests_unpriced"`
	RequestsBilled      money.Quantity                 `json:"requests_billed,omitzero"`
	Coverage            string                         `json:"coverage,omitempty"`
	TokensMetered       money.Quantity                 `json:"tokens_metered,omitzero"`
	TokensBilled        money.Quantity                 `json:"tokens_billed,omitzero"`
	TokenCoverage       string                         `json:"token_coverage,omitempty"`
	MeteredByConfidence map[string]money.Amount        `json:"metered_by_confidence,omitempty"`
}

// bridgeLine is a line of the bridge.
type bridgeLine struct {
	Line   string       `json:"line"`
	Amount money.Amount `json:"amount"`
}

func newDocument(r *reconcile.Report, by []reconcile.Dimension) *document {
	return &document{
		First: r.First, Last: r.Last, By: by, Totals: comparisons(r.Group(), nil), Groups: comparisons(r.Group(by...), by),
		// Machines are to see [] rather than null.
		Findings: append([]reconcile.Finding{}, r.Findings...), Excluded: append([]reconcile.Exclusion{}, r.Excluded...),
		Warnings: append([]string{}, r.Warnings...),
	}
}

func comparisons(groups []reconcile.Group, by []reconcile.Dimension) []comparison {
	all := make([]comparison, 0, len(groups))
	for i := range groups {
		g := &groups[i]
		c := comparison{
			Currency: g.Currency, Metered: g.Metered, Billed: g.Billed, Difference: g.Difference(), Drift: part(g.Drift()),
			Invoiced: g.Invoiced, MeteredPurchases: g.MeteredPurchases, InvoiceDifference: g.InvoiceDifference(),
			RequestsMetered: g.MeteredRequests, RequestsUnpriced: g.UnpricedRequests, RequestsBilled: g.BilledRequests, Coverage: part(g.Coverage()),
			TokensMetered: g.MeteredTokens, TokensBilled: g.BilledTokens, TokenCoverage: part(g.TokenCoverage()),
		}
		for line := range reconcile.Lines {
			c.Bridge = append(c.Bridge, bridgeLine{line.String(), g.Bridge[line]})
		}
		for j, d := range by {
			if c.Values == nil {
				c.Values = map[reconcile.Dimension]string{}
			}
			c.Values[d] = g.Values[j]
		}
		for confidence, amount := range g.Confidence {
			if c.MeteredByConfidence == nil {
				c.MeteredByConfidence = map[string]money.Amount{}
			}
			c.MeteredByConfidence[string(confidence)] = amount
		}
		all = append(all, c)
	}
	return all
}

// partDecimals are those of parts; parts are for reading, amounts are exact.
const partDecimals = 6

// part writes a part as a decimal, "" where it is not known.
func part(p *big.Rat, known bool) string {
	if !known {
		return ""
	}
	return p.FloatString(partDecimals)
}

// writeGroups writes a row for each group; amounts are exact.
func writeGroups(w io.Writer, r *reconcile.Report, by []reconcile.Dimension) error {
	out := csv.NewWriter(w)
	var header []string
	for _, d := range by {
		header = append(header, string(d))
	}
	header = append(header, "currency", "metered", "billed", "difference", "drift")
	for line := range reconcile.Lines {
		header = append(header, line.String())
	}
	header = append(header, "metered_purchases", "invoiced", "invoice_difference", "requests_metered", "requests_unpriced", "requests_billed", "coverage",
		"tokens_metered", "tokens_billed", "token_coverage")
	rows := [][]string{header}
	groups := r.Group(by...)
	for i := range groups {
		rows = append(rows, csvRow(&groups[i]))
	}
	return out.WriteAll(rows)
}

// counted writes a quantity, "" for what the provider does not count.
func counted(q money.Quantity) string {
	if q.IsZero() {
		return ""
	}
	return q.String()
}

func csvRow(g *reconcile.Group) []string {
	row := append([]string(nil), g.Values...)
	row = append(row, g.Currency, g.Metered.String(), g.Billed.String(), g.Difference().String(), part(g.Drift()))
	for _, amount := range g.Bridge {
		row = append(row, amount.String())
	}
	return append(row, g.MeteredPurchases.String(), g.Invoiced.String(), g.InvoiceDifference().String(),
		money.Units(g.MeteredRequests).String(), money.Units(g.UnpricedRequests).String(), counted(g.BilledRequests), part(g.Coverage()),
		counted(g.MeteredTokens), counted(g.BilledTokens), part(g.TokenCoverage()))
}
