package closing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focuscheck"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Source is a place with files of a dataset.
type Source struct {
	// Name stands before the names of its files in the manifest.
	Name  string
	Store *focusstore.Store
}

func (s *Source) fileName(key string) string { return strings.TrimSuffix(s.Name, "/") + "/" + key }

// reading is a month's files as they are read.
type reading struct {
	*Options
	start, end time.Time
	routes     *focus.Routes

	books   *books
	files   []File
	reports map[string]*report
	// days has the last day that a report has a file of, with charges or without.
	days map[string]time.Time
	// metered and billedFiles are the forms of files that there are.
	metered, billedFiles form
	rounded              int
}

// form is how files are written.
type form struct {
	csv, parquet int
	version      focus.Version
}

func newReading(o *Options) *reading {
	start, end := focus.BillingPeriod(o.Month)
	return &reading{
		Options: o, start: start, end: end, routes: focus.BuiltinRoutes(), books: newBooks(), reports: map[string]*report{},
		days: map[string]time.Time{},
	}
}

// read reads all files of the month.
func (d *reading) read(ctx context.Context) error {
	if err := d.readSource(ctx, &d.Metered, &d.metered, d.addMetered); err != nil {
		return err
	}
	for i := range d.Billed {
		if err := d.readSource(ctx, &d.Billed[i], &d.billedFiles, d.addBilled); err != nil {
			return err
		}
	}
	slices.SortFunc(d.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// add takes a row, and reports whether it is of the month.
type add func(f *file, r *focus.Row) (bool, error)

// file is a file that is being read.
type file struct {
	// report is the provider's report that the file is a day of.
	report string
	fields []focusfile.Field
}

func (d *reading) readSource(ctx context.Context, s *Source, as *form, row add) error {
	for key, err := range s.Store.Files(ctx) {
		if err != nil {
			return err
		}
		month := focusstore.Partition(key)["billing_period"]
		if month != "" && month != d.start.Format(monthLayout) || s == &d.Metered && isTrueUp(key, d.start) {
			continue
		}
		if err := d.readFile(ctx, s, key, as, row); err != nil {
			return err
		}
	}
	return nil
}

func (d *reading) readFile(ctx context.Context, s *Source, key string, as *form, take add) (err error) {
	in, digest, err := s.Store.OpenDigest(ctx, key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	f := &file{report: s.Name + " " + baseName(key), fields: in.Fields()}
	n, used := 0, 0
	for row, err := range in.Rows(&d.rounded) {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		n++
		mine, err := take(f, row)
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", s.Store.Name(key), n, err)
		}
		if mine {
			used++
		}
	}
	if used == 0 && focusstore.Partition(key)["billing_period"] == "" {
		return nil // a file of other months, or of things that are none of ours
	}
	as.add(key, f.fields)
	if on, err := time.Parse(time.DateOnly, focusstore.Partition(key)["day"]); err == nil {
		d.days[f.report] = later(d.days[f.report], on)
	}
	d.files = append(d.files, File{Name: s.fileName(key), Size: digest.Size, SHA256: digest.SHA256, Rows: n})
	return nil
}

func (f *form) add(key string, fields []focusfile.Field) {
	if strings.HasSuffix(key, ".parquet") {
		f.parquet++
	} else {
		f.csv++
	}
	f.version = max(f.version, focuscheck.DetectVersion(fields))
}

// options are those of the file of true-up rows: what the files beside it have.
func (d *reading) options() focusfile.Options {
	as := d.metered
	if as.version == 0 {
		as = d.billedFiles
	}
	o := focusfile.Options{Version: cmp.Or(as.version, focus.V1_2), Dataset: focus.Metered}
	if as.csv > 0 && as.parquet == 0 {
		o.Format = focusfile.CSV
	}
	o.SchemaID = focus.SchemaID(o.Version, o.Dataset)
	return o
}

var (
	errTrueUp  = fmt.Errorf("x_CostSource is %s; only the file %s has such rows, and sums would have them twice: remove this one", focus.SourceTrueUp, name)
	errNotCost = errors.New("BilledCost is NULL")
	errMetered = fmt.Errorf("x_CostSource is not %s; what was metered and what was billed must not share a place", focus.SourceEstimate)
	errBilled  = fmt.Errorf("x_CostSource is %s where a bill is expected", focus.SourceEstimate)
)

func (d *reading) addMetered(_ *file, r *focus.Row) (bool, error) {
	if !d.ofMonth(r) {
		return false, nil
	}
	switch {
	case r.XCostSource == focus.SourceTrueUp:
		return false, errTrueUp
	case r.XCostSource != focus.SourceEstimate:
		return false, errMetered
	case r.BilledCost.IsNull():
		return false, errNotCost
	}
	p := d.partyOf(r)
	if !d.selectsProvider(p) {
		return true, nil
	}
	r.Complete()
	return true, d.books.addMetered(p, r)
}

func (d *reading) addBilled(f *file, r *focus.Row) (bool, error) {
	if !d.ofMonth(r) || !isBill(r) {
		return false, nil
	}
	p := d.partyOf(r)
	switch {
	case r.XCostSource == focus.SourceEstimate:
		return false, errBilled
	case r.XCostSource == focus.SourceTrueUp:
		return false, nil
	case r.BilledCost.IsNull():
		return false, errNotCost
	case !d.selectsProvider(p):
		return true, nil
	}
	if p.Account == "" || d.selects(p) {
		d.report(f).add(p.Provider, r)
	}
	return true, d.books.addBilled(p, r)
}

// aiCategory tells the lines that are wanted from all else that a cloud bills.
const aiCategory = "AI and Machine Learning"

func isBill(r *focus.Row) bool { return r.XProvider != "" || r.ServiceCategory == aiCategory }

// ofMonth reports whether a row is on the month's invoice: by its billing period, which for what we write is the month of the charge.
func (d *reading) ofMonth(r *focus.Row) bool {
	at := r.BillingPeriodStart
	if at.IsZero() {
		at = r.ChargePeriodStart
	}
	return !at.Before(d.start) && at.Before(d.end)
}

func (d *reading) partyOf(r *focus.Row) Party {
	provider := r.XProvider
	if provider == "" {
		// An export that knows nothing of it: by the service, or else by who sells it.
		provider, _ = d.routes.ProviderOf(r.ServiceName)
	}
	provider = pricing.CanonicalProvider(cmp.Or(provider, r.ServiceProviderName, r.ProviderName))
	return Party{provider, focus.NamedAccount(r.BillingAccountId)}
}

func (d *reading) selectsProvider(p Party) bool {
	return len(d.Providers) == 0 || slices.Contains(d.Providers, p.Provider)
}

// selects is for accounts as both sides spell them: only then is known who an account without a name is.
func (d *reading) selects(p Party) bool {
	return d.selectsProvider(p) && (len(d.Accounts) == 0 || slices.Contains(d.Accounts, p.Account))
}

// report is what a provider's report of several days says of itself.
type report struct {
	providers map[string]bool
	// charged is the last day that has a charge, read when the report was read last; zero if it does not say.
	charged, read time.Time
}

func (d *reading) report(f *file) *report {
	r, ok := d.reports[f.report]
	if !ok {
		r = &report{providers: map[string]bool{}}
		d.reports[f.report] = r
	}
	return r
}

func (p *report) add(provider string, r *focus.Row) {
	if !p.providers[provider] {
		p.providers[strings.Clone(provider)] = true
	}
	p.charged = later(p.charged, r.ChargePeriodStart)
	p.read = later(p.read, r.XSnapshotTime)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// names returns the providers of a report, for people.
func (p *report) names() string { return strings.Join(slices.Sorted(maps.Keys(p.providers)), ", ") }

// baseName is the name of a file without its extensions, which files of one report have in common.
func baseName(key string) string {
	base, _, _ := strings.Cut(path.Base(key), ".")
	return base
}
