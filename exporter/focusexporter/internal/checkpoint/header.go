package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/replay"
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
	raw := binary.AppendUvarint([]byte{headerVersion}, uint64(len(h.writer)))
	raw = append(raw, h.writer...)
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
	p := parser{rest: raw[1:]}
	h.writer = string(p.take(p.uvarint()))
	h.next = p.uvarint()
	h.begun = int64(p.uvarint())
	for n := p.uvarint(); n > 0 && !p.failed; n-- {
		h.books = append(h.books, p.uvarint())
	}
	if p.failed || h.writer == "" {
		return header{}, errHeader
	}
	journal, rest, err := replay.ParseJournal(p.rest)
	if err != nil || len(rest) > 0 {
		return header{}, errHeader
	}
	h.journal = journal
	return h, nil
}

// parser takes values off the header; after the first failure it returns zero values.
type parser struct {
	rest   []byte
	failed bool
}

func (p *parser) uvarint() uint64 {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 {
		p.failed, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

func (p *parser) take(n uint64) []byte {
	if n > uint64(len(p.rest)) {
		p.failed, p.rest = true, nil
		return nil
	}
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	return taken
}
