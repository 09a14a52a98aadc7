//go:build unix

package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/books"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

func TestEveryCaptureIsThere(t *testing.T) {
	t.Parallel()
	used := map[string]string{}
	for _, s := range services {
		now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		requests, err := s.load(os.DirFS("../../testdata/captures"), now)
		require.NoError(t, err)
		previous := time.Time{}
		for i, request := range requests {
			name := s.captures[i]
			assert.Empty(t, used[name], "used twice: a replay would not count again")
			used[name] = s.name
			require.Positive(t, request.SpanCount(), name)
			resource := request.ResourceSpans().At(0).Resource().Attributes().AsRaw()
			assert.Equal(t, s.team, resource["team"])
			assert.Equal(t, s.costCenter, resource["cost_center"])
			first, last := extent(request)
			assert.True(t, previous.Before(first), "%s overlaps the call before: it could be taken for its sibling", name)
			previous = last
		}
		assert.Equal(t, now, previous)
	}
}

// extent returns when the first span starts and the last ends.
func extent(traces ptrace.Traces) (first, last time.Time) {
	for span := range spans(traces) {
		if start := span.StartTimestamp().AsTime(); first.IsZero() || start.Before(first) {
			first = start
		}
		if end := span.EndTimestamp().AsTime(); end.After(last) {
			last = end
		}
	}
	return first, last
}

func trace(t *testing.T, team, lines string) ptrace.Traces {
	t.Helper()
	traces := ptrace.NewTraces()
	span := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.Attributes().PutStr("finops.cost.status", "priced")
	span.Attributes().PutStr("finops.cost.lines", lines)
	span.Attributes().PutStr("finops.team", team)
	return traces
}

func ledger(t *testing.T) books.Books {
	t.Helper()
	all, err := books.FromTraces(trace(t, "search", "input:1000@0.0000025;output:10@0.00001"))
	require.NoError(t, err)
	more, err := books.FromTraces(trace(t, "support", "input:3@0.1"))
	require.NoError(t, err)
	return append(all, more...)
}

func page(t *testing.T, text string) promtext.Page {
	t.Helper()
	p, err := promtext.Parse(strings.NewReader(text))
	require.NoError(t, err)
	return p
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	difference, err := reconcile(ledger(t), page(t, `
finops_cost_USD_total{finops_team="search",finops_meter="input"} 0.0025
finops_cost_USD_total{finops_team="search",finops_meter="output"} 0.0001
finops_cost_USD_total{finops_team="support",finops_meter="input"} 0.3
`))
	require.NoError(t, err)
	assert.LessOrEqual(t, difference, tolerance)

	for name, text := range map[string]string{
		"a team's metric is short":           `finops_cost_USD_total{finops_team="search"} 0.0026`,
		"a metric belongs to no span's team": `finops_cost_USD_total{finops_team="search"} 0.0026` + "\n" + `finops_cost_USD_total{finops_team="support"} 0.3` + "\n" + `finops_cost_USD_total{finops_team="other"} 1`,
		"a metric is not a number":           `finops_cost_USD_total{finops_team="search"} NaN`,
	} {
		_, err := reconcile(ledger(t), page(t, text))
		assert.ErrorContains(t, err, "please report this", name)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, report(&out, page(t, `
finops_requests_total{finops_team="search",finops_model_name="gpt-4o",finops_cost_confidence="exact",finops_cost_status="priced"} 2
finops_tokens_total{finops_team="search",finops_model_name="gpt-4o",finops_cost_confidence="exact",finops_meter="input"} 1200
finops_tokens_total{finops_team="search",finops_model_name="gpt-4o",finops_cost_confidence="exact",finops_meter="output"} 300
finops_cost_USD_total{finops_team="search",finops_model_name="gpt-4o",finops_cost_confidence="exact",finops_meter="input"} 0.003
finops_cost_USD_total{finops_team="search",finops_model_name="gpt-4o",finops_cost_confidence="exact",finops_meter="cache_read"} 0
finops_requests_total{finops_team="growth",finops_model_name="o9",finops_cost_status="unpriced",finops_cost_reason="unknown_model"} 3
finops_requests_total{finops_team="growth",finops_cost_status="aggregate",finops_cost_reason="agent"} 4
`)))
	got := strings.Join(strings.Fields(out.String()), " ")
	assert.Contains(t, got, "search gpt-4o 2 1500 0.003000 exact all 2 1500 0.003000")
	assert.Contains(t, got, "growth o9 3 unpriced unknown_model")
	assert.Contains(t, got, "aggregate agent 4")

	assert.ErrorIs(t, report(&out, page(t, "up 1")), errNothingPriced)
}

type collectorStub struct {
	ptraceotlp.UnimplementedGRPCServer

	got chan ptrace.Traces
}

func (s *collectorStub) Export(_ context.Context, request ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	response := ptraceotlp.NewExportResponse()
	if request.Traces().SpanCount() == 0 {
		response.PartialSuccess().SetRejectedSpans(1)
		response.PartialSuccess().SetErrorMessage("nothing in it")
	}
	s.got <- request.Traces()
	return response, nil
}

func TestSendOverGRPC(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	stub := &collectorStub{got: make(chan ptrace.Traces, 2)}
	server := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(server, stub)
	go server.Serve(listener) //nolint:errcheck // it ends with the test
	defer server.Stop()

	send, closeConnection, err := newGRPC(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, send(t.Context(), trace(t, "search", "input:1@1")))
	assert.Equal(t, 1, (<-stub.got).SpanCount())
	require.ErrorContains(t, send(t.Context(), ptrace.NewTraces()), "1 spans rejected: nothing in it")
	require.NoError(t, closeConnection())
}

func TestSendOverHTTP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
			http.Error(w, "no such thing", http.StatusNotFound)
			return
		}
		response, _ := ptraceotlp.NewExportResponse().MarshalProto()
		_, _ = w.Write(response)
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	require.NoError(t, newHTTP(address)(t.Context(), trace(t, "search", "input:1@1")))
	assert.ErrorContains(t, newHTTP(address+"/elsewhere")(t.Context(), ptrace.NewTraces()), "404")
}
