package dedup

// A call is a tree of records that lead to its root. The root knows who pays: the record that was
// counted. Records that are forgotten drop out; what led through them becomes a root of its own.

// found makes r a call of its own, which it pays for itself.
func (d *Deduplicator) found(n seq, r *record) {
	r.call, r.unit, r.payer, r.verdict = n, n, n, Count
}

// rootOf is the root of the call of a record that has one.
func (d *Deduplicator) rootOf(n seq) seq {
	r := d.at(n)
	if r.call == 0 {
		return 0
	}
	return d.root(n)
}

// root follows a call to its root.
func (d *Deduplicator) root(n seq) seq {
	if !d.alive(n) {
		return 0
	}
	for {
		r := d.at(n)
		switch {
		case r.call == n || r.call == 0:
			return n
		case !d.alive(r.call):
			// The call has been paid for by somebody who is forgotten.
			r.call, r.payer = n, n
			return n
		}
		n = r.call
	}
}

// unite makes r's call and another one call, if that is possible: when both have been counted in batches
// before, nothing can be taken back.
func (d *Deduplicator) unite(r *record, other seq, reason Verdict) {
	own := d.root(r.call)
	if own == 0 || other == 0 || own == other {
		return
	}
	a, b := d.at(own), d.at(other)
	switch {
	case a.payer == 0 || b.payer == 0:
		d.merge(own, other, max(a.payer, b.payer))
	case !d.open(a.payer) && !d.open(b.payer):
		return
	case d.gives(a.payer, b.payer):
		d.yield(a.payer, b.payer, reason)
		d.merge(own, other, b.payer)
	default:
		d.yield(b.payer, a.payer, reason)
		d.merge(own, other, a.payer)
	}
}

// tie makes r part of the call of a record that is certain to tell of the same one. When yields is set r
// gives up the count whatever else would be preferred.
func (d *Deduplicator) tie(n seq, r *record, to seq, reason Verdict, yields bool) {
	if d.rootOf(to) == 0 {
		if yields {
			r.verdict, r.payer, r.call = reason, 0, 0
		}
		return
	}
	unpaid, debts := d.untangle(r, to)
	d.bind(n, to)
	call, own := d.rootOf(to), d.root(r.call)
	if own == call {
		return
	}
	payer := d.at(call).payer
	switch {
	case debts > 0 && d.at(own).payer != 0 && payer != 0:
		// Both have been paid for and are one, so that one payment is left for what was parted.
		d.at(unpaid[0]).payer = d.at(own).payer
		d.merge(own, call, payer)
	case yields && d.open(d.at(own).payer):
		d.yield(d.at(own).payer, payer, reason)
		d.merge(own, call, payer)
	default:
		d.unite(r, call, reason)
	}
}

// merge hangs one root under the other.
func (d *Deduplicator) merge(own, other, payer seq) {
	list, n := d.members(own)
	a := d.at(own)
	a.payer, a.members = 0, [2]seq{}
	d.at(other).payer = payer
	for _, m := range list[:n] {
		d.enlist(m, other)
	}
}

// open reports whether a verdict has not been given yet.
func (d *Deduplicator) open(n seq) bool { return d.alive(n) && n-d.batch < d.next-d.batch }

// gives reports whether a, rather than b, gives up paying.
func (d *Deduplicator) gives(a, b seq) bool {
	if !d.open(b) {
		return true
	}
	return d.open(a) && d.prefer(d.at(b), d.at(a))
}

// yield takes the count from a record in favour of another.
func (d *Deduplicator) yield(n, payer seq, reason Verdict) {
	r := d.at(n)
	r.verdict = reason
	if !d.alive(payer) || d.open(payer) {
		return
	}
	if more := r.tokens() - d.at(payer).tokens(); more > 0 && r.is(hasUsage) {
		d.stats.Late++
		d.stats.LateTokens += more
	}
}

// prefer reports whether a rather than b stands for a call that both tell of: usage before none, exact
// before inexact, the side that the policy names, then the innermost, and at last the ids, so that the
// order within a batch is of no consequence.
func (d *Deduplicator) prefer(a, b *record) bool {
	switch {
	case a.is(hasUsage) != b.is(hasUsage):
		return a.is(hasUsage)
	case a.is(inexact) != b.is(inexact):
		return b.is(inexact)
	case a.is(gateway) != b.is(gateway) && d.cfg.Gateways != GatewaysFirstSeen:
		return a.is(gateway) == (d.cfg.Gateways == GatewaysGateway)
	case a.inside(b, 0) != b.inside(a, 0):
		return a.inside(b, 0)
	case a.start != b.start:
		return a.start > b.start
	case a.span != b.span:
		return a.span < b.span
	default:
		return a.trace < b.trace
	}
}
