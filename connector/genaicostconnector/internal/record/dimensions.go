package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Dimension is an attribute that series are divided by.
type Dimension struct {
	// Name is the attribute on the data point.
	Name string
	// Fallbacks are names to look up, in this order, where Name is not found. All are looked
	// up on the record before any is on the resource.
	Fallbacks []string
	// Default is the value where nothing is found; empty leaves the dimension out.
	Default string
}

// MaxValueLength bounds the bytes of one dimension value. Longer ones are cut, so that one hostile attribute
// cannot make every flush carry it.
const MaxValueLength = 1024

// Tags of the values in a key.
const (
	tagAbsent = iota
	tagString
	tagInt
	tagDouble
	tagBool
)

var errKey = errors.New("not a key of these dimensions")

// dimension is a Dimension with its names resolved to slots.
type dimension struct {
	slots []int
	def   string
	// shares is the slot of the attribute that splits the dimension's cost, or -1.
	shares int
}

// appendKey appends the dimension values of a record: each a tag and a value of known length, so
// that no two different sets of values have the same key.
func (r *Reader) appendKey(dst []byte, b *Batch) []byte {
	for i := range r.dimensions {
		d := &r.dimensions[i]
		var ok bool
		if dst, ok = d.appendOwn(dst, &b.record); !ok {
			dst = append(dst, b.inherited[i]...)
		}
	}
	return dst
}

// inherit encodes, once for a resource, the values of records that have none of their own.
func (r *Reader) inherit(b *Batch) {
	b.resource.load(&r.table, b.resourceAttrs)
	if b.inherited == nil {
		b.inherited = make([][]byte, len(r.dimensions))
	}
	for i := range r.dimensions {
		d := &r.dimensions[i]
		dst, ok := d.appendOwn(b.inherited[i][:0], &b.resource)
		switch {
		case ok:
		case d.def != "":
			dst = appendString(dst, d.def)
		default:
			dst = append(dst, tagAbsent)
		}
		b.inherited[i] = dst
	}
}

// appendOwn appends the first of the dimension's attributes that v has.
func (d *dimension) appendOwn(dst []byte, v *view) (_ []byte, ok bool) {
	for _, slot := range d.slots {
		if v.has(slot) {
			if dst, ok = appendValue(dst, v.values[slot]); ok {
				return dst, true
			}
		}
	}
	return dst, false
}

// appendValue appends v, unless it is empty: Prometheus does not tell an empty label from an absent
// one, so that two series which differ by it only would collide there.
func appendValue(dst []byte, v pcommon.Value) (_ []byte, ok bool) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		s := v.Str()
		if s == "" {
			return dst, false
		}
		return appendString(dst, s), true
	case pcommon.ValueTypeEmpty:
		return dst, false
	case pcommon.ValueTypeInt:
		return binary.LittleEndian.AppendUint64(append(dst, tagInt), uint64(v.Int())), true
	case pcommon.ValueTypeDouble:
		return binary.LittleEndian.AppendUint64(append(dst, tagDouble), math.Float64bits(v.Double())), true
	case pcommon.ValueTypeBool:
		if v.Bool() {
			return append(dst, tagBool, 1), true
		}
		return append(dst, tagBool, 0), true
	default:
		return appendString(dst, v.AsString()), true
	}
}

func appendString(dst []byte, s string) []byte {
	if len(s) < 0x80 { // nearly all: one byte is the whole of the length
		dst = append(dst, tagString, byte(len(s)))
	} else {
		dst = binary.AppendUvarint(append(dst, tagString), uint64(len(s)))
	}
	return append(dst, s...)
}

// Attributes puts the dimensions that key stands for into m.
func (r *Reader) Attributes(key []byte, m pcommon.Map) error {
	m.EnsureCapacity(m.Len() + len(r.names))
	for _, name := range r.names {
		rest, err := putValue(key, m, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		key = rest
	}
	if len(key) > 0 {
		return errKey
	}
	return nil
}

// Describe puts the values that one record has of the dimensions into m, as data points have them.
func (r *Reader) Describe(attrs, resource, m pcommon.Map) {
	b := &Batch{resourceAttrs: resource}
	b.record.load(&r.table, attrs)
	r.inherit(b)
	// A key that was just made is one of these dimensions.
	_ = r.Attributes(r.Canonical(r.appendKey(nil, b)), m)
}

func putValue(key []byte, m pcommon.Map, name string) (rest []byte, err error) {
	if len(key) == 0 {
		return nil, errKey
	}
	tag, key := key[0], key[1:]
	switch {
	case tag == tagAbsent:
		return key, nil
	case tag == tagString:
		s, rest, ok := cutString(key)
		if !ok {
			return nil, errKey
		}
		m.PutStr(name, string(s))
		return rest, nil
	case tag == tagBool && len(key) >= 1:
		m.PutBool(name, key[0] != 0)
		return key[1:], nil
	case tag == tagInt && len(key) >= 8:
		m.PutInt(name, int64(binary.LittleEndian.Uint64(key)))
		return key[8:], nil
	case tag == tagDouble && len(key) >= 8:
		m.PutDouble(name, math.Float64frombits(binary.LittleEndian.Uint64(key)))
		return key[8:], nil
	default:
		return nil, errKey
	}
}

func cutString(key []byte) (s, rest []byte, ok bool) {
	n, width := binary.Uvarint(key)
	if width <= 0 || n > uint64(len(key)-width) {
		return nil, nil, false
	}
	key = key[width:]
	return key[:n], key[n:], true
}

// Canonical returns key with every string valid UTF-8 and at most MaxValueLength long, which
// backends insist on. It is called only for keys that no series has, so it may allocate.
func (r *Reader) Canonical(key []byte) []byte {
	m := pcommon.NewMap()
	if err := r.Attributes(key, m); err != nil {
		return key
	}
	canonical := make([]byte, 0, len(key))
	for _, name := range r.names {
		v, ok := m.Get(name)
		switch {
		case !ok:
			canonical = append(canonical, tagAbsent)
		case v.Type() == pcommon.ValueTypeStr:
			canonical = appendString(canonical, CanonicalString(v.Str()))
		default:
			canonical, _ = appendValue(canonical, v)
		}
	}
	return canonical
}

// CanonicalString returns s as valid UTF-8 of at most MaxValueLength bytes.
func CanonicalString(s string) string {
	return strings.ToValidUTF8(cut(s, MaxValueLength), "\uFFFD")
}

// cut shortens s to at most n bytes and does not leave half a character behind.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for end := n; end > n-utf8.UTFMax; end-- {
		if utf8.RuneStart(s[end]) {
			return s[:end]
		}
	}
	return s[:n]
}
