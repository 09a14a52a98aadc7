package closing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gocloud.dev/blob"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// Options say what is closed.
type Options struct {
	// Root has metered/, and _close/ for the manifests.
	Root *blob.Bucket
	// Metered is what Root has in metered/.
	Metered Source
	Billed  []Source
	// Month is any time in it.
	Month  time.Time
	TrueUp Mode
	// Reclose replaces what a month was closed with.
	Reclose bool
	// Settle is how long after its end a day's report must have been read for the day to be final, Now when that is asked.
	Settle time.Duration
	Now    time.Time
	// Providers, which are canonical, and Accounts are the only ones that are closed, if there are any.
	Providers, Accounts []string
	// Excluded are days that cannot be compared; those of the month keep it open.
	Excluded []reconcile.Exclusion
	// ExchangeRates convert an invoice into the currency that teams are charged in; it may be nil.
	ExchangeRates *pricing.ExchangeRates
	// Tables and Version are for the manifest.
	Tables  []Table
	Version string
}

// Outcome is what became of a month.
type Outcome string

// The outcomes.
const (
	// WasClosed: for the first time.
	WasClosed Outcome = "closed"
	// Unchanged: it was closed before, with the same result.
	Unchanged Outcome = "unchanged"
	// Repaired: it was closed before, and what an interruption had left out was written.
	Repaired Outcome = "repaired"
	// Reclosed: with another result than before.
	Reclosed Outcome = "reclosed"
	// Changed: it was closed before, and nothing was written, because the result would be another.
	Changed Outcome = "changed"
	// Open: nothing was written, because days are not final.
	Open Outcome = "open"
)

// Done reports whether the month is closed, with what the files have now.
func (o Outcome) Done() bool { return o != Changed && o != Open }

// Result says what became of a month.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// ManifestFile is the name of the manifest below the root.
	ManifestFile string   `json:"manifest_file,omitempty"`
	Manifest     Manifest `json:"manifest,omitzero"`
	// Changes are what is not as it was when the month was closed.
	Changes []Change `json:"changes,omitempty"`
	// Pending are the days that keep the month open.
	Pending []reconcile.Exclusion `json:"pending,omitempty"`
	// Rounded counts decimals of the files that had more digits than are kept.
	Rounded int `json:"-"`
}

// Close closes a month, or says why it cannot be closed.
func Close(ctx context.Context, o Options) (*Result, error) {
	d := newReading(&o)
	if err := d.read(ctx); err != nil {
		return nil, err
	}
	if len(d.books.billed) == 0 {
		return nil, fmt.Errorf("no bill of %s: there is nothing to close it with", d.start.Format(monthLayout))
	}
	pending, err := d.pending(ctx)
	if err != nil || len(pending) > 0 {
		return &Result{Outcome: Open, Pending: pending, Rounded: d.rounded}, err
	}
	made, err := d.make()
	if err != nil {
		return nil, err
	}
	w := &writer{root: o.Root, month: d.start}
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	result, err := w.write(ctx, made, o.Reclose)
	if err != nil {
		return nil, err
	}
	result.Rounded = d.rounded
	return result, nil
}

// made is what a month is closed with.
type made struct {
	manifest Manifest
	rows     []byte
}

// make computes the rows and the manifest.
func (d *reading) make() (*made, error) {
	balances, err := d.books.balances(d.selects, d.ExchangeRates)
	if err != nil {
		return nil, err
	}
	m := &made{manifest: Manifest{
		Format: manifestFormat, Month: d.start.Format(monthLayout), Version: d.Version,
		Settings: Settings{
			TrueUp: d.TrueUp, Settle: d.Settle.String(), Providers: sorted(d.Providers), Accounts: sorted(d.Accounts), Tables: d.Tables,
		},
		Inputs: d.files,
	}}
	var rows []focus.Row
	for i := range balances {
		s := &balances[i]
		more := d.books.trueUp(s, d.TrueUp, d.start)
		s.Rows = len(more)
		rows = append(rows, more...)
		m.manifest.Totals = append(m.manifest.Totals, s.Total)
	}
	options := d.options()
	if m.rows, err = focusfile.Encode(rows, options); err != nil {
		return nil, err
	}
	m.manifest.Outputs = []File{{
		Name: outputName(d.start, options.Format), Size: int64(len(m.rows)), SHA256: hash(m.rows), Rows: len(rows),
	}}
	return m, nil
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// outputName returns the name of the file of true-up rows below the root.
func outputName(month time.Time, f focusfile.Format) string {
	return focus.Metered.String() + "/" + partition(month) + name + f.Extension()
}

// ParseMonth reads a month such as 2026-11.
func ParseMonth(text string) (time.Time, error) {
	month, err := time.Parse(monthLayout, text)
	if err != nil {
		return month, errors.New("want a month such as 2026-11")
	}
	return month, nil
}
