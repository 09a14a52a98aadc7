package focus

import (
	"fmt"
	"time"
)

// timeLayout is the one form that the specification allows.
const timeLayout = "2006-01-02T15:04:05Z"

// otherLayouts are what exports of others hold: fractions, offsets, and the blanks and bare dates of databases.
var otherLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 UTC", "2006-01-02 15:04:05.999999999", "2006-01-02", "01/02/2006",
}

// FormatTime returns t in UTC as the specification wants it.
func FormatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// ParseTime reads the specification's form, and those that other exports are known to use, as UTC where they name no offset. "" is
// the zero time, which stands for NULL.
func ParseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(timeLayout, s); err == nil {
		return t, nil
	}
	for _, layout := range otherLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is not a date and time; want 2026-11-23T14:00:00Z", s)
}

// BillingPeriod returns the calendar month of t in UTC: start inclusive, end exclusive.
func BillingPeriod(t time.Time) (start, end time.Time) {
	t = t.UTC()
	start = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	return start, start.AddDate(0, 1, 0)
}
