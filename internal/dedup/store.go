package dedup

import "encoding/binary"

// Records live in pages, numbered without gaps, so that the oldest are always the first and forgetting one
// is moving a number. Pages are reused; nothing is allocated once the number of records is steady.
const (
	pageBits = 10
	pageSize = 1 << pageBits
)

// The indexes. Each is an array of chain heads; the links are in the records. A new record goes to the
// head of its chains, so chains run from young to old and end at the first forgotten record: forgetting
// needs no unlinking.
const (
	byID       = iota // trace and span
	byParent          // trace and parent span
	byResponse        // response id
	byUsage           // process, output, time of end; only processes with several scopes
	byMoment          // process, time of end; only those
	byTrace           // trace and output; only once a gateway has been seen
	indexes
)

// minHeads is the initial size of each index.
const minHeads = 1 << 10

type store struct {
	pages [][]record
	spare [][]record
	// oldest is the first remembered, next the number of the record to come.
	oldest, next seq
	// spans has the heads of byID and byParent side by side: a span is looked for as itself and as a parent
	// at the same place in memory. heads has the others.
	spans []seq
	heads [indexes][]seq
	mask  uint64
}

func newStore(maxRecords int) store {
	pages := 1
	for pages*pageSize < maxRecords+2*pageSize {
		pages *= 2
	}
	s := store{pages: make([][]record, pages), oldest: 1, next: 1}
	s.clear(minHeads)
	return s
}

// clear makes empty indexes.
func (s *store) clear(size int) {
	s.mask = uint64(size - 1)
	s.spans = make([]seq, 2*size)
	for i := byResponse; i < indexes; i++ {
		s.heads[i] = make([]seq, size)
	}
}

// head is the beginning of the chain of a key.
func (s *store) head(index int, key uint64) *seq {
	if index <= byParent {
		return &s.spans[key&s.mask<<1|uint64(index)]
	}
	return &s.heads[index][key&s.mask]
}

func (s *store) len() int { return int(s.next - s.oldest) }

// alive reports whether the record is remembered; none never is.
func (s *store) alive(n seq) bool { return n != 0 && n-s.oldest < s.next-s.oldest }

// at returns a record that is alive.
func (s *store) at(n seq) *record {
	return &s.pages[int(n>>pageBits)&(len(s.pages)-1)][n&(pageSize-1)]
}

// add returns a new record, emptied.
func (s *store) add() (seq, *record) {
	n := s.next
	if n == 0 {
		// Zero is none: the number is skipped and its place stays empty.
		s.next++
		n = s.next
	}
	page := int(n>>pageBits) & (len(s.pages) - 1)
	if s.pages[page] == nil {
		s.pages[page] = s.newPage()
	}
	s.next = n + 1
	r := s.at(n)
	*r = record{}
	return n, r
}

func (s *store) newPage() []record {
	if last := len(s.spare) - 1; last >= 0 {
		page := s.spare[last]
		s.spare[last] = nil
		s.spare = s.spare[:last]
		return page
	}
	return make([]record, pageSize)
}

// forget drops the oldest record.
func (s *store) forget() {
	page := int(s.oldest>>pageBits) & (len(s.pages) - 1)
	s.oldest++
	if s.oldest&(pageSize-1) != 0 {
		return
	}
	// One spare page takes the edge off; more would be memory that nothing bounds.
	if len(s.spare) == 0 {
		s.spare = append(s.spare, s.pages[page])
	}
	s.pages[page] = nil
}

// grow makes the indexes large enough for n records, emptied, and reports whether that was needed.
func (s *store) grow(n int) bool {
	size := int(s.mask) + 1
	if n <= size {
		return false
	}
	for size < n {
		size *= 2
	}
	s.clear(size)
	return true
}

// link puts a record at the head of a chain. A head that was left alone for four billion records may
// carry a number that is in use again, even the record's own; only what is older is linked to.
func (s *store) link(index int, key uint64, n seq, r *record) {
	head := s.head(index, key)
	if r.next[index] = *head; n-*head > n-s.oldest {
		r.next[index] = 0
	}
	*head = n
}

// slip puts a record into a chain behind the younger ones.
func (s *store) slip(index int, key uint64, n seq, r *record) {
	younger := s.first(index, key)
	if younger == 0 || younger-s.oldest < n-s.oldest {
		s.link(index, key, n, r)
		return
	}
	at := s.at(younger)
	for m := s.after(index, at); m != 0 && m-s.oldest > n-s.oldest; m = s.after(index, at) {
		at = s.at(m)
	}
	r.next[index] = s.after(index, at)
	at.next[index] = n
}

// first is the youngest record of a chain, or 0. Records of other keys may be among its chain.
func (s *store) first(index int, key uint64) seq {
	return s.live(*s.head(index, key))
}

// after is the next older record of a chain, or 0.
func (s *store) after(index int, r *record) seq { return s.live(r.next[index]) }

func (s *store) live(n seq) seq {
	if s.alive(n) {
		return n
	}
	return 0
}

// find returns the record of a span, or 0.
func (s *store) find(trace, span uint64) seq {
	for n := s.first(byID, mix(trace, span)); n != 0; {
		r := s.at(n)
		if r.span == span && r.trace == trace {
			return n
		}
		n = s.after(byID, r)
	}
	return 0
}

// foldTrace makes one number of a trace id. The ids are random and 64 bits of span id stand beside it.
func foldTrace(id [16]byte) uint64 {
	return mix(binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]))
}

// key of a record in an index, and whether it belongs there.
func (r *record) key(index int) (uint64, bool) {
	switch index {
	case byID:
		return mix(r.trace, r.span), true
	case byParent:
		return mix(r.trace, r.parent), r.parent != 0
	case byResponse:
		return r.response, r.response != 0 && r.isCall()
	case byUsage:
		return usageKey(r.process, r.output, bucket(r.end)), r.isCall() && r.is(hasUsage)
	case byMoment:
		return momentKey(r.process, bucket(r.end)), r.isCall() && r.is(hasUsage)
	default:
		return traceKey(r.trace, r.output), r.isCall() && r.is(hasUsage)
	}
}

func usageKey(process, output uint32, bucket uint64) uint64 {
	return mix(uint64(process)|uint64(output)<<32, bucket)
}

func momentKey(process uint32, bucket uint64) uint64 { return mix(uint64(process), bucket) }

func traceKey(trace uint64, output uint32) uint64 { return mix(trace, uint64(output)) }

// bucketBits makes a bucket of time about four seconds.
const bucketBits = 32

func bucket(nanos int64) uint64 { return uint64(nanos) >> bucketBits }

// neighbour is the other bucket to look in for times that differ by up to half a bucket.
func neighbour(nanos int64) uint64 {
	if uint64(nanos)>>(bucketBits-1)&1 == 0 {
		return bucket(nanos) - 1
	}
	return bucket(nanos) + 1
}
