package genaicostprocessor

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadatatest"
)

// call makes a batch of one chat span, with further attributes.
func call(span byte, attrs map[string]any) ptrace.Traces {
	td := ptrace.NewTraces()
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID(pcommon.TraceID{1})
	s.SetSpanID(pcommon.SpanID{span})
	s.SetName("chat")
	s.SetKind(ptrace.SpanKindClient)
	s.SetStartTimestamp(pcommon.NewTimestampFromTime(arrival.Add(-time.Minute)))
	s.SetEndTimestamp(pcommon.NewTimestampFromTime(arrival))
	_ = s.Attributes().FromRaw(map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
		"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
	})
	for k, v := range attrs {
		_ = s.Attributes().PutEmpty(k).FromRaw(v)
	}
	return td
}

func firstSpan(td ptrace.Traces) ptrace.Span {
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
}

func str(attrs pcommon.Map, key string) string {
	v, _ := attrs.Get(key)
	return v.AsString()
}

// TestMalformedInput: whatever a span says, the batch goes on, and no cost is negative or infinite.
func TestMalformedInput(t *testing.T) {
	t.Parallel()
	for name, attrs := range map[string]map[string]any{
		"negative":             {"gen_ai.usage.input_tokens": -1},
		"huge":                 {"gen_ai.usage.input_tokens": int64(math.MaxInt64)},
		"not a number":         {"gen_ai.usage.input_tokens": math.NaN()},
		"infinite":             {"gen_ai.usage.output_tokens": math.Inf(1)},
		"negative infinite":    {"gen_ai.usage.output_tokens": math.Inf(-1)},
		"string":               {"gen_ai.usage.input_tokens": "1000"},
		"not a number, string": {"gen_ai.usage.input_tokens": "a lot"},
		"double":               {"gen_ai.usage.input_tokens": 1000.0},
		"fraction":             {"gen_ai.usage.input_tokens": 0.5},
		"empty model":          {"gen_ai.request.model": ""},
		"long model":           {"gen_ai.request.model": strings.Repeat("gpt-", 1<<16)},
		"invalid UTF-8":        {"gen_ai.request.model": "gpt-4o\xff\xfe", "gen_ai.provider.name": "\xc3\x28"},
		"wrong types":          {"gen_ai.request.model": []any{"gpt-4o"}, "gen_ai.operation.name": 7, "gen_ai.usage.output_tokens": map[string]any{"a": 1}},
		"cached beyond input":  {"gen_ai.usage.cache_read.input_tokens": 999_999},
		"reported cost":        {"gen_ai.usage.cost.amount": math.Inf(1), "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"},
		"negative reported":    {"gen_ai.usage.cost.amount": -5.0, "gen_ai.usage.cost.currency": "USD", "gen_ai.usage.cost.source": "provider"},
		"finops usage":         {"finops.usage.input": -3, "finops.usage.web_search": math.MaxFloat64, "finops.usage.nonsense": 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := firstSpan(process(t, createDefaultConfig().(*Config), call(1, attrs))).Attributes()
			require.True(t, ledger.Status(str(out, ledger.AttrStatus)).Valid(), "status %q", str(out, ledger.AttrStatus))
			amount, ok := out.Get(ledger.AttrAmount)
			if !ok {
				assert.NotEmpty(t, str(out, ledger.AttrReason), "what has no price must say why")
				return
			}
			assert.GreaterOrEqual(t, amount.Double(), 0.0)
			assert.False(t, math.IsInf(amount.Double(), 0) || math.IsNaN(amount.Double()))
		})
	}
}

func TestManyAttributes(t *testing.T) {
	t.Parallel()
	td := call(1, nil)
	attrs := firstSpan(td).Attributes()
	for i := range 10_000 {
		attrs.PutInt(fmt.Sprintf("gen_ai.custom.%d", i), int64(i))
	}
	out := firstSpan(process(t, createDefaultConfig().(*Config), td)).Attributes()
	assert.Equal(t, "priced", str(out, ledger.AttrStatus))
}

func TestEmptyBatches(t *testing.T) {
	t.Parallel()
	process(t, createDefaultConfig().(*Config), ptrace.NewTraces())
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	out := process(t, createDefaultConfig().(*Config), td)
	assert.Zero(t, firstSpan(out).Attributes().Len())
}

// TestPlainSpansKeepTheirBytes: what is not about GenAI leaves as it came, to the byte.
func TestPlainSpansKeepTheirBytes(t *testing.T) {
	t.Parallel()
	td := ptrace.NewTraces()
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	require.NoError(t, s.Attributes().FromRaw(map[string]any{
		"http.request.method": "POST", "model": "T", "team": "search", "gen_time": 3, "finopsy": "no",
	}))
	marshaler := ptrace.ProtoMarshaler{}
	before, err := marshaler.MarshalTraces(td)
	require.NoError(t, err)
	after, err := marshaler.MarshalTraces(process(t, createDefaultConfig().(*Config), td))
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

// TestForgedResults: a span that is not about GenAI cannot bring a cost along.
func TestForgedResults(t *testing.T) {
	t.Parallel()
	td := ptrace.NewTraces()
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	require.NoError(t, s.Attributes().FromRaw(map[string]any{
		"http.request.method": "POST", ledger.AttrStatus: "priced", ledger.AttrLines: "input:1@1000", ledger.AttrCurrency: "USD",
	}))
	out := firstSpan(process(t, createDefaultConfig().(*Config), td)).Attributes()
	assert.Equal(t, map[string]any{"http.request.method": "POST"}, out.AsRaw())
}

// TestForgedResultsOfResources: the connector looks at the resource for a dimension that a record lacks.
func TestForgedResultsOfResources(t *testing.T) {
	t.Parallel()
	td := call(1, nil)
	require.NoError(t, td.ResourceSpans().At(0).Resource().Attributes().FromRaw(map[string]any{
		"service.name": "a", ledger.AttrTeam: "forged", "finops.request.region": "eu",
	}))
	cfg := createDefaultConfig().(*Config)
	cfg.Detail = DetailMinimal
	assert.Equal(t, map[string]any{"service.name": "a", "finops.request.region": "eu"},
		process(t, cfg, td).ResourceSpans().At(0).Resource().Attributes().AsRaw())
}

// TestReplay: a batch that a client sends again gets the same verdicts, not duplicates of itself.
func TestReplay(t *testing.T) {
	t.Parallel()
	attrs := map[string]any{"gen_ai.response.id": "chatcmpl-1"}
	once := process(t, createDefaultConfig().(*Config), call(1, attrs))
	twice := process(t, createDefaultConfig().(*Config), call(1, attrs), call(1, attrs))
	assert.Equal(t, firstSpan(once).Attributes().AsRaw(), firstSpan(twice).Attributes().AsRaw())
}

func TestSameResponseCountsOnce(t *testing.T) {
	t.Parallel()
	attrs := map[string]any{"gen_ai.response.id": "chatcmpl-1"}
	out := firstSpan(process(t, createDefaultConfig().(*Config), call(1, attrs), call(2, attrs))).Attributes()
	assert.Equal(t, "duplicate", str(out, ledger.AttrStatus))
	assert.Equal(t, "response_id", str(out, ledger.AttrReason))
	assert.NotContains(t, out.AsRaw(), ledger.AttrAmount)
}

// TestSharedAcrossPipelines: the instances of one component ID remember together.
func TestSharedAcrossPipelines(t *testing.T) {
	t.Parallel()
	cfg := createDefaultConfig().(*Config)
	sink := new(consumertest.TracesSink)
	attrs := map[string]any{"gen_ai.response.id": "chatcmpl-1"}
	for i := range byte(2) {
		p, err := NewFactory().CreateTraces(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		defer func() { require.NoError(t, p.Shutdown(t.Context())) }()
		require.NoError(t, p.ConsumeTraces(t.Context(), call(i+1, attrs)))
	}
	out := sink.AllTraces()
	assert.Equal(t, "priced", str(firstSpan(out[0]).Attributes(), ledger.AttrStatus))
	assert.Equal(t, "duplicate", str(firstSpan(out[1]).Attributes(), ledger.AttrStatus))
}

func TestConcurrentBatches(t *testing.T) {
	t.Parallel()
	sink := new(consumertest.TracesSink)
	p, err := NewFactory().CreateTraces(t.Context(), processortest.NewNopSettings(metadata.Type), createDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	var wg sync.WaitGroup
	for worker := range byte(8) {
		wg.Go(func() {
			for i := range byte(30) {
				td := call(worker*30+i, map[string]any{"gen_ai.response.id": fmt.Sprint(worker, i)})
				assert.NoError(t, p.ConsumeTraces(t.Context(), td))
			}
		})
	}
	wg.Wait()
	require.NoError(t, p.Shutdown(t.Context()))
	for _, td := range sink.AllTraces() {
		assert.Equal(t, "priced", str(firstSpan(td).Attributes(), ledger.AttrStatus))
	}
}

func TestInternalTelemetry(t *testing.T) {
	t.Parallel()
	tel := componenttest.NewTelemetry()
	p, err := NewFactory().CreateTraces(t.Context(), metadatatest.NewSettings(tel), createDefaultConfig(), consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, p.ConsumeTraces(t.Context(), call(1, nil)))
	require.NoError(t, p.ConsumeTraces(t.Context(), call(2, map[string]any{"gen_ai.request.model": "nobody-knows"})))
	metadatatest.AssertEqualProcessorGenAiCostRecords(t, tel, []metricdata.DataPoint[int64]{
		{Attributes: attribute.NewSet(attribute.String("status", "priced"), attribute.String("reason", "")), Value: 1},
		{Attributes: attribute.NewSet(attribute.String("status", "unpriced"), attribute.String("reason", "unknown_model")), Value: 1},
	}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualProcessorGenAiCostLookups(t, tel, []metricdata.DataPoint[int64]{
		{Attributes: attribute.NewSet(attribute.String("outcome", "exact")), Value: 1},
		{Attributes: attribute.NewSet(attribute.String("outcome", "unknown")), Value: 1},
	}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, p.Shutdown(t.Context()))
	require.NoError(t, tel.Shutdown(t.Context()))
}

func TestMissingExtension(t *testing.T) {
	t.Parallel()
	cfg := readConfig(t, "testdata/missing_extension.yaml")
	p, err := NewFactory().CreateTraces(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	err = p.Start(t.Context(), componenttest.NewNopHost())
	assert.ErrorContains(t, err, `::pricing: extension "gen_ai_pricing/contract" is not running`)
	require.NoError(t, p.Shutdown(t.Context()))
}

// TestSignalThatCounts: where logs count for a service, its spans are marked and cost nothing.
func TestSignalThatCounts(t *testing.T) {
	t.Parallel()
	cfg := createDefaultConfig().(*Config)
	cfg.Count.Services = map[string]Signal{"claude-code": SignalLogs}
	td := call(1, nil)
	td.ResourceSpans().At(0).Resource().Attributes().PutStr("service.name", "claude-code")
	out := firstSpan(process(t, cfg, td)).Attributes()
	assert.Equal(t, "duplicate", str(out, ledger.AttrStatus))
	assert.Equal(t, "signal", str(out, ledger.AttrReason))
}

func TestEstimateMissingUsage(t *testing.T) {
	t.Parallel()
	td := call(1, map[string]any{"gen_ai.input.messages": strings.Repeat("word", 100), "gen_ai.response.finish_reasons": []any{"stop"}})
	attrs := firstSpan(td).Attributes()
	attrs.Remove("gen_ai.usage.input_tokens")
	attrs.Remove("gen_ai.usage.output_tokens")
	without := ptrace.NewTraces()
	td.CopyTo(without)
	out := firstSpan(process(t, createDefaultConfig().(*Config), without)).Attributes()
	assert.Equal(t, "no_usage", str(out, ledger.AttrReason))

	cfg := createDefaultConfig().(*Config)
	cfg.EstimateMissingUsage = true
	out = firstSpan(process(t, cfg, td)).Attributes()
	assert.Equal(t, "priced", str(out, ledger.AttrStatus))
	assert.Equal(t, "estimated", str(out, ledger.AttrConfidence))
	assert.Equal(t, "input:100@0.0000025", str(out, ledger.AttrLines))
}
