package attribution

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// The tables of the property: key, value and, in the second, the day on which the value changes to value+"'".
const (
	plainTable = "k,team\nx,px\ny,py\nz,\n"
	datedTable = "k,team,valid_from,valid_to\nx,dx,,2026-11-15\nx,dx',2026-11-15,\ny,dy,2026-11-15,\n"
)

// model answers by asking one source after the other, which is what the documentation says.
type model struct {
	sources []SourceConfig
	call    told
}

func (m model) answer(fallback string) string {
	for _, s := range m.sources {
		if value := m.ask(s); value != "" {
			return value
		}
	}
	return fallback
}

func (m model) ask(s SourceConfig) string {
	switch s.When {
	case `resource.attributes["w"] == "1"`:
		if at(m.call.resource, "w") != "1" {
			return ""
		}
	case `span.attributes["w"] == "1"`:
		if at(m.call.record, "w") != "1" {
			return ""
		}
	}
	switch {
	case s.Span != "":
		return at(m.call.record, s.Span)
	case s.Resource != "":
		return at(m.call.resource, s.Resource)
	case s.Scope != "":
		return at(m.call.scope, s.Scope)
	case s.Expression == `span.attributes["a"]`:
		return at(m.call.record, "a")
	case s.Expression == `resource.attributes["a"]`:
		return at(m.call.resource, "a")
	default:
		return m.look(s.Lookup)
	}
}

func (m model) look(table string) string {
	key := at(m.call.record, "k")
	if key == "" {
		key = at(m.call.resource, "k")
	}
	moved := !m.call.time().Before(time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC))
	switch {
	case table == "plain":
		return map[string]string{"x": "px", "y": "py"}[key]
	case key == "x" && moved:
		return "dx'"
	case key == "x":
		return "dx"
	case key == "y" && moved:
		return "dy"
	default:
		return ""
	}
}

func at(attrs map[string]any, key string) string {
	s, _ := attrs[key].(string)
	return s
}

var sources = []SourceConfig{
	{Span: "a"},
	{Span: "b"},
	{Resource: "a"},
	{Resource: "b"},
	{Scope: "a"},
	{Lookup: "plain"},
	{Lookup: "dated"},
	{Expression: `span.attributes["a"]`},
	{Expression: `resource.attributes["a"]`},
}

var conditions = []string{"", "", `resource.attributes["w"] == "1"`, `span.attributes["w"] == "1"`}

// What is decided early, once for many records, must be what asking in order would have given.
func TestAnswersAreThoseOfAskingInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "plain.csv"), []byte(plainTable), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "dated.csv"), []byte(datedTable), 0o600))
	attrs := rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "k", "w"}), rapid.Custom(func(t *rapid.T) any {
		return rapid.SampledFrom([]string{"", "x", "y", "z", "1"}).Draw(t, "value")
	}))
	rapid.Check(t, func(rt *rapid.T) {
		cfg := NewDefaultConfig()
		cfg.Lookups = map[string]LookupConfig{
			"plain": {Path: filepath.Join(dir, "plain.csv"), Keys: []string{"k"}},
			"dated": {Path: filepath.Join(dir, "dated.csv"), Keys: []string{"k"}},
		}
		var chosen []SourceConfig
		for i := range rapid.IntRange(1, 5).Draw(rt, "sources") {
			s := rapid.SampledFrom(sources).Draw(rt, fmt.Sprint("source", i))
			s.When = rapid.SampledFrom(conditions).Draw(rt, fmt.Sprint("when", i))
			chosen = append(chosen, s)
		}
		cfg.Dimensions = map[string]DimensionConfig{"team": {Sources: chosen, Default: "default"}}
		a, err := New(&cfg, nopSettings)
		if err != nil || a.Load() != nil {
			rt.Fatal(err)
		}
		k := &asker{t: t, view: a.View(signals.Traces)}
		resource, scope := attrs.Draw(rt, "resource"), attrs.Draw(rt, "scope")
		for i := range 3 {
			k.inherited = i > 0
			c := told{
				resource: resource, scope: scope, record: attrs.Draw(rt, "record"),
				at: rapid.SampledFrom([]string{"2026-11-14T23:59:59Z", "2026-11-15T00:00:00Z"}).Draw(rt, "at"),
			}
			if got, want := k.ask(c)[0].Text, (model{chosen, c}).answer("default"); got != want {
				rt.Fatalf("sources %+v, call %+v: got %q, want %q", chosen, c, got, want)
			}
		}
	})
}

// Whatever an expression is, it compiles or is refused with a position, and never fails a record.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		`span.attributes["a"]`, `ToLowerCase(resource.attributes["a"])`, `Concat([span.name, "x"], "-")`, `Foo(`, `"`, `1 +`, `log.body`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cfg := NewDefaultConfig()
		cfg.Dimensions = map[string]DimensionConfig{"team": {Sources: []SourceConfig{{Expression: text}, {Span: "a", When: text}}}}
		a, err := New(&cfg, nopSettings)
		if err != nil {
			require.Regexp(t, `dimensions::team::sources::[01]`, err.Error())
			require.True(t, text == "" || strings.Contains(err.Error(), ", position 1:") || strings.Contains(text, "\n"), err.Error())
			return
		}
		ask(t, a, signals.Traces, told{record: map[string]any{"a": "x"}})
	})
}

// Whatever an attribute holds, the answer is text within the limits.
func FuzzAttribute(f *testing.F) {
	f.Add("team-a", int64(1), true)
	f.Add("", int64(-1), false)
	f.Fuzz(func(t *testing.T, text string, number int64, flag bool) {
		a, err := New(configure(t, `dimensions: {team: {sources: [span: a, span: b, span: c, span: d], trim: true, lower: true, pattern: '^(?:team-)?(.*)$'}}`), nopSettings)
		require.NoError(t, err)
		bytes := pcommon.NewValueBytes()
		bytes.Bytes().FromRaw([]byte(text))
		for _, record := range []map[string]any{
			{"a": text}, {"b": number}, {"c": flag, "d": []any{text}}, {"a": bytes.AsRaw()}, {"a": map[string]any{text: number}},
		} {
			shown := ask(t, a, signals.Traces, told{record: record})[0].Shown()
			if shown == "" || len(shown) > maxValueLength {
				t.Fatalf("%v became %q", record, shown)
			}
		}
	})
}
