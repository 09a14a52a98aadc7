package page

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// step is a row of the waterfall: a total from 0, or a change from where the row above ends.
type step struct {
	Name, Meaning string
	// Class is how it is drawn.
	Class    string
	From, To money.Amount
	Total    bool
}

func (s *step) amount() money.Amount { return s.To.Sub(s.From) }

// steps lead from what was metered to what was billed, and to the invoice where that is something else. Lines of 0
// are left out.
func steps(c *reconcile.Comparison) []step {
	list := []step{{Name: "Metered", Meaning: "usage by telemetry", Class: "metered", To: c.Metered, Total: true}}
	for l := range reconcile.Purchases {
		list = change(list, lineWords[l].Name, lineWords[l].Meaning, c.Bridge[l])
	}
	list = append(list, step{Name: "Billed", Meaning: "usage by the bill", Class: "billed", To: c.Billed, Total: true})
	billed := len(list)
	list = change(list, "Booked purchases", "commitments in our books", c.MeteredPurchases)
	for l := reconcile.Purchases; l < reconcile.Lines; l++ {
		list = change(list, lineWords[l].Name, lineWords[l].Meaning, c.Bridge[l])
	}
	if len(list) > billed || c.Invoiced.Cmp(c.Billed) != 0 {
		list = append(list, step{Name: "Invoice", Meaning: "everything on the bill", Class: "invoice", To: c.Invoiced, Total: true})
	}
	return list
}

func change(list []step, name, meaning string, a money.Amount) []step {
	if a.IsZero() {
		return list
	}
	from := list[len(list)-1].To
	class := "up"
	if a.Sign() < 0 {
		class = "down"
	}
	return append(list, step{Name: name, Meaning: meaning, Class: class, From: from, To: from.Add(a)})
}

// label writes a change with its direction, so that it is not told by colour alone.
func (s *step) label() string {
	switch {
	case s.Total:
		return round(s.To)
	case s.amount().Sign() < 0:
		return "\u25bc\u00a0" + round(s.amount())
	default:
		return "\u25b2\u00a0" + signed(s.amount())
	}
}

// layout says where the parts of a row are. On narrow screens the texts are above the bar.
type layout struct {
	class        string
	width        float64
	row, bar     float64
	barAt, textY float64
	ticks        int
	beside       bool
}

var (
	wideRows   = layout{class: "wide", width: 960, row: 34, bar: 22, barAt: 6, textY: 22, ticks: 6, beside: true}
	narrowRows = layout{class: "narrow", width: 358, row: 46, bar: 14, barAt: 22, textY: 17, ticks: 3}
)

const (
	gutter     = 14.0
	axisHeight = 26.0
	// thinnest is how wide a bar is that would be too thin to be seen.
	thinnest = 2.0
)

// plot is where bars may be.
func (l *layout) plot(list []step) (left, right float64) {
	if !l.beside {
		return 1, l.width - 1
	}
	var names, amounts float64
	for i := range list {
		names = max(names, textWidth(list[i].Name))
		amounts = max(amounts, textWidth(list[i].label()))
	}
	return names + gutter, l.width - amounts - gutter
}

// drawWaterfall draws steps from top to bottom.
func drawWaterfall(list []step, currency string, l layout) chart {
	left, right := l.plot(list)
	lowest, highest, cut := window(list)
	x := newScale(lowest, highest, left, right)
	c := chart{Class: l.class, Width: l.width, Height: float64(len(list))*l.row + axisHeight}
	for _, t := range ticks(lowest, highest, l.ticks) {
		at := x.at(t.At)
		c.Lines = append(c.Lines, line{at, 0, at, c.Height - axisHeight + 4, "grid"})
		c.Texts = append(c.Texts, clamp(text{X: at, Y: c.Height - 7, Class: "axis", Value: t.Label}, l.width))
	}
	for i := range list {
		drawStep(&c, &list[i], float64(i)*l.row, x, l)
		if list[i].Total && cut {
			c.Paths = append(c.Paths, zigzag(left+6, float64(i)*l.row+l.barAt, l.bar))
		}
		if i+1 < len(list) {
			at := x.at(list[i].To)
			c.Lines = append(c.Lines, line{at, float64(i)*l.row + l.barAt + l.bar, at, float64(i+1)*l.row + l.barAt, "connector"})
		}
		c.Hits = append(c.Hits, rect{
			0, float64(i) * l.row, l.width, l.row, "hit",
			fmt.Sprintf("%s: %s (%s)", list[i].Name, exact(list[i].amount(), currency), list[i].Meaning),
		})
	}
	return c
}

func drawStep(c *chart, s *step, top float64, x scale, l layout) {
	from, to := x.at(s.From), x.at(s.To)
	left, right := min(from, to), max(from, to)
	if right-left < thinnest {
		// It grows to where it is within the plot.
		left = max(x.from, min(left, x.to-thinnest))
		right = left + thinnest
	}
	c.Rects = append(c.Rects, rect{left, top + l.barAt, right - left, l.bar, s.Class, ""})
	class := "label"
	if s.Total {
		class = "label total"
	}
	c.Texts = append(
		c.Texts,
		text{0, top + l.textY, "start", class, s.Name},
		text{l.width, top + l.textY, "end", class, s.label()},
	)
}

// zigzag shows that a bar begins far left of the chart.
func zigzag(x, top, height float64) path {
	p := path{Class: "break"}
	const teeth = 4
	for i := range teeth + 1 {
		p.Points = append(p.Points, point{x + 4*float64(i%2), top + height*float64(i)/teeth})
	}
	return p
}

// Changes that are small beside the totals are drawn larger, by an axis that does not begin at 0; those that are next to
// nothing are not, for then it would look as if there were much to explain.
var cutFrom, cutTo = big.NewRat(1, 200), big.NewRat(1, 2)

// window is the range of the chart, and whether it leaves out what is between 0 and the lowest.
func window(list []step) (lowest, highest money.Amount, cut bool) {
	levels := make([]money.Amount, len(list))
	for i := range list {
		levels[i] = list[i].To
	}
	lowest, highest = extent(levels...)
	if lowest.Sign() > 0 {
		span := highest.Sub(lowest)
		part := new(big.Rat).Quo(span.Rat(), highest.Rat())
		if part.Cmp(cutFrom) >= 0 && part.Cmp(cutTo) < 0 {
			// A third of the range is left for what the totals begin with.
			start, err := money.RoundAmount(new(big.Rat).Sub(lowest.Rat(), new(big.Rat).Mul(span.Rat(), big.NewRat(1, 3))))
			if err == nil && start.Sign() > 0 {
				return start, highest, true
			}
		}
	}
	lowest, highest = extent(money.Amount{}, lowest, highest)
	return lowest, highest, false
}

// waterfalls draws for wide and narrow screens, with the same words for those who do not see them.
func waterfalls(c *reconcile.Comparison, currency, id string) []chart {
	list := steps(c)
	told := make([]string, len(list))
	for i := range list {
		told[i] = list[i].Name + " " + withCurrency(currency, list[i].label())
		if !list[i].Total {
			told[i] = list[i].Name + " " + withCurrency(currency, signed(list[i].amount()))
		}
	}
	charts := []chart{drawWaterfall(list, currency, wideRows), drawWaterfall(list, currency, narrowRows)}
	for i := range charts {
		charts[i].ID = id + "-" + charts[i].Class
		charts[i].Title = "From metered to billed"
		charts[i].Desc = strings.Join(told, "; ") + "."
	}
	return charts
}

// isCut reports whether the axis of the waterfall leaves something out.
func isCut(c *reconcile.Comparison) bool {
	_, _, cut := window(steps(c))
	return cut
}
