package reconcile

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// delta is by how much the quantity that the provider counted in a slot exceeds what was metered, and what that costs at our rate.
type delta struct {
	*cell
	Slot
	part     *part
	quantity *big.Rat
	amount   money.Amount
}

// take takes a quantity out of a delta, and returns its share of the amount. Taking all of it takes the whole amount.
func (d *delta) take(quantity *big.Rat) money.Amount {
	amount := d.amount
	if quantity.Cmp(d.quantity) != 0 {
		amount = times(new(big.Rat).Quo(d.amount.Rat(), d.quantity), quantity)
	}
	d.quantity = new(big.Rat).Sub(d.quantity, quantity)
	d.amount = d.amount.Sub(amount)
	return amount
}

// A stage finds tokens that both sides counted in different slots. What it leaves is for the next, which looks wider.
type stage struct {
	kind   Kind
	within func(Slot) string
}

var stages = []stage{
	{TierNotVisible, func(s Slot) string { return string(s.Meter) }},
	{CacheNotVisible, func(s Slot) string { return direction(s.Meter) + modality(s.Meter) }},
	{ModalityNotVisible, func(s Slot) string { return direction(s.Meter) }},
}

// settleMoves finds tokens that only changed their slot.
func (b *books) settleMoves(deltas []*delta) {
	for _, st := range stages {
		groups := map[string][]*delta{}
		for _, d := range deltas {
			groups[st.within(d.Slot)] = append(groups[st.within(d.Slot)], d)
		}
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			b.settleMoved(TierAndCache, st.kind, groups[key])
		}
	}
}

// settleMoved books as many tokens as are too many in some slots and too few in others of the same group.
func (b *books) settleMoved(line Line, kind Kind, group []*delta) {
	more, less := new(big.Rat), new(big.Rat)
	for _, d := range group {
		if d.quantity.Sign() > 0 {
			more.Add(more, d.quantity)
		} else {
			less.Sub(less, d.quantity)
		}
	}
	moved := more
	if less.Cmp(more) < 0 {
		moved = less
	}
	if moved.Sign() == 0 {
		return
	}
	moved = new(big.Rat).Set(moved)
	for _, d := range group {
		side := more
		if d.quantity.Sign() < 0 {
			side = less
		}
		if d.quantity.Sign() == 0 {
			continue
		}
		quantity := new(big.Rat).Mul(d.quantity, new(big.Rat).Quo(moved, side))
		amount := d.take(quantity)
		f := b.book(d.cell, line, kind, "", amount)
		f.rate(d.Slot).add(quantity, amount, money.Amount{}, amount)
	}
}

// settleVolume divides what is left, once it is of all days: first what the sides have under different subaccounts, then what the
// provider counted on the day before or after, then the calls that one side does not know of.
func (b *books) settleVolume() {
	b.settleSubaccounts()
	last := map[series]*delta{}
	for _, d := range b.left {
		of := seriesOf(d)
		if before := last[of]; before != nil && before.Day.AddDate(0, 0, 1).Equal(d.Day) {
			b.settleShifted(before, d)
		}
		last[of] = d
	}
	for _, d := range b.left {
		b.bookVolume(d.cell, d)
	}
}

// settleSubaccounts finds usage that only changed its subaccount: telemetry of some services does not know it.
func (b *books) settleSubaccounts() {
	groups := map[place][]*delta{}
	var order []place
	for _, d := range b.left {
		of := place{d.Key, d.Slot}
		of.Subaccount = ""
		if groups[of] == nil {
			order = append(order, of)
		}
		groups[of] = append(groups[of], d)
	}
	for _, of := range order {
		b.settleMoved(Volume, OtherSubaccount, groups[of])
	}
}

// place is a slot of a cell.
type place struct {
	Key
	Slot
}

// series is a slot of a model over the days.
type series struct {
	Key
	Slot
}

func seriesOf(d *delta) series {
	s := series{d.Key, d.Slot}
	s.Day = time.Time{}
	return s
}

// settleShifted books what is too much on one of two days and too little on the other.
func (b *books) settleShifted(before, after *delta) {
	if before.quantity.Sign()*after.quantity.Sign() >= 0 {
		return
	}
	shifted := new(big.Rat).Set(before.quantity)
	if new(big.Rat).Abs(after.quantity).Cmp(new(big.Rat).Abs(shifted)) < 0 {
		shifted.Neg(after.quantity)
	}
	for _, d := range []*delta{before, after} {
		quantity := new(big.Rat).Set(shifted)
		amount := d.take(quantity)
		f := b.book(d.cell, Volume, DayShift, "", amount)
		f.rate(d.Slot).add(quantity, amount, money.Amount{}, amount)
		shifted.Neg(shifted)
	}
}

// bookVolume books what is left of a delta. Without a quantity it is what an average rate was rounded by.
func (b *books) bookVolume(c *cell, d *delta) {
	switch {
	case d.amount.IsZero() && d.quantity.Sign() == 0:
	case d.quantity.Sign() == 0:
		b.book(c, Rounding, Kind(Rounding.String()), "", d.amount)
	case d.quantity.Sign() < 0:
		b.bookCalls(c, d, NotOnBill, d.quantity)
	default:
		absent, silent := c.missing()
		switch {
		case absent.Sign() > 0 && silent.Sign() > 0:
			share := new(big.Rat).Quo(absent, new(big.Rat).Add(absent, silent))
			b.bookCalls(c, d, Bypassing, share.Mul(share, d.quantity))
			b.bookCalls(c, d, MissingUsage, d.quantity)
		case absent.Sign() > 0:
			b.bookCalls(c, d, Bypassing, d.quantity)
		case silent.Sign() > 0:
			b.bookCalls(c, d, MissingUsage, d.quantity)
		case !c.BilledRequests.IsZero():
			b.bookCalls(c, d, Understated, d.quantity)
		default: // the provider counts no calls, and all that are known say what they used
			b.bookCalls(c, d, Bypassing, d.quantity)
		}
	}
}

func (b *books) bookCalls(c *cell, d *delta, kind Kind, quantity *big.Rat) {
	quantity = new(big.Rat).Set(quantity)
	amount := d.take(quantity)
	f := b.book(c, Volume, kind, "", amount)
	r := f.rate(d.Slot)
	expected := amount
	if d.part.implied {
		expected = money.Amount{} // our rate is not known
	}
	r.add(quantity, expected, money.Amount{}, amount)
	r.pricing.add(d.part.pricing.String())
	f.addRequests(c, kind)
}

// missing returns how many calls the provider counted that telemetry does not know of, and of how many telemetry does not
// know the usage.
func (c *cell) missing() (absent, silent *big.Rat) {
	absent = new(big.Rat).Sub(c.BilledRequests.Rat(), money.Units(c.MeteredRequests).Rat())
	return absent, money.Units(c.noUsage).Rat()
}
