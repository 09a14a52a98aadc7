package page

import "time"

// dateTick is a labelled day.
type dateTick struct {
	N     int64
	Label string
}

// dateTicks returns days of at most n labels: every so many days, or the first of every so many months, where a month
// is labelled at any.
func dateTicks(first, last int64, n int) []dateTick {
	for _, days := range []int64{1, 2, 5, 7, 14, 28} {
		if (last-first)/days < int64(n) {
			var found []dateTick
			for at := first; at <= last; at += days {
				found = append(found, dateTick{at, dateOf(at).Format("2 Jan")})
			}
			return found
		}
	}
	for months := 1; ; months *= 2 {
		if found := monthTicks(first, last, months); len(found) <= n {
			return found
		}
	}
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
	room := int((d.right - d.left) / dateRoom)
	for _, t := range dateTicks(d.first, d.last, max(room, 1)) {
		x, width := d.slot(t.N)
		at := x + width/2
		d.Lines = append(d.Lines, line{at, d.stripBottom, at, d.stripBottom + 4, "grid"})
		d.Texts = append(d.Texts, clamp(text{X: at, Y: d.height - 8, Class: "axis", Value: t.Label}, d.width))
	}
}
