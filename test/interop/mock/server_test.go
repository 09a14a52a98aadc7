package mock

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	tokens   = Tokens{Input: 100, CacheRead: 5000, CacheWrite5m: 1500, CacheWrite1h: 500, Output: 400, Reasoning: 64}
	scenario = Scenario{Name: "any", Provider: "any", Replies: []Reply{{Status: 429}, {Model: "served", Tier: "flex", Tokens: tokens}}}
)

// ask sends a request and returns the status and the text of the answer.
func ask(t *testing.T, s *Server, path, body string) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Body)
	require.NoError(t, err)
	return recorder.Code, string(text)
}

// answered is a server that has refused its first request already.
func answered(t *testing.T, path string) *Server {
	t.Helper()
	s := NewServer(scenario)
	status, _ := ask(t, s, path, `{"model":"alias"}`)
	require.Equal(t, http.StatusTooManyRequests, status)
	return s
}

func TestUsageByAPI(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path string
		// where the usage stands in the answer, and what parts of it say
		usage string
		want  map[string]any
	}{
		"chat":       {"/v1/chat/completions", "usage", map[string]any{"prompt_tokens": 6600.0, "completion_tokens": 464.0}},
		"responses":  {"/v1/responses", "usage", map[string]any{"input_tokens": 6600.0, "output_tokens": 464.0}},
		"embeddings": {"/v1/embeddings", "usage", map[string]any{"prompt_tokens": 100.0}},
		"messages":   {"/v1/messages", "usage", map[string]any{"input_tokens": 100.0, "cache_creation_input_tokens": 2000.0, "output_tokens": 400.0}},
		"generate": {
			"/v1beta/models/served:generateContent", "usageMetadata",
			map[string]any{"promptTokenCount": 5100.0, "candidatesTokenCount": 400.0, "thoughtsTokenCount": 64.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := answered(t, tc.path)
			status, text := ask(t, s, tc.path, `{"model":"alias"}`)
			require.Equal(t, http.StatusOK, status, text)
			var answer map[string]any
			require.NoError(t, json.Unmarshal([]byte(text), &answer))
			usage, ok := answer[tc.usage].(map[string]any)
			require.True(t, ok, text)
			for key, want := range tc.want {
				assert.EqualValues(t, want, usage[key], key)
			}
			calls, err := s.Calls()
			require.NoError(t, err)
			require.Len(t, calls, 2)
			assert.False(t, calls[0].Billable)
			assert.True(t, calls[1].Billable)
			assert.Equal(t, "served", calls[1].ResponseModel)
			billed, err := json.Marshal(calls[1].Usage)
			require.NoError(t, err)
			sent, err := json.Marshal(usage)
			require.NoError(t, err)
			assert.JSONEq(t, string(sent), string(billed))
		})
	}
}

// events are the data of a stream.
func events(text string) []string {
	var data []string
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			data = append(data, value)
		}
	}
	return data
}

func TestStreamsEndWithTheUsageThatIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, request string
		// the event, from the end, that says what is told of the usage
		last     int
		contains string
		sent     bool
	}{
		"chat":               {"/v1/chat/completions", `{"stream":true,"stream_options":{"include_usage":true}}`, 2, `"prompt_tokens":6600`, true},
		"chat without usage": {"/v1/chat/completions", `{"stream":true}`, 1, "[DONE]", false},
		"responses":          {"/v1/responses", `{"stream":true}`, 1, `"input_tokens":6600`, true},
		"messages":           {"/v1/messages", `{"stream":true}`, 2, `"output_tokens":400`, true},
		"generate":           {"/v1beta/models/served:streamGenerateContent", `{}`, 1, `"thoughtsTokenCount":64`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := answered(t, tc.path)
			_, text := ask(t, s, tc.path, tc.request)
			data := events(text)
			require.GreaterOrEqual(t, len(data), tc.last)
			assert.Contains(t, data[len(data)-tc.last], tc.contains)
			calls, err := s.Calls()
			require.NoError(t, err)
			require.NotNil(t, calls[1].UsageSent)
			assert.Equal(t, tc.sent, *calls[1].UsageSent)
			assert.NotNil(t, calls[1].Usage, "it is billed all the same")
		})
	}
}

func TestCumulativeStreamRepeatsTheInput(t *testing.T) {
	t.Parallel()
	for _, cumulative := range []bool{false, true} {
		s := NewServer(Scenario{Replies: []Reply{{Tokens: tokens}}, Cumulative: cumulative})
		_, text := ask(t, s, "/v1/messages", `{"stream":true}`)
		data := events(text)
		assert.Equal(t, cumulative, strings.Contains(data[len(data)-2], `"cache_read_input_tokens":5000`))
	}
}

func TestToolCallsAndSearches(t *testing.T) {
	t.Parallel()
	s := NewServer(Scenario{Replies: []Reply{{ToolCall: true, Tokens: Tokens{Searches: 2}}}})
	for path, want := range map[string][]string{
		"/v1/chat/completions":             {`"tool_calls":[{`},
		"/v1/responses":                    {`"function_call"`, `"web_search_call"`},
		"/v1/messages":                     {`"tool_use"`, `"web_search_requests":2`},
		"/v1beta/models/m:generateContent": {`"functionCall"`},
	} {
		_, text := ask(t, s, path, `{}`)
		for _, part := range want {
			assert.Contains(t, text, part, path)
		}
	}
}

func TestUnknownRequestsAreErrors(t *testing.T) {
	t.Parallel()
	for path, body := range map[string]string{"/v1/audio/speech": "{}", "/v1/messages": "no JSON", "/v1beta/models/m:countTokens": "{}"} {
		s := NewServer(scenario)
		status, _ := ask(t, s, path, body)
		assert.Equal(t, http.StatusNotFound, status)
		calls, err := s.Calls()
		require.Error(t, err, path)
		assert.Empty(t, calls)
	}
}
