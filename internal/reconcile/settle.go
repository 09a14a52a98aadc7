package reconcile

import (
	"math/big"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// settle divides the difference of a cell into the lines of its bridge.
func (b *books) settle(c *cell) {
	b.settleTools(c)
	for i := range c.unparsed {
		b.book(c, Unparsed, Kind(Unparsed.String()), c.unparsed[i].Line, c.unparsed[i].Cost)
	}
	if !c.isCharged() && !c.counted && b.unparsed[dayOf(&c.Key)] {
		b.settleUnnamed(c)
		return
	}
	for _, s := range c.slots(true) {
		b.rate(c, s)
	}
	var deltas []*delta
	for _, g := range c.groups() {
		deltas = append(deltas, b.settlePrice(c, &g)...)
	}
	b.settleMoves(deltas)
	b.left = append(b.left, deltas...)
}

// book adds an amount to a line, and to what was found.
func (b *books) book(c *cell, l Line, kind Kind, text string, amount money.Amount) *finding {
	c.Bridge[l] = c.Bridge[l].Add(amount)
	return b.found.add(c, l, kind, text, amount)
}

// settleTools compares what is no token: only its cost, because reports seldom count it.
func (b *books) settleTools(c *cell) {
	for _, s := range c.slots(false) {
		p := c.parts[s]
		if difference := p.charged.Sub(p.cost); !difference.IsZero() {
			f := b.book(c, ToolsAndFees, Tool, string(s.Meter), difference)
			f.rate(s).add(p.counted.Rat(), money.Amount{}, p.charged, difference)
		}
	}
	for i := range c.fees {
		b.book(c, ToolsAndFees, Fee, c.fees[i].Line, c.fees[i].Cost)
	}
}

// settleUnnamed sets what was metered of a model that no line of the bill names against the lines that name no model.
func (b *books) settleUnnamed(c *cell) {
	for _, s := range c.slots(true) {
		b.bookUnnamed(c, c.parts[s].cost.Neg())
	}
}

func (b *books) bookUnnamed(c *cell, difference money.Amount) {
	if !difference.IsZero() {
		b.book(c, Unparsed, Kind(Unparsed.String()), "", difference)
	}
}

// times multiplies, rounded to the precision of amounts.
func times(rate, quantity *big.Rat) money.Amount {
	a, _ := money.RoundAmount(new(big.Rat).Mul(rate, quantity)) // out of range, the cell's sums are, too
	return a
}

// group is the slots whose charges cannot be told from each other.
type group struct {
	slots   []Slot
	charged money.Amount
	charges int
	// counted is set when the provider counted some of it, or would have if there had been any.
	counted bool
	// uncharged is set for what no bill of usage has.
	uncharged bool
}

// groups returns the slots of tokens as finely as the bill tells them apart: by meter and tier, by meter, or not at all.
func (c *cell) groups() []group {
	var slots []Slot
	var groups []group
	for _, s := range c.slots(true) {
		if p := c.parts[s]; p.uncharged && p.charges == 0 {
			groups = append(groups, group{slots: []Slot{s}, counted: true, uncharged: true})
		} else {
			slots = append(slots, s)
		}
	}
	if c.pools > 0 {
		return append(groups, c.group(slots))
	}
	for len(slots) > 0 {
		n := slices.IndexFunc(slots, func(s Slot) bool { return s.Meter != slots[0].Meter })
		if n < 0 {
			n = len(slots)
		}
		meters := slots[:n]
		slots = slots[n:]
		if !c.tiersAgree(meters) {
			groups = append(groups, c.group(meters))
			continue
		}
		for i := range meters {
			groups = append(groups, c.group(meters[i:i+1]))
		}
	}
	return groups
}

// tiersAgree reports whether every tier that was charged was counted, and the other way round.
func (c *cell) tiersAgree(slots []Slot) bool {
	for _, s := range slots {
		if p := c.parts[s]; p.isCounted != (p.charges > 0) && (p.isCounted || p.charges > 0) {
			return false
		}
	}
	return true
}

func (c *cell) group(slots []Slot) group {
	g := group{slots: slots, charged: c.pooled, charges: c.pools}
	for _, s := range slots {
		p := c.parts[s]
		g.charged, g.charges = g.charged.Add(p.charged), g.charges+p.charges
		g.counted = g.counted || p.isCounted
	}
	g.counted = g.counted || g.charges == 0 && (c.counted || !c.isCharged())
	return g
}

// settlePrice compares what was charged with what the counted quantities cost at our rates, and returns how these
// quantities differ from what was metered.
func (b *books) settlePrice(c *cell, g *group) []*delta {
	if !g.counted {
		b.settleUncounted(c, g)
		return nil
	}
	b.settleUnseen(c, g)
	var deltas []*delta
	var expected money.Amount
	sum := new(big.Rat)
	for _, s := range g.slots {
		p := c.parts[s]
		expected = expected.Add(p.expected)
		sum.Add(sum, p.counted.Rat())
		if p.rate == nil {
			continue
		}
		d := &delta{cell: c, Slot: s, part: p, quantity: new(big.Rat).Sub(p.counted.Rat(), p.metered.Rat()), amount: p.expected.Sub(p.cost)}
		b.settleUnpriced(c, d)
		deltas = append(deltas, d)
	}
	b.bookPrice(c, g, sum, expected)
	return deltas
}

// settleUnpriced takes out of a delta what telemetry told of and could not price.
func (b *books) settleUnpriced(c *cell, d *delta) {
	unpriced := d.part.unpriced.Rat()
	if unpriced.Cmp(d.quantity) > 0 {
		unpriced.Set(d.quantity)
	}
	if unpriced.Sign() <= 0 {
		return
	}
	amount := d.take(unpriced)
	f := b.book(c, Price, NoPrice, "", amount)
	f.rate(d.Slot).add(unpriced, money.Amount{}, amount, amount)
}

// bookPrice books the difference between what was charged and what is expected for the quantities that were counted.
func (b *books) bookPrice(c *cell, g *group, quantity *big.Rat, expected money.Amount) {
	difference := g.charged.Sub(expected)
	if g.charges == 0 && !g.uncharged && b.unparsed[dayOf(&c.Key)] {
		// What was counted and is on no line is more likely on one that nobody can read than for free.
		b.bookUnnamed(c, difference)
		return
	}
	if g.charges > 0 {
		b.found.expect(c, expected) // what nothing is charged for is under no agreement
	}
	if difference.IsZero() {
		return
	}
	if abs(difference).Cmp(b.tolerance(c.Provider, g.charged, g.charges, quantity)) <= 0 {
		b.book(c, Rounding, Kind(Rounding.String()), "", difference)
		return
	}
	f := b.book(c, Price, g.priceKind(c), "", difference)
	f.charges += g.charges
	f.charged, f.expected = f.charged.Add(g.charged), f.expected.Add(expected)
	if c.pools == 0 || len(g.slots) == 1 {
		r := f.rate(g.slot())
		r.mixed = r.mixed || g.isMixed(c)
		r.add(quantity, expected, g.charged, difference)
		r.pricing.add(g.pricing(c))
	}
}

// priceKind says what a difference is that quantities do not explain.
func (g *group) priceKind(c *cell) Kind {
	switch {
	case len(g.slots) == 0, slices.ContainsFunc(g.slots, func(s Slot) bool { return c.parts[s].rate == nil && c.parts[s].counted.Sign() > 0 }):
		return NoPrice
	case g.charges == 0:
		return NotCharged
	default:
		return WrongPrice
	}
}

// isMixed reports whether the group has counts of several tiers.
func (g *group) isMixed(c *cell) bool {
	n := 0
	for _, s := range g.slots {
		if c.parts[s].counted.Sign() != 0 {
			n++
		}
	}
	return n > 1
}

// slot names the group: by its meter, and its tier if it has one only.
func (g *group) slot() Slot {
	if len(g.slots) == 1 {
		return g.slots[0]
	}
	return Slot{Meter: g.slots[0].Meter}
}

func (g *group) pricing(c *cell) string {
	var ids pricingID
	for _, s := range g.slots {
		if p := c.parts[s]; p.isCounted {
			ids.add(p.pricing.String())
		}
	}
	return ids.String()
}

// settleUncounted compares charges for which the provider reports no quantity: by their amounts alone.
func (b *books) settleUncounted(c *cell, g *group) {
	var cost money.Amount
	unpriced := false
	metered := new(big.Rat)
	for _, s := range g.slots {
		p := c.parts[s]
		cost = cost.Add(p.cost)
		metered.Add(metered, p.metered.Rat())
		unpriced = unpriced || p.unpriced.Sign() > 0
	}
	difference := g.charged.Sub(cost)
	switch {
	case difference.IsZero():
	case abs(difference).Cmp(b.tolerance(c.Provider, g.charged, g.charges, metered)) <= 0:
		b.book(c, Rounding, Kind(Rounding.String()), "", difference)
	case metered.Sign() == 0 && unpriced:
		b.book(c, Price, NoPrice, "", difference)
	default:
		b.book(c, Unexplained, Kind(Unexplained.String()), "", difference)
	}
}

// tolerance is what rounding accounts for: half of the last place in which the provider states amounts, of each line; what
// doubles lose; and half of the last place of a unit price, of each unit.
func (b *books) tolerance(provider string, charged money.Amount, charges int, quantity *big.Rat) money.Amount {
	half := new(big.Rat).SetFrac64(5, 10)
	places := max(b.decimals[provider], minDecimals)
	sum := new(big.Rat).Mul(half, new(big.Rat).SetInt64(int64(charges)))
	sum.Quo(sum, pow10(places))
	noise := new(big.Rat).Mul(abs(charged).Rat(), doubleNoise)
	units := new(big.Rat).Mul(new(big.Rat).Abs(quantity), new(big.Rat).Quo(half, pow10(money.UnitPriceDecimals)))
	a, _ := money.RoundAmount(sum.Add(sum, noise).Add(sum, units))
	return a
}

// minDecimals is the precision of an invoice: a bill of whole amounts is not rounded to them.
const minDecimals = 2

// doubleNoise is what sums of doubles lose, in proportion.
var doubleNoise = big.NewRat(1, 1_000_000_000_000)

func pow10(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

func abs(a money.Amount) money.Amount {
	if a.Sign() < 0 {
		return a.Neg()
	}
	return a
}

func decimalsOf(a money.Amount) int {
	_, fraction, _ := strings.Cut(a.String(), ".")
	return len(fraction)
}
