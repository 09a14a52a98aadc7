package dedup

import (
	"github.com/cespare/xxhash/v2"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Item is what a verdict is made from: one GenAI record. It holds no references into telemetry data.
type Item struct {
	// Trace and Span identify the record. For a log record, which has no id of its own, Span is a hash of
	// what makes it itself and Parent the span it was written in. Without a Span a record is judged by
	// its role alone, since nothing tells it from a replay of itself.
	Trace        [16]byte
	Span, Parent [8]byte
	// Start and End are the record's own times in nanoseconds since 1970.
	Start, End int64
	// Process identifies what made the record: the service and its instance, host or process.
	Process uint64
	// Scope identifies the instrumentation within the process.
	Scope uint64
	// Response is the hash of the response id, Model that of the canonical model name; 0 is unknown.
	Response, Model uint64
	// Input is all input, cached or not; Uncached is the input that was not told to be cached; Output
	// is all output. In tokens, and meaningful only when HasUsage.
	Input, Uncached, Output int64
	Role                    genai.Role
	HasUsage                bool
	// Inexact is set when the usage is known not to be what the provider counted. It identifies no call, and
	// gives way to any other account of it.
	Inexact bool
	// Failed is set for an error.
	Failed bool
	// Gateway is set when a gateway made the record, not the application that wanted the call.
	Gateway bool
	// OtherSignal is set when calls of the record's service are counted from another signal.
	OtherSignal bool
}

// Hash makes an identity of strings, for the hashed fields of an [Item]. Only empty strings make 0.
func Hash(parts ...string) uint64 {
	var h uint64
	for i, part := range parts {
		if part != "" {
			h = mix(h^xxhash.Sum64String(part), uint64(i)+1)
		}
	}
	return h
}

// Verdict says what a record is to the bill.
type Verdict uint8

// The verdicts. The zero value counts: nothing is dropped by accident.
const (
	// Count is the record that stands for its call.
	Count Verdict = iota
	// Aggregate repeats or surrounds calls and is none itself.
	Aggregate
	// DuplicateAncestor is another span of a call that an inner or outer span stands for.
	DuplicateAncestor
	// DuplicateResponseID carries the response id of a call that has been counted.
	DuplicateResponseID
	// DuplicateSibling tells of the same call as another scope of its process.
	DuplicateSibling
	// DuplicateGateway is the application's or the gateway's account of a call that the other stands for.
	DuplicateGateway
	// DuplicateSignal is of a signal that does not count for its service.
	DuplicateSignal
)

var reasons = [...]ledger.Reason{
	DuplicateAncestor:   ledger.ReasonAncestor,
	DuplicateResponseID: ledger.ReasonResponseID,
	DuplicateSibling:    ledger.ReasonSibling,
	DuplicateGateway:    ledger.ReasonGateway,
	DuplicateSignal:     ledger.ReasonSignal,
}

// IsDuplicate reports whether another record stands for the call.
func (v Verdict) IsDuplicate() bool { return v >= DuplicateAncestor }

// Reason is the rule by which a duplicate was found; empty for other verdicts.
func (v Verdict) Reason() ledger.Reason {
	if int(v) < len(reasons) {
		return reasons[v]
	}
	return ""
}

// mix spreads two numbers over all bits of one, by the finaliser of MurmurHash3.
func mix(a, b uint64) uint64 {
	h := a ^ b*0x9e3779b97f4a7c15
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
