package charge

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Identity is everything that tells a charge from others. Its prices, times and tags are those of the row that it becomes;
// dimensions whose cost several values share are not among the tags but in Splits, and are divided only when the
// quantities have been added up.
type Identity struct {
	focus.Charge
	// Splits are shared dimensions and the text of their shares, in the order of their names.
	Splits []focus.Tag
}

// AppendKey appends the key of id: equal identities have equal keys, different ones different keys.
func (id *Identity) AppendKey(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(id.Splits)))
	for _, split := range id.Splits {
		dst = appendText(appendText(dst, split.Key), split.Value)
	}
	return id.Charge.AppendKey(dst)
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

var errKey = errors.New("not the key of a charge")

// ParseKey reads what AppendKey wrote.
func ParseKey(key string) (Identity, error) {
	rest := []byte(key)
	count, n := binary.Uvarint(rest)
	if n <= 0 || count > uint64(len(rest)) {
		return Identity{}, errKey
	}
	rest = rest[n:]
	var id Identity
	for range count {
		var split focus.Tag
		var ok [2]bool
		split.Key, rest, ok[0] = cutText(rest)
		split.Value, rest, ok[1] = cutText(rest)
		if !ok[0] || !ok[1] {
			return Identity{}, errKey
		}
		id.Splits = append(id.Splits, split)
	}
	var err error
	if id.Charge, err = focus.ParseKey(rest); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", errKey, err)
	}
	return id, nil
}

func cutText(raw []byte) (s string, rest []byte, ok bool) {
	size, n := binary.Uvarint(raw)
	if n <= 0 || size > uint64(len(raw)-n) {
		return "", nil, false
	}
	raw = raw[n:]
	return string(raw[:size]), raw[size:], true
}
