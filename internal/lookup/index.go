package lookup

import (
	"encoding/binary"
	"math/bits"
)

// index leads from hashes to records. Records lie in the order of their hashes, and starts says where those
// of each bucket begin. It is so small that it stays in the processor's cache, so that an answer costs one access to
// main memory: the bucket, which is read from its beginning. A hash table of references would cost two, and twelve times
// the memory of starts.
type index struct {
	buckets int
	// starts has one more than there are buckets, so that every bucket ends where another starts.
	starts []uint32
	arena  []byte
}

// A record begins with the lower bits of its hash and its size, header included.
const (
	// perBucket is the mean. More make starts smaller and the search in a bucket longer; from 3 to 12 the time of
	// a lookup is the same.
	perBucket   = 6
	headerBytes = 4
	hashBits    = 12
	hashMask    = 1<<hashBits - 1
	maxRecord   = 1<<(32-hashBits) - 1

	cacheLine   = 64
	maxPrefetch = 8 * cacheLine
)

// newIndex takes the memory that records need.
func newIndex(records, bytes int) index {
	buckets := records/perBucket + 1
	return index{buckets: buckets, starts: make([]uint32, 0, buckets+1), arena: make([]byte, 0, bytes)}
}

// bucket takes the upper bits of the hash, so it grows with it.
func (x *index) bucket(hash uint64) int {
	hi, _ := bits.Mul64(hash, uint64(x.buckets))
	return int(hi)
}

// add appends a record. Hashes must not decrease.
func (x *index) add(hash uint64, key, rows []byte) {
	x.startUntil(x.bucket(hash))
	size := headerBytes + len(key) + len(rows)
	x.arena = binary.LittleEndian.AppendUint32(x.arena, uint32(size)<<hashBits|uint32(hash&hashMask))
	x.arena = append(append(x.arena, key...), rows...)
}

// finish must follow the last add.
func (x *index) finish() { x.startUntil(x.buckets) }

func (x *index) startUntil(bucket int) {
	for len(x.starts) <= bucket {
		x.starts = append(x.starts, uint32(len(x.arena)))
	}
}

// records returns those whose hashes are near. There are none that have the hash elsewhere.
func (x *index) records(hash uint64) []byte {
	b := x.bucket(hash)
	records := x.arena[x.starts[b]:x.starts[b+1]]
	prefetch(records)
	return records
}

// prefetch reads a byte of each cache line, so that main memory delivers them at the same time. A search would ask for
// one after the other, because a record's size says where the next is.
func prefetch(records []byte) {
	var sum byte
	for i := 0; i < min(len(records), maxPrefetch); i += cacheLine {
		sum += records[i]
	}
	keep(sum)
}

// keep is why the compiler does not drop what it is given.
//
//go:noinline
func keep(byte) {}

// next returns the first record that may have the hash, without its header, and what follows it. Different keys
// can have the same hash: who asks must verify.
func next(records []byte, hash uint64) (record, rest []byte) {
	for len(records) > 0 {
		header := binary.LittleEndian.Uint32(records)
		size := header >> hashBits
		if header&hashMask == uint32(hash)&hashMask {
			return records[headerBytes:size], records[size:]
		}
		records = records[size:]
	}
	return nil, nil
}
