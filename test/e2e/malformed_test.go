package e2e

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
)

// malformations are done to a span that is a priced model call otherwise.
var malformations = map[string]func(ptrace.Span){
	"negative tokens": func(s ptrace.Span) {
		s.Attributes().PutInt("gen_ai.usage.input_tokens", -5)
		s.Attributes().PutInt("gen_ai.usage.output_tokens", math.MinInt64)
	},
	"huge tokens": func(s ptrace.Span) {
		s.Attributes().PutInt("gen_ai.usage.input_tokens", math.MaxInt64)
		s.Attributes().PutInt("gen_ai.usage.output_tokens", math.MaxInt64)
	},
	"tokens as text":          usage(func(v pcommon.Value) { v.SetStr("1200") }),
	"tokens as other text":    usage(func(v pcommon.Value) { v.SetStr("many") }),
	"tokens as huge text":     usage(func(v pcommon.Value) { v.SetStr(strings.Repeat("9", 400)) }),
	"tokens as double":        usage(func(v pcommon.Value) { v.SetDouble(1200) }),
	"tokens as fraction":      usage(func(v pcommon.Value) { v.SetDouble(0.5) }),
	"tokens as huge double":   usage(func(v pcommon.Value) { v.SetDouble(math.MaxFloat64) }),
	"tokens not a number":     usage(func(v pcommon.Value) { v.SetDouble(math.NaN()) }),
	"tokens infinite":         usage(func(v pcommon.Value) { v.SetDouble(math.Inf(1)) }),
	"tokens minus infinite":   usage(func(v pcommon.Value) { v.SetDouble(math.Inf(-1)) }),
	"tokens as boolean":       usage(func(v pcommon.Value) { v.SetBool(true) }),
	"tokens as bytes":         usage(func(v pcommon.Value) { v.SetEmptyBytes().FromRaw([]byte{1, 2, 0xff}) }),
	"tokens as map":           usage(func(v pcommon.Value) { v.SetEmptyMap().PutInt("input", 1) }),
	"tokens as list":          usage(func(v pcommon.Value) { v.SetEmptySlice().AppendEmpty().SetInt(7) }),
	"tokens empty":            usage(func(pcommon.Value) {}),
	"more cached than input":  func(s ptrace.Span) { s.Attributes().PutInt("gen_ai.usage.cache_read.input_tokens", 1<<40) },
	"reported cost negative":  func(s ptrace.Span) { s.Attributes().PutDouble("gen_ai.usage.cost", -3) },
	"reported cost infinite":  func(s ptrace.Span) { s.Attributes().PutDouble("gen_ai.usage.cost", math.Inf(1)) },
	"reported cost NaN":       func(s ptrace.Span) { s.Attributes().PutDouble("gen_ai.usage.cost", math.NaN()) },
	"own usage negative":      func(s ptrace.Span) { s.Attributes().PutInt("finops.usage.output", -1) },
	"own usage huge":          func(s ptrace.Span) { s.Attributes().PutStr("finops.usage.character", strings.Repeat("9", 60)) },
	"forged lines":            func(s ptrace.Span) { s.Attributes().PutStr("finops.cost.lines", "input:-1@99999999999") },
	"forged amount":           func(s ptrace.Span) { s.Attributes().PutDouble("finops.cost.amount", math.Inf(-1)) },
	"forged status":           func(s ptrace.Span) { s.Attributes().PutStr("finops.cost.status", "\xff\xfe") },
	"empty model":             model(""),
	"huge model":              model(strings.Repeat("m", 1<<20)),
	"model of invalid UTF-8":  model("gpt-4o\xff\xfe"),
	"model of control codes":  model("gpt-4o\x00\n\"\\"),
	"model is no text":        func(s ptrace.Span) { s.Attributes().PutInt("gen_ai.request.model", 4) },
	"provider invalid UTF-8":  func(s ptrace.Span) { s.Attributes().PutStr("gen_ai.provider.name", "open\xc3\x28ai") },
	"team of invalid UTF-8":   func(s ptrace.Span) { s.Attributes().PutStr("team", "se\xffarch") },
	"error type invalid":      func(s ptrace.Span) { s.Attributes().PutStr("error.type", "\xff\xff") },
	"key of invalid UTF-8":    func(s ptrace.Span) { s.Attributes().PutStr("gen_ai.\xff", "x") },
	"name of invalid UTF-8":   func(s ptrace.Span) { s.SetName("chat \xff") },
	"10,000 attributes":       manyAttributes,
	"attribute given twice":   func(s ptrace.Span) { s.Attributes().PutStr("gen_ai.usage.input_tokens ", "7") },
	"no identity":             func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{}); s.SetSpanID(pcommon.SpanID{}) },
	"no start":                func(s ptrace.Span) { s.SetStartTimestamp(0) },
	"start in the far future": func(s ptrace.Span) { s.SetStartTimestamp(math.MaxInt64) },
	"start beyond all time":   func(s ptrace.Span) { s.SetStartTimestamp(math.MaxUint64) },
	"end before start":        func(s ptrace.Span) { s.SetEndTimestamp(1) },
	"its own parent":          func(s ptrace.Span) { s.SetParentSpanID(s.SpanID()) },
}

func usage(set func(pcommon.Value)) func(ptrace.Span) {
	return func(s ptrace.Span) {
		for _, key := range []string{"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens"} {
			set(s.Attributes().PutEmpty(key))
		}
	}
}

func model(name string) func(ptrace.Span) {
	return func(s ptrace.Span) {
		s.Attributes().PutStr("gen_ai.request.model", name)
		s.Attributes().PutStr("gen_ai.response.model", name)
	}
}

func manyAttributes(s ptrace.Span) {
	s.Attributes().EnsureCapacity(10_100)
	for i := range 10_000 {
		s.Attributes().PutInt("gen_ai.extra."+string(rune('a'+i%26))+strings.Repeat("x", i%7)+big.NewInt(int64(i)).String(), int64(i))
	}
}

// Malformed spans fail no batch, cost nothing negative or infinite, and leave the calls beside
// them as they are.
func TestMalformedSpansDoNoHarm(t *testing.T) {
	t.Parallel()
	c := newSetup(t, time.Second).start(t)
	client := dial(t, c.grpc())
	sequence := 0
	for name, malform := range malformations {
		traces := calls(sequence, 2)
		malform(traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0))
		require.NoError(t, client.send(t.Context(), traces), name)
		sequence++
	}
	malformedResource := calls(sequence, 2)
	malformedResource.ResourceSpans().At(0).Resource().Attributes().PutStr("service.name", "\xffapi")
	malformedResource.ResourceSpans().At(0).Resource().Attributes().PutStr("cost_center", "\xed\xa0\x80")
	require.NoError(t, client.send(t.Context(), malformedResource))
	sequence++

	spans := c.exported(t, 2*sequence)
	for _, span := range spans {
		assertSane(t, span)
	}
	// The second span of each batch was sound.
	sound := spans.Where(func(s books.Span) bool { return s.SpanID[7] == 2 })
	require.Len(t, sound, sequence)
	for _, span := range sound {
		assert.Equal(t, "priced", span.Status(), span.Name)
		assert.Positive(t, span.Amount().Sign(), span.Name)
	}
	assertSanePage(t, c, len(spans.Judged()))
	require.NoError(t, client.send(t.Context(), calls(sequence, 1)), "the collector no longer takes spans")
}

// assertSane holds when the span has a verdict, and costs a finite amount of at least zero.
func assertSane(t *testing.T, span books.Span) {
	t.Helper()
	assert.NotEmpty(t, span.Status(), span.Name)
	assert.GreaterOrEqual(t, span.Amount().Sign(), 0, span.Name)
	if span.Status() != "priced" && span.Status() != "free" {
		assert.NotContains(t, span.Attributes, "finops.cost.amount", span.Name)
		return
	}
	amount, ok := span.Attributes["finops.cost.amount"].(float64)
	require.True(t, ok, span.Name)
	assert.False(t, math.IsInf(amount, 0) || math.IsNaN(amount) || amount < 0, "%s costs %v", span.Name, amount)
	assert.InEpsilon(t, 1+books.Float(span.Amount()), 1+amount, 1e-12, span.Name)
	for _, line := range span.Lines {
		assert.GreaterOrEqual(t, line.Quantity.Sign(), 0, span.Name)
		assert.GreaterOrEqual(t, line.Effective.Sign(), 0, span.Name)
	}
}

// assertSanePage waits for the requests and looks at every value.
func assertSanePage(t *testing.T, c *collector, requests int) {
	t.Helper()
	page := c.awaitRequests(t, requests)
	for _, sample := range page {
		if strings.HasPrefix(sample.Name, "finops_savings") {
			continue // a premium is negative
		}
		assert.False(t, math.IsNaN(sample.Value) || math.IsInf(sample.Value, 0) || sample.Value < 0,
			"%s%v is %v", sample.Name, sample.Labels, sample.Value)
	}
}
