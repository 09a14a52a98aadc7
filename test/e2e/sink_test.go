package e2e

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // what the collector's exporter compresses with
	"google.golang.org/grpc/status"
)

// sink is a backend that takes spans and metrics over OTLP, or fails as told.
type sink struct {
	// refuse decides, by the running number of the request, whether spans are refused.
	refuse  func(request int64) bool
	served  atomic.Int64
	refused atomic.Int64

	mu     sync.Mutex
	latest map[string]map[string]point // of sums, by metric and series
}

func startSink(t *testing.T, address string, refuse func(int64) bool) *sink {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	require.NoError(t, err)
	s := &sink{refuse: refuse, latest: map[string]map[string]point{}}
	server := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(server, &traceSink{sink: s})
	pmetricotlp.RegisterGRPCServer(server, &metricSink{sink: s})
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		serving.Wait()
	})
	return s
}

type traceSink struct {
	ptraceotlp.UnimplementedGRPCServer
	*sink
}

func (s *traceSink) Export(context.Context, ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	if n := s.served.Add(1); s.refuse != nil && s.refuse(n) {
		s.refused.Add(1)
		return ptraceotlp.NewExportResponse(), status.Error(codes.Unavailable, "try again")
	}
	return ptraceotlp.NewExportResponse(), nil
}

type metricSink struct {
	pmetricotlp.UnimplementedGRPCServer
	*sink
}

func (s *metricSink) Export(_ context.Context, request pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	for _, resource := range request.Metrics().ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, metric := range scope.Metrics().All() {
				if metric.Type() == pmetric.MetricTypeSum {
					s.keep(metric.Name(), metric.Sum().DataPoints())
				}
			}
		}
	}
	return pmetricotlp.NewExportResponse(), nil
}

// point is the value of a series and when it was that.
type point struct {
	at    pcommon.Timestamp
	value float64
}

// keep remembers the latest point of every series: requests may overtake each other.
func (s *sink) keep(metric string, points pmetric.NumberDataPointSlice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest[metric] == nil {
		s.latest[metric] = map[string]point{}
	}
	for _, p := range points.All() {
		series := fmt.Sprint(p.Attributes().AsRaw()) // a map prints in the order of its keys
		if s.latest[metric][series].at <= p.Timestamp() {
			s.latest[metric][series] = point{at: p.Timestamp(), value: number(p)}
		}
	}
}

func number(p pmetric.NumberDataPoint) float64 {
	if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
		return float64(p.IntValue())
	}
	return p.DoubleValue()
}

// sum adds up the latest points of a metric.
func (s *sink) sum(metric string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var total float64
	for _, p := range s.latest[metric] {
		total += p.value
	}
	return total
}
