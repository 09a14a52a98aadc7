package billing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
)

// ErrIncomplete is wrapped by the error of snapshots that did not arrive as a whole.
var ErrIncomplete = errors.New("rows of a day are missing; a day has to arrive in one batch, so let nothing split batches before this exporter")

// key tells snapshots apart.
type key struct {
	source string
	day    time.Time
	read   time.Time
}

// draft is a snapshot of which not all rows have been seen.
type draft struct {
	billed.Snapshot
	rows int64
	seen map[int64]bool
}

// Assemble returns the whole snapshots that metrics hold, in the order in which they were read. What is no charge of a report is
// passed over; the error tells of snapshots that are not whole and of points that cannot be read.
func Assemble(md pmetric.Metrics) ([]billed.Snapshot, error) {
	drafts := map[key]*draft{}
	var errs []error
	for point := range points(md) {
		h, at, c, err := billed.ReadCharge(point)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		k := key{h.Source, h.Day, h.ReadTime}
		d, ok := drafts[k]
		if !ok {
			d = &draft{Snapshot: billed.Snapshot{Header: h}, rows: at.Rows, seen: map[int64]bool{}}
			drafts[k] = d
		}
		if at.Rows > 0 && !d.seen[at.Row] {
			d.seen[at.Row] = true
			d.Charges = append(d.Charges, c)
		}
	}
	var whole []billed.Snapshot
	for k, d := range drafts {
		if have := int64(len(d.Charges)); have != d.rows {
			errs = append(errs, fmt.Errorf("%s of %s: %d of %d: %w", k.source, k.day.Format(time.DateOnly), have, d.rows, ErrIncomplete))
			continue
		}
		whole = append(whole, d.Snapshot)
	}
	slices.SortFunc(whole, func(a, b billed.Snapshot) int {
		return cmp.Or(a.ReadTime.Compare(b.ReadTime), a.Day.Compare(b.Day), cmp.Compare(a.Source, b.Source))
	})
	return whole, errors.Join(errs...)
}

// points yields the data points of billed cost.
func points(md pmetric.Metrics) func(yield func(pmetric.NumberDataPoint) bool) {
	return func(yield func(pmetric.NumberDataPoint) bool) {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Name() != billed.MetricCost || m.Type() != pmetric.MetricTypeGauge {
						continue
					}
					for _, p := range m.Gauge().DataPoints().All() {
						if !yield(p) {
							return
						}
					}
				}
			}
		}
	}
}
