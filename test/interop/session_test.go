package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// twoPairs are of one instrumentation that exists nowhere.
func twoPairs() []pair {
	i := &instrumentation{name: "some-python"}
	return []pair{
		{i, openai("chat", mock.Reply{Tokens: cachedChat})},
		{i, openai("responses_search", mock.Reply{Model: gpt5, Tokens: withSearches(reasoningChat, 2)})},
	}
}

func request(t *testing.T, s *session, path, kind, body string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	return recorder.Code
}

func oneSpan(t *testing.T) string {
	t.Helper()
	traces := ptrace.NewTraces()
	span := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID([16]byte{1})
	body, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
	require.NoError(t, err)
	return string(body)
}

func TestSession(t *testing.T) {
	t.Parallel()
	passedOn := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		passedOn <- r.URL.Path + " " + string(body)
	}))
	t.Cleanup(collector.Close)
	s := newSession(twoPairs(), &billing.Collector{URL: collector.URL})

	assert.Equal(t, http.StatusConflict, request(t, s, "/v1/chat/completions", "application/json", "{}"), "before any scenario")
	assert.Equal(t, http.StatusConflict, request(t, s, "/control/end/chat", "", ""))
	assert.Equal(t, http.StatusConflict, request(t, s, "/control/begin/nothing", "", ""))
	require.Equal(t, http.StatusOK, request(t, s, "/control/begin/chat", "", ""))
	assert.Equal(t, http.StatusOK, request(t, s, "/v1/chat/completions", "application/json", `{"model":"m"}`))
	assert.Equal(t, http.StatusOK, request(t, s, "/otlp/v1/traces", "application/x-protobuf", oneSpan(t)))
	assert.Equal(t, http.StatusConflict, request(t, s, "/control/begin/responses_search", "", ""), "while another one runs")
	require.Equal(t, http.StatusOK, request(t, s, "/control/end/chat", "", ""))

	results := s.finish(errors.New("the script crashed"))
	require.NoError(t, results[0].err)
	assert.Len(t, results[0].calls, 1)
	assert.Equal(t, 1, results[0].sink.traces.SpanCount())
	assert.Equal(t, "/v1/traces "+oneSpan(t), <-passedOn)
	require.EqualError(t, results[1].err, "the script crashed")
}

func TestSessionReportsWhatBroke(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ path, kind, failure, want string }{
		"a script's exception":    {"", "", "Traceback", "Traceback"},
		"an API that nobody has":  {"/v1/files", "application/json", "", "POST /v1/files: no such API"},
		"an export in JSON":       {"/otlp/v1/traces", "application/json", "", `export to /v1/traces: content type "application/json"`},
		"a collector that is off": {"/otlp/v1/traces", "application/x-protobuf", "", "export to /v1/traces: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSession(twoPairs(), &billing.Collector{URL: "http://127.0.0.1:1"})
			require.Equal(t, http.StatusOK, request(t, s, "/control/begin/chat", "", ""))
			if tc.path != "" {
				assert.GreaterOrEqual(t, request(t, s, tc.path, tc.kind, ""), http.StatusBadRequest)
			}
			require.Equal(t, http.StatusOK, request(t, s, "/control/end/chat", "", tc.failure))
			require.ErrorContains(t, s.finish(nil)[0].err, tc.want)
		})
	}
}

// A run that was saved is read as any other capture.
func TestWriteIsACapture(t *testing.T) {
	t.Parallel()
	s := newSession(twoPairs(), &billing.Collector{URL: "http://127.0.0.1:1"})
	require.Equal(t, http.StatusOK, request(t, s, "/control/begin/responses_search", "", ""))
	require.Equal(t, http.StatusOK, request(t, s, "/v1/responses", "", `{"model":"gpt-5"}`))
	require.Equal(t, http.StatusOK, request(t, s, "/control/end/responses_search", "", ""))
	r := s.finish(nil)[1]
	directory := t.TempDir()
	truth, err := r.write(directory, map[string]string{"some": "1.0"})
	require.NoError(t, err)

	cases, err := captures.Load(directory)
	require.NoError(t, err)
	require.Len(t, cases, 1)
	assert.Equal(t, "some-python/responses_search", cases[0].ID())
	assert.Equal(t, cases[0].Truth, truth)
	require.Len(t, truth.Billable(), 1)
	usage := truth.Billable()[0].Usage
	for m, want := range map[meter.Meter]int64{meter.Input: 512, meter.CacheRead: 1536, meter.Output: 188, meter.Reasoning: 512, meter.WebSearch: 2} {
		assert.Equal(t, money.Units(want), usage[m], m.String())
	}
	var file map[string]any
	text, err := json.Marshal(r.truthFile(nil))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	assert.EqualValues(t, 1, file["billable_calls"])
}

func TestPage(t *testing.T) {
	t.Parallel()
	results := newSession(twoPairs(), &billing.Collector{}).finish(nil)
	outcomes := []outcome{
		{result: result{pair: results[0].pair}, verdict: billing.Verdict{Class: billing.Flagged, Why: []string{"estimated", "estimated"}}, scopes: []string{"s 1"}},
		{result: result{pair: results[1].pair}, verdict: billing.Verdict{Class: billing.Wrong}, pins: map[string]string{"some": "1.0"}},
	}
	text := page(outcomes)
	assert.Contains(t, text, "| some-python | estimated | **SILENTLY WRONG** |")
	assert.Contains(t, text, "| **silently wrong** | **1** |")
	require.EqualError(t, failure(outcomes), "1 silently wrong, 0 did not run")
	require.EqualError(t, failure([]outcome{{result: results[0]}}), "0 silently wrong, 1 did not run")
	require.NoError(t, failure(outcomes[:1]))
}
