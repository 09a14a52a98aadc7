package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// Decimals of amounts in tables: those of invoices, or more where the whole is small.
const (
	fewDecimals, manyDecimals = 2, 6
	// maxFindings is how many findings people read; JSON has all.
	maxFindings = 25
)

var small = money.Units(100)

// printer prints a report for people.
type printer struct {
	io.Writer
	*reconcile.Report
	by       []reconcile.Dimension
	decimals map[string]int
}

func printComparison(w io.Writer, r *reconcile.Report, by []reconcile.Dimension) error {
	p := &printer{w, r, by, map[string]int{}}
	totals := r.Group()
	if len(totals) == 0 {
		fmt.Fprintln(w, "Nothing is compared.")
	} else {
		fmt.Fprintf(w, "Metered against billed, %s to %s, UTC\n", r.First, r.Last)
	}
	for i := range totals {
		if err := p.total(&totals[i]); err != nil {
			return err
		}
	}
	for _, section := range []func() error{p.groups, p.findings, p.excluded} {
		if err := section(); err != nil {
			return err
		}
	}
	for i, warning := range r.Warnings {
		if i == 0 {
			fmt.Fprintln(w, "\nBeware:")
		}
		fmt.Fprintln(w, "  "+warning)
	}
	return nil
}

// amount writes an amount with the decimals of its currency's tables.
func (p *printer) amount(a money.Amount, currency string) string {
	decimals, ok := p.decimals[currency]
	if !ok {
		decimals = fewDecimals
	}
	return a.Rat().FloatString(decimals)
}

// total prints the bridge from what was metered to the invoice.
func (p *printer) total(g *reconcile.Group) error {
	if g.Billed.Rat().Cmp(small.Rat()) < 0 && g.Metered.Rat().Cmp(small.Rat()) < 0 {
		p.decimals[g.Currency] = manyDecimals
	}
	fmt.Fprintln(p)
	t := newTable("line", ">"+g.Currency)
	t.add("metered", p.amount(g.Metered, g.Currency))
	for line := range reconcile.Purchases {
		t.add("  "+line.String(), p.amount(g.Bridge[line], g.Currency))
	}
	t.add("billed", p.amount(g.Billed, g.Currency))
	if g.Invoiced != g.Billed || !g.MeteredPurchases.IsZero() {
		t.add("  "+reconcile.Purchases.String(), p.amount(g.Bridge[reconcile.Purchases].Add(g.MeteredPurchases), g.Currency))
		for line := reconcile.Credits; line < reconcile.Lines; line++ {
			t.add("  "+line.String(), p.amount(g.Bridge[line], g.Currency))
		}
		t.add("invoice", p.amount(g.Invoiced, g.Currency))
	}
	if err := t.write(p); err != nil {
		return err
	}
	if !g.MeteredPurchases.IsZero() {
		fmt.Fprintf(p, "purchases by our own books %s\n", p.amount(g.MeteredPurchases, g.Currency))
	}
	_, err := fmt.Fprintf(p, "drift %s, %s\n", driftOf(g), coverageOf(g))
	return err
}

func driftOf(g *reconcile.Group) string {
	if drift, known := g.Drift(); known {
		return percent(drift)
	}
	return "unknown"
}

// coverageOf says what of the provider's requests and tokens was metered.
func coverageOf(g *reconcile.Group) string {
	requests, byRequests := g.Coverage()
	tokens, byTokens := g.TokenCoverage()
	switch {
	case byRequests && byTokens:
		return fmt.Sprintf("coverage %s of requests, %s of tokens", percent(requests), percent(tokens))
	case byRequests:
		return fmt.Sprintf("coverage %s of requests", percent(requests))
	case byTokens:
		return fmt.Sprintf("coverage %s of tokens", percent(tokens))
	default:
		return "coverage unknown: the provider counts nothing"
	}
}

// groups prints a line for each group, with the lines of the bridge that any of them has.
func (p *printer) groups() error {
	groups := p.Group(p.by...)
	if len(groups) == 0 || len(p.by) == 0 {
		return nil
	}
	used := [reconcile.Lines]bool{}
	for i := range groups {
		for line, amount := range groups[i].Bridge {
			used[line] = used[line] || !amount.IsZero() && reconcile.Line(line).OfUsage()
		}
	}
	var titles []string
	for _, d := range p.by {
		titles = append(titles, string(d))
	}
	titles = append(titles, "currency", ">metered", ">billed", ">difference", ">drift", ">coverage")
	for line, has := range used {
		if has {
			titles = append(titles, ">"+reconcile.Line(line).String())
		}
	}
	t := newTable(titles...)
	for i := range groups {
		g := &groups[i]
		cells := append(append([]string(nil), g.Values...), g.Currency, p.amount(g.Metered, g.Currency), p.amount(g.Billed, g.Currency),
			p.amount(g.Difference(), g.Currency), driftOf(g), shortCoverage(g))
		for line, has := range used {
			if has {
				cells = append(cells, p.amount(g.Bridge[line], g.Currency))
			}
		}
		t.add(cells...)
	}
	fmt.Fprintln(p)
	return t.write(p)
}

// shortCoverage is by requests, or else by tokens.
func shortCoverage(g *reconcile.Group) string {
	if requests, known := g.Coverage(); known {
		return percent(requests)
	}
	if tokens, known := g.TokenCoverage(); known {
		return percent(tokens)
	}
	return "unknown"
}

func (p *printer) findings() error {
	for i := range p.Findings {
		f := &p.Findings[i]
		if i == 0 {
			fmt.Fprintln(p, "\nFindings, the largest first:")
		}
		if i == maxFindings {
			_, err := fmt.Fprintf(p, "  and %d more, which --json lists\n", len(p.Findings)-i)
			return err
		}
		what := f.Line.String()
		if string(f.Kind) != what {
			what += "/" + string(f.Kind)
		}
		where := strings.Join(strings.Fields(strings.Join([]string{f.Provider, f.Account, f.Subaccount, f.Model}, " ")), " ")
		fmt.Fprintf(p, "  %s %s  %s  %s  %s\n", p.amount(f.Amount, f.Currency), f.Currency, what, where, days(f))
		if f.BillLine != "" {
			fmt.Fprintf(p, "      %q\n", f.BillLine)
		}
		fmt.Fprintln(p, "      "+f.Text)
	}
	return nil
}

// days says when something was found.
func days(f *reconcile.Finding) string {
	if f.Days == 1 {
		return f.First.String()
	}
	return fmt.Sprintf("%d days from %s to %s", f.Days, f.First, f.Last)
}

func (p *printer) excluded() error {
	if len(p.Excluded) == 0 {
		return nil
	}
	fmt.Fprintln(p, "\nLeft out:")
	t := newTable("reason", ">metered", ">billed", "currency", ">requests", "why")
	for i := range p.Excluded {
		x := &p.Excluded[i]
		t.add(string(x.Reason), p.amount(x.Metered, x.Currency), p.amount(x.Billed, x.Currency), x.Currency,
			money.Units(x.MeteredRequests+x.UnpricedRequests).String(), x.Text)
	}
	return t.write(p)
}
