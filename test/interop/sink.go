package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// sink is the OTLP endpoint of one script: it keeps what comes, and passes it on to the collector.
type sink struct {
	collector *billing.Collector
	mu        sync.Mutex
	traces    ptrace.Traces
	logs      plog.Logs
	failure   error
}

func newSink(collector *billing.Collector) *sink {
	return &sink{collector: collector, traces: ptrace.NewTraces(), logs: plog.NewLogs()}
}

func (s *sink) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// ServeHTTP takes one export request.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := decoded(r)
	if err == nil {
		err = s.keep(r.Context(), r.URL.Path, body)
	}
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = fmt.Errorf("export to %s: %w", r.URL.Path, err)
	http.Error(w, err.Error(), http.StatusBadRequest)
}

func decoded(r *http.Request) ([]byte, error) {
	if kind := r.Header.Get("Content-Type"); kind != "application/x-protobuf" {
		return nil, fmt.Errorf("content type %q", kind)
	}
	var body io.Reader = r.Body
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	}
	return io.ReadAll(body)
}

// keep stores traces and logs. Metrics of the instrumentations themselves are none of our matter here.
func (s *sink) keep(ctx context.Context, path string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch path {
	case "/v1/traces":
		request := ptraceotlp.NewExportRequest()
		if err := request.UnmarshalProto(body); err != nil {
			return err
		}
		request.Traces().ResourceSpans().MoveAndAppendTo(s.traces.ResourceSpans())
	case "/v1/logs":
		request := plogotlp.NewExportRequest()
		if err := request.UnmarshalProto(body); err != nil {
			return err
		}
		request.Logs().ResourceLogs().MoveAndAppendTo(s.logs.ResourceLogs())
	default:
		return nil
	}
	return s.collector.Send(ctx, path, body)
}
