package replay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// chunkSize is how many IDs are kept under one key. The last chunk of a generation is written again until it is full, so
// that many small writes do not leave many keys; 512 IDs are 12 KiB.
const chunkSize = 512

// Journal keeps the IDs of a window in a storage, in chunks by generation. It says what to write and remembers what
// was written; the writing is its owner's, so that IDs and what they were accounted in are one write. It is not
// safe for concurrent use.
type Journal struct {
	generations []generation
	// tail holds the IDs of the last chunk of the last generation, if it has room.
	tail []ID
	// backlog holds the IDs of writes that failed.
	backlog []Segment
}

// generation is one generation of the window, kept in that many chunks.
type generation struct{ number, chunks uint64 }

func chunkKey(generation, chunk uint64) string {
	return "seen/" + strconv.FormatUint(generation, 10) + "/" + strconv.FormatUint(chunk, 10)
}

// Stage returns the operations that write segments and drop what is before the oldest generation of the window, and
// the journal as it is once they are done.
func (j *Journal) Stage(segments []Segment, oldest uint64) (next *Journal, ops []*storage.Operation) {
	next = &Journal{generations: slices.Clone(j.generations), tail: j.tail}
	ops = next.forget(oldest)
	for _, s := range append(slices.Clone(j.backlog), segments...) {
		if s.Generation >= oldest && len(s.IDs) > 0 {
			ops = next.write(ops, s)
		}
	}
	return next, ops
}

func (j *Journal) forget(oldest uint64) (ops []*storage.Operation) {
	j.generations = slices.DeleteFunc(j.generations, func(g generation) bool {
		if g.number >= oldest {
			return false
		}
		for chunk := range g.chunks {
			ops = append(ops, storage.DeleteOperation(chunkKey(g.number, chunk)))
		}
		return true
	})
	if len(j.generations) == 0 {
		j.tail = nil
	}
	return ops
}

func (j *Journal) write(ops []*storage.Operation, s Segment) []*storage.Operation {
	g := j.last(s.Generation)
	for ids := s.IDs; len(ids) > 0; {
		if len(j.tail) == 0 {
			g.chunks++
		}
		n := min(len(ids), chunkSize-len(j.tail))
		j.tail = append(slices.Clip(j.tail), ids[:n]...) // a copy: the journal before this one keeps its own
		ids = ids[n:]
		ops = append(ops, storage.SetOperation(chunkKey(g.number, g.chunks-1), appendIDs(nil, j.tail)))
		if len(j.tail) == chunkSize {
			j.tail = nil
		}
	}
	return ops
}

// last returns the last generation, which is begun if it is not this one.
func (j *Journal) last(number uint64) *generation {
	if n := len(j.generations); n == 0 || j.generations[n-1].number != number {
		j.generations, j.tail = append(j.generations, generation{number: number}), nil
	}
	return &j.generations[len(j.generations)-1]
}

func appendIDs(dst []byte, ids []ID) []byte {
	dst = slices.Grow(dst, len(ids)*IDSize)
	for _, id := range ids {
		dst = id.Append(dst)
	}
	return dst
}

// Retain keeps segments that could not be written for the next Stage.
func (j *Journal) Retain(segments []Segment, oldest uint64) {
	var kept []Segment
	for _, s := range append(j.backlog, segments...) {
		if s.Generation < oldest {
			continue // the window has forgotten them
		}
		if n := len(kept); n > 0 && kept[n-1].Generation == s.Generation {
			kept[n-1].IDs = append(kept[n-1].IDs, s.IDs...)
			continue
		}
		// A copy: the window reuses the memory of its segments.
		kept = append(kept, Segment{Generation: s.Generation, IDs: slices.Clone(s.IDs)})
	}
	j.backlog = kept
}

// AppendBinary appends what [ParseJournal] reads.
func (j *Journal) AppendBinary(dst []byte) ([]byte, error) {
	dst = binary.AppendUvarint(dst, uint64(len(j.generations)))
	for _, g := range j.generations {
		dst = binary.AppendUvarint(binary.AppendUvarint(dst, g.number), g.chunks)
	}
	return dst, nil
}

var errJournal = errors.New("not a journal of record IDs")

// ParseJournal reads what AppendBinary wrote, and returns what follows it.
func ParseJournal(raw []byte) (j *Journal, rest []byte, err error) {
	next := func() uint64 {
		v, n := binary.Uvarint(raw)
		if n <= 0 {
			err = errJournal
			return 0
		}
		raw = raw[n:]
		return v
	}
	j = &Journal{}
	count := next()
	if count > uint64(len(raw)) {
		return nil, nil, errJournal
	}
	for range count {
		j.generations = append(j.generations, generation{number: next(), chunks: next()})
	}
	if err == nil && slices.ContainsFunc(j.generations, func(g generation) bool { return g.chunks > 1<<32 }) {
		err = errJournal // no window has had so many, and reading them would take forever
	}
	return j, raw, err
}

// Restore reads what the journal knows of from client and gives it to restore, which is [Window.Restore]. What cannot be read is
// given to damaged, and missing from the window.
func (j *Journal) Restore(ctx context.Context, client storage.Client, restore func(Segment), damaged func(key string, err error)) error {
	j.tail = nil
	for i, g := range j.generations {
		for chunk := range g.chunks {
			key := chunkKey(g.number, chunk)
			raw, err := client.Get(ctx, key)
			if err != nil {
				return fmt.Errorf("reading %s: %w", key, err)
			}
			ids, err := parseIDs(raw)
			if err != nil {
				damaged(key, err)
			}
			restore(Segment{Generation: g.number, IDs: ids})
			if i == len(j.generations)-1 && chunk == g.chunks-1 && len(ids) < chunkSize {
				j.tail = ids
			}
		}
	}
	return nil
}

var errChunk = errors.New("not a whole number of record IDs")

func parseIDs(raw []byte) ([]ID, error) {
	if len(raw) == 0 || len(raw)%IDSize != 0 {
		return nil, errChunk
	}
	ids := make([]ID, 0, len(raw)/IDSize)
	for ; len(raw) > 0; raw = raw[IDSize:] {
		ids = append(ids, IDFrom(raw))
	}
	return ids, nil
}

// HasBacklog reports whether segments wait that could not be written.
func (j *Journal) HasBacklog() bool { return len(j.backlog) > 0 }
