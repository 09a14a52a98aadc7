package floor

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// ConnectorConfig is the configuration of the floor's connector.
type ConnectorConfig struct {
	// FlushInterval is how often the metrics are sent on.
	FlushInterval time.Duration `mapstructure:"flush_interval"`
}

// NewConnectorFactory returns the connector that adds up what the floor's processor wrote.
func NewConnectorFactory() connector.Factory {
	create := func(_ context.Context, _ connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Traces, error) {
		return &metrics{
			next: next, interval: cfg.(*ConnectorConfig).FlushInterval,
			start: time.Now(), series: map[key]*series{}, done: make(chan struct{}),
		}, nil
	}
	return connector.NewFactory(Type, func() component.Config { return &ConnectorConfig{FlushInterval: 15 * time.Second} },
		connector.WithTracesToMetrics(create, component.StabilityLevelDevelopment))
}

// key is the identity of a series: fixed dimensions, compared and hashed as they are.
type key struct{ service, team, provider, model, operation string }

// series holds four sums of cost, four of tokens, a count and a histogram of the cost.
type series struct {
	cost    [4]float64
	tokens  [4]int64
	count   int64
	buckets [buckets]uint64
}

// buckets of the histogram double from 1e-6 on.
const buckets = 32

type metrics struct {
	next     consumer.Metrics
	interval time.Duration
	start    time.Time

	mu     sync.Mutex
	series map[key]*series

	flusher sync.WaitGroup
	done    chan struct{}
}

// Start implements component.Component.
func (m *metrics) Start(context.Context, component.Host) error {
	m.flusher.Go(func() { //nolint:contextcheck // outlives the start
		ticker := time.NewTicker(m.interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = m.flush(context.Background())
			case <-m.done:
				return
			}
		}
	})
	return nil
}

// Shutdown sends the last values on.
func (m *metrics) Shutdown(ctx context.Context) error {
	close(m.done)
	m.flusher.Wait()
	return m.flush(ctx)
}

// Capabilities implements consumer.Traces.
func (*metrics) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces adds the priced spans to their series.
func (m *metrics) ConsumeTraces(_ context.Context, td ptrace.Traces) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		var k key
		for name, v := range rs.Resource().Attributes().All() {
			switch name {
			case "service.name":
				k.service = v.Str()
			case "team":
				k.team = v.Str()
			}
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				m.add(k, span.Attributes())
			}
		}
	}
	return nil
}

func (m *metrics) add(k key, attrs pcommon.Map) {
	var v series
	for name, value := range attrs.All() {
		switch name {
		case "gen_ai.provider.name":
			k.provider = value.Str()
		case "gen_ai.response.model":
			k.model = value.Str()
		case "gen_ai.operation.name":
			k.operation = value.Str()
		case "gen_ai.usage.input_tokens":
			v.tokens[0] = value.Int()
		case "gen_ai.usage.cache_read.input_tokens":
			v.tokens[1] = value.Int()
		case "gen_ai.usage.output_tokens":
			v.tokens[2] = value.Int()
		case AttrInput:
			v.cost[0] = value.Double()
		case AttrCacheRead:
			v.cost[1] = value.Double()
		case AttrOutput:
			v.cost[2] = value.Double()
		case AttrAmount:
			v.cost[3] = value.Double()
			v.count = 1
		}
	}
	if v.count == 0 {
		return
	}
	v.tokens[3] = v.tokens[0] + v.tokens[2]
	s := m.series[k]
	if s == nil {
		s = &series{}
		m.series[k] = s
	}
	s.add(&v)
}

func (s *series) add(v *series) {
	for i := range v.cost {
		s.cost[i] += v.cost[i]
		s.tokens[i] += v.tokens[i]
	}
	s.count++
	s.buckets[bucketOf(v.cost[3])]++
}

func bucketOf(cost float64) int {
	bucket := 0
	for bound := 1e-6; bucket < buckets-1 && cost > bound; bound *= 2 {
		bucket++
	}
	return bucket
}

func (m *metrics) flush(ctx context.Context) error {
	return m.next.ConsumeMetrics(ctx, m.snapshot())
}

func (m *metrics) snapshot() pmetric.Metrics {
	m.mu.Lock()
	defer m.mu.Unlock()
	md := pmetric.NewMetrics()
	out := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	start, now := pcommon.NewTimestampFromTime(m.start), pcommon.NewTimestampFromTime(time.Now())
	cost, tokens, requests := newSum(out, "floor.cost"), newSum(out, "floor.tokens"), newSum(out, "floor.requests")
	histogram := out.AppendEmpty()
	histogram.SetName("floor.request.cost")
	points := histogram.SetEmptyHistogram().DataPoints()
	histogram.Histogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for k, s := range m.series {
		for i, part := range []string{"input", "cache_read", "output", "total"} {
			point(cost, k, part, start, now).SetDoubleValue(s.cost[i])
			point(tokens, k, part, start, now).SetIntValue(s.tokens[i])
		}
		point(requests, k, "", start, now).SetIntValue(s.count)
		s.putHistogram(points.AppendEmpty(), k, start, now)
	}
	return md
}

func newSum(out pmetric.MetricSlice, name string) pmetric.NumberDataPointSlice {
	metric := out.AppendEmpty()
	metric.SetName(name)
	sum := metric.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	return sum.DataPoints()
}

func point(points pmetric.NumberDataPointSlice, k key, part string, start, now pcommon.Timestamp) pmetric.NumberDataPoint {
	p := points.AppendEmpty()
	p.SetStartTimestamp(start)
	p.SetTimestamp(now)
	k.put(p.Attributes())
	if part != "" {
		p.Attributes().PutStr("part", part)
	}
	return p
}

func (k key) put(attrs pcommon.Map) {
	attrs.PutStr("service.name", k.service)
	attrs.PutStr("team", k.team)
	attrs.PutStr("gen_ai.provider.name", k.provider)
	attrs.PutStr("gen_ai.response.model", k.model)
	attrs.PutStr("gen_ai.operation.name", k.operation)
}

func (s *series) putHistogram(p pmetric.HistogramDataPoint, k key, start, now pcommon.Timestamp) {
	p.SetStartTimestamp(start)
	p.SetTimestamp(now)
	k.put(p.Attributes())
	p.SetCount(uint64(s.count))
	p.SetSum(s.cost[3])
	bound := 1e-6
	for _, n := range s.buckets {
		p.BucketCounts().Append(n)
		if p.BucketCounts().Len() < buckets {
			p.ExplicitBounds().Append(bound)
			bound *= 2
		}
	}
}
