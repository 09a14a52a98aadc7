package attribution

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/internal/filewatch"
	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

// table is one lookup table and what is known of its file. All but name, path and keys belongs to whoever
// loads.
type table struct {
	name, path string
	keys       []string
	// seen is the checksum of the content that was looked at last, good or bad; inUse of that in use.
	seen, inUse [sha256.Size]byte
	// file and read are what the file looked like when it was read, and when that was.
	file os.FileInfo
	read time.Time
}

// settled is the age from which on a file with the time and size that it had is taken for the same without being
// read: tables may be large, and are looked at every half minute. Younger files may have been written
// twice in one tick of the file system's clock.
const settled = 5 * time.Second

// content returns what the file holds; nil if that is surely what it held before.
func (t *table) content() ([]byte, error) {
	info, err := filewatch.Regular(t.path)
	if err != nil {
		return nil, err
	}
	if old := t.file; old != nil && os.SameFile(old, info) && old.Size() == info.Size() &&
		old.ModTime().Equal(info.ModTime()) && t.read.Sub(info.ModTime()) > settled {
		return nil, nil
	}
	if limit := lookup.MaxBytes(t.path); info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes; at most %d", t.path, info.Size(), limit)
	}
	data, err := os.ReadFile(t.path)
	if err == nil {
		t.file, t.read = info, time.Now()
	}
	return data, err
}

// columnRef is a column that some source asks for.
type columnRef struct {
	table int
	name  string
	// path of the key that names it.
	path string
}

// edition is one version of all tables. A batch sees one edition.
type edition struct {
	tables []*lookup.Table
	// dated says of each table that its rows may depend on the time.
	dated []bool
	// current says of each table that it is what its file holds.
	current []bool
	// columns by index of Attributor.columns; their places may differ between versions of a file.
	columns []int
}

// emptyEdition is in use until tables are loaded.
func emptyEdition(a *Attributor) *edition {
	e := &edition{tables: make([]*lookup.Table, len(a.tables)), dated: make([]bool, len(a.tables)), current: make([]bool, len(a.tables)), columns: make([]int, len(a.columns))}
	for i := range e.tables {
		e.tables[i] = new(lookup.Table)
	}
	return e
}

// Outcome is what came of looking at the file of a table.
type Outcome string

// The outcomes of [Attributor.Reload].
const (
	// Loaded content is in use.
	Loaded Outcome = "loaded"
	// Refused content is wrong, and the last good one stays.
	Refused Outcome = "refused"
	// Unreachable files could not be read, and the last good content stays.
	Unreachable Outcome = "unreachable"
)

// Files are the files of all tables.
func (a *Attributor) Files() []string {
	files := make([]string, len(a.tables))
	for i, t := range a.tables {
		files[i] = t.path
	}
	return files
}

// Load reads all tables. Errors name the keys to change, and the lines of files.
func (a *Attributor) Load() error {
	var errs []error
	a.Reload(func(_ string, outcome Outcome, _ int, err error) {
		if outcome != Loaded {
			errs = append(errs, err)
		}
	})
	return errors.Join(errs...)
}

// Report is told what came of a file: the table, and the number of rows now in use.
type Report func(table string, outcome Outcome, rows int, err error)

// Reload looks at all files and puts those that have changed to use, all at once: no batch sees one of them
// without the others. It must not be called twice at the same time.
func (a *Attributor) Reload(report Report) {
	last := a.edition.Load()
	next := &edition{
		tables: slices.Clone(last.tables), dated: slices.Clone(last.dated), current: slices.Clone(last.current), columns: last.columns,
	}
	news := make([]func(), 0, len(a.tables))
	for i, t := range a.tables {
		outcome, err := a.reread(next, i)
		if outcome == "" {
			continue
		}
		next.current[i] = outcome == Loaded
		news = append(news, func() { report(t.name, outcome, next.tables[i].Len(), err) })
	}
	if len(news) > 0 {
		a.edition.Store(next)
	}
	for _, tell := range news {
		tell()
	}
}

// reread looks at the file of a table, and puts it into an edition if it has changed. There is no outcome where
// there is nothing new to say.
func (a *Attributor) reread(e *edition, index int) (Outcome, error) {
	t := a.tables[index]
	data, err := t.content()
	if err != nil {
		t.file = nil
		return Unreachable, fmt.Errorf("lookups::%s::path: cannot be read: %w", t.name, err)
	}
	if data == nil {
		return "", nil
	}
	sum := sha256.Sum256(data)
	switch {
	case sum == t.seen && e.current[index]:
		return "", nil
	case sum == t.inUse:
		// A version that was refused has been taken back, or the file is there again.
		t.seen = sum
		return Loaded, nil
	case sum == t.seen:
		return "", nil
	}
	t.seen = sum
	fresh, err := lookup.Parse(t.path, data, t.keys)
	if err != nil {
		return Refused, fmt.Errorf("lookups::%s: %w", t.name, err)
	}
	if err := a.fit(e, index, fresh); err != nil {
		return Refused, err
	}
	t.inUse = sum
	return Loaded, nil
}

// fit puts a table into an edition, if it has all columns that are asked for.
func (a *Attributor) fit(e *edition, index int, fresh *lookup.Table) error {
	places := slices.Clone(e.columns)
	var errs []error
	for i, ref := range a.columns {
		if ref.table != index {
			continue
		}
		place, ok := fresh.Column(ref.name)
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %s has no column %q; it has %s",
				ref.path, a.tables[index].path, ref.name, strings.Join(fresh.Columns(), ", ")))
		}
		places[i] = place
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	e.tables[index], e.dated[index], e.columns = fresh, fresh.Dated(), places
	return nil
}

// Tables shows the tables in use: how many rows they have, and whether that is what their files hold.
func (a *Attributor) Tables(visit func(table string, rows int, current bool)) {
	e := a.edition.Load()
	for i, t := range a.tables {
		visit(t.name, e.tables[i].Len(), e.current[i])
	}
}

// warner logs the first failure of each source. What an error says may quote telemetry, so it is
// only shown when asked for.
func warner(settings component.TelemetrySettings) func(source, expression string, err error) {
	return func(source, expression string, err error) {
		settings.Logger.Warn("An expression of attribution fails on a record; the next source is asked. Further failures are only counted",
			zap.String("source", source), zap.String("expression", expression))
		settings.Logger.Debug("How an expression of attribution failed", zap.String("source", source), zap.Error(err))
	}
}
