package page

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// table compares by some dimensions.
type table struct {
	Caption string
	Columns []string
	Rows    []row
	// Total is nil for a single row.
	Total *row
	// Folded tables are opened by who wants to read them.
	Folded bool
	// Of is how many rows there would be, where some are left out.
	Of string
}

const (
	// folded is the number of rows from which on a table is folded.
	folded = 60
	// mostRows are what a browser shows without effort. Those with the largest differences are kept.
	mostRows = 1000
)

type row struct {
	Names                                 []name
	Metered, Billed, Difference, Invoiced figure
	Drift, Coverage                       measure
	// Cause is the line of the bridge with most of the difference.
	Cause figure
}

type name struct {
	Column, Value string
	// Empty names are written by us.
	Empty bool
}

// measure is a ratio with a bar.
type measure struct {
	Text, Exact string
	// Beyond is set for what is beyond the limit.
	Beyond bool
	// Bar is nil where the ratio is not known.
	Bar *bar
}

// bar is within 100 x 10.
type bar struct {
	X, W  float64
	Class string
	// Zero is where the bar begins.
	Zero float64
}

// byAlways are the dimensions of the table that is on every page.
var byAlways = []reconcile.Dimension{reconcile.ByProvider, reconcile.ByAccount}

// tables compares by provider and account, and by what was asked for.
func (s *section) tables(groups [][]reconcile.Group, o *Options) {
	limits := o
	for i, by := range dimensions(o) {
		if i > 0 {
			limits = &Options{} // they hold for accounts
		}
		if of := inCurrency(groups[i], s.Currency); len(of) > 0 {
			s.Tables = append(s.Tables, newTable(by, of, s.total, limits))
		}
	}
}

// dimensions are those of the tables.
func dimensions(o *Options) [][]reconcile.Dimension {
	all := [][]reconcile.Dimension{byAlways}
	if len(o.By) > 0 && !slices.Equal(o.By, byAlways) {
		all = append(all, o.By)
	}
	return all
}

func inCurrency(groups []reconcile.Group, currency string) (found []reconcile.Group) {
	for i := range groups {
		if groups[i].Currency == currency {
			found = append(found, groups[i])
		}
	}
	return found
}

func newTable(by []reconcile.Dimension, groups []reconcile.Group, total *reconcile.Comparison, o *Options) table {
	t := table{Caption: "By " + list(by), Folded: len(groups) > folded}
	for _, d := range by {
		t.Columns = append(t.Columns, dimensionWords[d])
	}
	if len(groups) > mostRows {
		t.Of = count(int64(len(groups)))
		groups = farthest(groups, mostRows)
	}
	widest := widestDrift(groups)
	for i := range groups {
		r := newRow(&groups[i].Comparison, widest, o)
		for j, d := range by {
			r.Names = append(r.Names, nameOf(d, groups[i].Values[j]))
		}
		t.Rows = append(t.Rows, r)
	}
	if len(groups) > 1 {
		r := newRow(total, widest, o)
		t.Total = &r
	}
	return t
}

// farthest keeps the n groups with the largest differences, in their order.
func farthest(groups []reconcile.Group, n int) []reconcile.Group {
	byRank := make([]int, len(groups))
	for i := range byRank {
		byRank[i] = i
	}
	slices.SortStableFunc(byRank, func(a, b int) int {
		return absolute(groups[b].Difference()).Cmp(absolute(groups[a].Difference()))
	})
	slices.Sort(byRank[:n])
	kept := make([]reconcile.Group, n)
	for i, at := range byRank[:n] {
		kept[i] = groups[at]
	}
	return kept
}

func nameOf(d reconcile.Dimension, value string) name {
	if value == "" {
		return name{Column: dimensionWords[d], Value: emptyWords[d], Empty: true}
	}
	return name{Column: dimensionWords[d], Value: value}
}

// list writes "provider, account and day".
func list(by []reconcile.Dimension) string {
	names := make([]string, len(by))
	for i, d := range by {
		names[i] = string(d)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

func newRow(c *reconcile.Comparison, widest *big.Rat, o *Options) row {
	return row{
		Metered:    amount(c.Metered, ""),
		Billed:     amount(c.Billed, ""),
		Difference: difference(c.Difference(), ""),
		Invoiced:   amount(c.Invoiced, ""),
		Drift:      driftMeasure(c, widest, o),
		Coverage:   coverageMeasure(c, o),
		Cause:      cause(c),
	}
}

// widestDrift is what half of a bar's width stands for: the largest drift, but at least 1 % and at most 100 %.
func widestDrift(groups []reconcile.Group) *big.Rat {
	widest := big.NewRat(1, 100)
	for i := range groups {
		if drift, ok := groups[i].Drift(); ok {
			if size := new(big.Rat).Abs(drift); size.Cmp(widest) > 0 {
				widest = size
			}
		}
	}
	if one := big.NewRat(1, 1); widest.Cmp(one) > 0 {
		return one
	}
	return widest
}

func driftMeasure(c *reconcile.Comparison, widest *big.Rat, o *Options) measure {
	drift, ok := c.Drift()
	if !ok {
		return measure{Text: "not billed", Exact: "no drift can be told, as nothing was billed", Beyond: o.MaxDrift != nil}
	}
	return measure{
		Text: percent(drift), Exact: drift.FloatString(10),
		Beyond: beyondDrift(c, o), Bar: driftBar(drift, widest),
	}
}

func beyondDrift(c *reconcile.Comparison, o *Options) bool {
	if o.MaxDrift == nil {
		return false
	}
	drift, ok := c.Drift()
	return !ok || new(big.Rat).Abs(drift).Cmp(o.MaxDrift) > 0
}

func beyondCoverage(c *reconcile.Comparison, o *Options) bool {
	covered, _, ok := coverageOf(c)
	return o.MinCoverage != nil && ok && covered.Cmp(o.MinCoverage) < 0
}

// driftBar leads from the middle to the right where more was billed, and to the left where more was metered.
func driftBar(drift, widest *big.Rat) *bar {
	part, _ := new(big.Rat).Quo(drift, widest).Float64()
	part = 50 * max(-1, min(part, 1))
	if part < 0 {
		return &bar{X: 50 + part, W: -part, Class: "down", Zero: 50}
	}
	return &bar{X: 50, W: part, Class: "up", Zero: 50}
}

// coverageOf prefers calls to tokens.
func coverageOf(c *reconcile.Comparison) (part *big.Rat, of string, ok bool) {
	if part, ok = c.Coverage(); ok {
		return part, "calls", true
	}
	part, ok = c.TokenCoverage()
	return part, "tokens", ok
}

func coverageMeasure(c *reconcile.Comparison, o *Options) measure {
	part, of, ok := coverageOf(c)
	if !ok {
		return measure{Text: none, Exact: "the provider's report counts neither calls nor tokens"}
	}
	width, _ := part.Float64()
	m := measure{
		Text: share(part), Exact: coverageWords(c), Beyond: beyondCoverage(c, o),
		Bar: &bar{W: 100 * max(0, min(width, 1)), Class: "covered"},
	}
	if of == "tokens" {
		m.Text += " of tokens"
	}
	return m
}

func coverageWords(c *reconcile.Comparison) string {
	if !c.BilledRequests.IsZero() {
		return fmt.Sprintf("%s of %s calls", quantity(c.CountedRequests), quantity(c.BilledRequests))
	}
	return fmt.Sprintf("%s of %s tokens", quantity(c.MeteredTokens), quantity(c.BilledTokens))
}

// cause is the line of usage with the largest amount.
func cause(c *reconcile.Comparison) figure {
	var largest money.Amount
	found := figure{Text: none, Exact: "no difference"}
	for l := range reconcile.Purchases {
		size := absolute(c.Bridge[l])
		if size.Cmp(largest) > 0 {
			largest = size
			found = figure{Text: lineWords[l].Name, Exact: lineWords[l].Meaning + ": " + decorate(c.Bridge[l].String())}
		}
	}
	return found
}

func absolute(a money.Amount) money.Amount {
	if a.Sign() < 0 {
		return a.Neg()
	}
	return a
}

func driftOf(c *reconcile.Comparison) string {
	if drift, ok := c.Drift(); ok {
		return percent(drift)
	}
	return "not known, as nothing was billed"
}
