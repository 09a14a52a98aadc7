package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/replay"
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
	b := appendText([]byte{headerVersion}, h.instance)
	b = appendText(b, h.schema)
	b = binary.AppendUvarint(b, h.nextSlot)
	b, _ = h.journal.AppendBinary(b) // never an error
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
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
	p := parser{b: raw[1:]}
	h := header{instance: p.text(), schema: p.text(), nextSlot: p.uvarint()}
	if p.failed || h.instance == "" || h.nextSlot > maxSlots {
		return header{}, errHeader
	}
	journal, rest, err := replay.ParseJournal(p.b)
	if err != nil || len(rest) > 0 {
		return header{}, errHeader
	}
	h.journal = journal
	return h, nil
}

// maxSlots is more than any store has had; to read as many back would take forever.
const maxSlots = 1 << 32

// parser reads varints and texts; after the first failure it returns zero values.
type parser struct {
	b      []byte
	failed bool
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.b)
	if n <= 0 {
		p.failed, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) text() string {
	n := p.uvarint()
	if n > uint64(len(p.b)) {
		p.failed, p.b = true, nil
		return ""
	}
	s := string(p.b[:n])
	p.b = p.b[n:]
	return s
}
