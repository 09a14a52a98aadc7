package books

import (
	"bytes"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok)
	return r
}

// The example of a ledger line in docs/metrics.md.
func TestParseLines(t *testing.T) {
	t.Parallel()
	lines, err := ParseLines("input:176@0.0000025;cache_read:1024@0.00000125;audio_second:1.5@0.01/0.02/0.03")
	require.NoError(t, err)
	require.Len(t, lines, 3)
	assert.Equal(t, "cache_read", lines[1].Meter)
	assert.Zero(t, rat(t, "0.00044").Cmp(lines[0].Amount()))
	assert.Zero(t, rat(t, "0.00128").Cmp(lines[1].Amount()))
	assert.Zero(t, rat(t, "0.015").Cmp(lines[2].Amount()))
	assert.Zero(t, rat(t, "0.02").Cmp(lines[2].Contracted))
	assert.Zero(t, rat(t, "0.045").Cmp(lines[2].ListAmount()))

	none, err := ParseLines("")
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestParseLinesRefuses(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"input", ":1@1", "input:1", "input:@1", "input:1@", "input:1@1/2", "input:1@1/2/3/4",
		"input:1e3@1", "input:1/2@1", "input:1@NaN", "input:1@1;", "input:1_000@1", "input:--1@1",
	} {
		_, err := ParseLines(value)
		assert.Error(t, err, value)
	}
}

func traces(t *testing.T, lines ...string) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "search-api")
	spans := resource.ScopeSpans().AppendEmpty().Spans()
	spans.AppendEmpty().SetName("not a model call")
	for i, value := range lines {
		span := spans.AppendEmpty()
		span.SetSpanID([8]byte{byte(i + 1)})
		span.Attributes().PutStr("finops.cost.status", "priced")
		span.Attributes().PutStr("finops.cost.lines", value)
		span.Attributes().PutStr("finops.team", []string{"search", "support"}[i%2])
	}
	return td
}

func TestRead(t *testing.T) {
	t.Parallel()
	document, err := (&ptrace.JSONMarshaler{}).MarshalTraces(traces(t, "input:1@0.1", "output:2@0.1", "input:3@0.1"))
	require.NoError(t, err)
	// The second document repeats the first, the third was cut short by a kill.
	file := bytes.Join([][]byte{document, document, document[:len(document)/2]}, []byte("\n"))
	path := filepath.Join(t.TempDir(), "spans.json")
	require.NoError(t, os.WriteFile(path, file, 0o600))

	all, err := ReadFile(path)
	require.NoError(t, err)
	require.Len(t, all, 8)
	once := all.Judged().Once()
	require.Len(t, once, 3)
	assert.Equal(t, "search-api", once[0].Resource["service.name"])
	assert.Equal(t, "0.6", once.Cost().FloatString(1))
	assert.InDelta(t, 0.6, Float(once.Cost()), 0)

	inputs := once.Where(func(s Span) bool { return s.Text("finops.team") == "search" })
	assert.Equal(t, "4", inputs.Sums(
		func(Span) string { return "tokens" },
		func(s Span) *big.Rat { return s.Quantity(func(meter string) bool { return meter == "input" }) },
	)["tokens"].RatString())
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	_, err := Read(bytes.NewReader([]byte("{}\nnot json\n")))
	require.ErrorContains(t, err, "document 2")
	_, err = FromTraces(traces(t, "input:one@1"))
	require.ErrorContains(t, err, `line "input:one@1"`)
	_, err = ReadFile(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
