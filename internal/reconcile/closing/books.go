package closing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Party is who sends a bill to whom. Account is empty where a row names none.
type Party struct{ Provider, Account string }

// books are the rows of a month, added up. Sums do not depend on the order of rows.
type books struct {
	metered map[Party]*metered
	billed  map[Party]*billed
	// dimensions are the keys of Tags, currencies those that anything was metered in.
	dimensions, currencies map[string]bool
}

// metered is what telemetry has of a party.
type metered struct {
	// costs are by currency and Tags.
	costs  map[string]map[string]money.Amount
	seller unanimous[seller]
	maker  unanimous[maker]
}

// billed is what the bill has of a party.
type billed struct {
	amounts  map[chargedOn]money.Amount
	invoices unanimous[string]
	account  unanimous[string]
}

// chargedOn has one exchange rate.
type chargedOn struct {
	currency string
	day      time.Time
}

// unanimous is a value as long as all rows have the same.
type unanimous[T comparable] struct {
	value     T
	set, many bool
}

func (u *unanimous[T]) add(value T) {
	u.many = u.many || u.set && u.value != value
	u.value, u.set = value, true
}

func (u *unanimous[T]) get() (value T, ok bool) {
	if u.set && !u.many {
		return u.value, true
	}
	return value, false
}

// seller are columns that go together: a validator wants the same category wherever a service is named.
type seller struct {
	service, category, subcategory, provider, serviceProvider, issuer, accountType string
}

// maker is who stands behind the models.
type maker struct{ publisher, host string }

func newBooks() *books {
	return &books{
		metered: map[Party]*metered{}, billed: map[Party]*billed{},
		dimensions: map[string]bool{}, currencies: map[string]bool{},
	}
}

// errRange is of sums that no row could hold.
var errRange = errors.New("the sum of BilledCost is out of range")

// addMetered adds an estimate. Texts of a row are not kept: they may be parts of a whole file.
func (b *books) addMetered(p Party, r *focus.Row) error {
	tags, err := focus.ParseTags(r.Tags)
	if err != nil {
		return errors.New("Tags: " + err.Error())
	}
	m, ok := b.metered[p]
	if !ok {
		m = &metered{costs: map[string]map[string]money.Amount{}}
		b.metered[clone(p)] = m
	}
	for _, t := range tags {
		if !b.dimensions[t.Key] {
			b.dimensions[strings.Clone(t.Key)] = true
		}
	}
	if !b.currencies[r.BillingCurrency] {
		b.currencies[strings.Clone(r.BillingCurrency)] = true
	}
	costs, ok := m.costs[r.BillingCurrency]
	if !ok {
		costs = map[string]money.Amount{}
		m.costs[strings.Clone(r.BillingCurrency)] = costs
	}
	// Other spellings of the same tags are the same tags.
	text := focus.FormatTags(tags)
	costs[text] = costs[text].Add(r.BilledCost.Amount())
	m.name(r)
	if costs[text].IsLimit() {
		return errRange
	}
	return nil
}

// name remembers who is behind the rows.
func (m *metered) name(r *focus.Row) {
	s := seller{
		r.ServiceName, r.ServiceCategory, r.ServiceSubcategory, r.ProviderName, r.ServiceProviderName, r.InvoiceIssuerName, r.BillingAccountType,
	}
	if !m.seller.set || m.seller.value != s {
		for _, text := range []*string{&s.service, &s.category, &s.subcategory, &s.provider, &s.serviceProvider, &s.issuer, &s.accountType} {
			*text = strings.Clone(*text)
		}
		m.seller.add(s)
	}
	k := maker{r.PublisherName, r.HostProviderName}
	if !m.maker.set || m.maker.value != k {
		m.maker.add(maker{strings.Clone(k.publisher), strings.Clone(k.host)})
	}
}

// addBilled adds a line of a bill.
func (b *books) addBilled(p Party, r *focus.Row) error {
	l, ok := b.billed[p]
	if !ok {
		l = &billed{amounts: map[chargedOn]money.Amount{}}
		b.billed[clone(p)] = l
	}
	on := chargedOn{strings.Clone(r.BillingCurrency), r.ChargePeriodStart.UTC().Truncate(24 * time.Hour)}
	l.amounts[on] = l.amounts[on].Add(r.BilledCost.Amount())
	if r.InvoiceId != "" {
		l.invoices.add(strings.Clone(r.InvoiceId))
	}
	l.account.add(strings.Clone(p.Account))
	if l.amounts[on].IsLimit() {
		return errRange
	}
	return nil
}

func clone(p Party) Party { return Party{strings.Clone(p.Provider), strings.Clone(p.Account)} }

// match spells the accounts of both sides alike, as the comparison of the days does: one that is not named is the only one that the other side
// names, and where there are several, all of the provider are one.
func (b *books) match() {
	for provider, n := range b.accounts() {
		nobody := Party{Provider: provider}
		_, meteredUnnamed := b.metered[nobody]
		_, billedUnnamed := b.billed[nobody]
		switch {
		case !meteredUnnamed && !billedUnnamed, !b.isBilled(provider):
		case !billedUnnamed && len(n.billed) == 1:
			b.moveMetered(nobody, Party{provider, n.billed[0]})
		case billedUnnamed && len(n.billed) == 0 && len(n.metered) == 1:
			b.moveMetered(nobody, Party{provider, n.metered[0]})
			b.moveBilled(nobody, Party{provider, n.metered[0]})
		default:
			for _, account := range append(n.metered, n.billed...) {
				b.moveMetered(Party{provider, account}, nobody)
				b.moveBilled(Party{provider, account}, nobody)
			}
		}
	}
}

// accounts are those that each side names.
type accounts struct{ metered, billed []string }

// accounts returns the accounts of each provider.
func (b *books) accounts() map[string]*accounts {
	all := map[string]*accounts{}
	for _, p := range b.sorted() {
		n, ok := all[p.Provider]
		if !ok {
			n = new(accounts)
			all[p.Provider] = n
		}
		if p.Account == "" {
			continue
		}
		if b.metered[p] != nil {
			n.metered = append(n.metered, p.Account)
		}
		if b.billed[p] != nil {
			n.billed = append(n.billed, p.Account)
		}
	}
	return all
}

func (b *books) isBilled(provider string) bool {
	for p := range b.billed {
		if p.Provider == provider {
			return true
		}
	}
	return false
}

func (b *books) moveMetered(from, to Party) {
	m, ok := b.metered[from]
	if !ok {
		return
	}
	delete(b.metered, from)
	into, ok := b.metered[to]
	if !ok {
		b.metered[to] = m
		return
	}
	for currency, costs := range m.costs {
		if into.costs[currency] == nil {
			into.costs[currency] = map[string]money.Amount{}
		}
		for tags, cost := range costs {
			into.costs[currency][tags] = into.costs[currency][tags].Add(cost)
		}
	}
	into.seller.join(m.seller)
	into.maker.join(m.maker)
}

func (b *books) moveBilled(from, to Party) {
	l, ok := b.billed[from]
	if !ok {
		return
	}
	delete(b.billed, from)
	into, ok := b.billed[to]
	if !ok {
		b.billed[to] = l
		return
	}
	for on, amount := range l.amounts {
		into.amounts[on] = into.amounts[on].Add(amount)
	}
	into.invoices.join(l.invoices)
	into.account.join(l.account)
}

func (u *unanimous[T]) join(other unanimous[T]) {
	if !other.set {
		return
	}
	u.add(other.value)
	u.many = u.many || other.many
}

// parties returns all that anything was metered or billed of.
func (b *books) parties() map[Party]bool {
	all := map[Party]bool{}
	for p := range b.metered {
		all[p] = true
	}
	for p := range b.billed {
		all[p] = true
	}
	return all
}

// sorted returns the parties in their order.
func (b *books) sorted() []Party {
	return slices.SortedFunc(maps.Keys(b.parties()), func(p, q Party) int {
		if order := strings.Compare(p.Provider, q.Provider); order != 0 {
			return order
		}
		return strings.Compare(p.Account, q.Account)
	})
}

// checkAccounts refuses accounts that are most likely the same and not spelt alike: the one would stay as it was metered, and the other be
// charged again to nobody.
func (b *books) checkAccounts(wanted func(Party) bool) error {
	charged := map[string]Party{}
	for _, p := range b.sorted() {
		if b.billed[p] != nil && b.metered[p] == nil && wanted(p) {
			charged[p.Provider] = p
		}
	}
	for _, p := range b.sorted() {
		if other, ok := charged[p.Provider]; ok && b.billed[p] == nil && wanted(p) {
			return fmt.Errorf("%s: metered and not on the bill, which has account %s, for which nothing was metered; "+
				"spell them alike in the accounts table, or say with --account which to close", p, other.Account)
		}
	}
	return nil
}
