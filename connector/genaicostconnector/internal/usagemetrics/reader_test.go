package usagemetrics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// data is one point of a metric; delta temporality, so that every one counts.
type data struct {
	metric string
	attrs  map[string]any
	value  float64
}

// shape makes a metric of some kind out of a point.
type shape func(m pmetric.Metric, value float64) pcommon.Map

func sum(m pmetric.Metric, value float64) pcommon.Map {
	s := m.SetEmptySum()
	s.SetIsMonotonic(true)
	s.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := s.DataPoints().AppendEmpty()
	dp.SetTimestamp(100)
	dp.SetDoubleValue(value)
	return dp.Attributes()
}

func histogram(m pmetric.Metric, value float64) pcommon.Map {
	h := m.SetEmptyHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := h.DataPoints().AppendEmpty()
	dp.SetTimestamp(100)
	dp.SetCount(3)
	dp.SetSum(value)
	return dp.Attributes()
}

func exponential(m pmetric.Metric, value float64) pcommon.Map {
	h := m.SetEmptyExponentialHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := h.DataPoints().AppendEmpty()
	dp.SetTimestamp(100)
	dp.SetSum(value)
	return dp.Attributes()
}

func resource(kind shape, all ...data) pmetric.ResourceMetrics {
	rm := pmetric.NewResourceMetrics()
	rm.Resource().Attributes().PutStr("service.name", "api")
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("scope")
	for _, d := range all {
		m := sm.Metrics().AppendEmpty()
		m.SetName(d.metric)
		_ = kind(m, d.value).FromRaw(d.attrs)
	}
	return rm
}

func read(rm pmetric.ResourceMetrics) ([]*Usage, Counts) {
	var counts Counts
	usages := NewReader(NewTracker(100)).Read(rm, &counts)
	return usages, counts
}

func typed(metric, name, value string, n float64) data {
	return data{metric, map[string]any{"gen_ai.request.model": "m", name: value}, n}
}

func inference(name, modality string, n float64) data {
	return typed("gen_ai.client.inference.usage."+name, "gen_ai.token.modality", modality, n)
}

func TestSources(t *testing.T) {
	t.Parallel()
	const (
		semconv = "gen_ai.client.token.usage"
		claude  = "claude_code.token.usage"
		gemini  = "gemini_cli.token.usage"
		gateway = "agentgateway_gen_ai_client_token_usage"
	)
	type meters map[meter.Meter]int64
	for _, tt := range []struct {
		name   string
		kind   shape
		data   []data
		want   meters
		counts Counts
		clamps bool
	}{
		{
			name: "token usage",
			kind: histogram,
			data: []data{
				typed(semconv, "gen_ai.token.type", "input", 1200),
				typed(semconv, "gen_ai.token.type", "output", 300),
			},
			want: meters{meter.Input: 1200, meter.Output: 300},
		},
		{
			name: "token usage with the older name of output, as an exponential histogram",
			kind: exponential,
			data: []data{typed(semconv, "gen_ai.token.type", "completion", 300)},
			want: meters{meter.Output: 300},
		},
		{
			name: "Envoy AI Gateway",
			kind: histogram,
			data: []data{
				typed(semconv, "gen_ai.token.type", "input", 7100),
				typed(semconv, "gen_ai.token.type", "cached_input", 5000),
				typed(semconv, "gen_ai.token.type", "cache_creation_input", 2000),
				typed(semconv, "gen_ai.token.type", "output", 300),
				typed(semconv, "gen_ai.token.type", "reasoning", 100),
				typed(semconv, "gen_ai.token.type", "total", 7400),
			},
			want: meters{
				meter.Input: 100, meter.CacheRead: 5000, meter.CacheWrite5m: 2000, meter.Output: 200, meter.Reasoning: 100,
			},
			counts: Counts{Repeated: 1},
		},
		{
			name: "agentgateway, scraped",
			kind: histogram,
			data: []data{
				typed(gateway, "gen_ai_token_type", "input", 30),
				typed(gateway, "gen_ai_token_type", "input_cache_read", 6),
				typed(gateway, "gen_ai_token_type", "output", 12),
			},
			want: meters{meter.Input: 24, meter.CacheRead: 6, meter.Output: 12},
		},
		{
			name: "inference usage",
			kind: sum,
			data: []data{
				inference("input_tokens", "text", 7100),
				inference("output_tokens", "text", 400),
				inference("cache_read.input_tokens", "text", 5000),
				inference("cache_write.input_tokens", "text", 2000),
				inference("reasoning.output_tokens", "text", 150),
			},
			want: meters{
				meter.Input: 100, meter.CacheRead: 5000, meter.CacheWrite5m: 2000, meter.Output: 250, meter.Reasoning: 150,
			},
		},
		{
			name: "inference usage by modality",
			kind: sum,
			data: []data{
				inference("input_tokens", "text", 20),
				inference("input_tokens", "audio", 200),
				inference("input_tokens", "image", 30),
				inference("input_tokens", "unknown", 5),
				inference("cache_read.input_tokens", "audio", 50),
				inference("output_tokens", "audio", 7),
			},
			want: meters{
				meter.Input: 25, meter.InputAudio: 150, meter.CacheReadAudio: 50, meter.InputImage: 30, meter.OutputAudio: 7,
			},
		},
		{
			name: "parts are told apart by modality less often than the whole",
			kind: sum,
			data: []data{
				inference("input_tokens", "text", 20),
				inference("input_tokens", "audio", 200),
				inference("cache_read.input_tokens", "unknown", 50),
			},
			want: meters{meter.InputAudio: 170, meter.CacheRead: 50},
		},
		{
			name: "a part whose whole is not there",
			kind: sum,
			data: []data{
				inference("input_tokens", "text", 20),
				inference("cache_read.input_tokens", "text", 50),
			},
			want:   meters{meter.CacheRead: 50},
			clamps: true,
		},
		{
			name: "Claude Code counts beside the input",
			kind: sum,
			data: []data{
				typed(claude, "type", "input", 8),
				typed(claude, "type", "output", 1002),
				typed(claude, "type", "cacheRead", 118243),
				typed(claude, "type", "cacheCreation", 9254),
			},
			want: meters{meter.Input: 8, meter.Output: 1002, meter.CacheRead: 118243, meter.CacheWrite5m: 9254},
		},
		{
			name: "Gemini CLI counts the cache within the input and thoughts beside the output",
			kind: sum,
			data: []data{
				typed(gemini, "type", "input", 1000),
				typed(gemini, "type", "cache", 600),
				typed(gemini, "type", "tool", 40),
				typed(gemini, "type", "output", 300),
				typed(gemini, "type", "thought", 200),
			},
			want: meters{meter.Input: 440, meter.CacheRead: 600, meter.Output: 300, meter.Reasoning: 200},
		},
		{
			name: "the metric that tells more apart counts, wherever it stands",
			kind: sum,
			data: []data{
				typed(semconv, "gen_ai.token.type", "input", 1000),
				typed(gemini, "type", "input", 1000),
				typed(semconv, "gen_ai.token.type", "output", 300),
			},
			want:   meters{meter.Input: 1000},
			counts: Counts{Superseded: 2},
		},
		{
			name: "a kind of token that is not known",
			kind: sum,
			data: []data{
				typed(claude, "type", "output", 5),
				typed(claude, "type", "dreamt", 5),
				typed(claude, "other", "input", 5),
			},
			want:   meters{meter.Output: 5},
			counts: Counts{UnknownType: 2},
		},
		{
			name: "what is no number of tokens",
			kind: sum,
			data: []data{
				typed(claude, "type", "input", math.NaN()),
				typed(claude, "type", "input", math.Inf(1)),
				typed(claude, "type", "input", -1),
				typed(claude, "type", "input", 1e300),
				typed(claude, "type", "output", 1),
			},
			want:   meters{meter.Output: 1},
			counts: Counts{Invalid: 4},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rm := resource(tt.kind, tt.data...)
			assert.True(t, Has(rm))
			assert.EqualValues(t, len(tt.data), Points(rm))
			got, counts := read(rm)
			assert.Equal(t, tt.counts, counts)
			meters := meters{}
			for _, u := range got {
				assert.Equal(t, tt.clamps, u.Clamped)
				for m, q := range u.Meters {
					if n, _ := q.Int64(); n != 0 {
						meters[meter.Meter(m)] += n
					}
				}
			}
			assert.Equal(t, tt.want, meters)
		})
	}
}

func TestEverySourceIsDocumented(t *testing.T) {
	t.Parallel()
	for name, src := range sources {
		assert.NotEmpty(t, src.origin, name)
		assert.NotEqual(t, familyNone, src.family, name)
		assert.Equal(t, src.part == partIgnored, len(src.types) > 0 && len(src.typeAttributes) > 0, name)
	}
}

func TestUsageIsByAttributes(t *testing.T) {
	t.Parallel()
	at := func(model, kind string, n float64) data {
		return data{"claude_code.token.usage", map[string]any{
			"model": model, "type": kind, "user.id": "u", "finops.cost.status": "priced", "finops.project": "p",
		}, n}
	}
	got, _ := read(resource(sum, at("a", "input", 1), at("b", "input", 2), at("a", "output", 4)))
	require.Len(t, got, 2)
	assert.Equal(t, map[string]any{
		"gen_ai.request.model": "a", "gen_ai.provider.name": "anthropic", "user.id": "u", "finops.project": "p",
	}, got[0].Attributes.AsRaw(), "names are the conventions', nobody else writes results")
	assert.EqualValues(t, 2, got[0].Points)
	assert.EqualValues(t, 100, got[0].Time)
	assert.Equal(t, money.Units(4), got[0].Meters[meter.Output])
	assert.Equal(t, money.Units(2), got[1].Meters[meter.Input])
}

// TestWhatCountsIsRemembered splits one export in two, as a batch processor does.
func TestWhatCountsIsRemembered(t *testing.T) {
	t.Parallel()
	r := NewReader(NewTracker(100))
	var counts Counts
	require.Len(t, r.Read(resource(sum, typed("gemini_cli.token.usage", "type", "input", 5)), &counts), 1)
	assert.Empty(t, r.Read(resource(histogram, typed("gen_ai.client.token.usage", "gen_ai.token.type", "input", 5)), &counts))
	assert.Equal(t, Counts{Superseded: 1}, counts)
}

func TestKindsThatDoNotCount(t *testing.T) {
	t.Parallel()
	attrs := map[string]any{"type": "input"}
	for name, fill := range map[string]func(pmetric.Metric) pcommon.Map{
		"gauge": func(m pmetric.Metric) pcommon.Map {
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetTimestamp(1)
			dp.SetIntValue(5)
			return dp.Attributes()
		},
		"sum that can fall": func(m pmetric.Metric) pcommon.Map {
			attrs := sum(m, 5)
			m.Sum().SetIsMonotonic(false)
			return attrs
		},
		"sum of no temporality": func(m pmetric.Metric) pcommon.Map {
			attrs := sum(m, 5)
			m.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityUnspecified)
			return attrs
		},
		"point without value": func(m pmetric.Metric) pcommon.Map {
			sum(m, 5)
			m.Sum().DataPoints().RemoveIf(func(pmetric.NumberDataPoint) bool { return true })
			dp := m.Sum().DataPoints().AppendEmpty()
			dp.SetTimestamp(1)
			return dp.Attributes()
		},
		"point without time": func(m pmetric.Metric) pcommon.Map {
			attrs := sum(m, 5)
			m.Sum().DataPoints().At(0).SetTimestamp(0)
			return attrs
		},
		"histogram without sum": func(m pmetric.Metric) pcommon.Map {
			attrs := histogram(m, 5)
			m.Histogram().DataPoints().At(0).RemoveSum()
			return attrs
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rm := resource(func(m pmetric.Metric, _ float64) pcommon.Map { return fill(m) }, data{"claude_code.token.usage", attrs, 0})
			got, counts := read(rm)
			assert.Empty(t, got)
			assert.Equal(t, Counts{Invalid: 1}, counts)
		})
	}
	t.Run("staleness marker", func(t *testing.T) {
		t.Parallel()
		rm := resource(sum, data{"claude_code.token.usage", attrs, 5})
		dp := rm.ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0)
		dp.SetFlags(dp.Flags().WithNoRecordedValue(true))
		got, counts := read(rm)
		assert.Empty(t, got)
		assert.Zero(t, counts)
	})
	t.Run("summary", func(t *testing.T) {
		t.Parallel()
		rm := resource(func(m pmetric.Metric, v float64) pcommon.Map {
			dp := m.SetEmptySummary().DataPoints().AppendEmpty()
			dp.SetTimestamp(100)
			dp.SetSum(v)
			return dp.Attributes()
		}, data{"claude_code.token.usage", attrs, 5})
		got, counts := read(rm)
		assert.Empty(t, got)
		assert.Equal(t, Counts{Seeded: 1}, counts, "a summary is cumulative")
	})
	t.Run("other metrics", func(t *testing.T) {
		t.Parallel()
		rm := resource(sum, data{"http.server.request.count", attrs, 5})
		assert.False(t, Has(rm))
		got, counts := read(rm)
		assert.Empty(t, got)
		assert.Zero(t, counts)
	})
}

// TestStreamsAreToldApart changes one thing about a point at a time: each is a stream of its own, and the
// order of attributes is none of these things.
func TestStreamsAreToldApart(t *testing.T) {
	t.Parallel()
	base := func() pmetric.ResourceMetrics {
		rm := resource(sum, data{"claude_code.token.usage", nil, 5})
		m := rm.ScopeMetrics().At(0).Metrics().At(0).Sum()
		m.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.DataPoints().At(0).Attributes().PutStr("type", "input")
		m.DataPoints().At(0).Attributes().PutStr("model", "a")
		return rm
	}
	point := func(rm pmetric.ResourceMetrics) pmetric.NumberDataPoint {
		return rm.ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0)
	}
	for name, change := range map[string]func(pmetric.ResourceMetrics){
		"resource":       func(rm pmetric.ResourceMetrics) { rm.Resource().Attributes().PutStr("service.instance.id", "1") },
		"scope":          func(rm pmetric.ResourceMetrics) { rm.ScopeMetrics().At(0).Scope().SetVersion("2") },
		"attribute":      func(rm pmetric.ResourceMetrics) { point(rm).Attributes().PutStr("model", "b") },
		"attribute type": func(rm pmetric.ResourceMetrics) { point(rm).Attributes().PutInt("session", 1) },
		"one more":       func(rm pmetric.ResourceMetrics) { point(rm).Attributes().PutStr("session", "1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := NewReader(NewTracker(100))
			var counts Counts
			r.Read(base(), &counts)
			other := base()
			change(other)
			r.Read(other, &counts)
			assert.Equal(t, Counts{Seeded: 2}, counts)
		})
	}
	t.Run("order", func(t *testing.T) {
		t.Parallel()
		r := NewReader(NewTracker(100))
		var counts Counts
		r.Read(base(), &counts)
		other := base()
		point(other).Attributes().Clear()
		point(other).Attributes().PutStr("model", "a")
		point(other).Attributes().PutStr("type", "input")
		r.Read(other, &counts)
		assert.Equal(t, Counts{Seeded: 1, Replayed: 1}, counts)
	})
}

func FuzzRead(f *testing.F) {
	marshaler, unmarshaler := pmetric.ProtoMarshaler{}, pmetric.ProtoUnmarshaler{}
	md := pmetric.NewMetrics()
	resource(sum, typed("claude_code.token.usage", "type", "cacheRead", 5)).CopyTo(md.ResourceMetrics().AppendEmpty())
	resource(histogram, typed("gen_ai.client.token.usage", "gen_ai.token.type", "input", 5)).CopyTo(md.ResourceMetrics().AppendEmpty())
	seed, err := marshaler.MarshalMetrics(md)
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, raw []byte) {
		md, err := unmarshaler.UnmarshalMetrics(raw)
		if err != nil {
			return
		}
		r := NewReader(NewTracker(100))
		for range 2 {
			var counts Counts
			for _, rm := range md.ResourceMetrics().All() {
				for _, u := range r.Read(rm, &counts) {
					for m, q := range u.Meters {
						assert.GreaterOrEqual(t, q.Sign(), 0, meter.Meter(m))
					}
				}
			}
		}
	})
}
