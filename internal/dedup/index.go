package dedup

import "encoding/binary"

// recent is how many records are looked through when an index turns out to be needed: the spans of one call
// arrive together, so that older ones would not be found in it anyway.
const recent = 8 << 10

// index puts a record into every index that it will be looked for in. Most processes have calls
// from one scope only and most fleets no gateway, and need half of the indexes.
func (d *Deduplicator) index(n seq, r *record, k *keys) {
	d.insert(byID, k.self, n)
	if r.parent != 0 {
		d.linkAt(byParent, k.parent, n, r)
	}
	if !r.isCall() {
		return
	}
	if r.response != 0 {
		d.link(byResponse, n, r)
	}
	if d.scopes.note(r.process, r.scope) {
		d.complete(n, byUsage, byMoment, func(o *record) bool { return d.scopes.together(o.process, r.process) })
	}
	if r.is(gateway) && !d.gateways {
		d.gateways = true
		d.complete(n, byTrace, byTrace, func(*record) bool { return true })
	}
	if !r.is(hasUsage) {
		return
	}
	if d.scopes.several(r.process) {
		d.link(byUsage, n, r)
		d.link(byMoment, n, r)
	}
	if d.gateways {
		d.link(byTrace, n, r)
	}
}

// complete puts the recent records before n that belong there into the indexes from first to last.
func (d *Deduplicator) complete(n seq, first, last int, belongs func(*record) bool) {
	for back := 1; back < recent && d.alive(n-seq(back)); back++ {
		o := d.at(n - seq(back))
		if !o.isCall() || !o.is(hasUsage) || !belongs(o) {
			continue
		}
		for index := first; index <= last; index++ {
			d.slip(index, n-seq(back), o)
		}
	}
}

// keys are the hashes that a new item is looked up by several times.
type keys struct {
	// trace is the folded trace id; self and parent are the keys of the item's span and of the one around it.
	trace, self, parent uint64
}

// warm hashes the items of a batch, and reads ahead what they will be looked up in. Each look-up by itself waits for
// memory; the reads of a loop that does nothing else overlap.
func (d *Deduplicator) warm(items []Item) {
	var sink seq
	d.keys = d.keys[:0]
	for i := range items {
		it := &items[i]
		k := keys{trace: foldTrace(it.Trace)}
		k.self = mix(k.trace, binary.BigEndian.Uint64(it.Span[:]))
		sink += d.peek(byID, k.self) + d.peek(byParent, k.self)
		if parent := binary.BigEndian.Uint64(it.Parent[:]); parent != 0 {
			k.parent = mix(k.trace, parent)
			sink += d.peek(byID, k.parent) + d.peek(byParent, k.parent)
		}
		d.keys = append(d.keys, k)
		if it.Response != 0 {
			sink += d.peek(byResponse, it.Response)
		}
	}
	d.sink = sink
}

// peek reads a word of a key's bucket.
func (d *Deduplicator) peek(index int, key uint64) seq {
	t := &d.tables[index]
	return t.buckets[t.home(key)].beyond
}
