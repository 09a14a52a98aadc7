package page

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// view is what the template writes.
type view struct {
	Title, Period, Source string
	Sections              []section
	Excluded              []excluded
	Warnings              []string
}

// section is about one currency: amounts of different currencies are never added up.
type section struct {
	ID, Currency string
	Verdict      verdict
	Tiles        []tile
	Confidence   []segment
	Waterfall    []chart
	Cut          bool
	Daily        []chart
	Gaps         bool
	Tables       []table
	Findings     []finding
	// Smaller says what findings are left out.
	Smaller string
	total   *reconcile.Comparison
}

// tile is a number of the head.
type tile struct {
	Name, Currency string
	Figure         figure
	Below, Class   string
}

func newView(r *reconcile.Report, o *Options) *view {
	v := &view{Title: o.Title, Period: period(r), Source: o.Source, Warnings: r.Warnings}
	if v.Title == "" {
		v.Title = "Metered against billed"
	}
	var groups [][]reconcile.Group
	for _, by := range dimensions(o) {
		groups = append(groups, r.Group(by...))
	}
	totals, byDay := r.Group(), r.Group(reconcile.ByDay)
	for i, currency := range currencies(r) {
		s := newSection(r, currency, "s"+strconv.Itoa(i), totals)
		s.Verdict = judge(s.total, currency, o, inCurrency(groups[0], currency))
		s.charts(r, inCurrency(byDay, currency))
		s.tables(groups, o)
		v.Sections = append(v.Sections, s)
	}
	for i := range r.Excluded {
		v.Excluded = append(v.Excluded, newExcluded(&r.Excluded[i]))
	}
	return v
}

// currencies has those of cells and findings, in their order.
func currencies(r *reconcile.Report) []string {
	found := map[string]struct{}{}
	for i := range r.Cells {
		found[r.Cells[i].Currency] = struct{}{}
	}
	for i := range r.Findings {
		found[r.Findings[i].Currency] = struct{}{}
	}
	return slices.Sorted(maps.Keys(found))
}

func period(r *reconcile.Report) string {
	if r.First.IsZero() {
		return "No day could be compared"
	}
	if r.First.Equal(r.Last.Time) {
		return r.First.String() + " (UTC)"
	}
	return r.First.String() + " to " + r.Last.String() + " (UTC days)"
}

func newSection(r *reconcile.Report, currency, id string, totals []reconcile.Group) section {
	s := section{ID: id, Currency: currency, total: &reconcile.Comparison{}}
	for i := range totals {
		if totals[i].Currency == currency {
			s.total = &totals[i].Comparison
		}
	}
	s.Tiles = tiles(s.total, currency)
	s.Confidence = confidence(s.total, currency)
	s.findings(r.Findings)
	return s
}

// mostFindings are more than anybody reads. Those that are left out are the smallest.
const mostFindings = 200

func (s *section) findings(all []reconcile.Finding) {
	var smaller int64
	var sum money.Amount
	for i := range all {
		switch {
		case all[i].Currency != s.Currency:
		case len(s.Findings) < mostFindings:
			s.Findings = append(s.Findings, newFinding(&all[i]))
		default:
			smaller++
			sum = sum.Add(all[i].Amount)
		}
	}
	if smaller > 0 {
		s.Smaller = "Left out here: " + plural(smaller, "smaller finding") + ", " + difference(sum, s.Currency).Text + " together. The JSON output has all."
	}
}

func (s *section) charts(r *reconcile.Report, byDay []reconcile.Group) {
	s.Waterfall = waterfalls(s.total, s.Currency, s.ID+"-waterfall")
	s.Cut = isCut(s.total)
	days := daysOf(byDay)
	if len(days) == 0 {
		return
	}
	first, last := days[0].N, days[len(days)-1].N
	if !r.First.IsZero() {
		first, last = min(first, dayNumber(r.First.Time)), max(last, dayNumber(r.Last.Time))
	}
	s.Daily = dailies(days, first, last, s.Currency, s.ID+"-daily")
	s.Gaps = len(gaps(days, first, last)) > 0
}

func tiles(c *reconcile.Comparison, currency string) []tile {
	drift := "drift " + driftOf(c)
	currency = shorten(currency)
	covered := tile{Name: "Coverage", Figure: figure{Text: "not counted"}, Below: "the bill counts neither calls nor tokens"}
	if part, of, ok := coverageOf(c); ok {
		covered.Figure = figure{Text: share(part), Exact: coverageWords(c)}
		covered.Below = "of billed " + of + " metered"
	}
	metered := plural(c.MeteredRequests, "call")
	if c.UnpricedRequests > 0 {
		metered += ", " + count(c.UnpricedRequests) + " without a price"
	}
	return []tile{
		{"Metered", currency, amount(c.Metered, ""), metered, "metered"},
		{"Billed", currency, amount(c.Billed, ""), "usage, before credits and tax", "billed"},
		{"Difference", currency, difference(c.Difference(), ""), drift, direction(c.Difference())},
		covered,
		{"Invoice total", currency, amount(c.Invoiced, ""), "everything on the bill", "invoice"},
	}
}

func direction(a money.Amount) string {
	switch {
	case a.Sign() > 0:
		return "up"
	case a.Sign() < 0:
		return "down"
	default:
		return ""
	}
}

// segment is a part of the metered amount.
type segment struct {
	Name, Meaning string
	Figure        figure
	Share         string
	Class         string
	X, W          float64
}

// confidence divides what was metered by how sure it is. What is negative has no width.
func confidence(c *reconcile.Comparison, currency string) []segment {
	var positive money.Amount
	for _, a := range c.Confidence {
		if a.Sign() > 0 {
			positive = positive.Add(a)
		}
	}
	if positive.IsZero() {
		return nil
	}
	s := newScale(money.Amount{}, positive, 0, 100)
	var found []segment
	var at money.Amount
	for _, of := range confidences {
		a := c.Confidence[of.Is]
		if of.Is == notStated {
			a = others(c)
		}
		if a.IsZero() {
			continue
		}
		next := segment{Name: of.Name, Meaning: of.Meaning, Figure: amount(a, currency), Class: string(of.Is), X: s.at(at)}
		if a.Sign() > 0 {
			at = at.Add(a)
			next.W = s.at(at) - next.X
			next.Share = share(ratio(a, positive))
		}
		found = append(found, next)
	}
	return found
}

// others is what has no confidence that we know.
func others(c *reconcile.Comparison) (sum money.Amount) {
	for of, a := range c.Confidence {
		if !of.Valid() {
			sum = sum.Add(a)
		}
	}
	return sum
}

// excluded is what was not compared.
type excluded struct {
	Reason, Provider, Account, Days string
	Metered, Billed                 figure
	Calls, Text                     string
}

func newExcluded(e *reconcile.Exclusion) excluded {
	reason, ok := exclusionWords[e.Reason]
	if !ok {
		reason = string(e.Reason)
	}
	x := excluded{
		Reason: reason, Provider: e.Provider, Account: e.Account, Days: span(e.First, e.Last, e.Days),
		Metered: amount(e.Metered, e.Currency), Billed: amount(e.Billed, e.Currency), Calls: count(e.MeteredRequests), Text: e.Text,
	}
	if e.UnpricedRequests > 0 {
		x.Calls += ", " + count(e.UnpricedRequests) + " without a price"
	}
	return x
}

// span writes "2026-11-01 to 2026-11-05, 3 days".
func span(first, last reconcile.Date, days int) string {
	switch {
	case first.IsZero():
		return none
	case first.Equal(last.Time):
		return first.String()
	case days <= 0:
		return fmt.Sprintf("%s to %s", first, last)
	default:
		return fmt.Sprintf("%s to %s, %s", first, last, plural(int64(days), "day"))
	}
}
