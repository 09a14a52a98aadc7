// Package focustotal adds rows up, exactly, by any of their columns.
package focustotal

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// maxGroups bounds how many totals are kept; nobody reads more.
const maxGroups = 1 << 20

// ErrRange says that a total is beyond what is added up exactly.
var ErrRange = errors.New("the sum is out of range")

// Dimension is what rows are told apart by.
type Dimension struct {
	Name  string
	value func(*focus.Row) string
}

// Value returns the row's value, "" for NULL.
func (d Dimension) Value(r *focus.Row) string { return d.value(r) }

// ParseDimension reads the name of a column, day or month of the charge period, or Tags.<key>; keys of the other JSON
// columns work the same way.
func ParseDimension(name string) (Dimension, error) {
	switch name {
	case "day":
		return Dimension{name, func(r *focus.Row) string { return dateText(r.ChargePeriodStart, time.DateOnly) }}, nil
	case "month":
		return Dimension{name, func(r *focus.Row) string { return dateText(r.BillingPeriodStart, "2006-01") }}, nil
	}
	column, key, keyed := strings.Cut(name, ".")
	c, ok := focus.ColumnByName(column)
	switch {
	case !ok:
		return Dimension{}, fmt.Errorf("unknown column %q; want one of FOCUS, day, month, or Tags.<key>", column)
	case keyed && (c.Type != focus.JSON || key == ""):
		return Dimension{}, fmt.Errorf("%q: %s has no keys; only columns with JSON objects do", name, column)
	case keyed:
		return Dimension{name, func(r *focus.Row) string { return tag(c, r, key) }}, nil
	default:
		return Dimension{name, func(r *focus.Row) string { return text(c, r) }}, nil
	}
}

func dateText(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

func text(c *focus.Column, r *focus.Row) string {
	s, _ := c.Text(r)
	return s
}

func tag(c *focus.Column, r *focus.Row, key string) string { return focus.TagValue(text(c, r), key) }

// Total is the sum over the rows of one group. Currencies are never added to each other.
type Total struct {
	Group    []string
	Currency string
	Rows     int
	// Billed to Requests are NULL when no row of the group has the column.
	Billed, Effective, Contracted, List, Requests focus.Number
	// Quantity is NULL when the rows are counted in several units.
	Quantity focus.Number
	Unit     string
	mixed    bool
}

// Totals adds rows up.
type Totals struct {
	by     []Dimension
	groups map[string]*Total
}

// New returns totals by these dimensions; without any there is one total for each currency.
func New(by ...Dimension) *Totals { return &Totals{by: by, groups: make(map[string]*Total)} }

// Add adds a row.
func (t *Totals) Add(r *focus.Row) error {
	group := make([]string, len(t.by))
	for i, d := range t.by {
		group[i] = d.Value(r)
	}
	key := strings.Join(group, "\x00") + "\x00" + r.BillingCurrency
	total, ok := t.groups[key]
	if !ok {
		if len(t.groups) == maxGroups {
			return fmt.Errorf("more than %d groups; group by fewer columns", maxGroups)
		}
		for i := range group {
			group[i] = strings.Clone(group[i])
		}
		total = &Total{Group: group, Currency: strings.Clone(r.BillingCurrency)}
		t.groups[key] = total
	}
	return total.add(r)
}

func (t *Total) add(r *focus.Row) error {
	t.addQuantity(r)
	t.Rows++
	for _, sum := range []struct {
		name string
		to   *focus.Number
		n    focus.Number
	}{
		{"BilledCost", &t.Billed, r.BilledCost},
		{"EffectiveCost", &t.Effective, r.EffectiveCost},
		{"ContractedCost", &t.Contracted, r.ContractedCost},
		{"ListCost", &t.List, r.ListCost},
		{"x_Requests", &t.Requests, r.XRequests},
	} {
		if *sum.to = sum.to.Add(sum.n); sum.to.Amount().IsLimit() {
			return fmt.Errorf("%s of %s: %w", sum.name, strings.Join(t.Group, ", "), ErrRange)
		}
	}
	return nil
}

// addQuantity gives up where units differ, or where the sum is out of range: tokens of years may be more than money ever is.
func (t *Total) addQuantity(r *focus.Row) {
	if r.ConsumedQuantity.IsNull() || t.mixed {
		return
	}
	if t.Unit == "" {
		t.Unit = strings.Clone(r.ConsumedUnit)
	}
	t.Quantity = t.Quantity.Add(r.ConsumedQuantity)
	if t.mixed = t.Unit != r.ConsumedUnit || t.Quantity.Amount().IsLimit(); t.mixed {
		t.Quantity, t.Unit = focus.Number{}, ""
	}
}

// Sorted returns the totals in the order of their groups.
func (t *Totals) Sorted() []*Total {
	var sorted []*Total
	for _, key := range slices.Sorted(maps.Keys(t.groups)) {
		sorted = append(sorted, t.groups[key])
	}
	return sorted
}
