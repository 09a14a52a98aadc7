package book

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/replay"
)

// Under its sequence number, a book has a header, its rows' keys in the stretches in which they came, and
// its amounts in pages. A key is written once, a page whenever one of its amounts has changed.

func headerKey(sequence uint64) string { return "book/" + strconv.FormatUint(sequence, 10) }

func chunkKey(sequence uint64, first uint32) string {
	return headerKey(sequence) + "/keys/" + strconv.FormatUint(uint64(first), 10)
}

func pageKey(sequence uint64, page uint32) string {
	return headerKey(sequence) + "/amounts/" + strconv.FormatUint(uint64(page), 10)
}

// Entry is a value to be stored; a nil value is to be deleted.
type Entry struct {
	Key   string
	Value []byte
}

// Changes is what has changed since the storage was last brought up to date.
type Changes struct {
	Entries []Entry
	// Books are the sequence numbers of all books, Next that of the next one.
	Books []uint64
	Next  uint64
	// Begun is the end of the periods for which books of commitments were begun.
	Begun int64
	// Seen are the records accounted, OldestSeen the oldest generation that the window still holds. Segments are valid
	// until the next Drain.
	Seen       []replay.Segment
	OldestSeen uint64

	undo    []undo
	dropped []*Book
}

// undo is what was marked as persisted.
type undo struct {
	book      *Book
	persisted uint32
	chunks    int
	pages     []uint32
}

// IsEmpty reports whether nothing has changed.
func (c *Changes) IsEmpty() bool { return len(c.Entries) == 0 && len(c.Seen) == 0 }

// Drain returns what has changed and marks it as persisted.
func (s *Store) Drain() *Changes {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Changes{
		Books: slices.Sorted(maps.Keys(s.books)), Next: s.next, Begun: s.begun,
		Seen: s.window.Drain(), OldestSeen: s.window.Oldest(), dropped: s.dropped,
	}
	for _, sequence := range c.Books {
		c.take(s.books[sequence])
	}
	for _, book := range s.dropped {
		c.drop(book)
	}
	s.dropped = nil
	return c
}

func (c *Changes) take(b *Book) {
	if !b.unsaved && len(b.dirty) == 0 {
		return
	}
	c.undo = append(c.undo, undo{book: b, persisted: b.persisted, chunks: len(b.chunks), pages: slices.Sorted(maps.Keys(b.dirty))})
	if total := uint32(len(b.rows)); total > b.persisted {
		c.put(chunkKey(b.sequence, b.persisted), encodeKeys(b.rows[b.persisted:]))
		b.chunks = append(b.chunks, b.persisted)
		b.persisted, b.unsaved = total, true
	}
	for page := range b.dirty {
		c.put(pageKey(b.sequence, page), encodePage(b.rows, page))
	}
	if b.unsaved {
		c.put(headerKey(b.sequence), b.encodeHeader())
	}
	clear(b.dirty)
	b.unsaved = false
}

func (c *Changes) put(key string, value []byte) { c.Entries = append(c.Entries, Entry{key, value}) }

func (c *Changes) drop(b *Book) {
	c.put(headerKey(b.sequence), nil)
	for _, first := range b.chunks {
		c.put(chunkKey(b.sequence, first), nil)
	}
	for page := range pages(b.persisted) {
		c.put(pageKey(b.sequence, page), nil)
	}
}

func pages(rows uint32) uint32 { return (rows + PageSize - 1) / PageSize }

// Unsaved takes Drain back: the changes could not be persisted.
func (s *Store) Unsaved(c *Changes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range c.undo {
		u.book.persisted, u.book.chunks, u.book.unsaved = u.persisted, u.book.chunks[:u.chunks], true
		for _, page := range u.pages {
			u.book.dirty[page] = struct{}{}
		}
	}
	s.dropped = append(c.dropped, s.dropped...)
}

// formatVersion begins the header of a book.
const formatVersion = 1

func (b *Book) encodeHeader() []byte {
	raw := []byte{formatVersion, byte(b.label.Dataset), flag(b.label.Late) | flag(b.label.Commitments)<<1, flag(b.sealed)}
	raw = binary.AppendVarint(raw, b.label.Day)
	raw = binary.AppendVarint(raw, b.label.Period)
	return binary.AppendUvarint(raw, uint64(b.persisted))
}

func flag(is bool) byte {
	if is {
		return 1
	}
	return 0
}

func encodeKeys(rows []Row) []byte {
	var raw []byte
	for i := range rows {
		raw = binary.AppendUvarint(raw, uint64(len(rows[i].Key)))
		raw = append(raw, rows[i].Key...)
	}
	return raw
}

// amountsSize is the length of the binary form of a row's amounts.
const amountsSize = money.BinarySize + 8

func encodePage(rows []Row, page uint32) []byte {
	first := int(page) * PageSize
	raw := make([]byte, 0, PageSize*amountsSize)
	for i := first; i < min(first+PageSize, len(rows)); i++ {
		raw, _ = rows[i].Amounts.Quantity.AppendBinary(raw)
		raw = binary.LittleEndian.AppendUint64(raw, uint64(rows[i].Amounts.Requests))
	}
	return raw
}

var (
	errHeader = errors.New("the header of a book cannot be read")
	errKeys   = errors.New("the keys of a book cannot be read")
	errPage   = errors.New("the amounts of a book cannot be read")
)

// Restore reads a book back. get returns the value of a key.
func (s *Store) Restore(sequence uint64, get func(key string) ([]byte, error)) error {
	raw, err := get(headerKey(sequence))
	if err != nil {
		return err
	}
	b, err := decodeHeader(raw, sequence)
	if err != nil {
		return fmt.Errorf("%s: %w", headerKey(sequence), err)
	}
	if err := b.restoreKeys(get); err != nil {
		return err
	}
	if err := b.restoreAmounts(get); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books[sequence] = b
	s.rows += len(b.rows)
	b.unsaved = false
	if b.sealed {
		b.index = nil
	} else {
		s.open[b.label] = b
	}
	return nil
}

// RestoreNext sets the sequence number of the next book, and the end of the periods whose books of commitments were begun.
func (s *Store) RestoreNext(next uint64, begun int64) {
	s.next, s.begun = max(s.next, next), begun
}

// RestoreWindow lets restore fill the window of records that are accounted already.
func (s *Store) RestoreWindow(restore func(*replay.Window) error) error { return restore(s.window) }

func decodeHeader(raw []byte, sequence uint64) (*Book, error) {
	if len(raw) < 4 || raw[0] != formatVersion {
		return nil, errHeader
	}
	label := Label{Dataset: focus.Dataset(raw[1]), Late: raw[2]&1 != 0, Commitments: raw[2]&2 != 0}
	sealed, raw := raw[3] != 0, raw[4:]
	var failed bool
	varint := func() int64 {
		v, n := binary.Varint(raw)
		if n <= 0 {
			failed = true
			return 0
		}
		raw = raw[n:]
		return v
	}
	label.Day, label.Period = varint(), varint()
	rows, n := binary.Uvarint(raw)
	if failed || n <= 0 || n != len(raw) || rows > 1<<31 || label.Dataset > focus.Unpriced {
		return nil, errHeader
	}
	b := newBook(label, sequence)
	b.sealed, b.persisted = sealed, uint32(rows)
	b.revision = 1 // its file may lack what was persisted last
	return b, nil
}

func (b *Book) restoreKeys(get func(string) ([]byte, error)) error {
	for uint32(len(b.rows)) < b.persisted {
		first := uint32(len(b.rows))
		raw, err := get(chunkKey(b.sequence, first))
		if err != nil {
			return err
		}
		if err := b.decodeKeys(string(raw)); err != nil {
			return fmt.Errorf("%s: %w", chunkKey(b.sequence, first), err)
		}
		b.chunks = append(b.chunks, first)
	}
	return nil
}

func (b *Book) decodeKeys(raw string) error {
	if raw == "" {
		return errKeys
	}
	for raw != "" {
		n, width := binary.Uvarint([]byte(raw[:min(len(raw), binary.MaxVarintLen64)]))
		if width <= 0 || n > uint64(len(raw)-width) {
			return errKeys
		}
		key := strings.Clone(raw[width : width+int(n)])
		b.index[key] = uint32(len(b.rows))
		b.rows = append(b.rows, Row{Key: key})
		raw = raw[width+int(n):]
	}
	return nil
}

func (b *Book) restoreAmounts(get func(string) ([]byte, error)) error {
	for page := range pages(uint32(len(b.rows))) {
		raw, err := get(pageKey(b.sequence, page))
		if err != nil {
			return err
		}
		rows := b.rows[page*PageSize : min(int(page+1)*PageSize, len(b.rows))]
		if len(raw) < len(rows)*amountsSize {
			return fmt.Errorf("%s: %w", pageKey(b.sequence, page), errPage)
		}
		for i := range rows {
			entry := raw[i*amountsSize:][:amountsSize]
			if rows[i].Amounts.Quantity, err = money.QuantityFromBinary(entry[:money.BinarySize]); err != nil {
				return fmt.Errorf("%s: %w", pageKey(b.sequence, page), err)
			}
			rows[i].Amounts.Requests = int64(binary.LittleEndian.Uint64(entry[money.BinarySize:]))
		}
	}
	return nil
}
