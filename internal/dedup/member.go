package dedup

// enlist makes a record a member of a call, so that no other record of its scope can be. A call has
// room for three scopes; more are not told apart.
func (d *Deduplicator) enlist(n seq, r *record, call seq) {
	if call == 0 || n == call {
		return
	}
	r.call = call
	root := d.at(call)
	for i, m := range root.members {
		if m == n {
			return
		}
		if !d.alive(m) {
			root.members[i] = n
			break
		}
	}
}

// occupant returns the member of a call that is of the same scope and process as r, or 0.
func (d *Deduplicator) occupant(call seq, r *record) seq {
	if call == 0 {
		return 0
	}
	root := d.at(call)
	for _, m := range [...]seq{call, root.members[0], root.members[1]} {
		if !d.alive(m) {
			continue
		}
		if o := d.at(m); o != r && o.scope == r.scope && o.process == r.process {
			return m
		}
	}
	return 0
}

// mayMove reports whether a member is tied to its call only as a sibling. A root is, if all that joined
// it did as siblings.
func (d *Deduplicator) mayMove(n, call seq) bool {
	if n != call {
		return d.at(n).is(movable)
	}
	others := 0
	for _, m := range d.at(call).members {
		if !d.alive(m) {
			continue
		}
		if !d.at(m).is(movable) {
			return false
		}
		others++
	}
	return others > 0
}

// uproot makes the first member of a root's call the root in its place. Who paid for the call
// has paid for the call, whichever records it consists of.
func (d *Deduplicator) uproot(n seq) seq {
	old := d.at(n)
	var heir seq
	for _, m := range old.members {
		if !d.alive(m) {
			continue
		}
		if heir == 0 {
			heir = m
			r := d.at(m)
			r.call, r.payer, r.members = m, old.payer, [2]seq{}
			continue
		}
		d.enlist(m, d.at(m), heir)
	}
	old.members, old.payer = [2]seq{}, 0
	return heir
}

// move takes a member out of one call and puts it into another.
func (d *Deduplicator) move(n, from, to seq) {
	d.drop(n, from)
	r := d.at(n)
	d.enlist(n, r, to)
	r.flags |= movable
}

// untangle clears the place that r is certain to have in the call of another record, if a sibling has taken it. The
// sibling was guessed to belong there; it goes to another call or, when there is none, is a call of its own
// after all. As its verdict is given, r then pays for it, which untangle reports.
func (d *Deduplicator) untangle(n seq, r *record, to seq) bool {
	call := d.rootOf(to)
	x := d.occupant(call, r)
	switch {
	case x == 0 || x == to || d.root(r.call) == call:
		return false
	case d.mayMove(to, call):
		// The guess was that the other record belongs to x.
		x = to
	case !d.mayMove(x, call):
		return false
	}
	return !d.resettle(x, call) && d.isolate(x, n)
}

// resettle moves a record out of a call and into another one with room, if there is any.
func (d *Deduplicator) resettle(x, call seq) bool {
	d.pairing.begin()
	found := d.place(x, d.at(x), 1)
	rest := call
	if x == call {
		rest = d.uproot(x)
	}
	d.drop(x, rest)
	if found {
		d.enlist(x, d.at(x), d.pairing.call)
	}
	return found
}

// isolate makes a record that belongs nowhere a call, and reports whether another must pay for it: one without
// usage needs nobody.
func (d *Deduplicator) isolate(x, payer seq) bool {
	r := d.at(x)
	r.flags &^= movable
	r.call, r.payer = x, payer
	if !r.is(hasUsage) {
		r.payer = x
	}
	return r.is(hasUsage)
}

// drop takes a member from the list of its call.
func (d *Deduplicator) drop(n, call seq) {
	if !d.alive(call) {
		return
	}
	root := d.at(call)
	for i, m := range root.members {
		if m == n {
			root.members[i] = 0
		}
	}
}
