package focuscheck

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// maxPairs bounds how many values a pairing remembers; beyond it, new ones are no longer compared.
const maxPairs = 1 << 20

// Checker looks at the files of one dataset, one after the other.
type Checker struct {
	version focus.Version
	report  Report
	pairs   []map[string]string
	sources map[string]bool
}

// New returns a checker. Version 0 finds out from each file's columns.
func New(version focus.Version) *Checker {
	c := &Checker{version: version, pairs: make([]map[string]string, len(pairings)), sources: make(map[string]bool)}
	c.report.index = make(map[string]int)
	for i := range c.pairs {
		c.pairs[i] = make(map[string]string)
	}
	return c
}

// Report returns what was found so far.
func (c *Checker) Report() *Report {
	c.report.sort()
	return &c.report
}

// DetectVersion tells the version by the columns that came and went.
func DetectVersion(fields []focusfile.Field) focus.Version {
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f focusfile.Field) bool { return f.Name == name })
	}
	switch {
	case !has("ServiceProviderName"):
		return focus.V1_2
	case has("ProviderName"):
		return focus.V1_3
	default:
		return focus.V1_4
	}
}

// Check reads a file to its end. Its error is that of a file that cannot be read.
func (c *Checker) Check(name string, r *focusfile.Reader) error {
	version := c.version
	if version == 0 {
		version = DetectVersion(r.Fields())
	}
	f := newFile(c, name, version, r.Fields())
	f.checkColumns()
	c.report.Files++
	var rec focusfile.Record
	for {
		err := r.Read(&rec)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.report.Rows++
		f.checkRow(&rec)
	}
}

// file is what is known of the file that is being read.
type file struct {
	*Checker
	name    string
	version focus.Version
	fields  []focusfile.Field
	columns []*focus.Column
	index   map[string]int
	// rules are those that can be applied to the file's columns.
	rules []*rule
	rec   *focusfile.Record
}

func newFile(c *Checker, name string, version focus.Version, fields []focusfile.Field) *file {
	f := &file{Checker: c, name: name, version: version, fields: fields, index: make(map[string]int, len(fields))}
	f.columns = make([]*focus.Column, len(fields))
	for i, field := range fields {
		f.index[field.Name] = i
		if column, ok := focus.ColumnByName(field.Name); ok && column.Defined(version) {
			f.columns[i] = column
		}
	}
	for i := range rules {
		if r := &rules[i]; r.in(version) && f.has(r.then) {
			f.rules = append(f.rules, r)
		}
	}
	return f
}

// has reports whether all columns are there that a clause compares.
func (f *file) has(c clause) bool {
	needed := []string{c.column}
	switch c.op {
	case sameAs, notSameAs, after, product:
		needed = append(needed, c.values...)
	}
	return !slices.ContainsFunc(needed, func(name string) bool { _, ok := f.index[name]; return !ok })
}

func (f *file) finding(rule string, severity Severity, text, value string) {
	line := int64(0)
	if f.rec != nil {
		line = f.rec.Line
	}
	f.report.add(rule, severity, text, f.name, line, value)
}

// checkColumns looks at which columns there are.
func (f *file) checkColumns() {
	for _, c := range focus.AllColumns() {
		_, ok := f.index[c.Name]
		switch {
		case ok || c.Level == focus.Extension || !c.Defined(f.version):
		case c.Level == focus.Mandatory:
			f.finding(idsOf(c).present, Must, "column "+c.Name+" is there", "")
		case c.Level == focus.Recommended && c.Name != "AvailabilityZone" && c.Name != "AllocatedMethodDetails":
			f.finding(idsOf(c).present, Should, "column "+c.Name+" is there", "")
		}
	}
	custom := false
	for i, field := range f.fields {
		switch {
		case strings.HasPrefix(field.Name, "x_"):
			custom = true
		case f.columns[i] == nil:
			f.finding("ColumnHandling-A-010-M", Must, "columns that FOCUS "+f.version.String()+" does not have begin with x_", field.Name)
		case custom:
			f.finding("ColumnHandling-A-013-O", Should, "custom columns come after those of FOCUS", field.Name)
		}
	}
}

func (f *file) checkRow(rec *focusfile.Record) {
	f.rec = rec
	for i, c := range f.columns {
		if i < len(rec.Values) {
			f.checkCell(c, f.fields[i], rec.Values[i])
		}
	}
	for _, r := range f.rules {
		if f.all(r.when) && !f.holds(r.then) {
			f.finding(r.id, r.severity, r.text, f.show(r.then))
		}
	}
	f.checkPairs()
	f.checkSource()
	f.rec = nil
}

// checkPairs remembers which values go together.
func (f *file) checkPairs() {
	for i, p := range pairings {
		key, value := f.text(p.key), f.text(p.value)
		if key == "" {
			continue
		}
		first, seen := f.pairs[i][key]
		switch {
		case !seen && len(f.pairs[i]) < maxPairs:
			f.pairs[i][strings.Clone(key)] = strings.Clone(value)
		case seen && first != value:
			f.finding(p.id, p.severity, "a "+p.key+" has one "+p.value, fmt.Sprintf("%s: %s and %s", key, first, value))
		}
	}
}

// checkSource finds estimates, with what was added to them when a month was closed, among what providers billed: every sum over both
// counts twice.
func (f *file) checkSource() {
	source := f.text("x_CostSource")
	switch source {
	case "":
		return
	case focus.SourceTrueUp:
		source = focus.SourceEstimate
	case focus.SourceEstimate:
	default:
		source = "billed"
	}
	f.sources[source] = true
	if len(f.sources) > 1 {
		f.finding("Finops-x_CostSource-A-001", Must, "estimates and billed rows are not mixed in a dataset", f.text("x_CostSource"))
	}
}

// value returns the cell of a column; a column that is not there is NULL.
func (f *file) value(column string) focusfile.Value {
	i, ok := f.index[column]
	if !ok || i >= len(f.rec.Values) {
		return focusfile.Value{Null: true}
	}
	return f.rec.Values[i]
}

func (f *file) text(column string) string { return f.value(column).Text }

func (f *file) all(clauses []clause) bool {
	return !slices.ContainsFunc(clauses, func(c clause) bool { return !f.holds(c) })
}

// holds tells whether a clause is true of the row. What cannot be read is the business of formats, and true here.
func (f *file) holds(c clause) bool {
	v := f.value(c.column)
	switch c.op {
	case isNull:
		return v.Null
	case notNull:
		return !v.Null
	case is:
		return !v.Null && slices.Contains(c.values, v.Text)
	case isNot:
		return v.Null || !slices.Contains(c.values, v.Text)
	case sameAs:
		return f.same(c)
	case notSameAs:
		return !f.same(c)
	case after:
		return f.isAfter(c)
	default:
		return f.holdsNumber(c, v)
	}
}

func (f *file) holdsNumber(c clause, v focusfile.Value) bool {
	n, ok := rational(v)
	if !ok {
		return true
	}
	switch c.op {
	case isZero:
		return n.Sign() == 0
	case notNegative:
		return n.Sign() >= 0
	default:
		return f.isProduct(c, n)
	}
}

// same compares as numbers where both are.
func (f *file) same(c clause) bool {
	v, w := f.value(c.column), f.value(c.values[0])
	a, okA := rational(v)
	b, okB := rational(w)
	if okA && okB {
		return a.Cmp(b) == 0
	}
	return v == w
}

func (f *file) isAfter(c clause) bool {
	end, errEnd := focus.ParseTime(f.text(c.column))
	start, errStart := focus.ParseTime(f.text(c.values[0]))
	return errEnd != nil || errStart != nil || end.IsZero() || start.IsZero() || end.After(start)
}

// tolerance is how far a product may be off, relative to the larger of the cost and 1: that of focus-validator, without which no file
// that keeps money in doubles would pass.
var tolerance = big.NewRat(1, 1_000_000_000)

func (f *file) isProduct(c clause, cost *big.Rat) bool {
	price, okPrice := rational(f.value(c.values[0]))
	quantity, okQuantity := rational(f.value(c.values[1]))
	if !okPrice || !okQuantity {
		return true
	}
	off := price.Mul(price, quantity)
	off.Sub(off, cost).Abs(off)
	allowed := new(big.Rat).Abs(cost)
	if one := big.NewRat(1, 1); allowed.Cmp(one) < 0 {
		allowed = one
	}
	return off.Cmp(allowed.Mul(allowed, tolerance)) <= 0
}

func rational(v focusfile.Value) (*big.Rat, bool) {
	if v.Null {
		return nil, false
	}
	n, _, err := focus.ParseNumber(v.Text)
	if err != nil {
		return nil, false
	}
	return n.Amount().Rat(), true
}

// show says what the row has where a rule wants something else.
func (f *file) show(c clause) string {
	shown := []string{c.column + "=" + f.text(c.column)}
	switch c.op {
	case sameAs, notSameAs, after, product:
		for _, other := range c.values {
			shown = append(shown, other+"="+f.text(other))
		}
	}
	return strings.Join(shown, " ")
}
