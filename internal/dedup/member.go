package dedup

// A call has members: at most one record of each scope, for it has been made once in each. Members are
// tied to each other for certain, by ancestry or a response id, or are guessed to belong together, as
// siblings. What is certain makes a unit; the units of a call can be parted again when something
// certain shows a guess to be wrong.

// members are the records of a call that are still remembered, the root first.
func (d *Deduplicator) members(call seq) (list [3]seq, n int) {
	root := d.at(call)
	for _, m := range [...]seq{call, root.members[0], root.members[1]} {
		if d.alive(m) {
			list[n] = m
			n++
		}
	}
	return list, n
}

// enlist makes a record a member of a call. There is room for three; more are part of the call but
// keep nobody out.
func (d *Deduplicator) enlist(n, call seq) {
	if n == call {
		return
	}
	d.at(n).call = call
	root := d.at(call)
	for i, m := range root.members {
		if m == n {
			return
		}
		if !d.alive(m) {
			root.members[i] = n
			return
		}
	}
}

// occupant returns the member of a call that is of the same scope and process as r, or 0.
func (d *Deduplicator) occupant(call seq, r *record) seq {
	if call == 0 {
		return 0
	}
	list, n := d.members(call)
	for _, m := range list[:n] {
		if o := d.at(m); o != r && o.scope == r.scope && o.process == r.process {
			return m
		}
	}
	return 0
}

// clash reports whether two calls, leaving one record out, have members of the same scope and so
// cannot be one.
func (d *Deduplicator) clash(own, call, except seq) bool {
	if !d.alive(own) {
		return false
	}
	list, n := d.members(own)
	for _, m := range list[:n] {
		if m != except && d.occupant(call, d.at(m)) != 0 {
			return true
		}
	}
	return false
}

// guessed reports whether a member is tied to its call as a sibling only.
func (d *Deduplicator) guessed(x, call seq) bool {
	unit := d.at(x).unit
	list, n := d.members(call)
	for _, m := range list[:n] {
		if m != x && d.at(m).unit == unit {
			return false
		}
	}
	return n > 1
}

// bind puts what is one unit with a into the unit of b.
func (d *Deduplicator) bind(a, b seq) {
	from, to := d.at(a).unit, d.at(b).unit
	list, n := d.members(d.rootOf(a))
	for _, m := range list[:n] {
		if r := d.at(m); r.unit == from {
			r.unit = to
		}
	}
	d.at(a).unit = to
}

// part takes the unit of x out of a call and makes it one by itself, without a payer: who paid for the call
// has paid for the rest of it, whichever record that is. It returns the root of the rest.
func (d *Deduplicator) part(x, call seq) seq {
	list, n := d.members(call)
	unit, payer := d.at(x).unit, d.at(call).payer
	d.crown(x)
	var rest seq
	for _, m := range list[:n] {
		switch {
		case m == x:
		case d.at(m).unit == unit:
			d.enlist(m, x)
		case rest == 0:
			rest = m
			d.crown(m)
			d.at(m).payer = payer
		default:
			d.enlist(m, rest)
		}
	}
	return rest
}

// crown makes a record the root of a call of which it is the only member.
func (d *Deduplicator) crown(n seq) {
	r := d.at(n)
	r.call, r.payer, r.members = n, 0, [2]seq{}
}

// resettle moves a guessed member into another call that has room for it, if there is any.
func (d *Deduplicator) resettle(x seq) bool {
	if !d.place(x, d.at(x), 1) {
		return false
	}
	d.part(x, d.rootOf(x))
	d.enlist(x, d.pairing.call)
	return true
}

// untangle parts the guesses that stand in the way of two calls being one, of which own has r and the other
// the record that r is tied to. What finds no other call is returned: calls that nobody has
// paid for.
func (d *Deduplicator) untangle(r *record, to seq) (unpaid [3]seq, count int) {
	own := d.root(r.call)
	if own == d.rootOf(to) {
		return unpaid, 0
	}
	list, n := d.members(own)
	for _, m := range list[:n] {
		x := d.obstacle(d.at(m), r, m, to)
		if x == 0 || d.evade(d.at(m), x, to) {
			continue
		}
		d.part(x, d.rootOf(x))
		if d.at(x).is(hasUsage) {
			unpaid[count] = x
			count++
		}
	}
	return unpaid, count
}

// obstacle returns the record that must go for m, a member of r's call, to be in the call of another: the one
// that is in its place there, or m, whichever is only guessed to be where it is.
func (d *Deduplicator) obstacle(m, r *record, n, to seq) seq {
	x := d.occupant(d.rootOf(to), m)
	switch {
	case x == 0:
		return 0
	case d.at(x).unit != d.at(to).unit:
		return x
	case m.unit != r.unit:
		return n
	default:
		return 0
	}
}

// evade resolves a conflict without parting: the obstacle, or the record that the tie leads to, goes to
// another call that has room.
func (d *Deduplicator) evade(m *record, x, to seq) bool {
	call := d.rootOf(to)
	if d.rootOf(x) == call && d.guessed(to, call) {
		d.pairing.begin(0, m)
		if d.resettle(to) {
			return true
		}
	}
	if !d.guessed(x, d.rootOf(x)) {
		return false
	}
	d.pairing.begin(d.root(m.call), nil)
	if d.rootOf(x) != call {
		d.pairing.begin(call, nil)
	}
	return d.resettle(x)
}
