package genai

import (
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// detailsEvent is the event of the semantic conventions that describes one model call.
const detailsEvent = "gen_ai.client.inference.operation.details"

// ReadLog reads what a log record says about a model call into c, as ReadSpan does for spans. Records
// of known events are read; everything else is RoleNone.
func (s *ScopeReader) ReadLog(log plog.LogRecord, c *Call) Role {
	name := eventName(log)
	profile, known := s.reader.events[name]
	if !known && name != detailsEvent {
		c.Role = RoleNone
		return RoleNone
	}
	own := *s
	if known {
		own.profile = profile
	}
	*c = Call{}
	f := facts{call: c, scope: &own}
	f.readAll(log.Attributes())
	f.readLogTime(log)
	return f.conclude(name, kindInternal)
}

// eventName returns the name of the event that a record is: its own field, or the attribute and the
// bodies that older SDKs used.
func eventName(log plog.LogRecord) string {
	if name := log.EventName(); name != "" {
		return name
	}
	if body := log.Body(); body.Type() == pcommon.ValueTypeStr && strings.HasPrefix(body.Str(), "claude_code.") {
		return body.Str()
	}
	v, ok := log.Attributes().Get("event.name")
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return ""
	}
	if v.Str() == "codex.sse_event" && !completes(log) {
		return ""
	}
	return v.Str()
}

// completes tells the one event of a Codex response stream that carries its usage.
func completes(log plog.LogRecord) bool {
	v, ok := log.Attributes().Get("event.kind")
	return ok && v.Str() == "response.completed"
}

// readLogTime sets the start of the call: records are written when it ends.
func (f *facts) readLogTime(log plog.LogRecord) {
	if at := log.Timestamp(); at != 0 {
		f.call.Start = at.AsTime().Add(-f.call.Duration)
	}
}

// duration reads a duration in milliseconds.
func (f *facts) duration(v pcommon.Value) {
	var ms float64
	switch v.Type() {
	case pcommon.ValueTypeInt:
		ms = float64(v.Int())
	case pcommon.ValueTypeDouble:
		ms = v.Double()
	case pcommon.ValueTypeStr:
		n, ok := parseTokens(v.Str())
		if !ok {
			return
		}
		ms = float64(n)
	}
	if ms > 0 && ms < math.MaxInt64/float64(time.Millisecond) {
		f.call.Duration = time.Duration(ms * float64(time.Millisecond))
	}
}
