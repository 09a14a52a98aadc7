package charge

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// MaxAhead is how far in the future a start may lie before the clock that set it is not believed; the
// processor prices by the same rule.
const MaxAhead = 5 * time.Minute

// ReasonMalformed is the reason of a call whose cost is on the record but cannot be read.
const ReasonMalformed = "malformed_lines"

var (
	errCurrency = errors.New(ledger.AttrCurrency + " is not three capital letters")
	errStatus   = errors.New("unknown value of " + ledger.AttrStatus)
	errNoLines  = errors.New(ledger.AttrLines + " is missing")
)

// Reader reads batches. It is safe for concurrent use with different batches.
type Reader struct {
	calls *genai.Reader
	grain time.Duration
	// commitments asks for what commitments cover.
	commitments bool
	// tags are the names of tags by the attributes that they are taken from.
	tags map[string]string
}

// NewReader returns a reader of charges by periods of that length. The attributes named, of the record or else of its
// resource, are tags beside the dimensions that the processor wrote.
func NewReader(grain time.Duration, attributes []string) *Reader {
	r := &Reader{calls: genai.NewReader(), grain: grain, tags: map[string]string{}}
	for _, name := range attributes {
		r.tags[name] = name
	}
	return r
}

// WithCommitments makes the reader repeat what commitments cover.
func (r *Reader) WithCommitments(is bool) *Reader {
	r.commitments = is
	return r
}

// ReadTraces reads the charges of td, which arrives now, into b.
func (r *Reader) ReadTraces(td ptrace.Traces, now time.Time, b *Batch) {
	for _, rs := range td.ResourceSpans().All() {
		resource := rs.Resource().Attributes()
		b.fields.inherit(resource, r.tags)
		for _, ss := range rs.ScopeSpans().All() {
			scope := r.calls.Scope(ss.Scope())
			for _, span := range ss.Spans().All() {
				b.fields.read(span.Attributes(), r.tags, &spanMarkers)
				if !b.brings() {
					continue
				}
				var call genai.Call
				scope.ReadSpan(span, &call)
				call.Start = span.StartTimestamp().AsTime()
				if span.StartTimestamp() == 0 {
					call.Start = time.Time{}
				}
				r.read(&call, now, b)
				b.Records[len(b.Records)-1].ID = b.ids.Span(resource, span)
			}
		}
	}
}

// ReadLogs reads log records as ReadTraces does spans.
func (r *Reader) ReadLogs(ld plog.Logs, now time.Time, b *Batch) {
	for _, rl := range ld.ResourceLogs().All() {
		resource := rl.Resource().Attributes()
		b.fields.inherit(resource, r.tags)
		for _, sl := range rl.ScopeLogs().All() {
			scope := r.calls.Scope(sl.Scope())
			for _, lr := range sl.LogRecords().All() {
				b.fields.read(lr.Attributes(), r.tags, &logMarkers)
				if !b.brings() {
					continue
				}
				r.read(logCall(scope, lr), now, b)
				b.Records[len(b.Records)-1].ID = b.ids.Log(resource, lr)
			}
		}
	}
}

func logCall(scope *genai.ScopeReader, lr plog.LogRecord) *genai.Call {
	var call genai.Call
	if scope.ReadLog(lr, &call) == genai.RoleNone {
		call = genai.Call{}
		if at := cmp.Or(lr.Timestamp(), lr.ObservedTimestamp()); at != 0 {
			call.Start = at.AsTime()
		}
	}
	return &call
}

// brings reports whether the record whose fields were read brings charges, and counts it if it does not.
func (b *Batch) brings() bool {
	switch ledger.Status(b.fields.status) {
	case ledger.StatusPriced, ledger.StatusFree, ledger.StatusUnpriced:
		return true
	case ledger.StatusNotBilled, ledger.StatusDuplicate, ledger.StatusAggregate:
		b.Ignored++
		return false
	case "":
		if b.fields.genAI {
			b.Unmarked++
		} else {
			b.Ignored++
		}
		return false
	default:
		return true // malformed: an unknown verdict is not no charge
	}
}

// read appends the record of a call.
func (r *Reader) read(call *genai.Call, now time.Time, b *Batch) {
	from := len(b.charges)
	b.commitments = r.commitments
	b.fields.settle()
	id := r.identity(call, &b.fields)
	id.Start = r.period(call.Start, now, b)
	id.End = id.Start.Add(r.grain)
	if err := b.price(&id, call, from); err != nil {
		b.Malformed++
		if b.Err == nil {
			b.Err = err
		}
		b.charges = b.charges[:from]
		id.Reason = ReasonMalformed
		b.count(&id, call, from)
	}
	b.Records = append(b.Records, Record{from: from, to: len(b.charges)})
}

// identity is what all charges of a call have in common. What the processor found out wins over what the record
// says; what neither says stays empty.
func (r *Reader) identity(call *genai.Call, f *fields) Identity {
	provider, _, _ := strings.Cut(f.pricingID, "/")
	return Identity{
		Charge: focus.Charge{
			Provider:   clean(cmp.Or(provider, pricing.CanonicalProvider(call.Provider))),
			Account:    clean(f.account),
			Subaccount: clean(f.subaccount),
			Model:      clean(cmp.Or(f.model, call.ResponseModel, call.RequestModel)),
			Version:    clean(f.version),
			Status:     ledger.Status(f.status),
			Reason:     ledger.Reason(clean(f.reason)),
			// The tier that served, or else the one asked for: what the price was chosen by.
			ServiceTier: clean(pricing.CanonicalTier(cmp.Or(call.ServiceTier, call.RequestedTier))),
			Region:      clean(call.Region),
			PricingID:   clean(f.pricingID),
			Currency:    f.currency,
			Confidence:  ledger.Confidence(clean(f.confidence)),
			Source:      ledger.CostSource(clean(f.source)),
			Tags:        f.tags,
		},
		Splits: f.splits,
	}
}

// period returns the beginning of the charge period in which a call that started then is charged.
func (r *Reader) period(start, now time.Time, b *Batch) time.Time {
	switch {
	case start.IsZero() || start.Unix() <= 0:
		b.Undated++
		start = now
	case start.Sub(now) > MaxAhead:
		b.Ahead++
		start = now
	}
	return start.UTC().Truncate(r.grain)
}

// price appends the charges of the ledger line, or the usage of an unpriced call.
func (b *Batch) price(id *Identity, call *genai.Call, from int) (err error) {
	f := &b.fields
	switch {
	case id.Status == ledger.StatusUnpriced:
		b.count(id, call, from)
		return nil
	case !id.Status.HasAmount():
		return fmt.Errorf("%w: %.32q", errStatus, f.status)
	case f.lines == "" && id.Status == ledger.StatusFree:
		return nil
	case f.lines == "":
		return errNoLines
	case !isCurrency(f.currency):
		return errCurrency
	}
	if b.lines, err = ledger.ParseLines(f.lines, b.lines[:0]); err != nil {
		return fmt.Errorf("%s: %w", ledger.AttrLines, err)
	}
	for i := range b.lines {
		line := &b.lines[i]
		id.Meter, id.Effective, id.Contracted, id.List = line.Meter, line.Effective, line.Contracted, line.List
		b.add(id, line.Quantity, from)
	}
	return nil
}

// count appends the usage of a call without a price, as far as it is known. A call without usage
// is charged nothing of anything, but counted.
func (b *Batch) count(id *Identity, call *genai.Call, from int) {
	id.Status, id.Currency, id.Confidence, id.Source = ledger.StatusUnpriced, "", "", ""
	id.Effective, id.Contracted, id.List = money.UnitPrice{}, money.UnitPrice{}, money.UnitPrice{}
	if call.HasUsage && !call.Invalid {
		for m := range meter.Meter(meter.Count) {
			if q := call.Usage[m]; q.Sign() > 0 {
				id.Meter = m
				b.add(id, q, from)
			}
		}
	}
	if len(b.charges) == from {
		id.Meter = meter.Request
		b.add(id, money.Quantity{}, from)
	}
}

func isCurrency(code string) bool {
	if len(code) != len("USD") {
		return false
	}
	return strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
