package focusfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// Reader reads a file record by record.
type Reader struct {
	decoder
	name string
}

// decoder is what tells the formats apart.
type decoder interface {
	// Fields returns the columns of the file, in its order.
	Fields() []Field
	// read fills the record, and returns io.EOF after the last one.
	read(*Record) error
	Close() error
}

// NewReader reads a file of either format, which it tells by its first bytes; gzip around CSV is unpacked. The name is for errors.
func NewReader(name string, src io.ReaderAt, size int64) (*Reader, error) {
	var magic [4]byte
	n, err := src.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &Reader{name: name}
	if bytes.Equal(magic[:n], []byte("PAR1")) {
		r.decoder, err = newParquetDecoder(src, size)
	} else {
		r.decoder, err = newCSVDecoder(io.NewSectionReader(src, 0, size))
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return r, nil
}

// Read reads the next record; io.EOF says that there is none. The record's values are valid until the next call.
func (r *Reader) Read(rec *Record) error {
	err := r.read(rec)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:%w", r.name, err)
	}
	return err
}

// Rows yields the rows of the file until the first error, which names the file and the line. rounded counts decimals that had
// too many digits; it may be nil.
func (r *Reader) Rows(rounded *int) iter.Seq2[*focus.Row, error] {
	return func(yield func(*focus.Row, error) bool) {
		binding := Bind(r.Fields())
		var rec Record
		var row focus.Row
		for {
			err := r.Read(&rec)
			if errors.Is(err, io.EOF) {
				return
			}
			n := 0
			if err == nil {
				if n, err = binding.Row(&rec, &row); err != nil {
					err = fmt.Errorf("%s:%w", r.name, err)
				}
			}
			if rounded != nil {
				*rounded += n
			}
			if !yield(&row, err) || err != nil {
				return
			}
		}
	}
}
