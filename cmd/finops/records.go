package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

// record is a span or log record that tells of a model call.
type record struct {
	call                   genai.Call
	payer                  payerFlags
	name, scope, scopeName string
	trace                  [16]byte
	span, parent           [8]byte
	process                uint64
	attributes             []attribute
}

// readRecords reads a file of OTLP JSON: one document, or one for each line.
func readRecords(name string, data []byte) ([]record, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	reader := genai.NewReader()
	var records []record
	for documents := 0; ; documents++ {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) && documents > 0 {
			return records, nil
		}
		if err != nil {
			return nil, failed("%s: not OTLP JSON: %w", name, err)
		}
		more, err := readDocument(reader, document)
		if err != nil {
			return nil, failed("%s: %w", name, err)
		}
		records = append(records, more...)
	}
}

func readDocument(reader *genai.Reader, document []byte) ([]record, error) {
	var kind struct {
		ResourceSpans json.RawMessage `json:"resourceSpans"`
		ResourceLogs  json.RawMessage `json:"resourceLogs"`
	}
	if err := json.Unmarshal(document, &kind); err != nil {
		return nil, err
	}
	switch {
	case kind.ResourceSpans != nil:
		traces, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(document)
		if err != nil {
			return nil, err
		}
		return readTraces(reader, traces), nil
	case kind.ResourceLogs != nil:
		logs, err := new(plog.JSONUnmarshaler).UnmarshalLogs(document)
		if err != nil {
			return nil, err
		}
		return readLogs(reader, logs), nil
	default:
		return nil, errors.New("not OTLP JSON: neither resourceSpans nor resourceLogs")
	}
}

func readTraces(reader *genai.Reader, traces ptrace.Traces) []record {
	var records []record
	for _, rs := range traces.ResourceSpans().All() {
		process := processOf(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			scope := reader.Scope(ss.Scope())
			for _, span := range ss.Spans().All() {
				r := record{name: span.Name(), trace: span.TraceID(), span: span.SpanID(), parent: span.ParentSpanID(), process: process}
				if scope.ReadSpan(span, &r.call) == genai.RoleNone {
					continue
				}
				r.describe(ss.Scope(), span.Attributes())
				records = append(records, r)
			}
		}
	}
	return records
}

func readLogs(reader *genai.Reader, logs plog.Logs) []record {
	var records []record
	for _, rl := range logs.ResourceLogs().All() {
		process := processOf(rl.Resource().Attributes())
		for _, sl := range rl.ScopeLogs().All() {
			scope := reader.Scope(sl.Scope())
			for _, log := range sl.LogRecords().All() {
				r := record{name: log.EventName(), trace: log.TraceID(), parent: log.SpanID(), process: process}
				if scope.ReadLog(log, &r.call) == genai.RoleNone {
					continue
				}
				r.describe(sl.Scope(), log.Attributes())
				records = append(records, r)
			}
		}
	}
	return records
}

// processKeys tell processes apart.
var processKeys = [...]string{"service.name", "service.instance.id", "k8s.pod.uid", "host.name", "process.pid"}

func processOf(resource pcommon.Map) uint64 {
	var parts [len(processKeys)]string
	for i, key := range processKeys {
		if value, ok := resource.Get(key); ok {
			parts[i] = value.AsString()
		}
	}
	return dedup.Hash(parts[:]...)
}

func (r *record) describe(scope pcommon.InstrumentationScope, attributes pcommon.Map) {
	r.scopeName = scope.Name()
	r.scope = strings.TrimSpace(scope.Name() + " " + scope.Version())
	for key, value := range attributes.All() {
		if saysPrice(key, value) {
			r.attributes = append(r.attributes, attribute{key, value.AsString()})
		}
	}
}

// maxShown keeps texts of people out of the explanation, whatever their attribute is called.
const maxShown = 200

// saysPrice selects the attributes that a price can depend on. Contents of messages are never shown.
func saysPrice(key string, value pcommon.Value) bool {
	if value.Type() == pcommon.ValueTypeMap || value.Type() == pcommon.ValueTypeSlice || len(value.AsString()) > maxShown {
		return false
	}
	folded := strings.ToLower(key)
	for _, word := range []string{"content", "prompt.", "message", "completion.", "arguments", "input.value", "output.value"} {
		if strings.Contains(folded, word) && !strings.Contains(folded, "token") {
			return false
		}
	}
	for _, word := range []string{"usage", "token", "model", "provider", "system", "tier", "speed", "region", "geo", "operation", "cost", "finops.", "response.id", "batch"} {
		if strings.Contains(folded, word) {
			return true
		}
	}
	return false
}

func hexOrEmpty(id []byte) string {
	if bytes.Count(id, []byte{0}) == len(id) {
		return ""
	}
	return hex.EncodeToString(id)
}
