package mock

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Server plays one scenario for one client.
type Server struct {
	scenario Scenario
	mu       sync.Mutex
	calls    []Call
	err      error
}

// Call is one request that reached the provider, as the truth files of captures spell it.
type Call struct {
	Number        int    `json:"n"`
	Method        string `json:"method"`
	Path          string `json:"path"`
	RequestModel  string `json:"request_model"`
	RequestStream bool   `json:"request_stream"`
	RequestTier   string `json:"request_service_tier,omitempty"`
	Status        int    `json:"status"`
	Billable      bool   `json:"billable"`
	Usage         any    `json:"usage,omitempty"`
	ResponseModel string `json:"response_model,omitempty"`
	ServiceTier   string `json:"service_tier,omitempty"`
	UsageSent     *bool  `json:"usage_sent_on_wire,omitempty"`
}

// NewServer returns a provider that behaves as the scenario says.
func NewServer(s Scenario) *Server { return &Server{scenario: s} }

// Calls returns the requests so far, and the first that no API documents.
func (s *Server) Calls() ([]Call, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...), s.err
}

// ServeHTTP answers one request and books it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.serve(w, r, body)
	}
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err)
	}
	http.Error(w, err.Error(), http.StatusNotFound)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, body []byte) error {
	api, model, err := route(r.URL.Path)
	if err != nil {
		return err
	}
	x := &exchange{scenario: &s.scenario, path: r.URL.Path, id: strings.ToLower(rand.Text()[:12])}
	if err := json.Unmarshal(body, &x.request); err != nil {
		return err
	}
	if model != "" {
		x.request.Model, x.request.Stream = model, strings.HasSuffix(r.URL.Path, ":streamGenerateContent")
	}
	answer := s.settle(x, api)
	if x.reply.Status != 0 {
		refuse(w, x.path, x.reply.Status)
		return nil
	}
	w.Header().Set("Request-Id", "req_"+x.id)
	w.Header().Set("X-Request-Id", "req_"+x.id)
	return answer.write(w)
}

// settle chooses the reply, makes the answer of it and books it, in the order in which requests came.
func (s *Server) settle(x *exchange, api func(*exchange) answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.reply = s.scenario.reply(len(s.calls))
	x.model = orDefault(x.reply.Model, x.request.Model)
	call := Call{
		Number: len(s.calls) + 1, Method: http.MethodPost, Path: x.path, RequestModel: x.request.Model,
		RequestStream: x.request.Stream, RequestTier: x.request.ServiceTier, Status: x.reply.Status,
	}
	var a answer
	if x.reply.Status == 0 {
		a = api(x)
		call.Status, call.Billable = http.StatusOK, true
		call.Usage, call.ResponseModel, call.ServiceTier = x.usage, x.model, x.tier
		if x.request.Stream {
			call.UsageSent = &x.sent
		}
	}
	s.calls = append(s.calls, call)
	return a
}

// route finds the API that a path belongs to, and the model if the path names it.
func route(path string) (api func(*exchange) answer, model string, err error) {
	for suffix, api := range map[string]func(*exchange) answer{
		"/chat/completions": (*exchange).chat,
		"/responses":        (*exchange).responses,
		"/embeddings":       (*exchange).embeddings,
		"/v1/messages":      (*exchange).messages,
	} {
		if strings.HasSuffix(path, suffix) {
			return api, "", nil
		}
	}
	if _, rest, ok := strings.Cut(path, "/models/"); ok {
		model, method, _ := strings.Cut(rest, ":")
		if method == "generateContent" || method == "streamGenerateContent" {
			return (*exchange).generate, model, nil
		}
	}
	return nil, "", errors.New("no such API")
}

// refuse answers with an error that satisfies every client; nothing is billed for it.
func refuse(w http.ResponseWriter, path string, status int) {
	kind, code := "server_error", any(nil)
	if status == http.StatusTooManyRequests {
		kind, code = "rate_limit_error", "rate_limit_exceeded"
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Retry-After-Ms", "10") // where a client knows it
	}
	if strings.Contains(path, "/models/") {
		code = status
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	message := http.StatusText(status)
	// The fields of all three providers: type and code for OpenAI, the outer type for Anthropic, code and status for Gemini.
	_ = json.NewEncoder(w).Encode(object{"type": "error", "error": object{
		"type": kind, "message": message, "param": nil, "code": code, "status": strings.ToUpper(strings.ReplaceAll(message, " ", "_")),
	}})
}
