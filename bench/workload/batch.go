package workload

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Batch is a wire batch whose ids can be made new in place. It is not safe for concurrent use.
type Batch struct {
	// Spans is the number of spans, GenAI or not.
	Spans int
	// GenAI is the number of model calls among them.
	GenAI int

	wire   []byte
	binary []int // offsets of 4-byte epochs
	text   []int // offsets of epochs in 8 hexadecimal digits
}

// The bytes before an epoch, an epoch of 0 included, as the ids of a freshly built batch are
// encoded: length, magic number, epoch.
var (
	traceMarker    = []byte{16, 0x7f, 0xb3, 0xd5, 0xa1, 0, 0, 0, 0}
	spanMarker     = []byte{8, 0xc3, 0x9e, 0, 0, 0, 0}
	responseMarker = []byte(responsePrefix + "00000000")
)

const (
	responsePrefix = "resp-"
	epochBytes     = 4
	epochDigits    = 8
)

// newBatch encodes td and finds the places of the epoch in the encoded bytes.
func newBatch(td ptrace.Traces, genAI int) (*Batch, error) {
	wire, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return nil, fmt.Errorf("encode the workload: %w", err)
	}
	b := &Batch{Spans: td.SpanCount(), GenAI: genAI, wire: wire}
	b.binary = append(offsetsAfter(wire, traceMarker, epochBytes), offsetsAfter(wire, spanMarker, epochBytes)...)
	b.text = offsetsAfter(wire, responseMarker, epochDigits)
	// Trace, span and parent id of each span.
	if len(b.binary) != 3*b.Spans || len(b.text) != genAI {
		return nil, fmt.Errorf("found %d ids and %d response ids in the encoded workload, want %d and %d",
			len(b.binary), len(b.text), 3*b.Spans, genAI)
	}
	return b, nil
}

// offsetsAfter returns where the epochs, the last size bytes of each marker in wire, begin.
func offsetsAfter(wire, marker []byte, size int) []int {
	var offsets []int
	for at := 0; ; {
		next := bytes.Index(wire[at:], marker)
		if next < 0 {
			return offsets
		}
		at += next + len(marker)
		offsets = append(offsets, at-size)
	}
}

// Renew gives every span, trace and response of the batch an id that it has for no other epoch.
func (b *Batch) Renew(epoch uint32) {
	var raw [epochBytes]byte
	binary.BigEndian.PutUint32(raw[:], epoch)
	for _, at := range b.binary {
		copy(b.wire[at:], raw[:])
	}
	var digits [epochDigits]byte
	hex.Encode(digits[:], raw[:])
	for _, at := range b.text {
		copy(b.wire[at:], digits[:])
	}
}

// Wire returns the encoded batch, an ExportTraceServiceRequest. It is valid until the next Renew.
func (b *Batch) Wire() []byte { return b.wire }

// Traces decodes the batch.
func (b *Batch) Traces() (ptrace.Traces, error) {
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(b.wire)
}

// Clone returns a batch that is renewed independently.
func (b *Batch) Clone() *Batch {
	clone := *b
	clone.wire = bytes.Clone(b.wire)
	return &clone
}

// Through returns the batch as f leaves it, for measuring what comes after f.
func (b *Batch) Through(f func(ptrace.Traces) (ptrace.Traces, error)) (*Batch, error) {
	b.Renew(0)
	td, err := b.Traces()
	if err != nil {
		return nil, err
	}
	if td, err = f(td); err != nil {
		return nil, err
	}
	return newBatch(td, b.GenAI)
}
