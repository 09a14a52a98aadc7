package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/replay"
	"github.com/otelcol-finops/otelcol-finops/internal/varint"
)

// headerVersion begins the header. A later version that cannot be read by this one is refused
// at start: overwriting it would lose what it has counted.
const headerVersion = 1

// header says what else the storage holds.
type header struct {
	instance, schema string
	nextSlot         uint64
	// journal is the replay window.
	journal *replay.Journal
}

func (h *header) encode() []byte {
	b := varint.AppendText([]byte{headerVersion}, h.instance)
	b = varint.AppendText(b, h.schema)
	b = binary.AppendUvarint(b, h.nextSlot)
	b, _ = h.journal.AppendBinary(b) // never an error
	return b
}

var errHeader = errors.New("the header of the persisted state cannot be read; move the storage's files away to start from zero")

func parseHeader(raw []byte) (header, error) {
	if len(raw) == 0 {
		return header{}, errHeader
	}
	if raw[0] != headerVersion {
		return header{}, fmt.Errorf(
			"the persisted state has format %d and this version reads %d; run the version that wrote it, or move the storage's files away to start from zero",
			raw[0], headerVersion)
	}
	r := varint.Reader{Rest: raw[1:]}
	h := header{instance: r.Text(), schema: r.Text(), nextSlot: r.Uvarint()}
	if r.Failed() || h.instance == "" || h.nextSlot > maxSlots {
		return header{}, errHeader
	}
	journal, rest, err := replay.ParseJournal(r.Rest)
	if err != nil || len(rest) > 0 {
		return header{}, errHeader
	}
	h.journal = journal
	return h, nil
}

// maxSlots is more than any store has had; to read as many back would take forever.
const maxSlots = 1 << 32
