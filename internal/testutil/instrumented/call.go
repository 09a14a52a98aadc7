// Package instrumented makes the spans of a model call as published instrumentations export them.
package instrumented

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// files are spans of one call, captured from the real instrumentation; what differs from call to call is left open.
//
//go:embed templates/*.json
var files embed.FS

var templates = template.Must(template.ParseFS(files, "templates/*.json"))

// duration of a call. Calls that begin further apart do not overlap.
const duration = time.Second

// Call is one call of a model. Input leaves out what the cache has.
type Call struct {
	// Identity tells calls apart; trace, span and response IDs follow from it.
	Identity string
	Model    string
	Begin    time.Time
	Input    int
	// CacheWrite is written for five minutes.
	CacheRead, CacheWrite, Output int
}

func (c Call) hash() string {
	sum := sha256.Sum256([]byte(c.Identity))
	return hex.EncodeToString(sum[:])
}

// Trace is the trace ID.
func (c Call) Trace() string { return c.hash()[:32] }

// Span is the ID of the n-th span of the call.
func (c Call) Span(n int) string { return strconv.Itoa(n+1) + c.hash()[33:48] }

// ID is what the provider calls its response.
func (c Call) ID() string { return "resp_" + c.hash()[48:] }

// Start of the call in nanoseconds.
func (c Call) Start() int64 { return c.Begin.UnixNano() }

// End of the call in nanoseconds.
func (c Call) End() int64 { return c.Begin.Add(duration).UnixNano() }

// AllInput has the cached tokens in it.
func (c Call) AllInput() int { return c.Input + c.CacheRead + c.CacheWrite }

// Total is what OpenAI calls total_tokens.
func (c Call) Total() int { return c.AllInput() + c.Output }

// UncachedTotal is what one instrumentation of Anthropic calls total_tokens.
func (c Call) UncachedTotal() int { return c.Input + c.Output }

// Spans returns the call as the instrumentation exports it, with an empty resource.
func (c Call) Spans(instrumentation string) (ptrace.Traces, error) {
	var document strings.Builder
	if err := templates.ExecuteTemplate(&document, instrumentation+".json", c); err != nil {
		return ptrace.Traces{}, err
	}
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(document.String()))
	if err != nil {
		return traces, fmt.Errorf("%s: %w", instrumentation, err)
	}
	return traces, nil
}
