package billed

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

const day = 24 * time.Hour

// AppendTo writes the snapshot's charges and counts to metrics of the scope. A day without charges is
// written too: it takes the place of one that had some.
func (s *Snapshot) AppendTo(scope pmetric.ScopeMetrics) {
	s.appendCharges(scope)
	s.appendCounts(scope, MetricTokens, "{token}", "Tokens that the provider counted.", false)
	s.appendCounts(scope, MetricRequests, "{request}", "Requests that the provider counted.", true)
}

// appendCharges writes a metric for each currency, because the currency is the unit.
func (s *Snapshot) appendCharges(scope pmetric.ScopeMetrics) {
	gauges := map[string]pmetric.Gauge{}
	rows := int64(len(s.Charges))
	for i := range s.Charges {
		c := &s.Charges[i]
		gauge, ok := gauges[c.Currency]
		if !ok {
			gauge = newGauge(scope, MetricCost, c.Currency, "What the provider charges for the charge period.")
			gauges[c.Currency] = gauge
		}
		p := gauge.DataPoints().AppendEmpty()
		p.SetDoubleValue(c.Amount.Float64())
		s.stamp(p, c.Start, c.End, Place{Row: int64(i), Rows: rows})
		c.put(p.Attributes())
	}
	if rows == 0 {
		s.appendEmpty(newGauge(scope, MetricCost, "", "What the provider charges for the charge period."))
	}
}

func (s *Snapshot) appendEmpty(gauge pmetric.Gauge) {
	p := gauge.DataPoints().AppendEmpty()
	p.SetFlags(p.Flags().WithNoRecordedValue(true))
	s.stamp(p, s.Day, s.Day.Add(day), Place{})
	d := Dimensions{Provider: s.Provider, Account: s.Account}
	d.put(p.Attributes())
}

func (s *Snapshot) appendCounts(scope pmetric.ScopeMetrics, name, unit, description string, requests bool) {
	var gauge pmetric.Gauge
	var row, rows int64
	for i := range s.Counts {
		if s.Counts[i].Requests == requests {
			rows++
		}
	}
	for i := range s.Counts {
		c := &s.Counts[i]
		if c.Requests != requests {
			continue
		}
		if row == 0 {
			gauge = newGauge(scope, name, unit, description)
		}
		p := gauge.DataPoints().AppendEmpty()
		p.SetDoubleValue(c.Quantity.Float64())
		s.stamp(p, c.Start, c.End, Place{Row: row, Rows: rows})
		c.put(p.Attributes())
		p.Attributes().PutStr(AttrQuantity, c.Quantity.String())
		row++
	}
}

func newGauge(scope pmetric.ScopeMetrics, name, unit, description string) pmetric.Gauge {
	m := scope.Metrics().AppendEmpty()
	m.SetName(name)
	m.SetUnit(unit)
	m.SetDescription(description)
	return m.SetEmptyGauge()
}

// stamp writes what a row shares with its snapshot.
func (h *Header) stamp(p pmetric.NumberDataPoint, start, end time.Time, at Place) {
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	p.SetTimestamp(pcommon.NewTimestampFromTime(end))
	attrs := p.Attributes()
	attrs.EnsureCapacity(16)
	attrs.PutStr(AttrSource, h.Source)
	attrs.PutStr(AttrDay, h.Day.Format(time.DateOnly))
	attrs.PutStr(AttrReadTime, h.ReadTime.UTC().Format(time.RFC3339Nano))
	attrs.PutInt(AttrSnapshot, at.Rows)
	attrs.PutInt(AttrRow, at.Row)
	attrs.PutBool(AttrFinal, h.Final)
}

func (c *Charge) put(attrs pcommon.Map) {
	c.Dimensions.put(attrs)
	putText(attrs, AttrCategory, c.Category)
	putText(attrs, AttrInvoice, c.Invoice)
	putText(attrs, ledger.AttrCurrency, c.Currency)
	attrs.PutStr(AttrAmount, c.Amount.String())
	if c.Unit != "" {
		attrs.PutStr(AttrQuantity, c.Quantity.String())
		attrs.PutStr(AttrUnit, c.Unit)
	}
}

// fields are the attributes of dimensions, for writing and for reading.
func (d *Dimensions) fields() [9]field {
	return [...]field{
		{AttrProvider, &d.Provider},
		{AttrHostProvider, &d.HostProvider},
		{ledger.AttrBillingAccount, &d.Account},
		{ledger.AttrBillingSubaccount, &d.Subaccount},
		{AttrModel, &d.Model},
		{AttrMeter, &d.Meter},
		{AttrServiceTier, &d.ServiceTier},
		{AttrRegion, &d.Region},
		{AttrLine, &d.Line},
	}
}

type field struct {
	key   string
	value *string
}

func (d *Dimensions) put(attrs pcommon.Map) {
	for _, f := range d.fields() {
		putText(attrs, f.key, *f.value)
	}
}

func putText(attrs pcommon.Map, key, value string) {
	if value != "" {
		attrs.PutStr(key, value)
	}
}

// AppendMonthToDate writes the sum that the source has of a month's charges of one category, as of at.
func AppendMonthToDate(points pmetric.NumberDataPointSlice, source string, d Dimensions, category string, month time.Time, currency string, sum money.Amount, at time.Time) {
	p := points.AppendEmpty()
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	p.SetDoubleValue(sum.Float64())
	d.put(p.Attributes())
	p.Attributes().PutStr(AttrSource, source)
	putText(p.Attributes(), AttrCategory, category)
	p.Attributes().PutStr(ledger.AttrCurrency, currency)
	p.Attributes().PutStr(AttrBillingPeriod, month.UTC().Format("2006-01"))
}
