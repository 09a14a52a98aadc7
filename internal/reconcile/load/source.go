package load

import (
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
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

// charges notes that the source charges an account on a day, or from it to the last.
func (s *source) charges(a account, day, last time.Time) {
	if s.accounts[a] == nil {
		s.accounts[a] = map[time.Time]bool{}
	}
	s.accounts[a][day] = true
	if s.from.IsZero() || day.Before(s.from) {
		s.from = day
	}
	if last.After(s.to) {
		s.to = last
	}
}

// covers reports whether the source says what a day cost.
func (s *source) covers(day time.Time) bool {
	if len(s.days) > 0 {
		return s.days[day]
	}
	return !day.Before(s.from) && !day.After(s.to)
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

// coverage has the sources of each account.
type coverage map[account][]*source

// report is a usage report of an account: that of the same name among bills is of the account even if it has charged nothing yet.
type report struct {
	name string
	account
}

func (l *loader) coverage(of func(account) account) coverage {
	c := coverage{}
	add := func(a account, s *source) {
		if !slices.Contains(c[a], s) {
			c[a] = append(c[a], s)
		}
	}
	for _, s := range l.sources {
		for raw := range s.accounts {
			add(of(raw), s)
		}
	}
	for r := range l.countedBy {
		if s, ok := l.sources[r.name]; ok && len(s.days) > 0 {
			add(of(r.account), s)
		}
	}
	return c
}

// why returns why an account's day is not compared, if it is not. A day is final when it is in all sources that have it.
func (l *loader) why(sources []*source, day time.Time) reconcile.ExclusionReason {
	if len(sources) == 0 {
		return reconcile.NotBilled
	}
	why := reconcile.OutsideBill
	for _, s := range sources {
		switch {
		case !s.covers(day):
		case !s.isFinal(day, l.Settle, l.Now):
			return reconcile.NotFinal
		default:
			why = ""
		}
	}
	return why
}
