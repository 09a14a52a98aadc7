package replay

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// A log record has no ID: several of one span share its trace and span ID. Nor has a span
// without them. Their identity is what the application sent: time, name, attributes and body, and
// the service that sent it. What the processor added is left out, because a record sent again
// after a change of the catalog is still the same record. The hash is cryptographic, so that no
// record can be made to pass for another.

// emitters are the resource attributes that tell apart two services that send the same.
var emitters = []string{"service.namespace", "service.name", "service.instance.id"}

// Identifier finds out the IDs of records. It reuses its memory, so it is not safe for concurrent use.
type Identifier struct{ content []byte }

// Span returns the ID of a span that resource sent.
func (i *Identifier) Span(resource pcommon.Map, span ptrace.Span) ID {
	if span.TraceID().IsEmpty() || span.SpanID().IsEmpty() {
		return i.hashSpan(resource, span)
	}
	return SpanID(span.TraceID(), span.SpanID())
}

// Log returns the ID of a log record that resource sent.
func (i *Identifier) Log(resource pcommon.Map, lr plog.LogRecord) ID {
	at := lr.Timestamp()
	if at == 0 {
		at = lr.ObservedTimestamp()
	}
	trace, span := lr.TraceID(), lr.SpanID()
	buf := i.content[:0]
	buf = append(buf, trace[:]...)
	buf = append(buf, span[:]...)
	buf = appendText(buf, lr.EventName())
	buf = appendContent(buf, lr.Body())
	buf = appendSent(buf, lr.Attributes())
	return i.hash(resource, buf, at)
}

func (i *Identifier) hashSpan(resource pcommon.Map, span ptrace.Span) ID {
	trace, id := span.TraceID(), span.SpanID()
	buf := i.content[:0]
	buf = append(buf, trace[:]...)
	buf = append(buf, id[:]...)
	buf = appendText(buf, span.Name())
	buf = binary.LittleEndian.AppendUint64(buf, uint64(span.EndTimestamp()))
	buf = appendSent(buf, span.Attributes())
	return i.hash(resource, buf, span.StartTimestamp())
}

func (i *Identifier) hash(resource pcommon.Map, buf []byte, at pcommon.Timestamp) ID {
	for _, name := range emitters {
		if v, ok := resource.Get(name); ok {
			buf = appendContent(appendText(buf, name), v)
		}
	}
	i.content = buf
	sum := sha256.Sum256(buf)
	return HashID(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:]), uint64(at))
}

func appendSent(buf []byte, attrs pcommon.Map) []byte {
	for name, value := range attrs.All() {
		if !isResult(name) {
			buf = appendContent(appendText(buf, name), value)
		}
	}
	return buf
}

// isResult tells what the processor writes from what the application sent.
func isResult(name string) bool {
	if strings.HasPrefix(name, ledger.Prefix) {
		return !strings.HasPrefix(name, ledger.UsagePrefix) && !strings.HasPrefix(name, ledger.RequestPrefix)
	}
	return strings.HasPrefix(name, "gen_ai.usage.cost")
}

func appendText(buf []byte, s string) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...)
}

// appendContent appends an unambiguous form of v. It does not recurse into maps and lists
// deeper than the decoder of OTLP accepts.
func appendContent(buf []byte, v pcommon.Value) []byte {
	buf = append(buf, byte(v.Type()))
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return appendText(buf, v.Str())
	case pcommon.ValueTypeInt:
		return binary.LittleEndian.AppendUint64(buf, uint64(v.Int()))
	case pcommon.ValueTypeDouble:
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(v.Double()))
	case pcommon.ValueTypeBool:
		if v.Bool() {
			return append(buf, 1)
		}
		return append(buf, 0)
	case pcommon.ValueTypeBytes:
		buf = binary.AppendUvarint(buf, uint64(v.Bytes().Len()))
		return append(buf, v.Bytes().AsRaw()...)
	case pcommon.ValueTypeMap:
		buf = binary.AppendUvarint(buf, uint64(v.Map().Len()))
		for name, value := range v.Map().All() {
			buf = appendContent(appendText(buf, name), value)
		}
	case pcommon.ValueTypeSlice:
		buf = binary.AppendUvarint(buf, uint64(v.Slice().Len()))
		for _, value := range v.Slice().All() {
			buf = appendContent(buf, value)
		}
	}
	return buf
}
