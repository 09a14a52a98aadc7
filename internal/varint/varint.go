// Package varint reads the binary records in which components keep their state: varints, and texts behind their lengths.
package varint

import "encoding/binary"

// AppendText appends what [Reader.Text] reads.
func AppendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Reader takes values off a record. After the first failure nothing is left and all values are zero, so that a
// caller needs to ask once, at the end.
type Reader struct {
	// Rest is what was not read yet.
	Rest   []byte
	failed bool
}

// Fail says that a value cannot be what was written.
func (r *Reader) Fail() { r.failed, r.Rest = true, nil }

// Failed reports whether a value was missing or was refused.
func (r *Reader) Failed() bool { return r.failed }

// Take reads n bytes. They belong to the record.
func (r *Reader) Take(n uint64) []byte {
	if n > uint64(len(r.Rest)) {
		r.Fail()
		return nil
	}
	taken := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return taken
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if b := r.Take(1); b != nil {
		return b[0]
	}
	return 0
}

// Uvarint reads what [binary.AppendUvarint] appends.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.Rest)
	r.skip(n)
	if r.failed {
		return 0
	}
	return v
}

// Varint reads what [binary.AppendVarint] appends.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.Rest)
	r.skip(n)
	if r.failed {
		return 0
	}
	return v
}

// skip passes a varint; what is none has no width.
func (r *Reader) skip(width int) {
	if width <= 0 {
		r.Fail()
		return
	}
	r.Rest = r.Rest[width:]
}

// Text reads what [AppendText] appends.
func (r *Reader) Text() string { return string(r.Take(r.Uvarint())) }
