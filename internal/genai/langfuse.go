package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// readLangfuse reads an attribute whose name begins with langfuse.observation.
func (f *facts) readLangfuse(k string, v pcommon.Value) {
	c := f.call
	switch k {
	case "type":
		f.mark = langfuseMark(v.Str())
	case "model.name":
		first(&c.ResponseModel, v)
	case "usage_details":
		f.readUsageDetails(v)
	case "cost_details":
		f.readCostDetails(v)
	case "level":
		if v.Str() == "ERROR" && c.ErrorType == "" {
			c.ErrorType = unnamedError
		}
	case "status_message":
		f.explain(v.Str())
	case "output":
		c.OutputStarted = c.OutputStarted || v.Str() != ""
	case "completion_start_time":
		c.OutputStarted, c.Stream = true, true
	case "model.parameters":
		f.readParameters(v)
	case "metadata.tools":
		f.offeredTools(v)
	}
}

// readUsageDetails reads Langfuse's usage, a JSON object. Under Langfuse's own names its members are
// disjoint: what has a key of its own was taken out of input or output, and a member under an
// unknown name belongs to the plain meter of its direction. Under a provider's names it is the
// provider's usage unchanged, details nested.
func (f *facts) readUsageDetails(v pcommon.Value) {
	for j := newFlatJSON(v.Str()); ; {
		prefix, key, value, ok := j.next()
		if !ok {
			return
		}
		if value == "null" {
			continue
		}
		n, ok := parseTokens(value)
		switch {
		case !ok || n < 0 || n > maxTokens:
			f.call.Invalid = true
		case prefix != "":
			f.nestedDetail(prefix, key, n)
		default:
			f.usageDetail(key, n)
		}
	}
}

func (f *facts) usageDetail(key string, n int64) {
	switch key {
	case "total", "totalTokens", "total_tokens":
		f.state(tokTotal, n)
	case "input":
		f.add(tokUncached, n)
	case "output":
		f.add(tokPlainOutput, n)
	case "prompt_tokens", "input_tokens", "promptTokens":
		f.state(tokInput, n)
	case "completion_tokens", "output_tokens", "completionTokens":
		f.state(tokOutput, n)
	case "input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "input_cache_read_tokens":
		f.state(tokCacheRead, n)
	case "input_cache_creation", "cache_creation_input_tokens", "input_cache_creation_tokens",
		"input_cache_write", "input_cache_write_tokens":
		f.state(tokCacheWrite, n)
	case "input_cache_creation_5m":
		f.state(tokWrite5m, n)
	case "input_cache_creation_1h":
		f.state(tokWrite1h, n)
	case "output_reasoning_tokens", "output_reasoning":
		f.state(tokReasoning, n)
	case "input_audio_tokens", "input_audio":
		f.state(tokAudioIn, n)
	case "output_audio_tokens", "output_audio":
		f.state(tokAudioOut, n)
	case "input_image_tokens", "input_image":
		f.state(tokImageIn, n)
	case "input_text_tokens":
		f.state(tokTextIn, n)
	default:
		f.otherDetail(key, n)
	}
}

func (f *facts) otherDetail(key string, n int64) {
	switch {
	case strings.HasPrefix(key, "input_"):
		f.add(tokUncached, n)
	case strings.HasPrefix(key, "output_"):
		f.add(tokPlainOutput, n)
	}
}

// nestedDetail reads a member of a provider's own details, which are parts of its totals.
func (f *facts) nestedDetail(prefix, key string, n int64) {
	output := strings.HasPrefix(prefix, "completion") || strings.HasPrefix(prefix, "output")
	switch {
	case key == "cached_tokens":
		f.state(tokCacheRead, n)
	case key == "cache_write_tokens":
		f.state(tokCacheWrite, n)
	case key == "reasoning_tokens":
		f.state(tokReasoning, n)
	case key == "ephemeral_5m_input_tokens":
		f.state(tokWrite5m, n)
	case key == "ephemeral_1h_input_tokens":
		f.state(tokWrite1h, n)
	case key == "audio_tokens" && output:
		f.state(tokAudioOut, n)
	case key == "audio_tokens":
		f.state(tokAudioIn, n)
	}
}

// readParameters finds the requested service tier among a call's parameters.
func (f *facts) readParameters(v pcommon.Value) {
	for j := newFlatJSON(v.Str()); ; {
		_, key, value, ok := j.next()
		if !ok {
			return
		}
		if key == "service_tier" && value != "null" && f.call.RequestedTier == "" {
			f.call.RequestedTier = value
		}
	}
}

// details directs LangChain's token details, which are parts of totals.
type details func(key string) (tok, bool)

func inputDetail(key string) (tok, bool) {
	switch key {
	case "cache_read":
		return tokCacheRead, true
	case "cache_creation":
		return tokCacheWrite, true
	case "ephemeral_5m_input_tokens":
		return tokWrite5m, true
	case "ephemeral_1h_input_tokens":
		return tokWrite1h, true
	case "audio":
		return tokAudioIn, true
	default:
		return 0, false
	}
}

func outputDetail(key string) (tok, bool) {
	switch key {
	case "reasoning":
		return tokReasoning, true
	case "audio":
		return tokAudioOut, true
	default:
		return 0, false
	}
}

// readTokenDetails reads LangSmith's JSON copy of LangChain's token details.
func (f *facts) readTokenDetails(v pcommon.Value, which details) {
	for j := newFlatJSON(v.Str()); ; {
		_, key, value, ok := j.next()
		if !ok {
			return
		}
		t, known := which(key)
		if !known || value == "null" {
			continue
		}
		n, ok := parseTokens(value)
		if !ok || n < 0 || n > maxTokens {
			f.call.Invalid = true
			continue
		}
		if f.current&(1<<t) == 0 {
			f.n[t] = n
			f.legacy |= 1 << t
		}
	}
}
