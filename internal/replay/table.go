package replay

import (
	"math/bits"
	"math/rand/v2"
)

// table is a set of IDs with open addressing. A byte for each slot, 0 if it is free and else seven bits of the
// hash, answers nearly every look-up without touching the IDs: what is asked for is nearly
// always absent, and the bytes of a full window fit a cache that its IDs do not. With a Go map of
// the same IDs a new record cost about five times as much.
type table struct {
	tags []uint8
	ids  []ID
	n    int
}

const (
	minSlots = 1 << 10
	occupied = 0x80
)

// seed makes hashes unpredictable: whoever chooses trace IDs must not choose chains.
var seed = [2]uint64{rand.Uint64(), rand.Uint64() | 1}

func (id ID) hash() uint64 {
	hi, lo := bits.Mul64(id.hi^seed[0], id.mid^seed[1])
	hi, lo = bits.Mul64(hi^lo^seed[1], id.lo^seed[0])
	return hi ^ lo
}

// tagOf uses bits that do not choose the slot.
func tagOf(hash uint64) uint8 { return occupied | uint8(hash>>57) }

// find returns the slot of id, or the free one where it belongs. The table must have a free slot.
func (t *table) find(hash uint64, id ID) (slot uint64, found bool) {
	mask := uint64(len(t.tags) - 1)
	tag := tagOf(hash)
	for slot = hash & mask; ; slot = (slot + 1) & mask {
		switch t.tags[slot] {
		case 0:
			return slot, false
		case tag:
			if t.ids[slot] == id {
				return slot, true
			}
		}
	}
}

func (t *table) has(hash uint64, id ID) bool {
	if t.n == 0 {
		return false
	}
	_, found := t.find(hash, id)
	return found
}

// add reports whether id was absent.
func (t *table) add(hash uint64, id ID) bool {
	if 2*t.n >= len(t.tags) {
		t.grow()
	}
	slot, found := t.find(hash, id)
	if found {
		return false
	}
	t.tags[slot], t.ids[slot] = tagOf(hash), id
	t.n++
	return true
}

// grow keeps the table at most half full, so that chains stay short.
func (t *table) grow() {
	old := *t
	slots := max(minSlots, 2*len(old.tags))
	t.tags, t.ids = make([]uint8, slots), make([]ID, slots)
	for i, tag := range old.tags {
		if tag == 0 {
			continue
		}
		id := old.ids[i]
		hash := id.hash()
		slot, _ := t.find(hash, id)
		t.tags[slot], t.ids[slot] = tag, id
	}
}

// reset forgets all IDs and keeps the memory.
func (t *table) reset() {
	clear(t.tags)
	t.n = 0
}
