package dedup

import "encoding/binary"

// Records live in pages, numbered without gaps, so that the oldest are always the first and forgetting one
// is moving a number. Pages are reused; nothing is allocated once the number of records is steady.
const (
	pageBits = 10
	pageSize = 1 << pageBits
)

// The indexes. Each leads from a key to the youngest record that has it, and from there over links in the records to
// the older ones. Links end at the first forgotten record: forgetting needs no unlinking.
const (
	byID       = iota // trace and span
	byParent          // trace and parent span
	byResponse        // response id
	byUsage           // process, output, time of end; only processes with several scopes
	byMoment          // process, time of end; only those
	byTrace           // trace and output; only once a gateway has been seen
	indexes
)

type store struct {
	pages [][]record
	spare [][]record
	// oldest is the first remembered, next the number of the record to come.
	oldest, next seq
	tables       [indexes]table
}

func newStore(maxRecords int) store {
	pages := 1
	for pages*pageSize < maxRecords+2*pageSize {
		pages *= 2
	}
	s := store{pages: make([][]record, pages), oldest: 1, next: 1}
	for i := range s.tables {
		s.tables[i] = newTable(maxRecords)
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

// after is the next older record of a chain, or 0.
func (s *store) after(index int, r *record) seq { return s.live(r.next[index]) }

func (s *store) live(n seq) seq {
	if s.alive(n) {
		return n
	}
	return 0
}

// find returns the record of a span, or 0.
func (s *store) find(trace, span uint64) seq { return s.findAt(mix(trace, span), trace, span) }

// findAt is find for a key that is known.
func (s *store) findAt(key, trace, span uint64) seq {
	n := s.first(byID, key)
	if n == 0 {
		return 0
	}
	if r := s.at(n); r.span != span || r.trace != trace {
		return 0
	}
	return n
}

// foldTrace makes one number of a trace id. The ids are random and 64 bits of span id stand beside it.
func foldTrace(id [16]byte) uint64 {
	return mix(binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]))
}

// key of a record in an index.
func (r *record) key(index int) uint64 {
	switch index {
	case byID:
		return mix(r.trace, r.span)
	case byParent:
		return mix(r.trace, r.parent)
	case byResponse:
		return r.response
	case byUsage:
		return usageKey(r.process, r.output, bucket(r.end))
	case byMoment:
		return momentKey(r.process, bucket(r.end))
	default:
		return traceKey(r.trace, r.output)
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
