package charge

import (
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// Charge is an amount of what its key identifies.
type Charge struct {
	Amounts focus.Amounts
	// Start is the beginning of the charge period, in Unix seconds.
	Start int64
	// Unpriced says which dataset the charge belongs to.
	Unpriced bool
	// Committed charges repeat what a commitment covers, with no more than commitments are told apart by. They are not part of any
	// total.
	Committed bool

	from, to int
}

// Record is one span or log record that brings charges.
type Record struct {
	ID       replay.ID
	from, to int
}

// Batch holds what one batch of telemetry brings. It is reused, so that reading allocates only while it
// grows.
type Batch struct {
	Records []Record
	// Ignored counts what brings no charge: duplicates, aggregates and what is not about GenAI. Unmarked is
	// about GenAI, but no processor has priced it. Malformed has a ledger line that cannot be read, and Err is the
	// reason of the first.
	Ignored, Unmarked, Malformed int64
	Err                          error
	// Undated counts records without a start, Ahead those that start so far in the future that their clock is not
	// believed. Both are charged to the time at which they arrive.
	Undated, Ahead int64

	keys    []byte
	charges []Charge
	lines   ledger.Lines
	fields  fields
	// commitments asks for what they cover.
	commitments bool
	ids         replay.Identifier
}

// Charges returns the charges of record i.
func (b *Batch) Charges(i int) []Charge { return b.charges[b.Records[i].from:b.Records[i].to] }

// Key returns the key of a charge of the batch; it is valid until the batch is reset.
func (b *Batch) Key(c *Charge) []byte { return b.keys[c.from:c.to] }

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	*b = Batch{
		Records: b.Records[:0], keys: b.keys[:0], charges: b.charges[:0], lines: b.lines[:0],
		fields: b.fields.reset(), ids: b.ids,
	}
}

// add appends a charge. The first of a record counts its call.
func (b *Batch) add(id *Identity, quantity money.Quantity, first int) {
	amounts := focus.Amounts{Quantity: quantity}
	if len(b.charges) == first {
		amounts.Requests = 1
	}
	from := len(b.keys)
	b.keys = id.AppendKey(b.keys)
	b.charges = append(b.charges, Charge{
		Amounts: amounts, Start: id.Start.Unix(), Unpriced: id.Status == ledger.StatusUnpriced, from: from, to: len(b.keys),
	})
	if id.Source == ledger.SourceCommitment && b.commitments {
		b.commit(id, quantity)
	}
}

// commit appends what a commitment covers of a charge.
func (b *Batch) commit(id *Identity, quantity money.Quantity) {
	covered := Identity{Charge: focus.Charge{
		Start: id.Start, End: id.End, Provider: id.Provider, Account: id.Account, Model: id.Model,
		Currency: id.Currency, Source: id.Source, Effective: id.Effective,
	}}
	from := len(b.keys)
	b.keys = covered.AppendKey(b.keys)
	b.charges = append(b.charges, Charge{
		Amounts: focus.Amounts{Quantity: quantity}, Start: id.Start.Unix(), Committed: true, from: from, to: len(b.keys),
	})
}
