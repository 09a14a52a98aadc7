package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// day is one that was compared. N counts from 1970, so that days that were not leave a gap.
type day struct {
	N               int64
	Metered, Billed money.Amount
	// Drift is in words.
	Drift string
}

const secondsOfDay = 24 * 60 * 60

func dayNumber(t time.Time) int64 {
	n := t.Unix() / secondsOfDay
	if t.Unix()%secondsOfDay < 0 {
		n--
	}
	return n
}

func dateOf(n int64) time.Time { return time.Unix(n*secondsOfDay, 0).UTC() }

// daysOf reads groups by day, which are in their order.
func daysOf(groups []reconcile.Group) []day {
	days := make([]day, 0, len(groups))
	for i := range groups {
		date, err := time.Parse(time.DateOnly, groups[i].Values[0])
		if err != nil {
			continue // beyond the year 9999: no calendar has a place for it
		}
		days = append(days, day{dayNumber(date), groups[i].Metered, groups[i].Billed, driftOf(&groups[i].Comparison)})
	}
	return days
}

// gap is a run of days that were not compared.
type gap struct{ First, Last int64 }

func gaps(days []day, first, last int64) []gap {
	var found []gap
	next := first
	for i := range days {
		if days[i].N > next {
			found = append(found, gap{next, days[i].N - 1})
		}
		next = days[i].N + 1
	}
	if next <= last {
		found = append(found, gap{next, last})
	}
	return found
}

// frame says where the parts of the daily chart are.
type frame struct {
	class                 string
	width                 float64
	top, bottom           float64
	stripTop, stripBottom float64
	height                float64
	ticks                 int
}

var (
	wideFrame   = frame{class: "wide", width: 960, top: 12, bottom: 232, stripTop: 262, stripBottom: 322, height: 352, ticks: 5}
	narrowFrame = frame{class: "narrow", width: 358, top: 12, bottom: 182, stripTop: 212, stripBottom: 262, height: 292, ticks: 4}
)

// crowded is the number of days from which on the line is fine, and a day has no dot of its own.
const crowded = 62

// daily is the chart of days while it is drawn.
type daily struct {
	chart
	frame
	days        []day
	first, last int64
	left, right float64
}

// drawDaily draws what was billed as bars and what was metered as a line, and below, by day, the difference. It needs a day.
func drawDaily(days []day, first, last int64, currency string, f frame) chart {
	d := &daily{frame: f, days: days, first: min(first, days[0].N), last: max(last, days[len(days)-1].N), right: f.width - 1}
	d.Class, d.Width, d.Height = f.class, f.width, f.height
	amounts, differences := []money.Amount{{}}, []money.Amount{{}}
	for i := range days {
		amounts = append(amounts, days[i].Metered, days[i].Billed)
		differences = append(differences, days[i].Billed.Sub(days[i].Metered))
	}
	lowest, highest := extent(amounts...)
	marks := ticks(lowest, highest, f.ticks)
	least, most := extent(differences...)
	d.left = d.labelRoom(marks)
	y, strip := newScale(lowest, highest, f.bottom, f.top), newScale(least, most, f.stripBottom, f.stripTop)
	if lowest.Cmp(highest) == 0 {
		marks = []tick{{At: lowest, Label: "0"}}
	}
	d.gaps()
	d.axis(marks, y)
	d.dates()
	d.bars(y)
	d.metered(y)
	d.strip(strip)
	d.hits(currency)
	return d.chart
}

func (d *daily) labelRoom(marks []tick) float64 {
	room := textWidth("0")
	for _, t := range marks {
		room = max(room, textWidth(t.Label))
	}
	return room + gutter/2
}

// slot is where a day begins and how wide it is.
func (d *daily) slot(n int64) (x, width float64) {
	width = (d.right - d.left) / float64(d.last-d.first+1)
	return d.left + width*float64(n-d.first), width
}

func (d *daily) gaps() {
	for _, g := range gaps(d.days, d.first, d.last) {
		x, width := d.slot(g.First)
		width *= float64(g.Last - g.First + 1)
		d.Rects = append(d.Rects, rect{x, d.top, width, d.stripBottom - d.top, "gap", ""})
		when := dateOf(g.First).Format(time.DateOnly)
		if g.Last > g.First {
			when += " to " + dateOf(g.Last).Format(time.DateOnly)
		}
		d.Hits = append(d.Hits, rect{x, d.top, width, d.stripBottom - d.top, "hit", when + ": not compared"})
	}
}

func (d *daily) axis(marks []tick, y scale) {
	for _, t := range marks {
		at := y.at(t.At)
		d.Lines = append(d.Lines, line{d.left, at, d.right, at, "grid"})
		d.Texts = append(d.Texts, text{d.left - gutter/2, at + fontSize/3, "end", "axis", t.Label})
	}
}

func (d *daily) bars(y scale) {
	zero := y.at(money.Amount{})
	for i := range d.days {
		d.bar(d.days[i].N, zero, y.at(d.days[i].Billed), "billed")
	}
	d.Lines = append(d.Lines, line{d.left, zero, d.right, zero, "zero"})
}

// widest is how wide the bar of a day may be, where there are few.
const widest = 64.0

func (d *daily) bar(n int64, from, to float64, class string) {
	x, slot := d.slot(n)
	width := min(slot*0.7, widest)
	d.Rects = append(d.Rects, rect{x + (slot-width)/2, min(from, to), width, max(from, to) - min(from, to), class, ""})
}

// metered draws a line through days that follow each other. A day between gaps is a dot.
func (d *daily) metered(y scale) {
	var run []point
	for i := range d.days {
		x, width := d.slot(d.days[i].N)
		run = append(run, point{x + width/2, y.at(d.days[i].Metered)})
		if i+1 < len(d.days) && d.days[i+1].N == d.days[i].N+1 {
			continue
		}
		fine := d.last-d.first >= crowded
		switch {
		case len(run) > 1 && fine:
			d.Paths = append(d.Paths, path{run, "fine"})
		case len(run) > 1:
			d.Paths = append(d.Paths, path{run, "halo"}, path{run, "metered"})
		}
		if len(run) == 1 || !fine {
			d.Dots = append(d.Dots, run...)
		}
		run = nil
	}
}

// strip has bars up where more was billed, and down where more was metered.
func (d *daily) strip(y scale) {
	zero := y.at(money.Amount{})
	for i := range d.days {
		difference := d.days[i].Billed.Sub(d.days[i].Metered)
		if difference.IsZero() {
			continue
		}
		d.bar(d.days[i].N, zero, y.at(difference), direction(difference))
	}
	d.Lines = append(d.Lines, line{d.left, zero, d.right, zero, "zero"})
	const label = "Difference, billed less metered"
	d.Texts = append(d.Texts, text{min(d.left, d.width-textWidth(label)), d.stripTop - 6, "start", "axis", label})
}

func (d *daily) hits(currency string) {
	for i := range d.days {
		of := &d.days[i]
		x, width := d.slot(of.N)
		d.Hits = append(d.Hits, rect{x, d.top, width, d.stripBottom - d.top, "hit", fmt.Sprintf(
			"%s: metered %s, billed %s, difference %s, drift %s", dateOf(of.N).Format(time.DateOnly),
			exact(of.Metered, currency), exact(of.Billed, currency), exact(of.Billed.Sub(of.Metered), currency), of.Drift,
		)})
	}
}

// dailies draws for wide and narrow screens.
func dailies(days []day, first, last int64, currency, id string) []chart {
	if len(days) == 0 {
		return nil
	}
	charts := []chart{drawDaily(days, first, last, currency, wideFrame), drawDaily(days, first, last, currency, narrowFrame)}
	for i := range charts {
		charts[i].ID = id + "-" + charts[i].Class
		charts[i].Title = "Metered and billed by day"
		charts[i].Desc = describe(days, currency)
	}
	return charts
}

// describe says what the eye sees: between which days, and where the two are farthest apart.
func describe(days []day, currency string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s compared, from %s to %s. ", plural(int64(len(days)), "day"),
		dateOf(days[0].N).Format(time.DateOnly), dateOf(days[len(days)-1].N).Format(time.DateOnly))
	farthest, size := &days[0], money.Amount{}
	for i := range days {
		difference := days[i].Billed.Sub(days[i].Metered)
		if difference.Sign() < 0 {
			difference = difference.Neg()
		}
		if difference.Cmp(size) > 0 {
			farthest, size = &days[i], difference
		}
	}
	if size.IsZero() {
		b.WriteString("Both are equal on every day.")
		return b.String()
	}
	fmt.Fprintf(&b, "The largest difference of a day is %s, on %s.",
		withCurrency(currency, signed(farthest.Billed.Sub(farthest.Metered))), dateOf(farthest.N).Format(time.DateOnly))
	return b.String()
}
