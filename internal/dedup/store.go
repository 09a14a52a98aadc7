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
	byUsage           // process, output, second of end
	byMoment          // process, second of end
	byTrace           // trace and output
	indexes
)

// minHeads is the initial size of each index.
const minHeads = 1 << 10

type store struct {
	pages [][]record
	spare [][]record
	// oldest is the first remembered, next the number of the record to come.
	oldest, next seq
	heads        [indexes][]seq
	mask         uint64
}

func newStore(maxRecords int) store {
	pages := 1
	for pages*pageSize < maxRecords+2*pageSize {
		pages *= 2
	}
	s := store{pages: make([][]record, pages), oldest: 1, next: 1, mask: minHeads - 1}
	for i := range s.heads {
		s.heads[i] = make([]seq, minHeads)
	}
	return s
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

// reserve makes the indexes large enough for n records. Growing doubles them, from the records.
func (s *store) reserve(n int) {
	if n <= len(s.heads[byID]) {
		return
	}
	size := len(s.heads[byID])
	for size < n {
		size *= 2
	}
	for i := range s.heads {
		s.heads[i] = make([]seq, size)
	}
	s.mask = uint64(size - 1)
	for n := s.oldest; n != s.next; n++ {
		if n != 0 {
			s.index(n, s.at(n))
		}
	}
}

// link puts a record at the head of a chain. A head that was left alone for four billion records may
// carry a number that is in use again, even the record's own; only what is older is linked to.
func (s *store) link(index int, key uint64, n seq, r *record) {
	head := &s.heads[index][key&s.mask]
	if r.next[index] = *head; n-*head > n-s.oldest {
		r.next[index] = 0
	}
	*head = n
}

// first is the youngest record of a chain, or 0. Records of other keys may be among its chain.
func (s *store) first(index int, key uint64) seq {
	return s.live(s.heads[index][key&s.mask])
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
func (s *store) find(trace, span uint64) (seq, *record) {
	for n := s.first(byID, mix(trace, span)); n != 0; {
		r := s.at(n)
		if r.span == span && r.trace == trace {
			return n, r
		}
		n = s.after(byID, r)
	}
	return 0, nil
}

// foldTrace makes one number of a trace id. The ids are random and 64 bits of span id stand beside it.
func foldTrace(id [16]byte) uint64 {
	return mix(binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]))
}

// index puts a record into every index that it will be looked for in.
func (s *store) index(n seq, r *record) {
	s.link(byID, mix(r.trace, r.span), n, r)
	if r.parent != 0 {
		s.link(byParent, mix(r.trace, r.parent), n, r)
	}
	if !r.isCall() {
		return
	}
	if r.response != 0 {
		s.link(byResponse, r.response, n, r)
	}
	if r.is(hasUsage) {
		s.link(byUsage, usageKey(r.process, r.output, bucket(r.end)), n, r)
		s.link(byMoment, mix(r.process, bucket(r.end)), n, r)
		s.link(byTrace, mix(r.trace, uint64(r.output)), n, r)
	}
}

func usageKey(process uint64, output uint32, bucket uint64) uint64 {
	return mix(process^uint64(output)<<32, bucket)
}

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
