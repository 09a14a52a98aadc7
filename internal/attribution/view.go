package attribution

import (
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

// Allocation says how a value was found.
type Allocation uint8

// The allocations. Direct, which telemetry itself said, is not written.
const (
	Direct Allocation = iota
	FromLookup
	FromDefault
	Split
)

// String returns the value of finops.allocation.<dimension>; "" for direct.
func (a Allocation) String() string { return allocations[a] }

var allocations = [...]string{Direct: "", FromLookup: "lookup", FromDefault: "default", Split: "split"}

// Value is the answer of one dimension.
type Value struct {
	// Text is the value; "" means unallocated. It is what agreements select by.
	Text string
	// Shares is the text of finops.shares.<dimension> if others share the cost.
	Shares     string
	Allocation Allocation
	// Overflow says that there are too many values: OverflowValue is shown instead of Text.
	Overflow bool

	split split
}

// Shown is the value of finops.<dimension>.
func (v *Value) Shown() string {
	switch {
	case v.Overflow:
		return OverflowValue
	case v.Text == "":
		return ledger.Unallocated
	default:
		return v.Text
	}
}

// Answer is what is known about a record: a value for every dimension.
type Answer struct {
	Values []Value
	// APIKeys are the ids, if telemetry says any, of the API key that paid, and then of the project and the account
	// that it belongs to.
	APIKeys []string
}

// View is an Attributor at one moment, for the records of one signal. It is safe for concurrent use.
type View struct {
	attributor *Attributor
	plan       *plan
	edition    *edition
	late       bool
}

// AsksScopes reports whether [View.Inherit] must be asked for each scope, and not only for each resource.
func (v View) AsksScopes() bool { return v.plan.scopes }

// Base is what the records of a resource (and scope) inherit. It is reused for the next.
type Base struct {
	// values hold for records without any attribute of interest.
	values []Value
	// fixed are the answers of steps that no record can change.
	fixed []ranked
	// holds are the conditions that the resource decides.
	holds []bool
	// keys are the keys of tables as far as the resource says, and rows what tables say to them.
	keys [][]string
	rows []found
	// apiKeys are the accounts that the resource names.
	apiKeys []string
}

// ranked is an answer and the index of its step.
type ranked struct {
	value Value
	step  int
}

// found is the row of a table, once it was looked for.
type found struct {
	row      lookup.Row
	is, done bool
}

// Scratch is what a goroutine needs to answer.
type Scratch struct {
	// slots hold attributes of the record.
	slots []string
	hits  int
	rows  []found
	keys  []string
	// spelled and canonical are the provider that was asked for last.
	spelled, canonical string
}

// Forget lets go of everything that belongs to telemetry.
func (s *Scratch) Forget() {
	s.spelled, s.canonical = "", ""
	clear(s.slots)
	clear(s.rows)
	clear(s.keys)
	s.hits = 0
}

// Forget lets go of everything that belongs to telemetry.
func (b *Base) Forget() {
	clear(b.values)
	clear(b.fixed)
	clear(b.rows)
	for _, keys := range b.keys {
		clear(keys)
	}
	clear(b.apiKeys)
}

// Forget lets go of everything that belongs to telemetry.
func (a *Answer) Forget() {
	clear(a.Values)
	clear(a.APIKeys)
}
