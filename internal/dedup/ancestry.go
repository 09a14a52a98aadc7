package dedup

import "github.com/otelcol-finops/otelcol-finops/internal/genai"

// maxDepth bounds the walk to the root of a trace; it also ends the cycles of malformed traces.
const maxDepth = 32

// coverOf looks at the children of a record that came in earlier batches: spans end, and are
// exported, from the inside out.
func (d *Deduplicator) coverOf(r *record, k *keys) cover {
	var c cover
	for n := d.first(byParent, k.self); n != 0; {
		child := d.at(n)
		if child.trace == r.trace && child.parent == r.span && child.is(judged) {
			c |= child.shows()
			if child.isCall() && child.is(hasUsage) && child.call != 0 {
				d.surround(r, n)
			}
		}
		n = d.after(byParent, child)
	}
	return c
}

// climb walks from every new record to its ancestors, as far as they are known.
func (d *Deduplicator) climb() {
	for n := d.batch; n != d.next; n++ {
		if n == 0 {
			continue
		}
		if r := d.at(n); r.parent != 0 && r.shows() != 0 {
			d.climbFrom(r)
		}
	}
}

func (d *Deduplicator) climbFrom(r *record) {
	for p, depth := d.parentOf(r), 0; p != 0 && depth < maxDepth; depth++ {
		above := d.at(p)
		if above == r {
			return
		}
		if above.isCall() && r.isCall() {
			d.meet(r, above, p)
		} else {
			above.cover |= r.shows()
		}
		p = d.parentOf(above)
	}
}

// parentOf returns the record of the parent span, or 0.
func (d *Deduplicator) parentOf(r *record) seq {
	if r.parent == 0 {
		return 0
	}
	return d.find(r.trace, r.parent)
}

// meet settles which of two calls, one inside the other, gives way. Usage never gives way to none; a
// verdict that was given never gives way; otherwise the inner one wins.
func (d *Deduplicator) meet(inner, outer *record, n seq) {
	switch {
	case inner.is(hasUsage) && !outer.is(hasUsage):
		outer.cover |= coverUsage
	case !inner.is(hasUsage) && outer.is(hasUsage):
		if !inner.is(failed) && inner.above == 0 {
			inner.above = n
		}
	case !inner.is(hasUsage) && inner.is(failed) != outer.is(failed):
		// A failed attempt and the call that it was made for are two records.
	case outer.is(gaveWay):
		// Another call inside it has been counted, and this is one more.
	case outer.is(judged) || d.callerWins(inner, outer):
		if inner.above == 0 {
			inner.above = n
		}
	default:
		outer.cover |= inner.shows()
		inner.flags |= callAbove
	}
}

// callerWins applies the policy to a call that went through a gateway.
func (d *Deduplicator) callerWins(inner, outer *record) bool {
	return d.cfg.Gateways == GatewaysCaller && inner.process != outer.process &&
		inner.role == genai.RoleCall && outer.role == genai.RoleCall
}

// claim tells the calls of the batch around r that r is inside them.
func (d *Deduplicator) claim(n seq, r *record) {
	for p, depth := d.parentOf(r), 0; p != 0 && depth < maxDepth; depth++ {
		above := d.at(p)
		if above.isCall() && !above.is(judged) {
			d.surround(above, n)
		}
		p = d.parentOf(above)
	}
}

// surround notes a record inside another; until that is judged, call leads inside. A record around
// several calls tells of none of them.
func (d *Deduplicator) surround(outer *record, inner seq) {
	if outer.call != 0 && d.root(outer.call) != d.rootOf(inner) {
		outer.flags |= manyInside
	}
	outer.call = inner
}
