package attribution

import (
	"slices"
	"sync/atomic"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// place is where the value of a step stands.
type place uint8

const (
	onRecord place = iota
	onResource
	onScope
	inExpression
	inTable
)

// step is one place to look at. A source is one step, the conventions are many.
type step struct {
	place place
	// key of the resource's or scope's attribute.
	key string
	// slot of the record's attribute.
	slot int
	// evaluate an expression.
	evaluate run[any]
	// column indexes Attributor.columns.
	column int
	when   condition
	// fixed steps are decided by resource and scope: no record can change them.
	fixed bool

	// source is the index in the configuration. It and the expression are for messages.
	source     int
	expression string
	// warned is shared by all steps of a source.
	warned *atomic.Bool
}

// condition of a step. One that reads the resource only is evaluated with it.
type condition struct {
	text         string
	holds        run[bool]
	resourceOnly bool
	// index of a resource's condition in Base.holds. All steps of a source share it.
	index int
}

// tableKey is a key of a table and where its value stands.
type tableKey struct {
	// slots of attributes of the record, the first that has a value wins, and keys of the resource.
	slots    []int
	resource []string
	// call is set for what only the call itself says.
	call callKey
}

type callKey uint8

const (
	noCallKey callKey = iota
	callModel
	callProvider
)

// plan is how one signal's records are asked.
type plan struct {
	signal signals.Signal
	// steps by dimension.
	steps [][]*step
	// keys by table; tables that no step of the signal uses have none.
	keys [][]tableKey
	// apiKey is where the id of the API key stands.
	apiKey tableKey

	// captures are the attributes of records to look out for, by the length of their names, so that one of no
	// interest costs one array access. The last index holds all that are longer.
	captures [64][]capture
	// lengths and firsts have a bit for every length and first byte (of 64) that a name of interest has.
	lengths, firsts uint64
	slots           int

	// late says that some step must be asked for each record whatever attributes that has.
	late bool
	// scopes says that scopes have a say.
	scopes bool
	// conditions is the number of conditions that resources decide.
	conditions int
	// shares says that some value is shared.
	shares bool
}

type capture struct {
	key  string
	slot int
}

// slot returns the slot of a record's attribute, which is looked out for from now on.
func (p *plan) slot(key string) int {
	i := lengthIndex(key)
	for _, c := range p.captures[i] {
		if c.key == key {
			return c.slot
		}
	}
	p.captures[i] = append(p.captures[i], capture{key, p.slots})
	p.lengths |= 1 << i
	if key != "" {
		p.firsts |= 1 << (key[0] & 63)
	}
	p.slots++
	return p.slots - 1
}

func lengthIndex(key string) int { return min(len(key), 63) }

// usesLateTable reports whether the row of some table can differ between two records with the same
// attributes.
func (p *plan) usesLateTable(e *edition) bool {
	for i := range p.keys {
		if p.isLate(e, i) {
			return true
		}
	}
	return false
}

// isLate reports that for one table: it is dated, or its keys are what only the call says.
func (p *plan) isLate(e *edition, table int) bool {
	keys := p.keys[table]
	return len(keys) > 0 && (e.dated[table] || slices.ContainsFunc(keys, func(k tableKey) bool { return k.call != noCallKey }))
}
