package dedup

import "encoding/binary"

// recent is how many records are looked through when an index turns out to be needed: the spans of one call
// arrive together, so that older ones would not be found in it anyway.
const recent = 8 << 10

// index puts a record into every index that it will be looked for in. Most processes have calls
// from one scope only and most fleets no gateway, and need half of the indexes.
func (d *Deduplicator) index(n seq, r *record) {
	d.linkIf(byID, n, r)
	d.linkIf(byParent, n, r)
	if !r.isCall() {
		return
	}
	d.linkIf(byResponse, n, r)
	if d.scopes.note(r.process, r.scope) {
		d.complete(n, byUsage, byMoment, func(o *record) bool { return d.scopes.together(o.process, r.process) })
	}
	if d.scopes.several(r.process) {
		d.linkIf(byUsage, n, r)
		d.linkIf(byMoment, n, r)
	}
	if r.is(gateway) && !d.gateways {
		d.gateways = true
		d.complete(n, byTrace, byTrace, func(*record) bool { return true })
	}
	if d.gateways {
		d.linkIf(byTrace, n, r)
	}
}

func (d *Deduplicator) linkIf(index int, n seq, r *record) {
	if key, ok := r.key(index); ok {
		d.link(index, key, n, r)
	}
}

// complete puts the recent records before n that belong there into the indexes from first to last.
func (d *Deduplicator) complete(n seq, first, last int, belongs func(*record) bool) {
	for back := 1; back < recent && d.alive(n-seq(back)); back++ {
		o := d.at(n - seq(back))
		if !belongs(o) {
			continue
		}
		for index := first; index <= last; index++ {
			if key, ok := o.key(index); ok {
				d.slip(index, key, n-seq(back), o)
			}
		}
	}
}

// warm reads ahead what the items of a batch will be looked up in. Each look-up by itself waits for memory; the
// reads of a loop that does nothing else overlap.
func (d *Deduplicator) warm(items []Item) {
	d.touched = d.touched[:0]
	for i := range items {
		it := &items[i]
		trace, span, parent := foldTrace(it.Trace), binary.BigEndian.Uint64(it.Span[:]), binary.BigEndian.Uint64(it.Parent[:])
		at, above := mix(trace, span), mix(trace, parent)
		d.touched = append(d.touched, *d.head(byID, at), *d.head(byParent, at), *d.head(byID, above), *d.head(byResponse, it.Response))
	}
	for _, n := range d.touched {
		if d.alive(n) {
			d.sink += d.at(n).span
		}
	}
}
