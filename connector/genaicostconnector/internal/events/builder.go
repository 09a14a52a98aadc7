package events

import (
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

const (
	// EventName is the name of the event: one observation of the metric that has the same name.
	EventName = "finops.request.cost"
	// AttrReason is why there is an event of a call.
	AttrReason = "finops.event.reason"
)

// Builder makes log records. It is immutable and safe for concurrent use.
type Builder struct {
	Settings
	// Interval is what Top is by.
	Interval time.Duration
	// ScopeName and ScopeVersion are those of the instrumentation scope.
	ScopeName, ScopeVersion string
}

// Build returns the events of calls, under the resources that made them.
//
// They have no finops.cost.status and no finops.cost.lines: these make a record count as money, and an event
// tells of money that is counted already.
func (b *Builder) Build(calls []*Call, now time.Time) plog.Logs {
	ld := plog.NewLogs()
	for _, c := range calls {
		lr := b.recordsOf(ld, c.Resource).AppendEmpty()
		lr.SetEventName(EventName)
		lr.SetTimestamp(c.Time)
		lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(now))
		lr.SetTraceID(c.TraceID)
		lr.SetSpanID(c.SpanID)
		lr.SetSeverityNumber(severity(c.Reason))
		lr.SetSeverityText(severity(c.Reason).String())
		lr.Body().SetStr(b.sentence(c))
		attrs := lr.Attributes()
		attrs.EnsureCapacity(c.Attributes.Len() + 3)
		c.Attributes.CopyTo(attrs)
		attrs.PutDouble(ledger.AttrAmount, c.Cost.Float64())
		attrs.PutStr(ledger.AttrCurrency, c.Currency)
		attrs.PutStr(AttrReason, string(c.Reason))
	}
	return ld
}

// severity: somebody has said that costs above the threshold are too much; the dearest are merely that.
func severity(r Reason) plog.SeverityNumber {
	if r == ReasonThreshold {
		return plog.SeverityNumberWarn
	}
	return plog.SeverityNumberInfo
}

func (b *Builder) sentence(c *Call) string {
	if c.Reason == ReasonThreshold {
		return fmt.Sprintf("GenAI call cost %s %s, more than the threshold of %s", c.Cost, c.Currency, b.Threshold)
	}
	return fmt.Sprintf("GenAI call cost %s %s, among the %d dearest of %s", c.Cost, c.Currency, b.Top, b.Interval)
}

// recordsOf returns the log records of a resource. There are few resources among the few calls.
func (b *Builder) recordsOf(ld plog.Logs, resource pcommon.Map) plog.LogRecordSlice {
	all := ld.ResourceLogs()
	for _, rl := range all.All() {
		if rl.Resource().Attributes().Equal(resource) {
			return rl.ScopeLogs().At(0).LogRecords()
		}
	}
	rl := all.AppendEmpty()
	resource.CopyTo(rl.Resource().Attributes())
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(b.ScopeName)
	sl.Scope().SetVersion(b.ScopeVersion)
	return sl.LogRecords()
}
