package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// Item is one ledger line, multiplied out.
type Item struct {
	Meter      meter.Meter
	Quantity   money.Quantity
	Cost, List money.Amount
}

// Record is one priced span or log record, or a part of the cost of one.
type Record struct {
	ID     replay.ID
	Status ledger.Status
	// Reason and ErrorType are empty where the record has none.
	Reason, ErrorType string
	// Currency is set for records that have a cost, and tells them from those that have none.
	Currency string
	// Cost is the sum of the items' cost.
	Cost    money.Amount
	Savings Savings
	// TraceID, SpanID and Time make an exemplar.
	TraceID pcommon.TraceID
	SpanID  pcommon.SpanID
	Time    pcommon.Timestamp
	// Interval is set for the usage of an interval, which is that of any number of requests.
	Interval bool
	// Portion says what of the call this record stands for; the parts of its cost come right after it.
	Portion Portion
	// Unshared is set when the cost, or a dimension of it, stays whole because its shares cannot be read.
	Unshared bool
	// Replayed is set when the record turns out to have been accounted before.
	Replayed bool

	keyEnd, itemsEnd int
}

// Savings by kind; together they are what the call would have cost at the standard tier's list
// price with nothing cached, less what it did cost.
type Savings struct {
	ServiceTier, Cache, Agreement money.Amount
}

// Batch holds the records of one batch of telemetry. It is reused, so that reading a batch
// allocates only while the batch grows.
type Batch struct {
	Records []Record
	// Unmarked, Ignored and Malformed count the spans and log records that bring no money: about
	// GenAI but not priced, not about GenAI, and with a ledger line that cannot be read.
	Unmarked, Ignored, Malformed int64
	// Err is the reason of the first malformed record, SharesErr that of the first unreadable shares.
	Err, SharesErr error

	// KeepSources makes Source work. It stays as it is when the batch is reset.
	KeepSources bool

	keys             []byte
	items            []Item
	sources          []source
	lines            ledger.Lines
	identifier       replay.Identifier
	splitting        splitting
	record, resource view
	resourceAttrs    pcommon.Map
	// inherited holds the encoded dimensions of the current resource, once one of its records needs them.
	inherited      [][]byte
	resourceLoaded bool
}

// Key returns the dimension values of record i.
func (b *Batch) Key(i int) []byte {
	from := 0
	if i > 0 {
		from = b.Records[i-1].keyEnd
	}
	return b.keys[from:b.Records[i].keyEnd]
}

// Items returns the ledger lines of record i.
func (b *Batch) Items(i int) []Item {
	from := 0
	if i > 0 {
		from = b.Records[i-1].itemsEnd
	}
	return b.items[from:b.Records[i].itemsEnd]
}

// source is where a record was read from.
type source struct{ attributes, resource pcommon.Map }

// Source returns the attributes that record i, which is no part of another, was read from, and those of its
// resource. They belong to the input.
func (b *Batch) Source(i int) (attributes, resource pcommon.Map) {
	return b.sources[i].attributes, b.sources[i].resource
}

// keepSource notes where the last record was read from. The parts of a cost have no source.
func (b *Batch) keepSource(attrs pcommon.Map) {
	i := len(b.Records) - 1
	for len(b.sources) < i {
		b.sources = append(b.sources, source{})
	}
	b.sources = append(b.sources, source{attributes: attrs, resource: b.resourceAttrs})
}

// Full is how many records, parts included, a batch holds before it is passed on. So few stay in the processor's cache between
// reading and accounting, and still they share one lock; 64 instead of 512 saves about a tenth.
const Full = 64

// passOn hands b to account once it holds n records.
func (b *Batch) passOn(account func(*Batch), n int) {
	if len(b.Records) < n {
		return
	}
	account(b)
	b.empty()
}

func (b *Batch) empty() {
	clear(b.Records)
	clear(b.sources)
	b.Records, b.keys, b.items, b.sources = b.Records[:0], b.keys[:0], b.items[:0], b.sources[:0]
}

// Reset empties the batch, drops its references to the input and keeps its memory.
func (b *Batch) Reset() {
	b.empty()
	b.record.release()
	b.resource.release()
	*b = Batch{
		Records:     b.Records[:0],
		KeepSources: b.KeepSources,
		sources:     b.sources[:0],
		keys:        b.keys[:0],
		items:       b.items[:0],
		lines:       b.lines[:0],
		identifier:  b.identifier,
		splitting:   b.splitting,
		record:      b.record,
		resource:    b.resource,
		inherited:   b.inherited,
	}
}

// next returns another record, zero but for what belongs to no record before it.
func (b *Batch) next() *Record {
	n := len(b.Records)
	if n < cap(b.Records) {
		b.Records = b.Records[:n+1] // zero: see empty
	} else {
		b.Records = append(b.Records, Record{})
	}
	return &b.Records[n]
}
