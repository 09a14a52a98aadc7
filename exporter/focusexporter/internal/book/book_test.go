package book

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

var noon = time.Date(2026, 11, 24, 12, 30, 0, 0, time.UTC)

// settings are those of the tests; change makes others.
func settings(change ...func(*Settings)) Settings {
	set := Settings{Grain: time.Hour, Grace: time.Hour, Window: 64, Journal: true, MaxRows: 100, MaxBookRows: 10, MaxBooks: 4}
	for _, c := range change {
		c(&set)
	}
	return set
}

// source makes batches of calls, none of which is another's.
type source struct{ calls uint64 }

// batch has one call of each team, which started then. Each is one row.
func (s *source) batch(start time.Time, teams ...string) *charge.Batch {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for _, team := range teams {
		s.calls++
		span := spans.AppendEmpty()
		span.SetTraceID([16]byte(binary.BigEndian.AppendUint64(make([]byte, 8), s.calls)))
		span.SetSpanID([8]byte(binary.BigEndian.AppendUint64(nil, s.calls)))
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		span.Attributes().PutStr("finops.cost.status", "priced")
		span.Attributes().PutStr("finops.cost.currency", "USD")
		span.Attributes().PutStr("finops.cost.lines", "input:3@0.1")
		span.Attributes().PutStr("finops.team", team)
	}
	b := &charge.Batch{}
	charge.NewReader(time.Hour, nil).ReadTraces(td, noon, b)
	return b
}

func account(t *testing.T, s *Store, b *charge.Batch, now time.Time) Result {
	t.Helper()
	var res Result
	require.NoError(t, s.Account(b, now, &res))
	return res
}

// publish takes all that has changed and says that it is written.
func publish(t *testing.T, s *Store) []Page {
	t.Helper()
	var all []Page
	for _, sequence := range s.Changed() {
		page, ok := s.Take(sequence)
		require.True(t, ok)
		s.Published(&page)
		all = append(all, page)
	}
	return all
}

// requests adds up the calls of pages.
func requests(pages []Page) (sum int64) {
	for _, page := range pages {
		for _, row := range page.Rows {
			sum += row.Amounts.Requests
		}
	}
	return sum
}

// disk is what a storage has.
type disk map[string][]byte

func (d disk) apply(c *Changes) {
	for _, e := range c.Entries {
		if e.Value == nil {
			delete(d, e.Key)
		} else {
			d[e.Key] = bytes.Clone(e.Value)
		}
	}
}

// restore makes a store of what the disk has.
func (d disk) restore(t *testing.T, set Settings, c *Changes) *Store {
	t.Helper()
	s := NewStore(set)
	s.RestoreNext(c.Next, c.Begun)
	for _, sequence := range c.Books {
		require.NoError(t, s.Restore(sequence, func(key string) ([]byte, error) { return d[key], nil }))
	}
	return s
}

func TestChargesOfOneKeyAreOneRow(t *testing.T) {
	s, calls := NewStore(settings()), source{}
	res := account(t, s, calls.batch(noon, "a", "b", "a"), noon)
	assert.Equal(t, Result{Accounted: 3}, res)
	pages := publish(t, s)
	require.Len(t, pages, 1)
	assert.Equal(t, Label{Dataset: focus.Metered, Day: noon.Truncate(24 * time.Hour).Unix(), Period: noon.Truncate(time.Hour).Unix()}, pages[0].Label)
	require.Len(t, pages[0].Rows, 2)
	assert.Equal(t, [2]string{"6", "3"}, [2]string{pages[0].Rows[0].Amounts.Quantity.String(), pages[0].Rows[1].Amounts.Quantity.String()})
	assert.Empty(t, s.Changed(), "what is written is not written again")
}

func TestABatchThatIsSentAgainIsNotAccounted(t *testing.T) {
	s, calls := NewStore(settings()), source{}
	b := calls.batch(noon, "a", "b")
	account(t, s, b, noon)
	assert.Equal(t, Result{Replayed: 2}, account(t, s, b, noon))
	assert.EqualValues(t, 2, requests(publish(t, s)))
}

// The last moment of grace is on time; after it, charges are in a book of the hour in which they arrive.
func TestLate(t *testing.T) {
	start := noon.Truncate(time.Hour)
	for _, c := range []struct {
		now    time.Time
		late   bool
		period time.Time
	}{
		{start, false, start},
		{start.Add(2 * time.Hour), false, start},
		{start.Add(2*time.Hour + time.Nanosecond), true, start.Add(2 * time.Hour)},
		{start.AddDate(1, 0, 0), true, start.AddDate(1, 0, 0)},
	} {
		s, calls := NewStore(settings()), source{}
		res := account(t, s, calls.batch(noon, "a"), c.now)
		pages := publish(t, s)
		require.Len(t, pages, 1)
		assert.Equal(t, c.late, pages[0].Label.Late, c.now)
		assert.Equal(t, c.late, res.Late == 1, c.now)
		assert.Equal(t, c.period, pages[0].Label.Start(), c.now)
		assert.Equal(t, noon.Truncate(24*time.Hour), pages[0].Label.Partition(), "the day of the charge")
	}
}

// A closed file never changes, whatever is killed when: after a restart the book is still sealed, and what comes for its period is in another.
func TestSealedSurvivesRestart(t *testing.T) {
	set := settings(func(s *Settings) { s.MaxBookRows = 2 })
	s, calls, d := NewStore(set), source{}, disk{}
	assert.True(t, account(t, s, calls.batch(noon, "a", "b"), noon).Sealed)
	changes := s.Drain()
	d.apply(changes)

	s = d.restore(t, set, changes)
	account(t, s, calls.batch(noon, "a"), noon)
	sealed, ok := s.Take(0)
	require.True(t, ok)
	assert.True(t, sealed.Sealed)
	assert.Len(t, sealed.Rows, 2)
	assert.EqualValues(t, 2, requests([]Page{sealed}))
	next, ok := s.Take(1)
	require.True(t, ok, "a book of its own for what came after")
	assert.False(t, next.Sealed)
	assert.EqualValues(t, 1, requests([]Page{next}))
}

// A book that is sealed without a further charge is persisted as sealed, too.
func TestSealingIsAChange(t *testing.T) {
	s, calls, d := NewStore(settings()), source{}, disk{}
	account(t, s, calls.batch(noon, "a"), noon)
	d.apply(s.Drain())
	s.SealDue(noon.Add(3 * time.Hour))
	changes := s.Drain()
	assert.False(t, changes.IsEmpty())
	d.apply(changes)
	page, ok := d.restore(t, settings(), changes).Take(0)
	require.True(t, ok)
	assert.True(t, page.Sealed)
}

func TestRestoredBooksGoOn(t *testing.T) {
	s, calls, d := NewStore(settings()), source{}, disk{}
	account(t, s, calls.batch(noon, "a", "b"), noon)
	d.apply(s.Drain())
	account(t, s, calls.batch(noon, "b", "c"), noon)
	changes := s.Drain()
	d.apply(changes)
	s = d.restore(t, settings(), changes)
	account(t, s, calls.batch(noon, "c"), noon)
	pages := publish(t, s)
	require.Len(t, pages, 1, "the same book")
	assert.Len(t, pages[0].Rows, 3)
	assert.EqualValues(t, 5, requests(pages))
}

// What could not be persisted is drained again, and the same.
func TestUnsaved(t *testing.T) {
	s, calls := NewStore(settings()), source{}
	account(t, s, calls.batch(noon, "a", "b"), noon)
	first := s.Drain()
	s.Unsaved(first)
	again, d := s.Drain(), disk{}
	d.apply(again)
	assert.ElementsMatch(t, first.Entries, again.Entries)
	assert.EqualValues(t, 2, requests(publish(t, d.restore(t, settings(), again))))
	assert.Empty(t, s.Drain().Entries)
}

func TestNothingIsLeftOfAWrittenBook(t *testing.T) {
	s, calls, d := NewStore(settings(func(s *Settings) { s.MaxBookRows = 200; s.MaxRows = 200 })), source{}, disk{}
	for _, team := range []string{"a", "b", "c"} {
		account(t, s, calls.batch(noon, team), noon)
		d.apply(s.Drain())
	}
	s.SealDue(noon.Add(3 * time.Hour))
	d.apply(s.Drain())
	assert.NotEmpty(t, d)
	publish(t, s)
	d.apply(s.Drain())
	assert.Empty(t, slices.Collect(maps.Keys(d)))
	rows, books := s.Size()
	assert.Equal(t, [2]int{}, [2]int{rows, books})
}

func TestTooManyBooks(t *testing.T) {
	s, calls := NewStore(settings()), source{}
	for day := range 4 {
		assert.False(t, account(t, s, calls.batch(noon.AddDate(0, 0, -day), "a"), noon).Sealed)
	}
	assert.True(t, account(t, s, calls.batch(noon.AddDate(0, 0, -4), "a"), noon).Sealed)
	oldest, _ := s.Take(0)
	assert.True(t, oldest.Sealed, "the one that was begun first")
	assert.EqualValues(t, 5, requests(publish(t, s)))
}

// Rows of open books do not block a store whose files can be written: the books are closed to make room.
func TestTooManyRows(t *testing.T) {
	s, calls := NewStore(settings(func(s *Settings) { s.MaxRows, s.MaxBookRows = 4, 4 })), source{}
	account(t, s, calls.batch(noon, "a", "b"), noon)
	account(t, s, calls.batch(noon.AddDate(0, 0, -1), "a", "b"), noon)
	refused := calls.batch(noon, "c")
	var res Result
	require.ErrorIs(t, s.Account(refused, noon, &res), ErrFull)
	assert.True(t, res.Sealed, "so that they are written now")
	pages := publish(t, s)
	assert.Equal(t, Result{Accounted: 1}, account(t, s, refused, noon))
	assert.EqualValues(t, 5, requests(append(pages, publish(t, s)...)))
}

// Books whose files have all that they hold make room at once.
func TestWrittenRowsMakeRoom(t *testing.T) {
	s, calls := NewStore(settings(func(s *Settings) { s.MaxRows, s.MaxBookRows = 4, 4 })), source{}
	account(t, s, calls.batch(noon, "a", "b"), noon)
	account(t, s, calls.batch(noon.AddDate(0, 0, -1), "a", "b"), noon)
	publish(t, s)
	assert.EqualValues(t, 1, account(t, s, calls.batch(noon, "c"), noon).Accounted)
	rows, _ := s.Size()
	assert.Equal(t, 1, rows)
}

// Every period has one book of commitments, also those in which nothing ran.
func TestBeginCommitments(t *testing.T) {
	set := settings(func(s *Settings) { s.Commitments = true })
	s, d := NewStore(set), disk{}
	assert.False(t, s.BeginCommitments(noon))
	assert.False(t, s.BeginCommitments(noon.Add(10*time.Minute)))
	assert.Len(t, s.Changed(), 1)
	changes := s.Drain()
	d.apply(changes)
	s = d.restore(t, set, changes)
	assert.False(t, s.BeginCommitments(noon.Add(3*time.Hour)))
	pages := publish(t, s)
	require.Len(t, pages, 4)
	for i, page := range pages {
		assert.Equal(t, noon.Truncate(time.Hour).Add(time.Duration(i)*time.Hour), page.Label.Start())
		assert.True(t, page.Label.Commitments)
	}
	assert.True(t, s.BeginCommitments(noon.AddDate(1, 0, 0)), "a standstill that is too long to be made up for")
	_, books := s.Size()
	assert.Equal(t, 4+int(maxBackfill/time.Hour)+1, books)
}

// What providers charged and counted is in no book.
func TestNoBookOfLaterDatasets(t *testing.T) {
	s, calls, d := NewStore(settings()), source{}, disk{}
	account(t, s, calls.batch(noon, "a"), noon)
	changes := s.Drain()
	d.apply(changes)
	for dataset, want := range map[focus.Dataset]error{focus.Metered: nil, focus.Unpriced: nil, focus.BilledUsage: errHeader} {
		header := bytes.Clone(d[headerKey(0)])
		header[1] = byte(dataset)
		_, err := decodeHeader(header, 0)
		assert.ErrorIs(t, err, want, dataset)
	}
}

func TestUnreadableState(t *testing.T) {
	s, calls, d := NewStore(settings()), source{}, disk{}
	account(t, s, calls.batch(noon, "a"), noon)
	changes := s.Drain()
	d.apply(changes)
	for key, want := range map[string]error{headerKey(0): errHeader, chunkKey(0, 0): errKeys, pageKey(0, 0): errPage} {
		for _, broken := range [][]byte{nil, d[key][:len(d[key])-1]} {
			get := func(k string) ([]byte, error) {
				if k == key {
					return broken, nil
				}
				return d[k], nil
			}
			err := NewStore(settings()).Restore(0, get)
			require.ErrorIs(t, err, want)
			assert.ErrorContains(t, err, key)
		}
	}
}
