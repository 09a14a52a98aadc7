package load

import (
	"cmp"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// span is what a row of a bill charges for that is longer than a day. All usage of its days is compared with it, as of the first of them:
// nobody knows how the charge is divided among them.
type span struct{ first, last time.Time }

// spanned is what a span is of: a model, or all models where the row names none.
type spanned struct {
	account
	model string
}

// lastDay returns the last day that a row is of.
func lastDay(r *focus.Row) time.Time {
	first := dayOf(r.ChargePeriodStart)
	if !r.ChargePeriodEnd.After(first) {
		return first
	}
	return dayOf(r.ChargePeriodEnd.Add(-time.Nanosecond))
}

// addSpan notes a charge of several days. Tools and fees are compared by their costs alone, which add up over the days as they are.
func (l *loader) addSpan(c *reconcile.Charge, last time.Time) {
	if !last.After(c.Day) || c.Meter != "" && !isToken(c.Meter) {
		return
	}
	of := spanned{account{c.Provider, c.Account}, c.Model}
	if s := (span{c.Day, last}); !slices.Contains(l.spans[of], s) {
		l.spans[of] = append(l.spans[of], s)
	}
}

// matchSpans returns the spans of what is compared, those that overlap as one.
func (l *loader) matchSpans(of func(account) account) map[spanned][]span {
	matched := map[spanned][]span{}
	for raw, list := range l.spans {
		raw.account = of(raw.account)
		matched[raw] = append(matched[raw], list...)
	}
	for of, list := range matched {
		slices.SortFunc(list, func(a, b span) int { return cmp.Or(a.first.Compare(b.first), a.last.Compare(b.last)) })
		joined := list[:1]
		for _, s := range list[1:] {
			if before := &joined[len(joined)-1]; s.first.After(before.last) {
				joined = append(joined, s)
			} else if s.last.After(before.last) {
				before.last = s.last
			}
		}
		matched[of] = joined
	}
	return matched
}

// span returns the days that usage of a day is compared with.
func (m *matcher) span(a account, model string, day time.Time) span {
	for _, of := range []spanned{{a, ""}, {a, model}} {
		for _, s := range m.spans[of] {
			if !day.Before(s.first) && !day.After(s.last) {
				return s
			}
		}
	}
	return span{day, day}
}
