package genai

import "go.opentelemetry.io/collector/pdata/pcommon"

// maxPayload bounds the raw payloads that are read.
const maxPayload = 256 << 10

// payload holds raw requests and responses for the time of one read.
type payload struct {
	request, response, metadata string
}

// raw returns a payload if reading payloads is allowed.
func (f *facts) raw(v pcommon.Value) string {
	if !f.scope.reader.rawPayload || v.Type() != pcommon.ValueTypeStr || len(v.Str()) > maxPayload {
		return ""
	}
	return v.Str()
}

// readPayloads looks into the payloads for facts that the record lacks.
func (f *facts) readPayloads() {}
