package page

import (
	"math"
	"time"
)

// dateTick is a labelled day.
type dateTick struct {
	N     int64
	Label string
}

// dateTicks returns days that are at least so many days apart: every few, or the first of every few months.
func dateTicks(first, last, apart int64) []dateTick {
	for _, days := range []int64{1, 2, 5, 7, 14} {
		if days < apart {
			continue
		}
		var found []dateTick
		for at := first; at <= last; at += days {
			found = append(found, dateTick{at, dateOf(at).Format("2 Jan")})
		}
		return found
	}
	const shortestMonth = 28
	months := 1
	for int64(months)*shortestMonth < apart {
		months *= 2
	}
	return monthTicks(first, last, months)
}

func monthTicks(first, last int64, months int) []dateTick {
	from := dateOf(first)
	at := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	if at.Before(from) {
		at = at.AddDate(0, 1, 0)
	}
	var found []dateTick
	for ; dayNumber(at) <= last; at = at.AddDate(0, months, 0) {
		found = append(found, dateTick{dayNumber(at), at.Format("Jan 2006")})
	}
	return found
}

// dateRoom is what a label takes with some space around.
const dateRoom = 84.0

func (d *daily) dates() {
	_, slot := d.slot(d.first)
	var end float64
	for _, t := range dateTicks(d.first, d.last, int64(math.Ceil(dateRoom/slot))) {
		x, _ := d.slot(t.N)
		at := x + slot/2
		d.Lines = append(d.Lines, line{at, d.stripBottom, at, d.stripBottom + 4, "grid"})
		label := clamp(text{X: at, Y: d.height - 8, Class: "axis", Value: t.Label}, d.width)
		if half := textWidth(label.Value) / 2; label.X-half >= end {
			d.Texts = append(d.Texts, label)
			end = label.X + half
		}
	}
}
