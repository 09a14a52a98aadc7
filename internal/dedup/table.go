package dedup

import "slices"

// table leads from a key to the youngest record that has it. What is looked for is mostly not there, and a
// miss reads one cache line: entries stand in buckets of that size and carry enough of the key to
// make looking at the record needless. Entries of forgotten records are as good as empty.
type table struct {
	buckets []bucketLine
	// limit is the number of buckets beyond which the table does not grow.
	limit int
}

const bucketEntries = 7

// bucketLine is one cache line.
type bucketLine struct {
	entries [bucketEntries]entry
	// beyond is the youngest record that found no place here and stands in one of the next buckets.
	beyond seq
	_      uint32
}

type entry struct {
	n   seq
	tag uint32
}

const (
	minBuckets = 64
	// maxProbes is how many buckets a key may stand in; a table grows before it takes more.
	maxProbes = 4
)

func newTable(maxRecords int) table {
	return table{buckets: make([]bucketLine, minBuckets), limit: max(minBuckets, maxRecords/2)}
}

// home is the bucket of a key: the upper bits of the key scaled to the number of buckets.
func (t *table) home(key uint64) int {
	return int(key >> 32 * uint64(len(t.buckets)) >> 32)
}

func (t *table) next(at int) int {
	if at == len(t.buckets)-1 {
		return 0
	}
	return at + 1
}

// first returns the youngest record of a key, or 0.
func (s *store) first(index int, key uint64) seq {
	if e, _ := s.lookup(index, key); e != nil {
		return e.n
	}
	return 0
}

// lookup returns the entry of a key and how many buckets it is away from home.
func (s *store) lookup(index int, key uint64) (*entry, int) {
	t, tag := &s.tables[index], uint32(key)
	for at, probe := t.home(key), 0; probe < maxProbes; at, probe = t.next(at), probe+1 {
		b := &t.buckets[at]
		for i := range b.entries {
			if e := &b.entries[i]; e.tag == tag && s.alive(e.n) && s.at(e.n).key(index) == key {
				return e, probe
			}
		}
		if !s.alive(b.beyond) {
			return nil, 0
		}
	}
	return nil, 0
}

// place returns an entry for a key that has none, or nil if there is no room.
func (s *store) place(index int, key uint64, n seq) *entry {
	t := &s.tables[index]
	home := t.home(key)
	for at, probe := home, 0; probe < maxProbes; at, probe = t.next(at), probe+1 {
		b := &t.buckets[at]
		for i := range b.entries {
			if e := &b.entries[i]; !s.alive(e.n) {
				return e
			}
		}
		b.beyond = n
	}
	return nil
}

// displaced returns the entry of the oldest record in a bucket, which from now on is not found by this index. It
// takes keys that were made to fall into few buckets to come to this.
func (s *store) displaced(index int, key uint64) *entry {
	t := &s.tables[index]
	b := &t.buckets[t.home(key)]
	oldest := &b.entries[0]
	for i := range b.entries {
		if b.entries[i].n-s.oldest < oldest.n-s.oldest {
			oldest = &b.entries[i]
		}
	}
	return oldest
}

// link makes a record the youngest of its key.
func (s *store) link(index int, n seq, r *record) { s.linkAt(index, r.key(index), n, r) }

// linkAt is link for a key that is known.
func (s *store) linkAt(index int, key uint64, n seq, r *record) {
	if e, away := s.lookup(index, key); e != nil {
		r.next[index] = e.n
		e.n = n
		t := &s.tables[index]
		for at := t.home(key); away > 0; at, away = t.next(at), away-1 {
			t.buckets[at].beyond = n
		}
		return
	}
	s.insert(index, key, n)
}

// insert makes a record the youngest of a key that no other record has.
func (s *store) insert(index int, key uint64, n seq) {
	e := s.place(index, key, n)
	for e == nil && s.grow(index, n) {
		e = s.place(index, key, n)
	}
	if e == nil {
		e = s.displaced(index, key)
	}
	e.n, e.tag = n, uint32(key)
}

// slip makes a record one of its key that is older than some which are linked already.
func (s *store) slip(index int, n seq, r *record) {
	younger := s.first(index, r.key(index))
	if younger == 0 || younger-s.oldest <= n-s.oldest {
		if younger != n {
			s.link(index, n, r)
		}
		return
	}
	at := s.at(younger)
	for m := s.after(index, at); m != 0 && m-s.oldest > n-s.oldest; m = s.after(index, at) {
		at = s.at(m)
	}
	r.next[index] = s.after(index, at)
	at.next[index] = n
}

// grown is the next number of buckets. A table doubles while it is small beside its limit, so that entries move seldom;
// then it grows by a quarter, so that a full one wastes little.
func (t *table) grown() int {
	if len(t.buckets) < t.limit/4 {
		return 2 * len(t.buckets)
	}
	return min(len(t.buckets)*5/4, t.limit)
}

// grow makes a table larger and moves the entries of remembered records. It reports false when the table may
// not grow.
func (s *store) grow(index int, except seq) bool {
	t := &s.tables[index]
	if len(t.buckets) >= t.limit {
		return false
	}
	old := t.buckets
	t.buckets = make([]bucketLine, t.grown())
	for buckets := range slices.Chunk(old, bucketsAtOnce) {
		s.move(index, buckets, except)
	}
	return true
}

// bucketsAtOnce is how many buckets move together when a table grows. Each entry has to ask its record for the key and
// waits for memory; the reads of a loop that does nothing else overlap. Filling the memory takes a quarter less time.
const bucketsAtOnce = 16

// move puts the entries of remembered records into the table anew.
func (s *store) move(index int, buckets []bucketLine, except seq) {
	var entries [bucketsAtOnce * bucketEntries]entry
	var keys [len(entries)]uint64
	moving := entries[:0]
	for i := range buckets {
		for _, e := range buckets[i].entries {
			if e.n != except && s.alive(e.n) {
				moving = append(moving, e)
			}
		}
	}
	for i, e := range moving {
		keys[i] = s.at(e.n).key(index)
	}
	for i, e := range moving {
		if moved := s.place(index, keys[i], e.n); moved != nil {
			*moved = e
		}
	}
}
