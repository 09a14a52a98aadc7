package attribution

import (
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// Record is what rules are evaluated on: a record in its scope and resource, and what is known of the call that it
// reports. It is filled from the outside in and used again for the next record.
type Record struct {
	// At is the time of the call, by which tables and shares are dated.
	At time.Time
	// Provider and Model are those of the call, in whatever dialect the record is.
	Provider, Model string

	resource pcommon.Resource
	scope    pcommon.InstrumentationScope

	resourceSpans ptrace.ResourceSpans
	scopeSpans    ptrace.ScopeSpans
	span          ptrace.Span

	resourceLogs plog.ResourceLogs
	scopeLogs    plog.ScopeLogs
	log          plog.LogRecord

	signal signals.Signal
}

// InResourceSpans begins the spans of a resource.
func (r *Record) InResourceSpans(rs ptrace.ResourceSpans) {
	*r = Record{resource: rs.Resource(), resourceSpans: rs, signal: signals.Traces}
}

// InScopeSpans begins the spans of a scope.
func (r *Record) InScopeSpans(ss ptrace.ScopeSpans) { r.scope, r.scopeSpans = ss.Scope(), ss }

// IsSpan makes it the record of a span.
func (r *Record) IsSpan(span ptrace.Span) { r.span = span }

// InResourceLogs begins the log records of a resource.
func (r *Record) InResourceLogs(rl plog.ResourceLogs) {
	*r = Record{resource: rl.Resource(), resourceLogs: rl, signal: signals.Logs}
}

// InScopeLogs begins the log records of a scope.
func (r *Record) InScopeLogs(sl plog.ScopeLogs) { r.scope, r.scopeLogs = sl.Scope(), sl }

// IsLog makes it the record of a log record.
func (r *Record) IsLog(log plog.LogRecord) { r.log = log }

// InResource begins data points of a resource. They have no scope attributes.
func (r *Record) InResource(resource pcommon.Resource) {
	*r = Record{resource: resource, signal: signals.Metrics}
}

// schema is what OTTL wants of a resource beside its attributes.
func (r *Record) schema() ottl.SchemaURLItem {
	switch r.signal {
	case signals.Traces:
		return r.resourceSpans
	case signals.Logs:
		return r.resourceLogs
	default:
		return noSchema
	}
}

// noSchema stands for the schema of data points. Nothing here writes to it.
var noSchema = ptrace.NewResourceSpans()
