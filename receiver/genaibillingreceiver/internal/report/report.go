package report

import (
	"context"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
)

const day = 24 * time.Hour

// Span is a number of whole UTC days, To exclusive.
type Span struct{ From, To time.Time }

// Days returns the first instants of the days.
func (s Span) Days() (days []time.Time) {
	for d := s.From; d.Before(s.To); d = d.Add(day) {
		days = append(days, d)
	}
	return days
}

func (s Span) contains(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Report is everything that a provider charged and counted in a span.
type Report struct {
	Charges []billed.Charge
	Counts  []billed.Count
	// Rounded counts amounts and quantities with more decimals than are kept.
	Rounded int
	// Absent are the paths of lists that the API does not have, and that the report can do without.
	Absent []string
}

// Reader reads the report of a span.
type Reader interface {
	Read(ctx context.Context, span Span) (*Report, error)
}

// Window says which days a provider reports.
type Window struct {
	// Settle is how long after its end a day can first be read; 0 says that the current day can be read too.
	Settle time.Duration
	// MaxAge is how far back the report goes; 0 says that it has no such limit.
	MaxAge time.Duration
}

// Span returns the days from first on that can be read at now.
func (w Window) Span(first, now time.Time) Span {
	today := now.UTC().Truncate(day)
	s := Span{From: first, To: today.Add(day)}
	if w.Settle > 0 {
		s.To = now.UTC().Add(-w.Settle).Truncate(day)
	}
	if w.MaxAge > 0 {
		if oldest := today.Add(-w.MaxAge); s.From.Before(oldest) {
			s.From = oldest
		}
	}
	return s
}
