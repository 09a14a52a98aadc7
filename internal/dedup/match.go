package dedup

import (
	"slices"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

const (
	// slack is by how much a span may stick out of the one around it: both are ended by code that runs after
	// the call, and clocks of scripting languages tick in milliseconds.
	slack = int64(5 * time.Millisecond)
	// skew is how far the clocks of an application and its gateway may differ.
	skew = int64(5 * time.Second)
	// maxCandidates bounds a search among records that are alike. The youngest are looked at first:
	// the spans of one call arrive together.
	maxCandidates = 64
)

// sameResponse returns a judged record with the same response id, or 0. One id is one call, whoever
// tells of it. Of the calls that surround no other, the older ones are judged first, and only they are
// looked at.
func (d *Deduplicator) sameResponse(n seq, r *record) seq {
	if r.response == 0 {
		return 0
	}
	m := d.after(byResponse, r)
	if r.cover != 0 || !r.is(hasUsage) {
		m = d.first(byResponse, r.response)
	}
	for m != 0 {
		o := d.at(m)
		if m != n && o.response == r.response && o.is(judged) && o.call != 0 && (o.is(hasUsage) || !r.is(hasUsage)) {
			return m
		}
		m = d.after(byResponse, o)
	}
	return 0
}

// sibling returns the root of a call that r tells of beside other scopes, or 0. It
// may move an earlier sibling to another call to make room: pairs are kept such that as many spans as
// possible have a partner, which makes the number of calls independent of the order of arrival.
func (d *Deduplicator) sibling(n seq, r *record) seq {
	if !d.scopes.several(r.process) || r.is(failed) && !r.is(hasUsage) || r.is(hasUsage) && r.tokens() == 0 {
		return 0
	}
	d.pairing.begin(0, nil)
	if !d.place(n, r, 0) {
		return 0
	}
	return d.pairing.call
}

// throughGateway returns the application's or the gateway's record that r is the other account of, or 0:
// same trace, same usage, about the same time. Names of models differ where gateways rename them.
func (d *Deduplicator) throughGateway(n seq, r *record) seq {
	if !d.gateways || !r.is(hasUsage) {
		return 0
	}
	left := maxCandidates
	for m := d.first(byTrace, traceKey(r.trace, r.output)); m != 0 && left > 0; left-- {
		o := d.at(m)
		if m != n && o.trace == r.trace && o.is(gateway) != r.is(gateway) && o.is(judged) && o.role == genai.RoleCall && o.call != 0 &&
			sameUsage(o, r) && !differ(o.response, r.response) && nested(o, r, skew) {
			if call := d.rootOf(m); d.occupant(call, r) == 0 && !d.clash(d.root(r.call), call, n) {
				return m
			}
		}
		m = d.after(byTrace, o)
	}
	return 0
}

// pairing is the state of one search for a partner.
type pairing struct {
	call    seq
	barred  seq
	guest   *record
	visited []seq
	budget  int
}

// begin starts a search that never ends at the barred call, nor at one without room for the guest, who will
// come along.
func (p *pairing) begin(barred seq, guest *record) {
	p.visited, p.budget, p.call = p.visited[:0], maxCandidates, 0
	p.barred, p.guest = barred, guest
}

// visit reports whether a call has not been tried in this search.
func (p *pairing) visit(call seq) bool {
	if slices.Contains(p.visited, call) {
		return false
	}
	p.visited = append(p.visited, call)
	return true
}

// maxMoves bounds how many siblings move to make room for one.
const maxMoves = 8

// place finds a call with room for r's scope, making room if it must, and leaves it in
// d.pairing.call. It is the search for an augmenting path of a matching between scopes.
func (d *Deduplicator) place(n seq, r *record, depth int) bool {
	found, taken := d.placeFree(n, r, depth > 0)
	return found || taken && depth < maxMoves && d.placeMoving(n, r, depth)
}

// placeFree looks for a call that has room; taken says that there is one that would do if it had.
func (d *Deduplicator) placeFree(n seq, r *record, leaving bool) (found, taken bool) {
	for i := range d.lists(r) {
		for m := d.firstAlike(r, i); m != 0 && d.pairing.budget > 0; m = d.nextAlike(r, m, i) {
			call := d.candidate(n, r, m, leaving)
			if call == 0 {
				continue
			}
			if d.occupant(call, r) == 0 {
				d.pairing.call = call
				return true, false
			}
			taken = true
		}
	}
	if d.pairing.budget == 0 {
		d.stats.Truncated++
		d.pairing.budget = -1
	}
	return false, taken
}

func (d *Deduplicator) placeMoving(n seq, r *record, depth int) bool {
	for i := range d.lists(r) {
		for m := d.firstAlike(r, i); m != 0 && d.pairing.budget > 0; m = d.nextAlike(r, m, i) {
			call := d.candidate(n, r, m, depth > 0)
			if call == 0 || !d.pairing.visit(call) {
				continue
			}
			z := d.occupant(call, r)
			if z == 0 || !d.guessed(z, call) || !d.place(z, d.at(z), depth+1) {
				continue
			}
			rest := d.part(z, d.rootOf(z))
			d.enlist(z, d.pairing.call)
			d.pairing.call = rest
			return true
		}
	}
	return false
}

// firstAlike and nextAlike walk over the lists of records that may tell of the same call as r: those with the
// same output and about the same end, then, for those among them that are inexact, all with usage and about
// the same end. If r has no usage to compare there are only the latter. Each kind has two lists, by the bucket of the
// end and its neighbour.
func (d *Deduplicator) firstAlike(r *record, i int) seq {
	b := bucket(r.end)
	if i%2 == 1 {
		b = neighbour(r.end)
	}
	if listOf(r, i) == byUsage {
		return d.first(byUsage, usageKey(r.process, r.output, b))
	}
	return d.first(byMoment, momentKey(r.process, b))
}

func (d *Deduplicator) nextAlike(r *record, m seq, i int) seq {
	return d.after(listOf(r, i), d.at(m))
}

func (d *Deduplicator) lists(r *record) int {
	if r.comparable() && d.inexact {
		return 4
	}
	return 2
}

func listOf(r *record, i int) int {
	if r.comparable() && i < 2 {
		return byUsage
	}
	return byMoment
}

// candidate returns the call of m if r may belong to it, or 0. What r's own call consists of is no
// obstacle when r is leaving it.
func (d *Deduplicator) candidate(n seq, r *record, m seq, leaving bool) seq {
	o := d.at(m)
	if m == n || o.process != r.process || o.scope == r.scope {
		return 0
	}
	d.pairing.budget--
	sound := o.is(judged) && o.call != 0 && o.role == genai.RoleCall && o.is(hasUsage)
	if !sound || differ(o.response, r.response) || !alike(o, r) || !nested(o, r, slack) {
		return 0
	}
	call, own := d.rootOf(m), d.root(r.call)
	if call == own || call == d.pairing.barred || !leaving && d.clash(own, call, n) {
		return 0
	}
	if guest := d.pairing.guest; guest != nil && d.occupant(call, guest) != 0 {
		return 0
	}
	return call
}

// alike reports whether two records of one process tell of the same model and usage. Without usage that can be
// compared, both models must be known.
func alike(o, r *record) bool {
	if !r.comparable() || !o.comparable() {
		return o.model == r.model && r.model != 0
	}
	return (o.model == r.model || o.model == 0 || r.model == 0) && sameUsage(o, r)
}

// sameUsage compares usage across instrumentations, of which one may have lost the cached part: the
// output must be equal, and the input either as a whole or without what was cached.
func sameUsage(a, b *record) bool {
	return a.output == b.output &&
		(a.input == b.input || a.uncached == b.uncached || a.input == b.uncached || a.uncached == b.input)
}

// nested reports whether one of two records ran within the time of the other.
func nested(a, b *record, slack int64) bool { return a.inside(b, slack) || b.inside(a, slack) }

// differ reports whether both are known and different.
func differ(a, b uint64) bool { return a != b && a != 0 && b != 0 }

// scopes knows which processes have calls from more than one scope; in all others there are no
// siblings to look for. Processes that fall into one place are taken to have several.
type scopes [1 << 12]struct {
	process, scope uint32
	used, many     bool
}

// note reports whether the place of the process has just turned out to have several scopes.
func (s *scopes) note(process, scope uint32) bool {
	e := &s[process%uint32(len(s))]
	if e.many {
		return false
	}
	if !e.used {
		e.used, e.process, e.scope = true, process, scope
	}
	e.many = e.process != process || e.scope != scope
	return e.many
}

func (s *scopes) several(process uint32) bool { return s[process%uint32(len(s))].many }

// together reports whether two processes share a place.
func (s *scopes) together(a, b uint32) bool { return a%uint32(len(s)) == b%uint32(len(s)) }
