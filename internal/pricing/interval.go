package pricing

import (
	"fmt"
	"math"
	"time"
)

// interval is [from, to) in Unix nanoseconds.
type interval struct{ from, to int64 }

const (
	minInstant = math.MinInt64
	maxInstant = math.MaxInt64
)

func (iv interval) holds(t int64) bool { return t >= iv.from && t < iv.to }

// parseInstant reads a day or an RFC 3339 time as UTC; empty is unbounded.
func parseInstant(s string, unbounded int64) (int64, error) {
	if s == "" {
		return unbounded, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
	}
	// Nanoseconds of an int64 end in 2262.
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return unbounded, fmt.Errorf("%q must be a day such as 2026-03-13 or a time such as 2026-03-13T07:00:00Z", s)
	}
	return t.UnixNano(), nil
}

// dayLabel shortens an instant to its day unless it lies within one.
func dayLabel(instant int64) string {
	t := time.Unix(0, instant).UTC()
	if t.Truncate(24 * time.Hour).Equal(t) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
