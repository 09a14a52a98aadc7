package billing

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
)

// ErrIncomplete is wrapped by the error of snapshots that did not arrive as a whole.
var ErrIncomplete = errors.New("rows of a day are missing; a day has to arrive in one batch, so let nothing split batches before this exporter")

// metrics are those that a snapshot travels in, each with places of its own.
var metrics = []string{billed.MetricCost, billed.MetricTokens, billed.MetricRequests}

// key tells snapshots apart.
type key struct {
	source string
	day    time.Time
	read   time.Time
}

// draft is a snapshot of which not all rows have been seen.
type draft struct {
	billed.Snapshot
	parts map[string]*part
}

// part is what has been seen of one metric.
type part struct {
	rows int64
	seen map[int64]bool
}

// part returns what has been seen of a metric, of which this point says how many rows it has.
func (d *draft) part(metric string, at billed.Place) *part {
	p, ok := d.parts[metric]
	if !ok {
		p = &part{rows: at.Rows, seen: map[int64]bool{}}
		d.parts[metric] = p
	}
	return p
}

// add reports whether the row is one that has not been seen.
func (p *part) add(at billed.Place) bool {
	if at.Rows == 0 || p.seen[at.Row] {
		return false
	}
	p.seen[at.Row] = true
	return true
}

// whole says what is missing. A snapshot always has points of its charges, which tell a day without any from one whose charges are elsewhere.
func (d *draft) whole() error {
	for _, metric := range metrics {
		p, ok := d.parts[metric]
		switch {
		case !ok && metric == billed.MetricCost:
			return d.incomplete("no " + metric)
		case ok && int64(len(p.seen)) != p.rows:
			return d.incomplete(fmt.Sprintf("%d of %d rows of %s", len(p.seen), p.rows, metric))
		}
	}
	return nil
}

func (d *draft) incomplete(what string) error {
	return fmt.Errorf("%s of %s: %s: %w", d.Source, d.Day.Format(time.DateOnly), what, ErrIncomplete)
}

// drafts are the snapshots that a batch has rows of.
type drafts map[key]*draft

func (all drafts) of(h billed.Header) *draft {
	k := key{h.Source, h.Day, h.ReadTime}
	d, ok := all[k]
	if !ok {
		d = &draft{Snapshot: billed.Snapshot{Header: h}, parts: map[string]*part{}}
		all[k] = d
	}
	return d
}

func (all drafts) addCharge(point pmetric.NumberDataPoint) error {
	h, at, c, err := billed.ReadCharge(point)
	if err != nil {
		return err
	}
	if d := all.of(h); d.part(billed.MetricCost, at).add(at) {
		d.Charges = append(d.Charges, c)
	}
	return nil
}

// addCount lets a count that cannot be read be missed, so that what a provider counted is never less than it said.
func (all drafts) addCount(metric string, point pmetric.NumberDataPoint) error {
	h, at, c, err := billed.ReadCount(metric, point)
	if h.Source == "" {
		return err
	}
	d := all.of(h)
	if p := d.part(metric, billed.Place{Rows: max(at.Rows, 1)}); err == nil && p.add(at) {
		d.Counts = append(d.Counts, c)
	}
	return err
}

// Assemble returns the whole snapshots that metrics hold, in the order in which they were read. What is neither charge nor count of a report is
// passed over; the error tells of snapshots that are not whole and of points that cannot be read.
func Assemble(md pmetric.Metrics) ([]billed.Snapshot, error) {
	all := drafts{}
	var errs []error
	for metric, point := range points(md) {
		var err error
		if metric == billed.MetricCost {
			err = all.addCharge(point)
		} else {
			err = all.addCount(metric, point)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", metric, err))
		}
	}
	var whole []billed.Snapshot
	for _, d := range all {
		if err := d.whole(); err != nil {
			errs = append(errs, err)
			continue
		}
		whole = append(whole, d.Snapshot)
	}
	slices.SortFunc(whole, func(a, b billed.Snapshot) int {
		return cmp.Or(a.ReadTime.Compare(b.ReadTime), a.Day.Compare(b.Day), cmp.Compare(a.Source, b.Source))
	})
	return whole, errors.Join(errs...)
}

// points yields the data points of what was billed and counted, each with the name of its metric.
func points(md pmetric.Metrics) iter.Seq2[string, pmetric.NumberDataPoint] {
	return func(yield func(string, pmetric.NumberDataPoint) bool) {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeGauge || !slices.Contains(metrics, m.Name()) {
						continue
					}
					for _, p := range m.Gauge().DataPoints().All() {
						if !yield(m.Name(), p) {
							return
						}
					}
				}
			}
		}
	}
}
