package allocate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Allocator measures rows and splits them. It is not safe for concurrent use.
type Allocator struct {
	rules   *Rules
	tallies map[tallyKey]*tally
	report  map[Entry]money.Amount

	// The tags of the last row: rows of files are sorted, and many in a row have the same.
	lastText string
	lastTags map[string]string
}

// Entry is a line of the report: what became of the cost of a shared value in a period.
type Entry struct {
	Rule  string
	Start time.Time
	// Caller has to pay; it is empty for what nobody used and stays with the shared value.
	Caller   string
	Currency string
}

// New returns an allocator that has measured nothing.
func New(rules *Rules) *Allocator {
	return &Allocator{rules: rules, tallies: map[tallyKey]*tally{}, report: map[Entry]money.Amount{}}
}

// tags returns the tags of a row, which the caller must not change.
func (a *Allocator) tags(row *focus.Row) (map[string]string, error) {
	if a.lastTags != nil && row.Tags == a.lastText {
		return a.lastTags, nil
	}
	list, err := focus.ParseTags(row.Tags)
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(list))
	for _, tag := range list {
		tags[tag.Key] = tag.Value
	}
	// The text may be in memory that the next row overwrites.
	a.lastText, a.lastTags = strings.Clone(row.Tags), tags
	return tags, nil
}

// Split returns the rows that stand for a row: parts of it where its cost is shared, and otherwise itself.
// All rows of its period must have been measured.
func (a *Allocator) Split(row *focus.Row) ([]focus.Row, error) {
	tags, err := a.tags(row)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.rules.rules, func(r Rule) bool { return tags[r.Dimension] == r.Shared })
	if i < 0 {
		return []focus.Row{*row}, nil
	}
	rule := &a.rules.rules[i]
	entry := Entry{Rule: rule.Name, Start: rule.Period.start(row.ChargePeriodStart), Currency: row.BillingCurrency}
	usage := a.tally(i, rule, row).complete()
	if len(usage.Callers) == 0 {
		a.report[entry] = a.report[entry].Add(row.EffectiveCost.Amount())
		return []focus.Row{*row}, nil
	}
	parts := split(row, rule, usage, tags)
	for _, part := range parts {
		entry.Caller = part.AllocatedResourceName
		a.report[entry] = a.report[entry].Add(part.EffectiveCost.Amount())
	}
	return parts, nil
}

// Line is an entry of the report with what it comes from.
type Line struct {
	Entry

	// Usage of the caller, of Total, in Unit.
	Usage, Total money.Amount
	Unit         string
	// Cost is the EffectiveCost that the caller has to pay.
	Cost money.Amount
}

// Report says what was split so far, in a fixed order.
func (a *Allocator) Report() []Line {
	lines := make([]Line, 0, len(a.report))
	for entry, cost := range a.report {
		line := Line{Entry: entry, Cost: cost}
		i := slices.IndexFunc(a.rules.rules, func(r Rule) bool { return r.Name == entry.Rule })
		usage := a.tallies[tallyKey{i, entry.Start}].complete()
		if at, ok := slices.BinarySearch(usage.Callers, entry.Caller); ok {
			line.Usage, line.Total, line.Unit = usage.Weights[at], usage.Total, usage.Unit
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), a.Start.Compare(b.Start),
			cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Caller, b.Caller))
	})
	return lines
}

// withTags returns the tags of the part that a caller pays.
func withTags(tags map[string]string, rule *Rule, caller string) string {
	own := maps.Clone(tags)
	maps.Copy(own, rule.Tags[caller])
	own[rule.Dimension] = caller
	list := make([]focus.Tag, 0, len(own))
	for key, value := range own {
		list = append(list, focus.Tag{Key: key, Value: value})
	}
	return focus.FormatTags(list)
}
