//go:build unix

package main

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

const example = "../../examples/attribution"

func TestTraffic(t *testing.T) {
	t.Parallel()
	requests, err := readTraffic(filepath.Join(example, "calls.csv"))
	require.NoError(t, err)
	services, ids := map[string]bool{}, map[[24]byte]bool{}
	for _, request := range requests {
		for _, resource := range request.ResourceSpans().All() {
			name, _ := resource.Resource().Attributes().Get("service.name")
			services[name.Str()] = true
			for _, scope := range resource.ScopeSpans().All() {
				for _, span := range scope.Spans().All() {
					ids[identity(span)] = true
				}
			}
		}
	}
	spans := 0
	for _, request := range requests {
		spans += request.SpanCount()
	}
	assert.Len(t, services, 12)
	assert.Len(t, ids, spans, "two spans have the same identity")

	again, err := readTraffic(filepath.Join(example, "calls.csv"))
	require.NoError(t, err)
	assert.Equal(t, printed(t, requests), printed(t, again), "the same file makes other spans")
}

func printed(t *testing.T, requests []ptrace.Traces) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, printSpans(&text, requests))
	return text.String()
}

func identity(span ptrace.Span) (id [24]byte) {
	trace, own := span.TraceID(), span.SpanID()
	copy(id[copy(id[:], trace[:]):], own[:])
	return id
}

func TestTrafficIsRefused(t *testing.T) {
	t.Parallel()
	good := "2026-03-10T09:00:00Z,s,traceloop-anthropic,m,,,1,1,0,0,1,,"
	for name, test := range map[string]struct{ old, bad, message string }{
		"a column too few":        {",,,", ",,", "wrong number of fields"},
		"no date":                 {"2026-03-10T09:00:00Z", "yesterday", "yesterday"},
		"no number":               {",1,,", ",one,,", "one"},
		"no such instrumentation": {"traceloop-anthropic", "handmade", "handmade"},
	} {
		path := filepath.Join(t.TempDir(), "calls.csv")
		text := strings.Repeat("x,", columns-1) + "x\n" + good + "\n" + strings.Replace(good, test.old, test.bad, 1) + "\n"
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := readTraffic(path)
		require.ErrorContains(t, err, test.message, name)
		assert.ErrorContains(t, err, "calls.csv:3", name)
	}
}

// priced returns a span that cost a dollar.
func priced(attributes map[string]any) books.Books {
	traces := ptrace.NewTraces()
	span := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetSpanID(pcommon.SpanID{1})
	_ = span.Attributes().FromRaw(attributes)
	span.Attributes().PutStr("finops.cost.lines", "input:1000@0.001")
	spans, err := books.FromTraces(traces)
	if err != nil {
		panic(err)
	}
	return spans
}

func TestSharedCostIsSplit(t *testing.T) {
	t.Parallel()
	got, err := spanTable(priced(map[string]any{
		"finops.team": "platform", "finops.shares.team": "search:3;support:2",
		"finops.cost_center": "cc-9", "finops.shares.cost_center": "cc-1:3;cc-2:2",
	}))
	require.NoError(t, err)
	assert.Equal(t, "0.6", amount(got[owner{"search", "cc-1"}]))
	assert.Equal(t, "0.4", amount(got[owner{"support", "cc-2"}]))
	assert.Len(t, got, 2)
}

func TestSharesAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"search", "search:0", ":1", "search:1;support:1"} {
		_, err := spanTable(priced(map[string]any{"finops.team": "platform", "finops.shares.team": text}))
		assert.Error(t, err, text)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	spans := priced(map[string]any{"finops.team": "search", "finops.cost_center": "cc-1"})
	expected := table{{"search", "cc-1"}: big.NewRat(1, 1)}
	const page = `finops_cost_USD_total{finops_team="search",finops_cost_center="cc-1",finops_meter="input"} 0.7
finops_cost_USD_total{finops_team="search",finops_cost_center="cc-1",finops_meter="output"} 0.3
`
	var out strings.Builder
	rows := [][]string{{"0.4", `{"team":"search","cost_center":"cc-1"}`}, {"0.6", `{"cost_center":"cc-1","team":"search"}`}}
	require.NoError(t, account(&out, expected, result{spans, []byte(page), rows}))
	assert.Contains(t, out.String(), "search   cc-1          1\n")

	for name, test := range map[string]struct {
		expected table
		page     string
		rows     [][]string
	}{
		"another owner was expected":      {table{{"support", "cc-1"}: big.NewRat(1, 1)}, page, rows},
		"another amount was expected":     {table{{"search", "cc-1"}: big.NewRat(11, 10)}, page, rows},
		"the metrics are short":           {expected, strings.Replace(page, "0.3", "0.2999999999999", 1), rows},
		"the metrics have somebody else":  {expected, page + `finops_cost_USD_total{finops_team="x"} 1`, rows},
		"the metrics do not say anything": {expected, "", rows},
		"the rows are short":              {expected, page, rows[:1]},
	} {
		assert.ErrorIs(t, account(&out, test.expected, result{spans, []byte(test.page), test.rows}), errDiffers, name)
	}
}

// What is worked out by hand adds up.
func TestExpectedTable(t *testing.T) {
	t.Parallel()
	got, err := readTable(filepath.Join(example, "expected.csv"))
	require.NoError(t, err)
	assert.Equal(t, "9.323", amount(got.total()))

	path := filepath.Join(t.TempDir(), "expected.csv")
	require.NoError(t, os.WriteFile(path, []byte("team,cost_center,USD\nsearch,cc-1,much\n"), 0o600))
	_, err = readTable(path)
	assert.ErrorContains(t, err, `expected.csv:2: "much"`)
}

func TestRowsAreRefused(t *testing.T) {
	t.Parallel()
	for _, row := range [][]string{{"much", "{}"}, {"1", "team"}, {"1", ""}} {
		_, err := rowTable([][]string{row})
		assert.Error(t, err, row)
	}
	directory := t.TempDir()
	_, err := readRows(filepath.Join(directory, "absent"))
	require.Error(t, err)
	for text, message := range map[string]string{"": "is empty", "Tags\n{}\n": "no column EffectiveCost", "a,b\n1\n": "wrong number of fields"} {
		require.NoError(t, os.WriteFile(filepath.Join(directory, "rows.csv"), []byte(text), 0o600))
		_, err := readRows(directory)
		assert.ErrorContains(t, err, message)
	}
}
