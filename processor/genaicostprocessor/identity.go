package genaicostprocessor

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

// identity is what tells a record from all others, and which record it lies in.
type identity struct {
	trace  pcommon.TraceID
	span   pcommon.SpanID
	parent pcommon.SpanID
}

// logIdentity makes an identity for a log record, which has none of its own, from what a resent
// copy repeats and another call does not: its time, its process, its response and its usage. The
// span that it was written in is its parent.
func logIdentity(log plog.LogRecord, call *genai.Call, process uint64) identity {
	var buf [512]byte
	b := binary.LittleEndian.AppendUint64(buf[:0], uint64(log.Timestamp()))
	b = binary.LittleEndian.AppendUint64(b, process)
	b = append(b, log.EventName()...)
	b = append(b, 0)
	b = append(b, call.ResponseID...)
	b = append(b, 0)
	b = append(b, call.ResponseModel...)
	for _, quantity := range call.Usage {
		b, _ = quantity.AppendBinary(b) // never fails
	}
	id := identity{trace: log.TraceID(), parent: log.SpanID()}
	binary.LittleEndian.PutUint64(id.span[:], xxhash.Sum64(b))
	return id
}
