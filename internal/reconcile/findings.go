package reconcile

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// findingKey is what amounts of several days are one finding by.
type findingKey struct {
	line                                                   Line
	kind                                                   Kind
	currency, provider, account, subaccount, model, detail string
}

// finding is a [Finding] in the making.
type finding struct {
	findingKey
	amount money.Amount
	days   map[time.Time]bool
	rates  map[Slot]*rateSum
	// requests are those of calls that are missing, by cell, since each cell has several slots.
	requests map[Key]money.Quantity
	// charged, expected and charges are those of prices.
	charged, expected money.Amount
	charges           int
}

// rateSum adds up what a finding has of a slot.
type rateSum struct {
	quantity          *big.Rat
	expected, charged money.Amount
	amount            money.Amount
	pricing           pricingID
	// mixed is set where charges do not tell tiers apart.
	mixed bool
}

// add adds a quantity, what it costs at our rate and what was charged for it; either is 0 where it is no matter.
func (r *rateSum) add(quantity *big.Rat, expected, charged, amount money.Amount) {
	r.quantity.Add(r.quantity, quantity)
	r.expected, r.charged, r.amount = r.expected.Add(expected), r.charged.Add(charged), r.amount.Add(amount)
}

func (f *finding) rate(s Slot) *rateSum {
	r, ok := f.rates[s]
	if !ok {
		r = &rateSum{quantity: new(big.Rat)}
		f.rates[s] = r
	}
	return r
}

// addRequests notes how many calls of the cell are behind the finding.
func (f *finding) addRequests(c *cell, kind Kind) {
	switch kind {
	case Bypassing:
		if absent := c.BilledRequests.Sub(money.Units(c.MeteredRequests)); absent.Sign() > 0 {
			f.requests[c.Key] = absent
		}
	case MissingUsage:
		f.requests[c.Key] = money.Units(c.noUsage)
	}
}

// findings are all that were found.
type findings struct {
	byKey map[findingKey]*finding
	// expected is what all that was counted costs at our rates, by account and model.
	expected map[accountModel]money.Amount
	// listed is what tokens were metered at and cost at list prices, by account.
	listed map[accountModel]*listed
}

// listed is what tokens cost by our books and at list prices.
type listed struct{ cost, list money.Amount }

// list notes what was metered at which prices.
func (fs *findings) list(m *Metered) {
	if m.List.Sign() <= 0 || !isTokens(m.Meter) {
		return
	}
	key := accountModel{m.Currency, m.Provider, m.Account, ""}
	if fs.listed == nil {
		fs.listed = map[accountModel]*listed{}
	}
	if fs.listed[key] == nil {
		fs.listed[key] = new(listed)
	}
	l := fs.listed[key]
	l.cost, l.list = l.cost.Add(m.Cost), l.list.Add(m.List)
}

type accountModel struct{ currency, provider, account, model string }

// add adds an amount of a cell. Prices do not depend on the subaccount.
func (fs *findings) add(c *cell, l Line, kind Kind, detail string, amount money.Amount) *finding {
	key := findingKey{l, kind, c.Currency, c.Provider, c.Account, c.Subaccount, c.Model, detail}
	if l == Price || l == Rounding {
		key.subaccount = ""
	}
	if l == Rounding || kind == Kind(Unparsed.String()) {
		key.model = ""
	}
	f, ok := fs.byKey[key]
	if !ok {
		if fs.byKey == nil {
			fs.byKey = map[findingKey]*finding{}
		}
		f = &finding{findingKey: key, days: map[time.Time]bool{}, rates: map[Slot]*rateSum{}, requests: map[Key]money.Quantity{}}
		fs.byKey[key] = f
	}
	f.amount = f.amount.Add(amount)
	f.days[c.Day] = true
	return f
}

// expect notes what a cell's counted quantities cost at our rates.
func (fs *findings) expect(c *cell, expected money.Amount) {
	if fs.expected == nil {
		fs.expected = map[accountModel]money.Amount{}
	}
	key := accountModel{c.Currency, c.Provider, c.Account, c.Model}
	fs.expected[key] = fs.expected[key].Add(expected)
}

// tolerance says how far an amount of a provider may be off by rounding.
type tolerance func(provider string, charged money.Amount, charges int, quantity *big.Rat) money.Amount

// sorted returns the findings, the largest first. Those that cancel out to nothing are left out.
func (fs *findings) sorted(tolerated tolerance) []Finding {
	all := slices.Collect(maps.Values(fs.byKey))
	slices.SortFunc(all, compareFindings)
	agreements, rest := fs.agreements(all, tolerated)
	found := make([]Finding, 0, len(rest)+len(agreements))
	for _, f := range rest {
		if !f.amount.IsZero() || len(f.rates) > 0 {
			found = append(found, f.finding(tolerated))
		}
	}
	found = append(found, agreements...)
	slices.SortStableFunc(found, func(a, b Finding) int { return abs(b.Amount).Cmp(abs(a.Amount)) })
	return found
}

func compareFindings(a, b *finding) int {
	return cmp.Or(
		cmp.Compare(a.currency, b.currency), cmp.Compare(a.provider, b.provider), cmp.Compare(a.account, b.account),
		cmp.Compare(a.subaccount, b.subaccount), cmp.Compare(a.model, b.model), cmp.Compare(a.line, b.line),
		cmp.Compare(a.kind, b.kind), cmp.Compare(a.detail, b.detail),
	)
}

// finding makes what is told.
func (f *finding) finding(tolerated tolerance) Finding {
	days := slices.SortedFunc(maps.Keys(f.days), time.Time.Compare)
	told := Finding{
		Line: f.line, Kind: f.kind, Currency: f.currency, Provider: f.provider, Account: f.account, Subaccount: f.subaccount,
		Model: f.model, BillLine: f.detail, Amount: f.amount, First: Date{days[0]}, Last: Date{days[len(days)-1]}, Days: len(days),
	}
	for _, q := range f.requests {
		told.Requests = told.Requests.Add(q)
	}
	for _, s := range slices.SortedFunc(maps.Keys(f.rates), compareSlots) {
		told.Rates = append(told.Rates, f.told(s, tolerated))
	}
	if f.kind == WrongPrice && len(f.rates) > 1 && f.expected.Sign() > 0 && f.isNear(f.ratio(), tolerated) {
		told.Ratio = ratioText(f.ratio())
	}
	if f.kind == WrongPrice && len(f.rates) == 0 && f.expected.Sign() > 0 {
		told.Ratio = ratioText(f.ratio())
	}
	told.Text = told.sentence()
	return told
}

func (f *finding) told(s Slot, tolerated tolerance) RateFinding {
	r := f.rates[s]
	unit, block := unitOf(s.Meter)
	told := RateFinding{Meter: s.Meter, Tier: s.Tier, Unit: unit, Amount: r.amount, PricingID: r.pricing.String(), Mixed: r.mixed}
	told.Quantity = quantityOf(r.quantity)
	if r.quantity.Sign() == 0 {
		return told
	}
	per := new(big.Rat).Quo(new(big.Rat).SetInt64(block), r.quantity)
	if f.kind != NoPrice && (f.kind == WrongPrice || !r.expected.IsZero()) {
		told.OurRate = plain(new(big.Rat).Mul(r.expected.Rat(), per))
	}
	if f.line == Price || f.line == ToolsAndFees {
		within := tolerated(f.provider, r.charged, max(f.charges, 1), r.quantity)
		told.BilledRate = simplest(new(big.Rat).Mul(r.charged.Rat(), per), new(big.Rat).Abs(new(big.Rat).Mul(within.Rat(), per)))
	}
	return told
}

func quantityOf(r *big.Rat) money.Quantity {
	a, err := money.ParseQuantity(r.FloatString(9))
	if err != nil {
		return money.Quantity{} // beyond any count of tokens
	}
	return a
}
