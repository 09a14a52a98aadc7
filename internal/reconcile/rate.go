package reconcile

import (
	"math/big"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// rate finds what a unit costs by our books: what the day's own calls cost on average, or else what the catalog says, or else what calls
// of other days cost. What a commitment has paid for costs nothing more, and says nothing of the rest.
func (b *books) rate(c *cell, s Slot) {
	p := c.parts[s]
	paid := p.metered.Sub(p.committed)
	switch {
	case paid.Sign() > 0:
		p.rate = new(big.Rat).Quo(p.cost.Rat(), paid.Rat())
	case b.rates != nil:
		if r, ok := b.rates.Rate(c.Key, s); ok {
			p.rate = r.PerUnit
			p.pricing.add(r.PricingID)
		}
	}
	if p.rate == nil {
		p.rate = b.average(&c.Key, s).rate()
	}
	if beyond := p.counted.Sub(p.committed); p.committed.IsZero() || beyond.Sign() > 0 {
		p.expect(beyond)
	} else if p.rate == nil {
		p.rate = new(big.Rat) // all of it is paid for
	}
}

// average is what was metered of a slot over all days.
type average struct {
	paid money.Quantity
	cost money.Amount
}

func (a *average) add(m *Metered) {
	a.paid, a.cost = a.paid.Add(m.Quantity.Sub(m.Committed)), a.cost.Add(m.Cost)
}

func (a *average) rate() *big.Rat {
	if a.paid.Sign() <= 0 {
		return nil
	}
	return new(big.Rat).Quo(a.cost.Rat(), a.paid.Rat())
}

// average returns what is added up of a slot's days, whatever the subaccount.
func (b *books) average(k *Key, s Slot) *average {
	of := series{*k, s}
	of.Day, of.Subaccount = time.Time{}, ""
	a, ok := b.averages[of]
	if !ok {
		a = new(average)
		b.averages[of] = a
	}
	return a
}

// expect says what a quantity costs at the rate.
func (p *part) expect(quantity money.Quantity) {
	if p.rate != nil {
		p.expected = times(p.rate, quantity.Rat())
	} else {
		p.expected = p.cost
	}
}

// settleUnseen values usage that telemetry knows nothing of as the bill does, where our books cannot: of models without a rate, and of
// gateways' totals, in which nobody says how many are reads of a cache, so that the catalog's rates would be taken for wrong ones.
func (b *books) settleUnseen(c *cell, g *group) {
	var weight []*big.Rat
	sum := new(big.Rat)
	for _, s := range g.slots {
		p := c.parts[s]
		if c.MeteredRequests > 0 || p.metered.Sign() != 0 || p.unpriced.Sign() != 0 || p.counted.Sign() < 0 {
			return
		}
		switch {
		case (p.rate == nil) != (c.parts[g.slots[0]].rate == nil):
			return // quantities and amounts do not add up
		case p.rate == nil:
			weight = append(weight, p.counted.Rat())
		case s.Meter == Prompt || s.Meter == Completion:
			weight = append(weight, p.expected.Rat())
		default:
			return
		}
		sum.Add(sum, weight[len(weight)-1])
	}
	if sum.Sign() > 0 && g.charged.Sign() > 0 {
		c.imply(g, weight, sum)
	}
}

// imply divides what was charged among the slots of a group.
func (c *cell) imply(g *group, weight []*big.Rat, sum *big.Rat) {
	left := g.charged
	for i, s := range g.slots {
		p := c.parts[s]
		p.expected = times(weight[i].Quo(weight[i], sum), g.charged.Rat())
		if i == len(g.slots)-1 {
			p.expected = left // no digit is lost
		}
		left = left.Sub(p.expected)
		p.rate, p.implied = new(big.Rat), true
		if p.counted.Sign() > 0 {
			p.rate.Quo(p.expected.Rat(), p.counted.Rat())
		}
	}
}
