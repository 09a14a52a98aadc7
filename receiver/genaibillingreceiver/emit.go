package genaibillingreceiver

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/receiver/genaibillingreceiver/internal/metadata"
)

// appendTo writes the days that were read, and the months that they belong to.
func (r *reading) appendTo(md pmetric.Metrics, now time.Time) {
	scope := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	scope.Scope().SetName(metadata.ScopeName)
	for i := range r.snapshots {
		r.snapshots[i].AppendTo(scope)
	}
	r.appendMonths(scope, now)
}

// appendMonths writes the sum of this month, and of the last as long as a day of it was read just now. A month whose
// first days were never read would be too small without saying so: it is left out.
func (r *reading) appendMonths(scope pmetric.ScopeMetrics, now time.Time) {
	this := monthOf(now)
	last := this.AddDate(0, -1, 0)
	if len(r.snapshots) > 0 && r.snapshots[0].Day.Before(this) {
		r.appendMonth(scope, last, now)
	}
	r.appendMonth(scope, this, now)
}

func (r *reading) appendMonth(scope pmetric.ScopeMetrics, month, now time.Time) {
	if r.next.Since.IsZero() || r.next.Since.After(month) {
		return
	}
	gauges := map[string]pmetric.Gauge{}
	sums := r.next.month(month)
	for _, k := range sortedKeys(sums) {
		gauge, ok := gauges[k.Currency]
		if !ok {
			m := scope.Metrics().AppendEmpty()
			m.SetName(billed.MetricMonthToDate)
			m.SetUnit(k.Currency)
			m.SetDescription("What the provider charges for the month so far.")
			gauge = m.SetEmptyGauge()
			gauges[k.Currency] = gauge
		}
		d := billed.Dimensions{Provider: k.Provider, Account: k.Account, Subaccount: k.Subaccount}
		billed.AppendMonthToDate(gauge.DataPoints(), r.source.cfg.Name, d, k.Category, month, k.Currency, sums[k], now)
	}
}
