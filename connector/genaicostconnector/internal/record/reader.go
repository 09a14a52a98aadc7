package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// AttrErrorType is the semantic conventions' attribute for the class of an error.
const AttrErrorType = "error.type"

// An attribute of these without a cost status is a record that no processor has priced. They are such as
// the semantic conventions have had since 1.27 and the processor never passes over: of log records it
// reads only those that report usage, and leaves alone the messages and choices, which name a
// provider and a model too.
var (
	spanMarkers = []string{"gen_ai.operation.name", "gen_ai.request.model"}
	logMarkers  = []string{"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"}
)

// Reader reads batches. It is immutable after NewReader and safe for concurrent use with
// different batches.
type Reader struct {
	table      keyTable
	names      []string
	dimensions []dimension

	spanMarkers, logMarkers set
	// shares are the attributes that split dimensions.
	shares set

	status, reason, lines, currency, savings, errorType int
}

// MaxNames is how many attribute names, fallbacks and shares included, dimensions can look up.
const MaxNames = maxSlots - 16

// NewReader returns a reader of these dimensions, which look up at most MaxNames different names.
func NewReader(dimensions []Dimension) *Reader {
	r := &Reader{}
	r.status = r.table.add(ledger.AttrStatus)
	r.reason = r.table.add(ledger.AttrReason)
	r.lines = r.table.add(ledger.AttrLines)
	r.currency = r.table.add(ledger.AttrCurrency)
	r.savings = r.table.add(ledger.AttrSavings)
	r.errorType = r.table.add(AttrErrorType)
	r.spanMarkers = setOf(r.table.addAll(spanMarkers))
	r.logMarkers = setOf(r.table.addAll(logMarkers))
	for _, d := range dimensions {
		slots := append(r.table.addAll([]string{d.Name}), r.table.addAll(d.Fallbacks)...)
		r.names = append(r.names, d.Name)
		r.dimensions = append(r.dimensions, dimension{slots: slots, def: d.Default, shares: r.addShares(d.Name)})
	}
	return r
}

// addShares returns the slot of the attribute that splits a dimension, or -1 where nothing does.
func (r *Reader) addShares(dimension string) int {
	attribute, ok := sharesOf(dimension)
	if !ok {
		return -1
	}
	slot := r.table.add(attribute)
	r.shares.add(slot)
	return slot
}

// ReadTraces reads the priced spans of td into b. Whenever b is full, and at the end, it calls
// account and empties b.
func (r *Reader) ReadTraces(td ptrace.Traces, b *Batch, account func(*Batch)) {
	for _, rs := range td.ResourceSpans().All() {
		b.enter(rs.Resource())
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if rec := r.read(span.Attributes(), b, &r.spanMarkers); rec != nil {
					rec.TraceID, rec.SpanID = span.TraceID(), span.SpanID()
					rec.Time = span.EndTimestamp()
					rec.ID = b.identifier.Span(b.resourceAttrs, span)
					b.passOn(account, Full)
				}
			}
		}
	}
	b.passOn(account, 1)
}

// ReadLogs reads log records as ReadTraces does spans.
func (r *Reader) ReadLogs(ld plog.Logs, b *Batch, account func(*Batch)) {
	for _, rl := range ld.ResourceLogs().All() {
		b.enter(rl.Resource())
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if rec := r.read(lr.Attributes(), b, &r.logMarkers); rec != nil {
					rec.TraceID, rec.SpanID = lr.TraceID(), lr.SpanID()
					rec.Time = logTime(lr)
					rec.ID = b.identifier.Log(b.resourceAttrs, lr)
					b.passOn(account, Full)
				}
			}
		}
	}
	b.passOn(account, 1)
}

func (b *Batch) enter(resource pcommon.Resource) {
	b.resourceAttrs, b.resourceLoaded = resource.Attributes(), false
}

// read appends the record that attrs describe, and the parts of its cost if it is shared. It returns
// nil for those that bring none. The record is valid until the next one is read.
func (r *Reader) read(attrs pcommon.Map, b *Batch, markers *set) *Record {
	b.record.load(&r.table, attrs)
	if !b.record.has(r.status) {
		if b.record.hasAny(markers) {
			b.Unmarked++
		} else {
			b.Ignored++
		}
		return nil
	}
	if !b.resourceLoaded {
		r.inherit(b)
		b.resourceLoaded = true
	}
	b.keys = r.appendKey(b.keys, b)
	rec := b.next()
	rec.Status = ledger.Status(b.record.str(r.status))
	rec.Reason = b.record.str(r.reason)
	rec.ErrorType = b.record.str(r.errorType)
	if b.KeepSources {
		b.keepSource(attrs)
	}
	rec.keyEnd, rec.itemsEnd = len(b.keys), len(b.items)
	if err := r.price(rec, b); err != nil {
		b.Malformed++
		if b.Err == nil {
			b.Err = err
		}
		b.items = b.items[:rec.itemsEnd]
		rec.unprice()
	}
	rec.itemsEnd = len(b.items)
	if rec.Currency == "" || !b.record.hasAny(&r.shares) {
		return rec
	}
	i := len(b.Records) - 1
	r.share(i, b)
	return &b.Records[i]
}

func logTime(lr plog.LogRecord) pcommon.Timestamp {
	if t := lr.Timestamp(); t != 0 {
		return t
	}
	return lr.ObservedTimestamp()
}
