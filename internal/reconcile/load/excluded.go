package load

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// exclusions are what is not compared, by reason, account and currency.
type exclusions map[exclusionKey]*exclusion

type exclusionKey struct {
	reason reconcile.ExclusionReason
	account
	currency string
}

type exclusion struct {
	reconcile.Exclusion
	days map[time.Time]bool
}

func (e exclusions) of(why reconcile.ExclusionReason, a account, currency string) *exclusion {
	k := exclusionKey{why, a, currency}
	x, ok := e[k]
	if !ok {
		x = &exclusion{days: map[time.Time]bool{}}
		x.Reason, x.Provider, x.Account, x.Currency = why, a.provider, a.account, currency
		e[k] = x
	}
	return x
}

func (x *exclusion) add(day time.Time) {
	x.days[day] = true
	if x.First.IsZero() || day.Before(x.First.Time) {
		x.First = reconcile.Date{Time: day}
	}
	if day.After(x.Last.Time) {
		x.Last = reconcile.Date{Time: day}
	}
	x.Days = len(x.days)
}

// count adds what the provider counted.
func (x *exclusion) count(day time.Time, c *reconcile.Count, quantity money.Quantity) {
	x.add(day)
	switch {
	case c.Requests:
		x.CountedRequests = x.CountedRequests.Add(quantity)
	case isTokens(c.Meter):
		x.CountedTokens = x.CountedTokens.Add(quantity)
	}
}

func (e exclusions) sorted(l *loader) []reconcile.Exclusion {
	keys := slices.SortedFunc(maps.Keys(e), func(a, b exclusionKey) int {
		return cmp.Or(cmp.Compare(a.reason, b.reason), cmp.Compare(a.provider, b.provider), cmp.Compare(a.account.account, b.account.account), cmp.Compare(a.currency, b.currency))
	})
	var list []reconcile.Exclusion
	for _, k := range keys {
		x := e[k]
		x.Text = l.sentence(x)
		list = append(list, x.Exclusion)
	}
	return list
}

// sentence says why something is left out, and what to do.
func (l *loader) sentence(x *exclusion) string {
	who := account{x.Provider, x.Account}
	switch x.Reason {
	case reconcile.NotFinal:
		return fmt.Sprintf("%s: %s may still be revised: days are final when their report was read %s after they ended", who, x.span(), hours(l.Settle))
	case reconcile.BeyondPeriod:
		return fmt.Sprintf("%s: %s are charged together with days beyond the period; make it longer", who, x.span())
	case reconcile.OutsideBill:
		return fmt.Sprintf("%s: the bill does not have %s", who, x.span())
	default:
		return fmt.Sprintf("%s: no bill of %s; %s", who, x.span(), l.otherBills(x))
	}
}

// hours writes a duration as flags have it: 72h.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

// otherBills tells a provider without a bill from an account without one.
func (l *loader) otherBills(x *exclusion) string {
	var billed []string
	for c := range l.charges {
		if c.Provider == x.Provider {
			billed = append(billed, c.Account)
		}
	}
	if len(billed) == 0 && x.CountedRequests.Sign()+x.CountedTokens.Sign() > 0 {
		return "its usage is counted; let the gen_ai_billing receiver read its costs too"
	}
	if len(billed) == 0 {
		return "if the provider is not in the gen_ai_billing receiver, add it"
	}
	slices.Sort(billed)
	return fmt.Sprintf("the accounts with one are %s: both sides must name them alike", listOf(slices.Compact(billed)))
}

func (x *exclusion) span() string {
	if x.Days == 1 {
		return x.First.String()
	}
	return fmt.Sprintf("%d days from %s to %s", x.Days, x.First, x.Last)
}
