package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// readLLM reads an attribute whose name begins with llm.: OpenInference, and OpenLLMetry before it
// moved to gen_ai.
func (f *facts) readLLM(k string, v pcommon.Value) {
	if k[0] == 'o' || strings.HasPrefix(k, "input_messages.") {
		return // messages, of which spans have dozens
	}
	switch {
	case strings.HasPrefix(k, "token_count."):
		f.readTokenCount(k[len("token_count."):], v)
		return
	case strings.HasPrefix(k, "usage."):
		f.readOldUsage(k[len("usage."):], v)
		return
	case strings.HasPrefix(k, "tools."), strings.HasPrefix(k, "request.functions."):
		f.offeredTools(v)
		return
	}
	c := f.call
	switch k {
	case "model_name", "response.model":
		first(&c.ResponseModel, v)
	case "request.model_name":
		set(&c.RequestModel, v)
	case "request.model":
		first(&c.RequestModel, v)
	case "response.model_name":
		set(&c.ResponseModel, v)
	case "provider":
		set(&c.Provider, v)
	case "system", "vendor":
		first(&f.vendor, v)
	case "request.type":
		if f.mark == markNone {
			f.mark = requestTypeMark(v.Str())
		}
	case "finish_reason", "stop_reason", "response.finish_reason", "response.stop_reason":
		c.OutputStarted = true
	case "is_streaming":
		c.Stream = c.Stream || truth(v)
	case "invocation_parameters":
		f.requestedTier(v.Str())
	case "cost.total":
		f.reported(v, costTotal)
	case "cost.prompt", "cost.completion":
		f.reportedPart(v)
	}
}

// readTokenCount reads the counts of OpenInference.
func (f *facts) readTokenCount(k string, v pcommon.Value) {
	switch k {
	case "prompt":
		f.putOld(tokInput, v)
	case "completion":
		f.putOld(tokOutput, v)
	case "total":
		f.putOld(tokTotal, v)
	case "prompt_details.cache_read":
		f.putOld(tokCacheRead, v)
	case "prompt_details.cache_write":
		f.putOld(tokCacheWrite, v)
	case "prompt_details.audio":
		f.putOld(tokAudioIn, v)
	case "completion_details.audio":
		f.putOld(tokAudioOut, v)
	case "completion_details.reasoning":
		f.putOld(tokReasoning, v)
	}
}

// readOldUsage reads the counts of OpenLLMetry's first attribute names.
func (f *facts) readOldUsage(k string, v pcommon.Value) {
	switch k {
	case "prompt_tokens", "input_tokens":
		f.putOld(tokInput, v)
	case "completion_tokens", "output_tokens":
		f.putOld(tokOutput, v)
	case "total_tokens":
		f.putOld(tokTotal, v)
	case "cache_read_input_tokens":
		f.putOld(tokCacheRead, v)
	case "cache_creation_input_tokens":
		f.putOld(tokCacheWrite, v)
	case "reasoning_tokens":
		f.putOld(tokReasoning, v)
	}
}

// requestedTier finds the service tier among the parameters of a request. They can hold long tool
// definitions, so they are searched and not parsed.
func (f *facts) requestedTier(parameters string) {
	if len(parameters) > maxJSON || f.call.RequestedTier != "" {
		return
	}
	f.call.RequestedTier = stringIn(parameters, `"service_tier"`)
}

// stringIn finds the string under a quoted key in JSON text, at whatever depth. Writers differ in the
// spaces around the colon: JavaScript leaves none, Python one.
func stringIn(text, key string) string {
	_, rest, _ := strings.Cut(text, key)
	rest, _ = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), ":")
	rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), `"`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// maxMetadata bounds how far into a metadata string is looked.
const maxMetadata = 4096

// langChainProvider finds the provider in the metadata of LangChain runs, which name it nowhere else.
func (f *facts) langChainProvider(v pcommon.Value) {
	if f.call.Provider != "" || v.Type() != pcommon.ValueTypeStr {
		return
	}
	s := v.Str()
	if len(s) > maxMetadata {
		s = s[:maxMetadata]
	}
	if name := stringIn(s, `"ls_provider"`); f.vendor == "" {
		f.vendor = name
	}
}
