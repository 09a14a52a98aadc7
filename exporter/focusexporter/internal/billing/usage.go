package billing

import (
	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// UsageRows returns the rows of what the provider counted, without any cost.
func UsageRows(s *billed.Snapshot, routes *focus.Routes) []focus.Row {
	rows := make([]focus.Row, 0, len(s.Counts))
	for i := range s.Counts {
		c := &s.Counts[i]
		r := identify(s, &c.Dimensions, c.Start, c.End, routes)
		r.SkuMeter, r.ConsumedQuantity, r.ConsumedUnit = c.Meter, number(c.Quantity), focus.UnitOf(meter.Input).Consumed
		if c.Requests {
			r.ConsumedUnit, r.XRequests = focus.UnitOf(meter.Request).Consumed, r.ConsumedQuantity
		}
		rows = append(rows, r)
	}
	return rows
}
