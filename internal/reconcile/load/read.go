package load

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
)

// file is a file that rows come from.
type file struct {
	dataset focus.Dataset
	name    string
	// source is the report that the file is a day of, or the place of an export; day is that of its partition, zero without one.
	source string
	day    time.Time
}

// read passes the rows of a dataset to add, and returns how many files there are, wanted or not.
func (l *loader) read(ctx context.Context, d focus.Dataset, places []place, add func(*file, *focus.Row) error) (files int, err error) {
	for i, p := range places {
		n, err := l.readStore(ctx, d, p, strconv.Itoa(i), add)
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
	f := &file{dataset: d, name: store.Name(key), source: id}
	partition := focusstore.Partition(key)
	if month, err := time.Parse("2006-01", partition["billing_period"]); err == nil && !l.wantsMonth(month) {
		// A day that is later still says when its source was read.
		f.day, _ = time.Parse(time.DateOnly, partition["day"])
		f.source = reportOf(id, key)
		return f, false
	}
	day, err := time.Parse(time.DateOnly, partition["day"])
	if err != nil {
		return f, true
	}
	f.day, f.source = day, reportOf(id, key)
	return f, l.wants(day)
}

// reportOf names the report that a file is a day of: its base name.
func reportOf(id, key string) string {
	name := strings.TrimSuffix(path.Base(key), ".gz")
	return id + "/" + strings.TrimSuffix(name, path.Ext(name))
}

func (l *loader) wantsMonth(month time.Time) bool {
	return (l.First.IsZero() || month.AddDate(0, 1, 0).After(l.First)) && (l.Last.IsZero() || !month.After(l.Last))
}

func (l *loader) readFile(ctx context.Context, store *focusstore.Store, key string, f *file, add func(*file, *focus.Row) error) error {
	if f.dataset == focus.Billed && !f.day.IsZero() {
		l.source(f.source).days[f.day] = true // even if it charges nothing
	}
	in, err := store.Open(ctx, key)
	if err != nil {
		return err
	}
	if err := checkFields(f, in); err != nil {
		return errors.Join(err, in.Close())
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

// required is the column without which no row can be compared.
const required = "ChargePeriodStart"

// checkFields tells a dataset from any other table, which would have no rows or rows of nothing.
func checkFields(f *file, in *focusstore.File) error {
	for _, field := range in.Fields() {
		if strings.EqualFold(field.Name, required) {
			return nil
		}
	}
	return fmt.Errorf("%s: no column %s: this is no file of a %s dataset", f.name, required, f.dataset)
}

// addRow passes on rows of the days that are compared.
func (l *loader) addRow(f *file, r *focus.Row, add func(*file, *focus.Row) error) error {
	if f.dataset == focus.Billed {
		l.sourceOf(f, r).wasRead(r.XSnapshotTime)
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
	for _, key := range slices.Backward(keys) {
		s, ok := l.sources[reportOf(id, key)]
		if !ok || s.isFinal(s.last(), l.Settle, l.Now) {
			continue
		}
		in, err := store.Open(ctx, key)
		if err != nil {
			return err
		}
		for row, rowErr := range in.Rows(nil) {
			if err = rowErr; err == nil {
				s.wasRead(row.XSnapshotTime)
			}
			break
		}
		err = errors.Join(err, in.Close())
		if err != nil {
			return err
		}
	}
	return nil
}
