package dedup

import "github.com/otelcol-finops/otelcol-finops/internal/genai"

// seq numbers records in the order of arrival, from 1; 0 is none. It wraps after four billion, so
// that only differences of seqs are compared.
type seq uint32

// record is what is remembered of an item, in two cache lines. The first has what look-ups read.
type record struct {
	trace, span, response uint64

	// next are the links of the index chains; see store.
	next [indexes]seq

	// call leads to the record that is the root of its call: itself, or one nearer to it. 0 when
	// the record has no call of its own: not judged yet, no call, or several calls inside.
	call    seq
	arrived uint32 // seconds since the Deduplicator was made

	role    genai.Role
	verdict Verdict
	flags   flags
	cover   cover

	// unit is the same for members that are certain to belong together.
	unit seq

	// members of a root are the other scopes' spans that joined its call, for the rule that a call
	// has one span of each scope. payer is the record that was counted for the call.
	members [2]seq
	payer   seq
	// above is an ancestor that tells of the same call, found while walking up.
	above seq

	parent                  uint64
	start, end              int64
	process, scope, model   uint32
	input, uncached, output uint32
}

// flags of a record.
type flags uint8

const (
	hasUsage flags = 1 << iota
	failed
	gateway
	// judged is set when the verdict is final or, within its batch, made.
	judged
	// callAbove is set when an ancestor within the batch is a call that this one covers.
	callAbove
	// manyInside is set on a call that surrounds more than one other.
	manyInside
	// gaveWay is set on a call that does not count because of a call inside it: it does not stand
	// for a second one inside it.
	gaveWay
	// inexact is set when the usage is known not to be the provider's.
	inexact
)

// cover says what kinds of calls were seen inside a record.
type cover uint8

const (
	coverUsage cover = 1 << iota
	coverPlain
	coverFailed
)

func (r *record) is(f flags) bool { return r.flags&f != 0 }

// comparable reports whether the usage can identify the call.
func (r *record) comparable() bool { return r.flags&(hasUsage|inexact) == hasUsage }

func (r *record) isCall() bool { return r.role == genai.RoleCall || r.role == genai.RoleAgentCall }

// shows is what the record tells its ancestors.
func (r *record) shows() cover {
	switch {
	case !r.isCall():
		return r.cover
	case r.is(hasUsage):
		return r.cover | coverUsage
	case r.is(failed):
		return r.cover | coverFailed
	default:
		return r.cover | coverPlain
	}
}

// covered reports whether a call inside the record says at least as much as the record itself. A failed
// attempt says nothing about a call that did not fail.
func (r *record) covered() bool {
	switch {
	case r.is(hasUsage):
		return r.cover&coverUsage != 0
	case r.is(failed):
		return r.cover&(coverUsage|coverFailed) != 0
	default:
		return r.cover&(coverUsage|coverPlain) != 0
	}
}

// inside reports whether r ran within the time of o, give or take slack.
func (r *record) inside(o *record, slack int64) bool {
	return r.start >= o.start-slack && r.end <= o.end+slack
}

func (r *record) tokens() int64 { return int64(r.input) + int64(r.output) }
