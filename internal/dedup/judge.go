package dedup

import "github.com/otelcol-finops/otelcol-finops/internal/genai"

// judgeInner judges a call with usage that surrounds no other.
func (d *Deduplicator) judgeInner(n seq, r *record) {
	r.flags |= judged
	d.found(n, r)
	if r.above != 0 {
		d.tie(n, r, r.above, d.ancestor(r, d.at(r.above)), true)
	}
	d.relate(n, r)
	if r.is(callAbove) {
		d.claim(n, r)
	}
}

// judgeOuter judges a call with usage that surrounds others. It counts for nothing, but what it is related
// to is the same call as the one inside it.
func (d *Deduplicator) judgeOuter(n seq, r *record) {
	r.flags |= judged | gaveWay
	inside := r.call
	switch {
	case r.role == genai.RoleAgentCall:
		r.verdict, r.call = Aggregate, 0
	case inside == 0 || r.is(manyInside):
		r.verdict, r.call = DuplicateAncestor, 0
	default:
		d.found(n, r)
		d.tie(n, r, inside, d.ancestor(r, d.at(inside)), true)
		if r.above != 0 {
			d.tie(n, r, r.above, r.verdict, false)
		}
		d.relate(n, r)
	}
}

// judgeSilent judges a call without usage. It gives way to every account of the same call, for no money
// depends on it.
func (d *Deduplicator) judgeSilent(n seq, r *record) {
	r.flags |= judged
	switch {
	case r.covered():
		r.flags |= gaveWay
		r.verdict = DuplicateAncestor
	case r.above != 0 && !d.at(r.above).is(gaveWay):
		r.verdict = d.ancestor(r, d.at(r.above))
	default:
		d.found(n, r)
		d.relate(n, r)
	}
}

// relate finds the calls that r tells of and makes them one with its own.
func (d *Deduplicator) relate(n seq, r *record) {
	if other := d.sameResponse(n, r); other != 0 {
		d.tie(n, r, other, d.acrossGateway(r, d.at(other), DuplicateResponseID), false)
	}
	if r.role == genai.RoleAgentCall {
		return
	}
	if other := d.throughGateway(n, r); other != 0 {
		d.tie(n, r, other, DuplicateGateway, false)
	}
	if call := d.sibling(n, r); call != 0 {
		d.unite(r, call, DuplicateSibling)
	}
}

// ancestor is the verdict on an inner span that an outer one stands for.
func (d *Deduplicator) ancestor(inner, outer *record) Verdict {
	if inner.process != outer.process && outer.role != genai.RoleAgentCall {
		return DuplicateGateway
	}
	return DuplicateAncestor
}

// acrossGateway names the rule when exactly one of two accounts is a gateway's.
func (d *Deduplicator) acrossGateway(a, b *record, otherwise Verdict) Verdict {
	if a.is(gateway) != b.is(gateway) {
		return DuplicateGateway
	}
	return otherwise
}
