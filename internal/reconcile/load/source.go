package load

import (
	"maps"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// account is who is billed.
type account struct{ provider, account string }

// source is a report that is read day by day, or an export.
type source struct {
	// days are those that the report has a file of, with charges or without.
	days map[time.Time]bool
	// from and to are the first and the last day with a charge. An export has no files of days, and covers what lies between them.
	from, to time.Time
	// read is when the report was read last, zero where it does not say.
	read time.Time
	// accounts have the days on which they are charged.
	accounts map[account]map[time.Time]bool
}

func (l *loader) source(name string) *source {
	s, ok := l.sources[name]
	if !ok {
		s = &source{days: map[time.Time]bool{}, accounts: map[account]map[time.Time]bool{}}
		l.sources[name] = s
	}
	return s
}

// sourceOf returns the report that a row is of: of exports, all that a place has of a provider, however it is divided among
// files.
func (l *loader) sourceOf(f *file, r *focus.Row) *source {
	if f.day.IsZero() {
		return l.source(f.source + "/export of " + l.providerOf(r))
	}
	return l.source(f.source)
}

func (s *source) wasRead(at time.Time) {
	if at.After(s.read) {
		s.read = at
	}
}

// charges notes that the source charges an account on a day.
func (s *source) charges(a account, day time.Time) {
	if s.accounts[a] == nil {
		s.accounts[a] = map[time.Time]bool{}
	}
	s.accounts[a][day] = true
	if s.from.IsZero() || day.Before(s.from) {
		s.from = day
	}
	if day.After(s.to) {
		s.to = day
	}
}

// covered returns the days of the source.
func (s *source) covered() map[time.Time]bool {
	days := maps.Clone(s.days)
	if len(days) == 0 && !s.from.IsZero() {
		for d := s.from; !d.After(s.to); d = d.AddDate(0, 0, 1) {
			days[d] = true
		}
	}
	return days
}

// last returns the last day of which the source has a file.
func (s *source) last() (last time.Time) {
	for d := range s.days {
		if d.After(last) {
			last = d
		}
	}
	return last
}

// isFinal reports whether the provider does not revise the day any more.
func (s *source) isFinal(day time.Time, settle time.Duration, now time.Time) bool {
	at := s.read
	if at.IsZero() {
		at = now
	}
	return !at.Before(day.AddDate(0, 0, 1).Add(settle))
}

// state says what is known of an account's day.
type state struct {
	final bool
	// read is when the report was read last.
	read time.Time
}

// coverage has the days that are billed, by account.
type coverage map[account]map[time.Time]state

// coverage joins the sources; a day is final when it is in all sources that have it.
func (l *loader) coverage(of func(account) account) coverage {
	c := coverage{}
	for _, s := range l.sources {
		for raw := range s.accounts {
			a := of(raw)
			if c[a] == nil {
				c[a] = map[time.Time]state{}
			}
			for day := range s.covered() {
				have, ok := c[a][day]
				final := s.isFinal(day, l.Settle, l.Now)
				if !ok || !final && (have.final || s.read.Before(have.read)) {
					c[a][day] = state{final, s.read}
				}
			}
		}
	}
	return c
}
