package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
	"github.com/otelcol-finops/otelcol-finops/test/interop/mock"
)

// session is what a script talks to: the provider in the part of the current scenario, the OTLP endpoint that
// keeps what belongs to it, and the switch between scenarios.
//
//	POST /control/begin/<scenario>
//	POST /control/end/<scenario>    after everything was flushed; the body is the error, if any
type session struct {
	collector *billing.Collector

	mu      sync.Mutex
	results []result
	ended   []bool
	current int // -1 between scenarios
	server  *mock.Server
}

func newSession(pairs []pair, collector *billing.Collector) *session {
	s := &session{collector: collector, results: make([]result, len(pairs)), ended: make([]bool, len(pairs)), current: -1}
	for i, p := range pairs {
		s.results[i] = result{pair: p, sink: newSink(collector)}
	}
	return s
}

// ServeHTTP routes a request to the part that it is for.
func (s *session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if step, ok := strings.CutPrefix(r.URL.Path, "/control/"); ok {
		if err := s.control(step, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
		return
	}
	s.mu.Lock()
	current, server := s.current, s.server
	s.mu.Unlock()
	if current < 0 {
		http.Error(w, "no scenario has begun", http.StatusConflict)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/otlp/") {
		http.StripPrefix("/otlp", s.results[current].sink).ServeHTTP(w, r)
		return
	}
	server.ServeHTTP(w, r)
}

func (s *session) control(step string, body io.Reader) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	verb, name, _ := strings.Cut(step, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(name)
	switch {
	case i >= 0 && verb == "begin" && s.current < 0:
		s.current, s.server = i, mock.NewServer(s.results[i].scenario)
	case i >= 0 && verb == "end" && s.current == i:
		s.close(string(text))
	default:
		return fmt.Errorf("%s out of turn", step)
	}
	return nil
}

func (s *session) index(name string) int {
	for i, r := range s.results {
		if r.scenario.Name == name {
			return i
		}
	}
	return -1
}

// close books what the provider saw of the current scenario.
func (s *session) close(failure string) {
	r := &s.results[s.current]
	var mockErr error
	r.calls, mockErr = s.server.Calls()
	if failure != "" {
		r.err = errors.New(failure)
	}
	r.err = errors.Join(r.err, mockErr, r.sink.err())
	s.ended[s.current] = true
	s.current = -1
}

// finish returns the results; scenarios that never ended fail with the script's error.
func (s *session) finish(err error) []result {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		err = errors.New("the script ended before")
	}
	for i := range s.results {
		if !s.ended[i] {
			s.results[i].err = err
		}
	}
	return s.results
}
