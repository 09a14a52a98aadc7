package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/replay"
	"github.com/otelcol-finops/otelcol-finops/internal/varint"
)

// headerVersion begins the header. A state that this version cannot read is refused at start: to overwrite it
// would lose what it holds.
const headerVersion = 1

// header says what else the storage holds.
type header struct {
	writer  string
	next    uint64
	begun   int64
	books   []uint64
	journal *replay.Journal
}

func (h *header) encode() []byte {
	raw := varint.AppendText([]byte{headerVersion}, h.writer)
	raw = binary.AppendUvarint(raw, h.next)
	raw = binary.AppendUvarint(raw, uint64(h.begun))
	raw = binary.AppendUvarint(raw, uint64(len(h.books)))
	for _, sequence := range h.books {
		raw = binary.AppendUvarint(raw, sequence)
	}
	raw, _ = h.journal.AppendBinary(raw) // never an error
	return raw
}

var errHeader = errors.New("the header of the persisted state cannot be read; move the storage's files away to start from zero, and keep them: they hold charges that no file has yet")

func parseHeader(raw []byte) (h header, err error) {
	if len(raw) == 0 {
		return header{}, errHeader
	}
	if raw[0] != headerVersion {
		return header{}, fmt.Errorf(
			"the persisted state has format %d and this version reads %d; run the version that wrote it, or move the storage's files away to start from zero",
			raw[0], headerVersion)
	}
	r := varint.Reader{Rest: raw[1:]}
	h.writer = r.Text()
	h.next = r.Uvarint()
	h.begun = int64(r.Uvarint())
	for n := r.Uvarint(); n > 0 && !r.Failed(); n-- {
		h.books = append(h.books, r.Uvarint())
	}
	if r.Failed() || h.writer == "" {
		return header{}, errHeader
	}
	journal, rest, err := replay.ParseJournal(r.Rest)
	if err != nil || len(rest) > 0 {
		return header{}, errHeader
	}
	h.journal = journal
	return h, nil
}
