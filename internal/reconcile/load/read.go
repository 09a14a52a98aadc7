package load

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
)

// file is a file that rows come from.
type file struct {
	dataset focus.Dataset
	name    string
	// source is the report that the file is a day of; day is that of its partition, zero without one.
	source string
	day    time.Time
}

// read passes the rows of a dataset to add, and returns how many files there are, wanted or not.
func (l *loader) read(ctx context.Context, d focus.Dataset, places []place, add func(*file, *focus.Row) error) (files int, err error) {
	for i, p := range places {
		n, err := l.readStore(ctx, d, p, fmt.Sprint(i), add)
		files += n
		if err != nil {
			return files, err
		}
	}
	return files, nil
}

func (l *loader) readStore(ctx context.Context, d focus.Dataset, p place, id string, add func(*file, *focus.Row) error) (files int, err error) {
	store, err := focusstore.Open(ctx, p.target)
	if errors.Is(err, fs.ErrNotExist) && !p.named {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var later []string
	for key, err := range store.Files(ctx) {
		if err != nil {
			return files, err
		}
		files++
		f, wanted := l.file(d, store, id, key)
		switch {
		case wanted:
			err = l.readFile(ctx, store, key, f, add)
		case d == focus.Billed && !l.Last.IsZero() && f.day.After(l.Last):
			later = append(later, key)
		}
		if err != nil {
			return files, err
		}
	}
	if files == 0 && p.named {
		return 0, fmt.Errorf("%s: no .parquet, .csv or .csv.gz file", p.target)
	}
	return files, l.lookLater(ctx, store, id, later)
}

// file says by its key what a file is of, and whether it can have rows that are wanted.
func (l *loader) file(d focus.Dataset, store *focusstore.Store, id, key string) (*file, bool) {
	f := &file{dataset: d, name: store.Name(key), source: id + "/" + key}
	partition := focusstore.Partition(key)
	if month, err := time.Parse("2006-01", partition["billing_period"]); err == nil && !l.wantsMonth(month) {
		// A day that is later still says when its source was read.
		f.day, _ = time.Parse(time.DateOnly, partition["day"])
		f.source = sourceOf(id, key)
		return f, false
	}
	day, err := time.Parse(time.DateOnly, partition["day"])
	if err != nil {
		return f, true
	}
	f.day, f.source = day, sourceOf(id, key)
	return f, l.wants(day)
}

// sourceOf names the report that a file is a day of: its base name.
func sourceOf(id, key string) string {
	name, _, _ := strings.Cut(path.Base(key), ".")
	return id + "/" + name
}

func (l *loader) wantsMonth(month time.Time) bool {
	return (l.First.IsZero() || month.AddDate(0, 1, 0).After(l.First)) && (l.Last.IsZero() || !month.After(l.Last))
}

func (l *loader) readFile(ctx context.Context, store *focusstore.Store, key string, f *file, add func(*file, *focus.Row) error) error {
	if f.dataset == focus.Billed {
		l.source(f) // has the day, even if it charges nothing
	}
	in, err := store.Open(ctx, key)
	if err != nil {
		return err
	}
	n := 0
	for row, rowErr := range in.Rows(&l.rounded) {
		n++
		if err = errors.Join(rowErr, ctx.Err()); err != nil {
			break
		}
		if err = l.addRow(f, row, add); err != nil {
			err = fmt.Errorf("%s: row %d: %w", f.name, n, err)
			break
		}
	}
	return errors.Join(err, in.Close())
}

// addRow passes on rows of the days that are compared.
func (l *loader) addRow(f *file, r *focus.Row, add func(*file, *focus.Row) error) error {
	if f.dataset == focus.Billed {
		l.source(f).wasRead(r.XSnapshotTime)
	}
	if r.ChargePeriodStart.IsZero() {
		return errors.New("ChargePeriodStart is NULL")
	}
	if !l.wants(dayOf(r.ChargePeriodStart)) {
		return nil
	}
	return add(f, r)
}

// lookLater finds out when sources were read last, for days at the end of the period: in files of later days, from
// the last on, of which one row says it.
func (l *loader) lookLater(ctx context.Context, store *focusstore.Store, id string, keys []string) error {
	for i := len(keys) - 1; i >= 0; i-- {
		s, ok := l.sources[sourceOf(id, keys[i])]
		if !ok || s.isFinal(s.last(), l.Settle, l.Now) {
			continue
		}
		in, err := store.Open(ctx, keys[i])
		if err != nil {
			return err
		}
		for row, rowErr := range in.Rows(nil) {
			if err = rowErr; err == nil {
				s.wasRead(row.XSnapshotTime)
			}
			break
		}
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}
