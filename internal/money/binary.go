package money

import (
	"encoding/binary"
	"errors"
	"math"
)

// BinarySize is the length of every value's binary form.
const BinarySize = 16

// ErrBinary is returned for bytes that are not the binary form of a value.
var ErrBinary = errors.New("money: not a 16-byte binary value")

func (v int128) appendBinary(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(v.hi))
	return binary.BigEndian.AppendUint64(dst, v.lo)
}

func fromBinary(b []byte) (int128, error) {
	if len(b) != BinarySize {
		return int128{}, ErrBinary
	}
	v := int128{hi: int64(binary.BigEndian.Uint64(b)), lo: binary.BigEndian.Uint64(b[8:])}
	if v.hi == math.MinInt64 && v.lo == 0 {
		return int128{}, ErrBinary
	}
	return v, nil
}
