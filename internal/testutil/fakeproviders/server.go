package fakeproviders

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The paths that are served.
const (
	OpenAICosts          = "/v1/organization/costs"
	OpenAIUsage          = "/v1/organization/usage/completions"
	OpenAIDecisions      = "/v1/organization/usage/decisions"
	OpenAIEmbeddings     = "/v1/organization/usage/embeddings"
	OpenAIImages         = "/v1/organization/usage/images"
	OpenAISpeeches       = "/v1/organization/usage/audio_speeches"
	OpenAITranscriptions = "/v1/organization/usage/audio_transcriptions"
	OpenAIModerations    = "/v1/organization/usage/moderations"
	AnthropicCosts       = "/v1/organizations/cost_report"
	AnthropicUsage       = "/v1/organizations/usage_report/messages"
	OpenRouter           = "/api/v1/activity"
	LiteLLM              = "/user/daily/activity/aggregated"
	defaultPageSize      = 7
)

// Server serves the APIs. Its fields are set before it serves; [Server.Fail] may be called at any time.
type Server struct {
	Ledger Ledger
	// Key is the one admin key that is taken.
	Key string
	// PageSize is the number of days on a page, 7 by default.
	PageSize int
	// Older has OpenAI answer as its schema was before input_tokens counted audio and images too (openapi.yaml 2.3.0).
	Older bool
	Now   func() time.Time

	mu       sync.Mutex
	faults   map[string][]Fault
	requests []string
}

// Fault answers in place of the API.
type Fault func(w http.ResponseWriter, r *http.Request, api http.Handler)

// Fail puts faults before the next requests of a path, one each.
func (s *Server) Fail(path string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults == nil {
		s.faults = map[string][]Fault{}
	}
	s.faults[path] = append(s.faults[path], faults...)
}

// Requests returns the paths that were asked for.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/json")
	if fault := s.next(r.URL.Path); fault != nil {
		fault(w, r, http.HandlerFunc(s.serve))
		return
	}
	s.serve(w, r)
}

func (s *Server) next(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, path)
	queue := s.faults[path]
	if len(queue) == 0 {
		return nil
	}
	s.faults[path] = queue[1:]
	return queue[0]
}

// serve checks the key, and answers with what the API has.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.URL.Path, "/v1/organizations/") {
		key = r.Header.Get("X-Api-Key")
		if r.Header.Get("Anthropic-Version") == "" {
			http.Error(w, `{"error":"anthropic-version is required"}`, http.StatusBadRequest)
			return
		}
	}
	if key != s.Key {
		// Providers have been seen to repeat the key.
		http.Error(w, `{"error":{"message":"Incorrect API key provided: `+key+`"}}`, http.StatusUnauthorized)
		return
	}
	answer, ok := map[string]func(*http.Request) any{
		OpenAICosts: s.openAICosts, OpenAIUsage: s.openAIUsage, OpenAIDecisions: s.openAIUsage,
		OpenAIEmbeddings: s.openAICounts("input_tokens"), OpenAIModerations: s.openAICounts("input_tokens"),
		OpenAIImages: s.openAICounts("images"), OpenAISpeeches: s.openAICounts("characters"), OpenAITranscriptions: s.openAICounts("seconds"),
		AnthropicCosts: s.anthropicCosts, AnthropicUsage: s.anthropicUsage,
		OpenRouter: s.openRouter, LiteLLM: s.liteLLM,
	}[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body := answer(r)
	if body == nil {
		http.Error(w, `{"error":"bad request"}`, http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(w).Encode(body)
}

// None lets a request through, between faults.
func None() Fault {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) { api.ServeHTTP(w, r) }
}

// Status answers with a code, and how many seconds to wait when that is not empty.
func Status(code int, retryAfter string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(code)
	}
}

// Body answers with a text in place of the report.
func Body(text string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { _, _ = w.Write([]byte(text)) }
}

// BrokenOff announces more than it sends.
func BrokenOff() Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"data": [`))
	}
}

// Redirect leads elsewhere.
func Redirect(target string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	}
}

// FirstPageAgain answers with the first page, whichever was asked for, and a cursor to another.
func FirstPageAgain() Fault {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		again := r.Clone(r.Context())
		q := again.URL.Query()
		q.Del("page")
		again.URL.RawQuery = q.Encode()
		api.ServeHTTP(w, again)
	}
}

// ClockAt answers with another time.
func ClockAt(t time.Time) Fault {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		w.Header().Set("Date", t.UTC().Format(http.TimeFormat))
		api.ServeHTTP(w, r)
	}
}

// page cuts the days of a request into the one that the cursor says, and returns the next cursor.
func (s *Server) page(r *http.Request, from, to time.Time) (days []time.Time, next any) {
	size := s.PageSize
	if size == 0 {
		size = defaultPageSize
	}
	for d := from; d.Before(to); d = d.Add(day) {
		days = append(days, d)
	}
	at, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("page"), "page_"))
	at = min(at, len(days))
	end := min(at+size, len(days))
	if end < len(days) {
		next = "page_" + strconv.Itoa(end)
	}
	return days[at:end], next
}
