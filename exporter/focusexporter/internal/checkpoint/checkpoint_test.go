package checkpoint

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/book"
	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/charge"
)

var errDisk = errors.New("no space left on device")

// memory is a storage whose writes can fail, with or without having taken place.
type memory struct {
	values map[string][]byte
	// fail makes the next batch fail; done says that it is written all the same.
	fail, done bool
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) { return m.values[key], nil }
func (m *memory) Set(_ context.Context, key string, v []byte) error { m.values[key] = v; return nil }

func (m *memory) Delete(_ context.Context, key string) error { delete(m.values, key); return nil }
func (*memory) Close(context.Context) error                  { return nil }
func (m *memory) Batch(_ context.Context, ops ...*storage.Operation) error {
	fail := m.fail
	m.fail = false
	if fail && !m.done {
		return errDisk
	}
	for _, op := range ops {
		switch op.Type {
		case storage.Set:
			m.values[op.Key] = append([]byte{}, op.Value...)
		case storage.Delete:
			delete(m.values, op.Key)
		default:
			return fmt.Errorf("unexpected operation %v", op.Type)
		}
	}
	if fail {
		return errDisk
	}
	return nil
}

var begin = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func newStore() *book.Store {
	return book.NewStore(book.Settings{
		Grain: time.Hour, Grace: time.Hour, Window: 64, Journal: true, MaxRows: 1 << 20, MaxBookRows: 12, MaxBooks: 4,
	})
}

// machine is a collector that is used, fails and is killed, beside a ledger of what its files must have.
type machine struct {
	t          *rapid.T
	disk       *memory
	store      *book.Store
	checkpoint *Checkpoint
	reader     *charge.Reader
	now        time.Time

	// files has the requests of each file as it was written last, sent those of each batch that was acknowledged.
	files map[uint64]int64
	final map[uint64]bool
	sent  int64
	next  uint64
	// unacknowledged batches are sent again.
	unacknowledged []ptrace.Traces
}

func (m *machine) open() {
	m.store = newStore()
	var err error
	m.checkpoint, err = Open(context.Background(), m.disk, m.store, zap.NewNop())
	require.NoError(m.t, err)
}

func (m *machine) batch() ptrace.Traces {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for range rapid.IntRange(1, 20).Draw(m.t, "spans") {
		m.next++
		s := spans.AppendEmpty()
		var trace [16]byte
		binary.BigEndian.PutUint64(trace[:], m.next)
		s.SetTraceID(trace)
		s.SetSpanID([8]byte(trace[:8]))
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(m.now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(m.t, "age")) * time.Hour)))
		s.Attributes().PutStr("finops.cost.status", "priced")
		s.Attributes().PutStr("finops.cost.currency", "USD")
		s.Attributes().PutStr("finops.cost.lines", "input:3@0.1")
		s.Attributes().PutStr("finops.team", strconv.Itoa(rapid.IntRange(0, 300).Draw(m.t, "team")))
	}
	return td
}

// send accounts and saves, as the exporter does; what fails is sent again later.
func (m *machine) send(td ptrace.Traces) {
	var b charge.Batch
	m.reader.ReadTraces(td, m.now, &b)
	var res book.Result
	require.NoError(m.t, m.store.Account(&b, m.now, &res))
	if _, err := m.checkpoint.Save(context.Background()); err != nil {
		m.unacknowledged = append(m.unacknowledged, td)
		return
	}
	m.sent += int64(td.SpanCount())
}

func (m *machine) resend() {
	pending := m.unacknowledged
	m.unacknowledged = nil
	for _, td := range pending {
		m.send(td)
	}
}

// publish writes the files, of which some fail.
func (m *machine) publish(allWork bool) {
	m.store.SealDue(m.now)
	for _, sequence := range m.store.Changed() {
		page, ok := m.store.Take(sequence)
		require.True(m.t, ok)
		if _, err := m.checkpoint.Save(context.Background()); err != nil {
			return
		}
		if !allWork && rapid.Bool().Draw(m.t, "target fails") {
			continue
		}
		var requests int64
		for _, row := range page.Rows {
			requests += row.Amounts.Requests
		}
		if m.final[sequence] {
			require.Equal(m.t, m.files[sequence], requests, "a closed file changed")
		}
		m.files[sequence], m.final[sequence] = requests, page.Sealed
		if rapid.Bool().Draw(m.t, "killed before it is noted") {
			continue
		}
		m.store.Published(&page)
	}
}

func (m *machine) total() (sum int64) {
	for n := range maps.Values(m.files) {
		sum += n
	}
	return sum
}

// TestNothingLostNothingTwice sends, fails, kills and restarts in any order: in the end the files hold each call once.
func TestNothingLostNothingTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{
			t: t, disk: &memory{values: map[string][]byte{}}, now: begin, reader: charge.NewReader(time.Hour, nil),
			files: map[uint64]int64{}, final: map[uint64]bool{},
		}
		m.open()
		t.Repeat(map[string]func(*rapid.T){
			"send": func(*rapid.T) { m.resend(); m.send(m.batch()) },
			"send while the disk fails": func(t *rapid.T) {
				m.resend()
				m.disk.fail, m.disk.done = true, rapid.Bool().Draw(t, "written all the same")
				m.send(m.batch())
			},
			"publish": func(*rapid.T) { m.publish(false) },
			"wait": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			},
			"kill": func(*rapid.T) { m.open() },
		})
		m.resend()
		m.now = m.now.Add(24 * time.Hour)
		m.open()
		for range 3 { // books that were full are followed by others
			m.publish(true)
		}
		require.Equal(t, m.sent, m.total())
	})
}

// Once everything is published, the storage holds no more than the header and the window.
func TestStorageIsEmptied(t *testing.T) {
	disk := &memory{values: map[string][]byte{}}
	store := newStore()
	c, err := Open(t.Context(), disk, store, zap.NewNop())
	require.NoError(t, err)
	writer := c.Writer()
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{t: t, disk: disk, store: store, checkpoint: c, now: begin, reader: charge.NewReader(time.Hour, nil), next: 1 << 20}
		m.next += uint64(rapid.IntRange(0, 1<<30).Draw(t, "ids"))
		m.send(m.batch())
		store.SealDue(begin.AddDate(1, 0, 0))
		for _, sequence := range store.Changed() {
			page, _ := store.Take(sequence)
			store.Published(&page)
		}
		_, err := c.Save(context.Background())
		require.NoError(t, err)
		for key := range disk.values {
			require.NotContains(t, key, "book/")
		}
	})
	size, err := c.Save(t.Context())
	require.NoError(t, err)
	assert.Zero(t, size, "nothing has changed")
	again, err := Open(t.Context(), disk, newStore(), zap.NewNop())
	require.NoError(t, err)
	assert.Equal(t, writer, again.Writer())
}

func FuzzParseHeader(f *testing.F) {
	f.Add([]byte{1, 1, 'w', 3, 1, 2, 1, 0, 5})
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := parseHeader(raw)
		if err != nil {
			return
		}
		again, err := parseHeader(h.encode())
		require.NoError(t, err)
		require.Equal(t, h, again)
	})
}

// Everybody who comes while a write is under way shares the next.
func TestCommitterGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		saves := 0
		c := NewCommitter(func(context.Context) error {
			saves++
			time.Sleep(time.Second)
			if saves == 2 {
				return errDisk
			}
			return nil
		})
		c.Start()
		results := make(chan error, 100)
		commit := func() { results <- c.Commit(t.Context()) }
		go commit()
		time.Sleep(time.Millisecond)
		for range 50 {
			go commit()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Len(t, results, 51)
		assert.Equal(t, 2, saves)
		require.NoError(t, <-results)
		for range 50 {
			require.ErrorIs(t, <-results, errDisk)
		}
		assert.True(t, c.Failed())
		require.NoError(t, c.Commit(t.Context()))
		assert.False(t, c.Failed())

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, c.Commit(ctx), context.DeadlineExceeded)
		c.Stop()
	})
}
