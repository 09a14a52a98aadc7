package reconcile

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// part is what both sides have of one slot of a cell.
type part struct {
	// metered has a price, unpriced has none.
	metered, unpriced money.Quantity
	// committed is the part of metered whose cost is that of a purchase.
	committed money.Quantity
	cost      money.Amount
	pricing   pricingID

	counted   money.Quantity
	isCounted bool
	uncharged bool
	charged   money.Amount
	charges   int

	// rate is ours for a single unit, nil if we have none; expected is what the counted quantity costs at it. It is the bill's own if implied.
	rate     *big.Rat
	implied  bool
	expected money.Amount
}

// pricingID is the one entry that several prices are of.
type pricingID struct {
	id    string
	mixed bool
}

func (p *pricingID) add(id string) {
	if p.id != "" && id != p.id {
		p.mixed = true
	}
	p.id = id
}

func (p *pricingID) String() string {
	if p.mixed {
		return ""
	}
	return p.id
}

// cell gathers what both sides have of a key.
type cell struct {
	Cell
	parts map[Slot]*part
	// pooled is charged for the model without saying for which meter.
	pooled  money.Amount
	pools   int
	counted bool // the provider counted units of some meter
	// fees have no meter of usage; unparsed neither a model nor a meter.
	fees, unparsed []Charge
	noUsage        int64 // calls that did not say what they used
}

func (c *cell) part(s Slot) *part {
	p, ok := c.parts[s]
	if !ok {
		p = new(part)
		c.parts[s] = p
	}
	return p
}

// slots returns the slots of tokens, or the others, in their order.
func (c *cell) slots(tokens bool) []Slot {
	var slots []Slot
	for _, s := range slices.SortedFunc(maps.Keys(c.parts), compareSlots) {
		if isTokens(s.Meter) == tokens {
			slots = append(slots, s)
		}
	}
	return slots
}

// isCharged reports whether the bill has any usage charge of the cell's tokens.
func (c *cell) isCharged() bool {
	for s, p := range c.parts {
		if p.charges > 0 && isTokens(s.Meter) {
			return true
		}
	}
	return c.pools > 0
}

// report is an account's day at a provider, of which it is known what the provider counts.
type reportDay struct {
	day                         time.Time
	provider, account, currency string
}

func dayOf(k *Key) reportDay { return reportDay{k.Day, k.Provider, k.Account, k.Currency} }

// books are all cells of an input.
type books struct {
	cells map[Key]*cell
	rates Rates
	// tokens and requests say what the provider counts.
	tokens, requests reported
	// unparsed are the days with lines that name no model.
	unparsed map[reportDay]bool
	// decimals is the finest precision of a provider's amounts.
	decimals map[string]int
	// averages are what units cost by our books over all days.
	averages map[series]*average
	// left are differences of quantities that no other slot of their cells explains, in the order of the cells.
	left  []*delta
	found findings
}

// ErrRange says that a sum is beyond what is added up exactly.
var ErrRange = errors.New("the sum is out of range")

// Compare explains the difference between what was metered and what was billed. The order of rows does not matter.
func Compare(in *Input) (*Report, error) {
	b := &books{
		cells: map[Key]*cell{}, rates: in.Rates, tokens: newReported(), requests: newReported(),
		unparsed: map[reportDay]bool{}, decimals: map[string]int{}, averages: map[series]*average{},
	}
	b.addBilled(in)
	b.addMetered(in)
	r := &Report{Excluded: in.Excluded, Warnings: in.Warnings}
	keys := slices.SortedFunc(maps.Keys(b.cells), compareKeys)
	for _, key := range keys {
		b.settle(b.cells[key])
	}
	b.settleVolume()
	for _, key := range keys {
		c := b.cells[key]
		if c.Metered.IsLimit() || c.Invoiced.IsLimit() {
			return nil, fmt.Errorf("%s %s: %w", key.Provider, key.Day.Format(time.DateOnly), ErrRange)
		}
		r.Cells = append(r.Cells, c.Cell)
		r.span(key.Day)
	}
	r.Findings = b.found.sorted(b.tolerance)
	return r, nil
}

func (r *Report) span(day time.Time) {
	if r.First.IsZero() || day.Before(r.First.Time) {
		r.First = Date{day}
	}
	if day.After(r.Last.Time) {
		r.Last = Date{day}
	}
}

func compareKeys(a, b Key) int {
	return cmp.Or(
		cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Subaccount, b.Subaccount), cmp.Compare(a.Model, b.Model), a.Day.Compare(b.Day),
	)
}

func (b *books) cell(k *Key) *cell {
	c, ok := b.cells[*k]
	if !ok {
		c = &cell{Cell: Cell{Key: *k}, parts: map[Slot]*part{}}
		b.cells[*k] = c
	}
	return c
}

func (b *books) addBilled(in *Input) {
	for i := range in.Counts {
		n := &in.Counts[i]
		c := b.cell(&n.Key)
		if n.Requests {
			c.BilledRequests = c.BilledRequests.Add(n.Quantity)
			b.requests.add(&n.Key)
			continue
		}
		p := c.part(n.Slot)
		p.counted, p.isCounted, p.uncharged = p.counted.Add(n.Quantity), true, p.uncharged || n.Uncharged
		if isTokens(n.Meter) {
			c.BilledTokens = c.BilledTokens.Add(n.Quantity)
			c.counted = true
			b.tokens.add(&n.Key)
		}
	}
	for i := range in.Charges {
		b.addCharge(&in.Charges[i])
	}
}

// addCharge puts a line of the bill where it is compared.
func (b *books) addCharge(n *Charge) {
	c := b.cell(&n.Key)
	c.Invoiced = c.Invoiced.Add(n.Cost)
	b.decimals[n.Provider] = max(b.decimals[n.Provider], decimalsOf(n.Cost))
	switch n.Category {
	case billed.Tax:
		c.Bridge[Tax] = c.Bridge[Tax].Add(n.Cost)
		b.found.add(c, Tax, Kind(Tax.String()), n.Line, n.Cost)
	case billed.Credit, billed.Adjustment:
		c.Bridge[Credits] = c.Bridge[Credits].Add(n.Cost)
		b.found.add(c, Credits, Kind(Credits.String()), n.Line, n.Cost)
	case billed.Purchase:
		c.Bridge[Purchases] = c.Bridge[Purchases].Add(n.Cost)
		b.found.add(c, Purchases, Kind(Purchases.String()), n.Line, n.Cost)
	default:
		b.addUsage(c, n)
	}
}

func (b *books) addUsage(c *cell, n *Charge) {
	c.Billed = c.Billed.Add(n.Cost)
	switch {
	case n.Meter == FeeMeter:
		c.fees = append(c.fees, *n)
	case n.Meter != "" && !isTokens(n.Meter):
		p := c.part(n.Slot)
		p.charged, p.charges = p.charged.Add(n.Cost), p.charges+1
	case n.Model == "":
		c.unparsed = append(c.unparsed, *n)
		b.unparsed[dayOf(&n.Key)] = true
	case n.Meter == "":
		c.pooled, c.pools = c.pooled.Add(n.Cost), c.pools+1
	default:
		p := c.part(n.Slot)
		p.charged, p.charges = p.charged.Add(n.Cost), p.charges+1
	}
}

// addMetered comes after the bill, whose meters telemetry's are folded into.
func (b *books) addMetered(in *Input) {
	for i := range in.Metered {
		m := &in.Metered[i]
		c := b.cell(&m.Key)
		if m.Purchase {
			c.MeteredPurchases = c.MeteredPurchases.Add(m.Cost)
			c.Bridge[Purchases] = c.Bridge[Purchases].Sub(m.Cost)
			b.found.add(c, Purchases, Kind(Purchases.String()), "", m.Cost.Neg())
			continue
		}
		c.Metered = c.Metered.Add(m.Cost)
		c.MeteredRequests += m.Requests
		c.addConfidence(m.Confidence, m.Cost)
		p := c.part(c.folded(m.Slot))
		p.metered, p.committed, p.cost = p.metered.Add(m.Quantity), p.committed.Add(m.Committed), p.cost.Add(m.Cost)
		p.pricing.add(m.PricingID)
		b.found.list(m)
		b.average(&c.Key, c.folded(m.Slot)).add(m)
		b.addCoverage(c, m.Meter, m.Quantity, m.Requests)
	}
	for i := range in.Unpriced {
		u := &in.Unpriced[i]
		c := b.cell(&u.Key)
		c.MeteredRequests += u.Requests
		c.UnpricedRequests += u.Requests
		if u.Quantity.IsZero() {
			c.noUsage += u.Requests
		} else {
			p := c.part(c.folded(u.Slot))
			p.unpriced = p.unpriced.Add(u.Quantity)
		}
		b.addCoverage(c, u.Meter, u.Quantity, u.Requests)
	}
}

// reported is what a provider counts: days, and the models that it counts on any of them. Reports leave out days, and models of whole
// endpoints; calls that are in no report would hide the lack of others.
type reported struct {
	days   map[reportDay]bool
	models map[accountModel]bool
}

func newReported() reported { return reported{map[reportDay]bool{}, map[accountModel]bool{}} }

func (r reported) add(k *Key) {
	r.days[dayOf(k)] = true
	r.models[accountModel{k.Currency, k.Provider, k.Account, k.Model}] = true
}

// has reports whether calls of the key are among those that are counted. Counts without a model are of all models.
func (r reported) has(k *Key) bool {
	of := accountModel{k.Currency, k.Provider, k.Account, k.Model}
	if r.days[dayOf(k)] && r.models[of] {
		return true
	}
	of.model = ""
	return r.days[dayOf(k)] && r.models[of]
}

// addCoverage counts what telemetry has of what the provider counts.
func (b *books) addCoverage(c *cell, m Meter, q money.Quantity, requests int64) {
	if b.requests.has(&c.Key) {
		c.CountedRequests = c.CountedRequests.Add(money.Units(requests))
	}
	if isTokens(m) && b.tokens.has(&c.Key) {
		c.MeteredTokens = c.MeteredTokens.Add(q)
	}
}

func (c *cell) addConfidence(confidence ledger.Confidence, cost money.Amount) {
	if c.Confidence == nil {
		c.Confidence = map[ledger.Confidence]money.Amount{}
	}
	c.Confidence[confidence] = c.Confidence[confidence].Add(cost)
}

// folded returns the slot under which the bill has the usage.
func (c *cell) folded(s Slot) Slot {
	s.Meter = fold(s.Meter, func(m Meter) bool {
		for slot, p := range c.parts {
			if slot.Meter == m && (p.isCounted || p.charges > 0) {
				return true
			}
		}
		return false
	})
	return s
}
