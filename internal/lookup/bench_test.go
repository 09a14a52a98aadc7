package lookup_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

// benchRows is the size that a lookup must bear.
const benchRows = 1_000_000

// owners is a table of users, each of one of 40 services, in 500 teams.
func owners(rows int, more string) []byte {
	data := []byte("service.name,user.id,team,cost_center,valid_from,valid_to\n" + more)
	for i := range rows {
		data = fmt.Appendf(data, "service-%02d,user-%07d@example.com,team-%03d,CC-%03d,,\n", i%40, i, i%500, i%500)
	}
	return data
}

// callers writes the keys of random calls into buffers that stay in the cache, as the attributes of a record that was
// just decoded do. A list of prepared keys would measure how fast main memory yields the list.
type callers struct {
	state         uint64
	limit         uint64
	service, user []byte
	keys          []string
}

func newCallers(limit int) *callers {
	c := &callers{state: 1, limit: uint64(limit), service: []byte("service-00"), user: []byte("user-0000000@example.com")}
	c.keys = []string{unsafe.String(&c.service[0], len(c.service)), unsafe.String(&c.user[0], len(c.user))}
	return c
}

func (c *callers) next() []string {
	c.state = c.state*6364136223846793005 + 1442695040888963407
	return c.call((c.state >> 33) % c.limit)
}

func (c *callers) call(n uint64) []string {
	decimal(c.service[8:10], n%40)
	decimal(c.user[5:12], n)
	return c.keys
}

func decimal(dst []byte, n uint64) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = '0' + byte(n%10)
		n /= 10
	}
}

func parse(b *testing.B, data []byte) *lookup.Table {
	table, err := lookup.Parse("owners.csv", data, []string{"service.name", "user.id"})
	require.NoError(b, err)
	return table
}

// rules stand beside the rows of users: 11 shapes in all.
func rules() string {
	text := "*,*,nobody,CC-0,,\n"
	for i := range 500 {
		text += fmt.Sprintf("service-%02d-*,,team-%03d,CC-1,,\n", i, i)
		text += fmt.Sprintf("*,%s-%03d-*,team-%03d,CC-1,,\n", []string{"ab", "abc", "abcd", "abcde", "abcdef"}[i%5], i, i)
	}
	for i := range 40 {
		text += fmt.Sprintf("service-%02d,*@contractors.example.com,team-%03d,CC-1,,\n", i, i)
		text += fmt.Sprintf("service-%02d,,team-%03d,CC-1,,\n", i, i)
	}
	return text
}

func benchmarkFind(b *testing.B, table *lookup.Table, callers *callers, want bool) {
	now := time.Now()
	team, _ := table.Column("team")
	b.ReportAllocs()
	for b.Loop() {
		row, ok := table.Find(callers.next(), now)
		if ok != want {
			b.Fatal("a wrong answer")
		}
		if ok && row.Value(team) == "" {
			b.Fatal("no team")
		}
	}
}

func BenchmarkFind(b *testing.B) {
	plain := parse(b, owners(benchRows, ""))
	b.Run("hit", func(b *testing.B) { benchmarkFind(b, plain, newCallers(benchRows), true) })
	b.Run("miss", func(b *testing.B) {
		callers := newCallers(benchRows)
		callers.user[0] = 'U'
		benchmarkFind(b, plain, callers, false)
	})
	b.Run("skewed/hit", func(b *testing.B) { benchmarkSkewed(b, plain) })
	ruled := parse(b, owners(benchRows, rules()))
	b.Run("wildcards/hit", func(b *testing.B) { benchmarkFind(b, ruled, newCallers(benchRows), true) })
	b.Run("wildcards/default", func(b *testing.B) {
		callers := newCallers(benchRows)
		callers.user[0], callers.service[0] = 'U', 'S'
		benchmarkFind(b, ruled, callers, true)
	})
	small := parse(b, owners(1000, rules()))
	b.Run("1000_rows/hit", func(b *testing.B) { benchmarkFind(b, small, newCallers(1000), true) })
	b.Run("keys_only", func(b *testing.B) {
		callers := newCallers(benchRows)
		for b.Loop() {
			callers.next()
		}
	})
	b.Run("peer=map/hit", func(b *testing.B) { benchmarkMap(b, newCallers(benchRows)) })
}

// benchmarkSkewed has few callers make most of the calls, as it is in practice (Zipf, exponent 1.2).
func benchmarkSkewed(b *testing.B, table *lookup.Table) {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.2, 1, benchRows-1)
	var calls [1 << 16]uint32
	for i := range calls {
		calls[i] = uint32(zipf.Uint64() * 7919 % benchRows)
	}
	now, callers := time.Now(), newCallers(benchRows)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, ok := table.Find(callers.call(uint64(calls[i%len(calls)])), now); !ok {
			b.Fatal("no owner")
		}
		i++
	}
}

// benchmarkMap is what one would write by hand, without wildcards and validity.
func benchmarkMap(b *testing.B, callers *callers) {
	owners := make(map[string]string, benchRows)
	for i := range uint64(benchRows) {
		decimal(callers.service[8:10], i%40)
		decimal(callers.user[5:12], i)
		owners[callers.keys[0]+"\x00"+callers.keys[1]] = "team-" + strconv.Itoa(int(i%500))
	}
	var key []byte
	b.ReportAllocs()
	for b.Loop() {
		keys := callers.next()
		key = append(append(append(key[:0], keys[0]...), 0), keys[1]...)
		if owners[string(key)] == "" {
			b.Fatal("no team")
		}
	}
}

// BenchmarkParse reports what a table keeps, and in B/op what it takes to read it, garbage included.
func BenchmarkParse(b *testing.B) {
	data := owners(benchRows, "")
	var kept uint64
	b.ReportAllocs()
	for b.Loop() {
		before := heap()
		table := parse(b, data)
		kept = heap() - before
		runtime.KeepAlive(table)
	}
	b.SetBytes(int64(len(data)))
	b.ReportMetric(float64(kept)/benchRows, "kept_B/row")
	b.ReportMetric(float64(len(data))/benchRows, "file_B/row")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
