package record

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"
)

func TestKeyTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringN(1, 70, -1), 1, 200, rapid.ID[string]).Draw(rt, "names")
		var table keyTable
		for i, name := range names {
			require.Equal(rt, i, table.add(name))
			require.Equal(rt, i, table.add(name), "again")
		}
		for i, name := range names {
			slot, ok := table.slot(name)
			require.True(rt, ok)
			require.Equal(rt, i, slot)
		}
		other := rapid.String().Draw(rt, "other")
		_, ok := table.slot(other)
		wanted := false
		for _, name := range names {
			wanted = wanted || name == other
		}
		require.Equal(rt, wanted, ok)
	})
}

// values draws the dimension values of a record.
func values(rt *rapid.T) pcommon.Map {
	m := pcommon.NewMap()
	for _, name := range []string{"a", "b", "c"} {
		switch rapid.IntRange(0, 5).Draw(rt, name) {
		case 1:
			m.PutStr(name, rapid.StringN(1, 20, -1).Draw(rt, "str"))
		case 2:
			m.PutInt(name, rapid.Int64().Draw(rt, "int"))
		case 3:
			m.PutDouble(name, rapid.Float64().Draw(rt, "double"))
		case 4:
			m.PutBool(name, rapid.Bool().Draw(rt, "bool"))
		case 5:
			m.PutStr(name, "")
		}
	}
	return m
}

var abc = NewReader([]Dimension{{Name: "a"}, {Name: "b"}, {Name: "c"}})

func keyOf(r *Reader, attrs pcommon.Map) []byte {
	b := &Batch{resourceAttrs: pcommon.NewMap()}
	b.record.load(&r.table, attrs)
	r.inherit(b)
	return r.appendKey(nil, b)
}

// TestKeysAreInjective: two records have one key if and only if they have the same values, of the same
// types; empty strings are absent.
func TestKeysAreInjective(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x, y := values(rt), values(rt)
		for _, m := range []pcommon.Map{x, y} {
			m.RemoveIf(func(_ string, v pcommon.Value) bool { return v.Type() == pcommon.ValueTypeStr && v.Str() == "" })
		}
		require.Equal(rt, x.Equal(y), bytes.Equal(keyOf(abc, x), keyOf(abc, y)))

		back := pcommon.NewMap()
		require.NoError(rt, abc.Attributes(keyOf(abc, x), back))
		require.True(rt, x.Equal(back), "%v is not %v", back.AsRaw(), x.AsRaw())
		require.Equal(rt, keyOf(abc, x), abc.Canonical(keyOf(abc, x)), "valid keys are canonical")
	})
}

func FuzzAttributes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{tagString, 1, 'x', tagInt, 1, 2, 3, 4, 5, 6, 7, 8, tagBool, 1})
	f.Add([]byte{tagString, 2, 0xff, 0xfe, tagAbsent, tagDouble, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, key []byte) {
		m := pcommon.NewMap()
		if abc.Attributes(key, m) != nil {
			return
		}
		canonical := abc.Canonical(key)
		m = pcommon.NewMap()
		require.NoError(t, abc.Attributes(canonical, m))
		for _, v := range m.All() {
			assert.True(t, utf8.ValidString(v.AsString()))
		}
		assert.Equal(t, canonical, abc.Canonical(canonical))
	})
}

func TestCanonicalString(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"team":                          "team",
		"caf\xe9":                       "caf\uFFFD",
		strings.Repeat("a", 1025):       strings.Repeat("a", 1024),
		strings.Repeat("a", 1023) + "é": strings.Repeat("a", 1023),
		strings.Repeat("\x80", 2000):    "\uFFFD",
	} {
		assert.Equal(t, want, CanonicalString(in))
	}
}

func TestPrecedence(t *testing.T) {
	r := NewReader([]Dimension{{Name: "new", Fallbacks: []string{"old", "older"}, Default: "none"}})
	for _, tt := range []struct {
		span, resource map[string]any
		want           string
	}{
		{map[string]any{"new": "a", "old": "b"}, map[string]any{"new": "c"}, "a"},
		{map[string]any{"older": "a"}, map[string]any{"new": "c"}, "a"},
		{map[string]any{"new": ""}, map[string]any{"old": "c"}, "c"},
		{nil, map[string]any{"old": "b", "older": "c"}, "b"},
		{nil, nil, "none"},
	} {
		td := ptrace.NewTraces()
		rs := td.ResourceSpans().AppendEmpty()
		require.NoError(t, rs.Resource().Attributes().FromRaw(tt.resource))
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		require.NoError(t, span.Attributes().FromRaw(tt.span))
		span.Attributes().PutStr("finops.cost.status", "unpriced")
		r.ReadTraces(td, &Batch{}, func(b *Batch) {
			m := pcommon.NewMap()
			require.NoError(t, r.Attributes(b.Key(0), m))
			got, _ := m.Get("new")
			assert.Equal(t, tt.want, got.Str(), "%v %v", tt.span, tt.resource)
		})
	}
}

func TestOutcomes(t *testing.T) {
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	spans.AppendEmpty().Attributes().PutStr("http.route", "/")
	spans.AppendEmpty().Attributes().PutStr("gen_ai.operation.name", "chat")
	spans.AppendEmpty().Attributes().PutStr("finops.cost.status", "priced")
	b := &Batch{}
	NewReader(nil).ReadTraces(td, b, func(*Batch) {})
	assert.Equal(t, []int64{1, 1, 1}, []int64{b.Ignored, b.Unmarked, b.Malformed})
	require.ErrorIs(t, b.Err, errNoLines)
	b.Reset()
	assert.Equal(t, []int64{0, 0, 0}, []int64{b.Ignored, b.Unmarked, b.Malformed})
	require.NoError(t, b.Err)

	ld := plog.NewLogs()
	logs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	logs.AppendEmpty().Attributes().PutStr("gen_ai.system", "openai") // a message
	logs.AppendEmpty().Attributes().PutInt("gen_ai.usage.input_tokens", 1)
	NewReader(nil).ReadLogs(ld, b, func(*Batch) {})
	assert.Equal(t, []int64{1, 1, 0}, []int64{b.Ignored, b.Unmarked, b.Malformed})
}

// TestBatchesKeepNothing reads two inputs with one batch: nothing of the first is left in the second.
func TestBatchesKeepNothing(t *testing.T) {
	r := NewReader([]Dimension{{Name: "a"}, {Name: "b"}})
	read := func(b *Batch, attr string, n int) (keys []string) {
		td := ptrace.NewTraces()
		spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
		for i := range n {
			attrs := spans.AppendEmpty().Attributes()
			attrs.PutStr("finops.cost.status", "unpriced")
			attrs.PutStr(attr, strconv.Itoa(i))
		}
		r.ReadTraces(td, b, func(b *Batch) {
			require.LessOrEqual(t, len(b.Records), Full)
			for i := range b.Records {
				assert.Empty(t, b.Items(i))
				keys = append(keys, string(b.Key(i)))
			}
		})
		b.Reset()
		return keys
	}
	b := &Batch{}
	require.Len(t, read(b, "a", 3*Full+1), 3*Full+1)
	assert.Equal(t, read(&Batch{}, "b", Full), read(b, "b", Full))
}

func TestLogIdentity(t *testing.T) {
	id := func(change func(plog.LogRecord, pcommon.Map)) any {
		ld := plog.NewLogs()
		rl := ld.ResourceLogs().AppendEmpty()
		res := rl.Resource().Attributes()
		res.PutStr("service.name", "api")
		lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetTimestamp(1)
		lr.SetObservedTimestamp(2)
		lr.SetEventName("api_request")
		lr.Body().SetEmptyMap().PutEmptySlice("parts").AppendEmpty().SetStr("x")
		lr.Attributes().PutStr("finops.cost.status", "unpriced")
		lr.Attributes().PutStr("response.id", "1")
		lr.Attributes().PutInt("n", 1)
		lr.Attributes().PutDouble("d", 1)
		lr.Attributes().PutBool("t", true)
		lr.Attributes().PutEmptyBytes("raw").FromRaw([]byte{1})
		change(lr, res)
		var got any
		abc.ReadLogs(ld, &Batch{}, func(b *Batch) { got = b.Records[0].ID })
		return got
	}
	want := id(func(plog.LogRecord, pcommon.Map) {})
	for name, change := range map[string]func(plog.LogRecord, pcommon.Map){
		"observed later":   func(lr plog.LogRecord, _ pcommon.Map) { lr.SetObservedTimestamp(3) },
		"priced otherwise": func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutStr("finops.cost.status", "duplicate") },
		"semconv cost":     func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutDouble("gen_ai.usage.cost.total", 1) },
		"pod added":        func(_ plog.LogRecord, res pcommon.Map) { res.PutStr("k8s.pod.name", "p") },
	} {
		assert.Equal(t, want, id(change), name)
	}
	for name, change := range map[string]func(plog.LogRecord, pcommon.Map){
		"time":          func(lr plog.LogRecord, _ pcommon.Map) { lr.SetTimestamp(9) },
		"event":         func(lr plog.LogRecord, _ pcommon.Map) { lr.SetEventName("other") },
		"trace":         func(lr plog.LogRecord, _ pcommon.Map) { lr.SetTraceID(pcommon.TraceID{1}) },
		"span":          func(lr plog.LogRecord, _ pcommon.Map) { lr.SetSpanID(pcommon.SpanID{1}) },
		"body":          func(lr plog.LogRecord, _ pcommon.Map) { lr.Body().Map().PutStr("y", "z") },
		"string":        func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutStr("response.id", "2") },
		"type":          func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutStr("n", "1") },
		"double":        func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutDouble("d", 2) },
		"bool":          func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutBool("t", false) },
		"bytes":         func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutEmptyBytes("raw").FromRaw([]byte{2}) },
		"usage input":   func(lr plog.LogRecord, _ pcommon.Map) { lr.Attributes().PutInt("finops.usage.input", 1) },
		"service":       func(_ plog.LogRecord, res pcommon.Map) { res.PutStr("service.name", "other") },
		"instance":      func(_ plog.LogRecord, res pcommon.Map) { res.PutStr("service.instance.id", "i") },
		"only observed": func(lr plog.LogRecord, _ pcommon.Map) { lr.SetTimestamp(0) },
	} {
		assert.NotEqual(t, want, id(change), name)
	}
}
