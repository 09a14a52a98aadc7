package attribution

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.uber.org/zap"

	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

// table is one lookup table and what is known of its file. All but name, path and keys belongs to whoever
// loads.
type table struct {
	name, path string
	keys       []string
	// seen is the checksum of the content that was looked at last, good or bad; inUse of that in use.
	seen, inUse [sha256.Size]byte
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
	// columns by index of Attributor.columns; their places may differ between versions of a file.
	columns []int
}

// emptyEdition is in use until tables are loaded.
func emptyEdition(a *Attributor) *edition {
	e := &edition{tables: make([]*lookup.Table, len(a.tables)), dated: make([]bool, len(a.tables)), columns: make([]int, len(a.columns))}
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
	next := &edition{tables: slices.Clone(last.tables), dated: slices.Clone(last.dated), columns: last.columns}
	changed := false
	for i, t := range a.tables {
		fresh, err := t.read()
		if err == nil && fresh == nil {
			continue
		}
		if err == nil {
			err = a.fit(next, i, fresh)
		}
		var unreachable unreachableError
		switch {
		case errors.As(err, &unreachable):
			report(t.name, Unreachable, last.tables[i].Len(), err)
		case err != nil:
			report(t.name, Refused, last.tables[i].Len(), err)
		default:
			t.inUse, changed = t.seen, true
			report(t.name, Loaded, fresh.Len(), nil)
		}
	}
	if changed {
		a.edition.Store(next)
	}
}

// unreachableError says that there is no content to judge.
type unreachableError struct{ error }

// read returns the table of the file, nil if its content is the one that was looked at before.
func (t *table) read() (*lookup.Table, error) {
	data, err := os.ReadFile(t.path)
	if err != nil {
		return nil, unreachableError{fmt.Errorf("lookups::%s::path: cannot be read: %w", t.name, err)}
	}
	sum := sha256.Sum256(data)
	if sum == t.seen && sum != [sha256.Size]byte{} {
		return nil, nil
	}
	t.seen = sum
	if sum == t.inUse {
		// A refused version was taken back.
		return nil, nil
	}
	fresh, err := lookup.Parse(t.path, data, t.keys)
	if err != nil {
		return nil, fmt.Errorf("lookups::%s: %w", t.name, err)
	}
	return fresh, nil
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
	e.tables[index], e.dated[index], e.columns = fresh, isDated(fresh), places
	return nil
}

// isDated reports whether rows of a table depend on the time.
func isDated(t *lookup.Table) bool {
	dated, ok := any(t).(interface{ Dated() bool })
	return !ok || dated.Dated()
}

// Rows are the numbers of rows in use, by table.
func (a *Attributor) Rows(visit func(table string, rows int)) {
	e := a.edition.Load()
	for i, t := range a.tables {
		visit(t.name, e.tables[i].Len())
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
