package load

import (
	"cmp"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// matcher spells both sides alike.
type matcher struct {
	*loader
	unknown     map[string]string
	merged      map[string]bool
	covered     coverage
	currencies  *currencies
	subaccounts map[account]bool
	// modelless are the tools that bills charge without saying for which model.
	modelless map[accountTool]bool
	spans     map[spanned][]span
	excluded  exclusions
	in        *reconcile.Input
}

// input makes of all that was read what is compared.
func (l *loader) input() (*reconcile.Input, error) {
	m := &matcher{loader: l, excluded: exclusions{}, in: &reconcile.Input{Rates: newRates(l.Options)}}
	m.unknown, m.merged = l.matchAccounts()
	m.covered = l.coverage(m.account)
	m.currencies = l.currencies(m.account)
	m.subaccounts = l.matchSubaccounts(m.account)
	m.modelless = l.matchTools(m.account)
	m.spans = l.matchSpans(m.account)
	m.addCharges()
	for _, add := range []func() error{m.addMetered, m.addUnpriced, m.addCounts} {
		if err := add(); err != nil {
			return nil, err
		}
	}
	m.in.Excluded = m.excluded.sorted(m.loader)
	m.warn()
	m.in.Warnings = l.warnings
	m.sort()
	return m.in, nil
}

// account returns what an account is compared as.
func (m *matcher) account(raw account) account {
	if m.merged[raw.provider] {
		return account{raw.provider, ""}
	}
	if raw.account == "" {
		raw.account = m.unknown[raw.provider]
	}
	return raw
}

// match spells a key as it is compared, and returns why it is not, if it is not.
func (m *matcher) match(k *reconcile.Key) (account, reconcile.ExclusionReason, bool) {
	a := m.account(account{k.Provider, k.Account})
	if len(m.Accounts) > 0 && !slices.Contains(m.Accounts, a.account) {
		return a, "", false
	}
	k.Account = a.account
	if !m.subaccounts[a] {
		k.Subaccount = ""
	}
	s := m.span(a, k.Model, k.Day)
	k.Day = s.first
	if !m.wants(s.last) {
		return a, reconcile.BeyondPeriod, true
	}
	return a, m.why(m.covered[a], s.last), true
}

func (m *matcher) addCharges() {
	for c, sum := range m.charges {
		day := c.Day
		a, why, wanted := m.match(&c.Key)
		switch {
		case !wanted:
		case why != "":
			x := m.excluded.of(why, a, c.Currency)
			x.add(day)
			x.Billed = x.Billed.Add(sum.cost)
		default:
			c.Cost = sum.cost
			m.in.Charges = append(m.in.Charges, c)
		}
	}
}

func (m *matcher) addMetered() error {
	for r, sum := range m.metered {
		day := r.Day
		a, why, wanted := m.match(&r.Key)
		if !wanted {
			continue
		}
		if m.modelless[accountTool{a, r.Meter}] {
			r.Model = ""
		}
		own := r.Currency
		currency, err := m.currencies.of(a, r.Day, own)
		cost := sum.cost
		if err == nil {
			cost, err = m.convert(sum.cost, own, currency, a, day)
		}
		if err == nil {
			r.List, err = m.convert(sum.list, own, currency, a, day)
		}
		if why != "" {
			if err != nil {
				currency, cost = own, sum.cost
			}
			x := m.excluded.of(why, a, currency)
			x.add(day)
			x.Metered = x.Metered.Add(cost)
			x.MeteredRequests += sum.requests
			continue
		}
		if err != nil {
			return err
		}
		r.Currency, r.Cost, r.Quantity, r.Committed, r.Requests = currency, cost, sum.quantity, sum.committed, sum.requests
		m.in.Metered = append(m.in.Metered, r)
	}
	return nil
}

func (m *matcher) addUnpriced() error {
	own := m.Engine.Info().Currency
	for u, sum := range m.unpriced {
		day := u.Day
		a, why, wanted := m.match(&u.Key)
		if !wanted {
			continue
		}
		currency, err := m.currencies.of(a, u.Day, own)
		if why != "" {
			x := m.excluded.of(why, a, cmp.Or(currency, own))
			x.add(day)
			x.UnpricedRequests += sum.requests
			continue
		}
		if err != nil {
			return err
		}
		u.Currency, u.Quantity, u.Requests = currency, sum.quantity, sum.requests
		m.in.Unpriced = append(m.in.Unpriced, u)
	}
	return nil
}

// reported is a model of which a usage report counts tokens on a day.
type reported struct {
	accountDay
	model string
}

// addCounts takes the quantities on lines of the bill beside those of usage reports: tokens of models of which no report counts any
// on the day, and what no report counts, such as images. A model's meters are all from the one or from the other: a report may count under
// one meter what lines have under several.
func (m *matcher) addCounts() error {
	counted := map[reported]bool{}
	for c := range m.counts {
		if !c.Requests {
			counted[m.reported(&c)] = true
		}
	}
	if err := m.addCount(m.counts, nil); err != nil {
		return err
	}
	return m.addCount(m.charged, counted)
}

func (m *matcher) reported(c *reconcile.Count) reported {
	return reported{accountDay{m.account(account{c.Provider, c.Account}), c.Day}, c.Model}
}

func (m *matcher) addCount(counts sums[reconcile.Count], but map[reported]bool) error {
	for c, sum := range counts {
		day, inReport := c.Day, but[m.reported(&c)] && isToken(c.Meter)
		a, why, wanted := m.match(&c.Key)
		if !wanted || inReport {
			continue
		}
		own := m.Engine.Info().Currency
		currency, err := m.currencies.of(a, c.Day, own)
		if why != "" {
			m.excluded.of(why, a, cmp.Or(currency, own)).count(day, &c, sum.quantity)
			continue
		}
		if err != nil {
			return err
		}
		c.Currency = currency
		c.Quantity = sum.quantity
		m.in.Counts = append(m.in.Counts, c)
	}
	return nil
}

func isToken(name reconcile.Meter) bool {
	m, ok := meter.Parse(string(name))
	return ok && m.IsToken()
}

// sort puts rows into an order that does not depend on that of files.
func (m *matcher) sort() {
	slices.SortFunc(m.in.Charges, func(a, b reconcile.Charge) int {
		return cmp.Or(compareKeys(&a.Key, &b.Key), compareSlots(a.Slot, b.Slot), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Line, b.Line), a.Cost.Cmp(b.Cost))
	})
	slices.SortFunc(m.in.Metered, func(a, b reconcile.Metered) int {
		return cmp.Or(compareKeys(&a.Key, &b.Key), compareSlots(a.Slot, b.Slot), cmp.Compare(a.PricingID, b.PricingID),
			cmp.Compare(a.Confidence, b.Confidence), a.Cost.Cmp(b.Cost), a.Quantity.Cmp(b.Quantity), cmp.Compare(a.Requests, b.Requests))
	})
	slices.SortFunc(m.in.Unpriced, func(a, b reconcile.Unpriced) int {
		return cmp.Or(compareKeys(&a.Key, &b.Key), compareSlots(a.Slot, b.Slot), cmp.Compare(a.Reason, b.Reason), a.Quantity.Cmp(b.Quantity), cmp.Compare(a.Requests, b.Requests))
	})
	slices.SortFunc(m.in.Counts, func(a, b reconcile.Count) int {
		return cmp.Or(compareKeys(&a.Key, &b.Key), compareSlots(a.Slot, b.Slot), a.Quantity.Cmp(b.Quantity))
	})
}

func compareKeys(a, b *reconcile.Key) int {
	return cmp.Or(
		cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Subaccount, b.Subaccount), cmp.Compare(a.Model, b.Model), a.Day.Compare(b.Day),
	)
}

func compareSlots(a, b reconcile.Slot) int {
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Tier, b.Tier))
}
