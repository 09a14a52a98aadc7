package allocate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Usage is what the callers of a shared value used of it in one period.
type Usage struct {
	// Callers who pay, by name, and Weights what each used. All are above zero.
	Callers []string
	Weights []money.Amount
	// Details are the AllocatedMethodDetails of each caller's parts.
	Details []string
	// Total is the sum of the weights.
	Total money.Amount
	// Unit of the weights: Tokens, Requests or a currency.
	Unit string
}

// tally adds up the usage of one rule in one period.
type tally struct {
	byCaller map[string]money.Amount
	unit     string
	usage    *Usage // when it is complete
}

type tallyKey struct {
	rule  int
	start time.Time
}

var errCurrencies = errors.New("driver cost cannot add up several currencies")

// start returns the beginning of the period that t lies in.
func (p Period) start(t time.Time) time.Time {
	t = t.UTC()
	if p == Day {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	start, _ := focus.BillingPeriod(t)
	return start
}

// drive returns what the row says of the driver, and in which unit.
func (d Driver) drive(row *focus.Row) (n money.Amount, unit string) {
	switch d {
	case Requests:
		return row.XRequests.Amount(), "Requests"
	case Cost:
		return row.EffectiveCost.Amount(), row.BillingCurrency
	default:
		if row.ConsumedUnit != "Tokens" {
			return money.Amount{}, "Tokens"
		}
		return row.ConsumedQuantity.Amount(), "Tokens"
	}
}

// Measure takes the usage of a row into account.
func (a *Allocator) Measure(row *focus.Row) error {
	tags, err := a.tags(row)
	if err != nil {
		return err
	}
	for i := range a.rules.rules {
		rule := &a.rules.rules[i]
		caller, ok := a.rules.caller(rule, tags)
		if !ok {
			continue
		}
		n, unit := rule.Driver.drive(row)
		if n.IsZero() {
			continue
		}
		if err := a.tally(i, rule, row).add(caller, n, unit); err != nil {
			return fmt.Errorf("rule %s: %w", rule.Name, err)
		}
	}
	return nil
}

// caller returns whose usage the row is under the rule.
func (r *Rules) caller(rule *Rule, tags map[string]string) (string, bool) {
	for key, value := range rule.Callers.Where {
		if tags[key] != value {
			return "", false
		}
	}
	caller := tags[rule.Callers.Dimension]
	if len(rule.Callers.Among) > 0 {
		return caller, slices.Contains(rule.Callers.Among, caller)
	}
	return caller, r.pays(rule, caller)
}

func (a *Allocator) tally(i int, rule *Rule, row *focus.Row) *tally {
	key := tallyKey{i, rule.Period.start(row.ChargePeriodStart)}
	m := a.tallies[key]
	if m == nil {
		m = &tally{byCaller: map[string]money.Amount{}}
		a.tallies[key] = m
	}
	return m
}

var errMuch = errors.New("usage is too much to add up")

func (m *tally) add(caller string, n money.Amount, unit string) error {
	if m.unit != "" && m.unit != unit {
		return fmt.Errorf("%w: %s and %s", errCurrencies, m.unit, unit)
	}
	m.unit = unit
	sum := m.byCaller[caller].Add(n)
	if sum.IsLimit() {
		return fmt.Errorf("%w: %s of %s", errMuch, unit, caller)
	}
	m.byCaller[caller] = sum
	return nil
}

// complete returns the usage of the period. Callers with a credit, and no usage above it, pay nothing.
func (m *tally) complete() *Usage {
	if m.usage != nil {
		return m.usage
	}
	m.usage = &Usage{Unit: m.unit}
	for _, caller := range slices.Sorted(maps.Keys(m.byCaller)) {
		if n := m.byCaller[caller]; n.Sign() > 0 {
			m.usage.Callers = append(m.usage.Callers, caller)
			m.usage.Weights = append(m.usage.Weights, n)
			m.usage.Total = m.usage.Total.Add(n)
		}
	}
	for _, n := range m.usage.Weights {
		m.usage.Details = append(m.usage.Details, m.usage.details(n))
	}
	return m.usage
}

// element is how FOCUS writes down what a part was made by.
type element struct {
	AllocatedRatio float64
	UsageUnit      string
	UsageQuantity  json.Number
}

// details of the caller who used n. The ratio is for people: parts are made by the quantities.
func (u *Usage) details(n money.Amount) string {
	ratio, _ := new(big.Rat).Quo(n.Rat(), u.Total.Rat()).Float64()
	text, err := json.Marshal(struct{ Elements []element }{[]element{{ratio, u.Unit, json.Number(n.String())}}})
	if err != nil {
		return "" // a ratio is finite, and an amount is a number
	}
	return string(text)
}
