package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// headerVersion begins the header. A later version that cannot be read by this one is refused
// at start: overwriting it would lose what it has counted.
const headerVersion = 1

// header says what else the storage holds.
type header struct {
	instance, schema string
	nextSlot         uint64
	generations      []generation
}

// generation is one generation of the replay window, kept in chunks.
type generation struct{ number, chunks uint64 }

func (h *header) clone() header {
	c := *h
	c.generations = slices.Clone(h.generations)
	return c
}

func (h *header) encode() []byte {
	b := appendText([]byte{headerVersion}, h.instance)
	b = appendText(b, h.schema)
	b = binary.AppendUvarint(b, h.nextSlot)
	b = binary.AppendUvarint(b, uint64(len(h.generations)))
	for _, g := range h.generations {
		b = binary.AppendUvarint(b, g.number)
		b = binary.AppendUvarint(b, g.chunks)
	}
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
	n := p.uvarint()
	if n > uint64(len(p.b)) {
		return header{}, errHeader
	}
	for range n {
		h.generations = append(h.generations, generation{number: p.uvarint(), chunks: p.uvarint()})
	}
	if p.failed || len(p.b) > 0 || h.instance == "" || !h.plausible() {
		return header{}, errHeader
	}
	return h, nil
}

// plausible refuses counts that no store has had, for which reading everything back would take
// forever.
func (h *header) plausible() bool {
	const most = 1 << 32
	for _, g := range h.generations {
		if g.chunks > most {
			return false
		}
	}
	return h.nextSlot <= most
}

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

// seen returns the operations that store segments as new chunks and drop the generations
// before oldest.
func (h *header) seen(segments []replay.Segment, oldest uint64) (ops []*storage.Operation) {
	h.generations = slices.DeleteFunc(h.generations, func(g generation) bool {
		if g.number >= oldest {
			return false
		}
		for chunk := range g.chunks {
			ops = append(ops, storage.DeleteOperation(seenKey(g.number, chunk)))
		}
		return true
	})
	for _, seg := range segments {
		if seg.Generation < oldest || len(seg.IDs) == 0 {
			continue
		}
		raw := make([]byte, 0, len(seg.IDs)*replay.IDSize)
		for _, id := range seg.IDs {
			raw = id.Append(raw)
		}
		ops = append(ops, storage.SetOperation(seenKey(seg.Generation, h.nextChunk(seg.Generation)), raw))
	}
	return ops
}

// nextChunk returns the number of a new chunk of a generation.
func (h *header) nextChunk(number uint64) uint64 {
	for i := range h.generations {
		if g := &h.generations[i]; g.number == number {
			g.chunks++
			return g.chunks - 1
		}
	}
	h.generations = append(h.generations, generation{number: number, chunks: 1})
	return 0
}
