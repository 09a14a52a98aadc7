package record

import "go.opentelemetry.io/collector/pdata/pcommon"

// keyTable finds the slot of an attribute name. Most attributes of a span are not wanted, so
// what must be cheap is the miss: its length and two of its bytes choose one of 256 chains, nearly all of them
// empty. A switch would do as well, were the names not configuration.
type keyTable struct {
	names []string
	next  []uint8
	heads [256]uint8
	// lengths has a bit for each length of a name, modulo 64. It is asked first, because it
	// is the only question that does not touch the bytes of an attribute's name.
	lengths uint64
}

// maxSlots is bounded by the chains' links, which are slot+1 in a byte.
const maxSlots = 254

func chain(name string) uint8 {
	n := len(name)
	h := uint32(n) | uint32(name[n>>1])<<8 | uint32(name[n-1])<<16
	return uint8(h * 2654435761 >> 24)
}

// add returns the slot of name, a new one if it has none yet.
func (t *keyTable) add(name string) int {
	if slot, ok := t.slot(name); ok {
		return slot
	}
	slot := len(t.names)
	head := &t.heads[chain(name)]
	t.names = append(t.names, name)
	t.next = append(t.next, *head)
	t.lengths |= 1 << (len(name) & 63)
	*head = uint8(slot + 1)
	return slot
}

// addAll returns the slots of names.
func (t *keyTable) addAll(names []string) []int {
	slots := make([]int, 0, len(names))
	for _, name := range names {
		slots = append(slots, t.add(name))
	}
	return slots
}

func (t *keyTable) slot(name string) (int, bool) {
	if t.lengths>>(len(name)&63)&1 == 0 || name == "" {
		return 0, false
	}
	for link := t.heads[chain(name)]; link != 0; link = t.next[link-1] {
		if t.names[link-1] == name {
			return int(link - 1), true
		}
	}
	return 0, false
}

// set is a set of slots.
type set [(maxSlots + 63) / 64]uint64

func (s *set) add(slot int) { s[uint8(slot)>>6] |= 1 << (slot & 63) }

func (s *set) has(slot int) bool { return s[uint8(slot)>>6]>>(slot&63)&1 != 0 }

func setOf(slots []int) (s set) {
	for _, slot := range slots {
		s.add(slot)
	}
	return s
}

// view holds the wanted attributes of one span, log record or resource. A value is the current one's only if
// its slot is present, so that no value has to be cleared between spans.
type view struct {
	values  []pcommon.Value
	present set
}

func (v *view) load(t *keyTable, attrs pcommon.Map) {
	if v.values == nil {
		v.values = make([]pcommon.Value, len(t.names))
	}
	v.present = set{}
	for name, value := range attrs.All() {
		if slot, ok := t.slot(name); ok {
			v.values[slot] = value
			v.present.add(slot)
		}
	}
}

func (v *view) has(slot int) bool { return v.present.has(slot) }

// hasAny reports whether one of the slots is present.
func (v *view) hasAny(slots *set) bool {
	var common uint64
	for i := range slots {
		common |= slots[i] & v.present[i]
	}
	return common != 0
}

// str returns a string attribute, and "" for one that is absent or of another type.
func (v *view) str(slot int) string {
	if !v.has(slot) || v.values[slot].Type() != pcommon.ValueTypeStr {
		return ""
	}
	return v.values[slot].Str()
}

// release drops the references to the input.
func (v *view) release() { clear(v.values) }
