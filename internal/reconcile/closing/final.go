package closing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

const day = 24 * time.Hour

// pending lists the days of the month that providers may still revise, and those that were metered and are not on the bill.
func (d *reading) pending(ctx context.Context) ([]reconcile.Exclusion, error) {
	var open []reconcile.Exclusion
	if e, ok := d.openSince(d.Now, ""); ok {
		e.Text = span(&e) + " may still be revised, or are to come: close the month " + d.Settle.String() + " after its end"
		return []reconcile.Exclusion{e}, nil
	}
	for _, name := range slices.Sorted(maps.Keys(d.reports)) {
		r := d.reports[name]
		read := r.read
		if read.IsZero() {
			continue // an export that does not say when it was read is final by the calendar
		}
		last := r.charged.UTC().Truncate(day)
		read, err := d.readSince(ctx, name, read, last.Add(day+d.Settle))
		if err != nil {
			return nil, err
		}
		if e, ok := d.openSince(read, r.names()); ok && !last.Before(e.First.Time) {
			e.Last = reconcile.Date{Time: last}
			e.Days = days(e.First.Time, last)
			e.Text = e.Provider + ": " + span(&e) + " may still be revised: the report was read last at " + read.UTC().Format(time.RFC3339) +
				"; let gen_ai_billing read it again"
			open = append(open, e)
		}
	}
	open = append(open, d.unread()...)
	for _, e := range d.Excluded {
		ofMonth := !e.Last.Before(d.start) && e.First.Before(d.end)
		if ofMonth && e.Reason != reconcile.NotBilled && d.selects(Party{e.Provider, e.Account}) && !covers(open, &e) {
			if e.Reason == reconcile.OutsideBill {
				e.Text += lookBack
			}
			open = append(open, e)
		}
	}
	slices.SortFunc(open, func(a, b reconcile.Exclusion) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Account, b.Account), a.First.Compare(b.First.Time))
	})
	return open, nil
}

// unread lists the days at the end of the month that no report of a provider has: nobody has asked what they cost.
func (d *reading) unread() (open []reconcile.Exclusion) {
	end := d.end.Add(-day)
	last := map[string]time.Time{}
	for name, r := range d.reports {
		until, daily := d.days[name]
		if !daily {
			until = end // an export of a month
		}
		for provider := range r.providers {
			last[provider] = later(last[provider], until)
		}
	}
	for provider, until := range last {
		if until.Before(end) {
			e := reconcile.Exclusion{Reason: reconcile.OutsideBill, Provider: provider, First: reconcile.Date{Time: until.Add(day)}, Last: reconcile.Date{Time: end}}
			e.Days = days(e.First.Time, end)
			e.Text = provider + ": the bill does not have " + span(&e) + lookBack
			open = append(open, e)
		}
	}
	return open
}

// covers reports whether the days of an exclusion are in the list already.
func covers(open []reconcile.Exclusion, e *reconcile.Exclusion) bool {
	return slices.ContainsFunc(open, func(o reconcile.Exclusion) bool {
		return o.Provider == e.Provider && o.Reason == e.Reason && !e.First.Before(o.First.Time) && !o.Last.Before(e.Last.Time)
	})
}

// openSince returns the days of the month that were not settled at a time.
func (d *reading) openSince(at time.Time, provider string) (e reconcile.Exclusion, open bool) {
	if !at.Before(d.end.Add(d.Settle)) {
		return e, false
	}
	first := later(d.start, at.Add(-d.Settle).UTC().Truncate(day))
	last := d.end.Add(-day)
	return reconcile.Exclusion{
		Reason: reconcile.NotFinal, Provider: provider, First: reconcile.Date{Time: first}, Last: reconcile.Date{Time: last}, Days: days(first, last),
	}, true
}

// lookBack says what to do about days that the bill does not have.
const lookBack = "; let gen_ai_billing look back to them, or name the export that has them with --billed"

// span names the days.
func span(e *reconcile.Exclusion) string {
	if e.Days == 1 {
		return e.First.String()
	}
	return fmt.Sprintf("%d days from %s to %s", e.Days, e.First, e.Last)
}

func days(first, last time.Time) int { return int(last.Sub(first)/day) + 1 }

// readSince looks into the files of later months for when a report was read last, until it is as late as wanted.
func (d *reading) readSince(ctx context.Context, report string, read, wanted time.Time) (time.Time, error) {
	for i := range d.Billed {
		s := &d.Billed[i]
		for key, err := range s.Store.Files(ctx) {
			if err != nil {
				return read, err
			}
			month := focusstore.Partition(key)["billing_period"]
			if !read.Before(wanted) {
				return read, nil
			}
			if month <= d.start.Format(monthLayout) || s.Name+" "+baseName(key) != report {
				continue
			}
			at, err := firstRead(ctx, s, key)
			if err != nil {
				return read, err
			}
			read = later(read, at)
		}
	}
	return read, nil
}

// firstRead returns what the first row of a file says; all rows of a day's snapshot say the same.
func firstRead(ctx context.Context, s *Source, key string) (at time.Time, err error) {
	in, err := s.Store.Open(ctx, key)
	if err != nil {
		return at, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for row, err := range in.Rows(nil) {
		if err != nil {
			return at, err
		}
		return row.XSnapshotTime, nil
	}
	return at, nil
}
