package lookup

import (
	"encoding/binary"
)

// A record is a key and its rows, after the header of the index:
//
//	key     for each column of the shape: 2 bytes of length and the text, or the text of a glob, whose length is the
//	        shape's
//	rows    0 and the row, where it is always valid; else 1, the number of rows, and from, to and row of each, by time
//
// Numbers are little-endian and not aligned. Key and rows lie together, so that reading both costs a cache
// line most of the time.
const (
	undated = 0
	dated   = 1

	refBytes     = 4
	versionBytes = 8 + 8 + refBytes

	// maxVersions rows fit into a record, whatever its key.
	maxVersions = 50_000
)

func appendKey(dst []byte, p pattern) []byte {
	if p.kind == exact {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(len(p.text)))
	}
	return append(dst, p.text...)
}

// version is a row of a key in its time.
type version struct {
	validity
	row uint32
}

func appendVersions(dst []byte, versions []version) []byte {
	if len(versions) == 1 && versions[0].validity == always {
		return binary.LittleEndian.AppendUint32(append(dst, undated), versions[0].row)
	}
	dst = binary.LittleEndian.AppendUint32(append(dst, dated), uint32(len(versions)))
	for _, v := range versions {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v.from))
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v.to))
		dst = binary.LittleEndian.AppendUint32(dst, v.row)
	}
	return dst
}

// versionsBytes is what n versions take, of which the first is given.
func versionsBytes(first version, n int) int {
	if n == 1 && first.validity == always {
		return 1 + refBytes
	}
	return 1 + 4 + n*versionBytes
}

// matchKey reports whether the record has the key, and returns what follows it.
func (s *shape) matchKey(record []byte, keys []string) ([]byte, bool) {
	for i := range s.columns {
		c := &s.columns[i]
		value := keys[c.key]
		if c.kind == exact {
			if int(binary.LittleEndian.Uint16(record)) != len(value) || string(record[2:2+len(value)]) != value {
				return nil, false
			}
			record = record[2+len(value):]
			continue
		}
		size := c.prefix + c.suffix
		if string(record[:c.prefix]) != value[:c.prefix] || string(record[c.prefix:size]) != value[len(value)-c.suffix:] {
			return nil, false
		}
		record = record[size:]
	}
	return record, true
}

// at returns the row that is valid. Versions do not overlap, so only the last that has begun can be.
func at(versions []byte, now int64) (uint32, bool) {
	kind, versions := versions[0], versions[1:]
	n := int(binary.LittleEndian.Uint32(versions))
	if kind == undated {
		return uint32(n), true
	}
	versions = versions[4 : 4+n*versionBytes]
	begun := 0
	for end := n; begun < end; {
		if mid := (begun + end) / 2; int64(binary.LittleEndian.Uint64(versions[mid*versionBytes:])) <= now {
			begun = mid + 1
		} else {
			end = mid
		}
	}
	if begun == 0 {
		return 0, false
	}
	last := versions[(begun-1)*versionBytes:]
	if now >= int64(binary.LittleEndian.Uint64(last[8:])) {
		return 0, false
	}
	return binary.LittleEndian.Uint32(last[16:]), true
}
