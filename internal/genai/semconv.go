package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// readSemconv reads an attribute whose name begins with g: gen_ai in every version of the OpenTelemetry
// conventions since 1.27, and what instrumentations put under the same prefix. Names are
// compared whole, which the compiler does in a few steps; taking prefixes off costs more than it saves.
func (f *facts) readSemconv(k string, v pcommon.Value) {
	c := f.call
	switch k {
	case "gen_ai.usage.input_tokens":
		f.put(tokInput, v)
	case "gen_ai.usage.output_tokens":
		f.put(tokOutput, v)
	case "gen_ai.usage.cache_read.input_tokens":
		f.put(tokCacheRead, v)
	case "gen_ai.usage.cache_write.input_tokens":
		f.put(tokCacheWrite, v)
	case "gen_ai.usage.cache_creation.input_tokens":
		f.putOld(tokCacheWrite, v)
	case "gen_ai.usage.reasoning.output_tokens":
		f.put(tokReasoning, v)
	case "gen_ai.usage.total_tokens":
		f.put(tokTotal, v)
	case "gen_ai.operation.name":
		set(&f.operation, v)
	case "gen_ai.provider.name":
		set(&c.Provider, v)
	case "gen_ai.system":
		first(&c.Provider, v)
	case "gen_ai.request.model":
		set(&c.RequestModel, v)
	case "gen_ai.response.model":
		set(&c.ResponseModel, v)
	case "gen_ai.response.id":
		set(&c.ResponseID, v)
		c.OutputStarted = c.OutputStarted || v.Str() != ""
	case "gen_ai.response.finish_reasons", "gen_ai.response.finish_reason":
		c.OutputStarted = true
	case "gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token":
		c.OutputStarted, c.Stream = true, true
	case "gen_ai.request.stream", "gen_ai.request.is_stream", "gen_ai.is_streaming":
		c.Stream = c.Stream || truth(v)
	case "gen_ai.openai.request.service_tier", "gen_ai.request.service_tier":
		first(&c.RequestedTier, v)
	case "gen_ai.openai.response.service_tier", "gen_ai.response.service_tier":
		first(&c.ServiceTier, v)
	case "gen_ai.tool.definitions", "gen_ai.request.tools":
		f.offeredTools(v)
	case "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.request.temperature",
		"gen_ai.request.top_p", "gen_ai.request.max_tokens", "gen_ai.output.type",
		"gen_ai.conversation.id", "gen_ai.agent.name", "gen_ai.system_instructions":
		// Common and of no interest: the rest need not be asked.
	default:
		f.readRareSemconv(k, v)
	}
}

func (f *facts) readRareSemconv(k string, v pcommon.Value) {
	if rest, ok := strings.CutPrefix(k, "gen_ai.usage."); ok {
		f.readUsage(rest, v)
	} else if rest, ok := strings.CutPrefix(k, "gen_ai."); ok {
		f.readGateway(rest, v)
	}
}

// readUsage reads the older and rarer attributes below gen_ai.usage.
func (f *facts) readUsage(k string, v pcommon.Value) {
	switch k {
	case "prompt_tokens":
		f.putOld(tokInput, v)
	case "completion_tokens":
		f.putOld(tokOutput, v)
	case "cache_read_input_tokens", "cached_tokens", "cached_input_tokens", "input_tokens.cached":
		f.putOld(tokCacheRead, v)
	case "cache_creation_input_tokens", "cache_write_input_tokens", "input_tokens.cache_write":
		f.putOld(tokCacheWrite, v)
	case "cache_creation.5m_input_tokens", "cache_write.5m_input_tokens",
		"cache_creation.ephemeral_5m_input_tokens", "cache_creation_5m_input_tokens":
		f.put(tokWrite5m, v)
	case "cache_creation.1h_input_tokens", "cache_write.1h_input_tokens",
		"cache_creation.ephemeral_1h_input_tokens", "cache_creation_1h_input_tokens":
		f.put(tokWrite1h, v)
	case "reasoning_tokens", "reasoning_output_tokens", "output_tokens.reasoning",
		"thoughts_tokens", "thoughts_token_count", "thinking_tokens":
		f.putOld(tokReasoning, v)
	case "input_token_details":
		f.readTokenDetails(v, inputDetail)
	case "output_token_details":
		f.readTokenDetails(v, outputDetail)
	default:
		f.readRareUsage(k, v)
	}
}

// readRareUsage reads modality counts, details and costs.
func (f *facts) readRareUsage(k string, v pcommon.Value) {
	switch k {
	case "text.input_tokens":
		f.put(tokTextIn, v)
	case "audio.input_tokens":
		f.put(tokAudioIn, v)
	case "audio_input_tokens":
		f.putOld(tokAudioIn, v)
	case "audio.output_tokens":
		f.put(tokAudioOut, v)
	case "audio_output_tokens":
		f.putOld(tokAudioOut, v)
	case "audio.cache_read.input_tokens":
		f.put(tokAudioCached, v)
	case "image.input_tokens":
		f.put(tokImageIn, v)
	case "image.output_tokens":
		f.put(tokImageOut, v)
	case "image.cache_read.input_tokens":
		f.put(tokImageCached, v)
	case "video.input_tokens":
		f.put(tokVideoIn, v)
	case "video.output_tokens":
		f.put(tokVideoOut, v)
	case "cost", "cost.amount", "cost.currency", "cost.source":
		f.readCost(k, v)
	default:
		if strings.HasPrefix(k, "details.") {
			f.readDetails(k[len("details."):], v)
		}
	}
}

// readDetails reads Pydantic AI's copies of the provider's own counts, which stand beside totals
// that are inclusive already.
func (f *facts) readDetails(k string, v pcommon.Value) {
	switch k {
	case "cache_read_tokens", "cache_read_input_tokens", "cached_tokens", "cached_content_tokens":
		f.putOld(tokCacheRead, v)
	case "cache_write_tokens", "cache_creation_input_tokens":
		f.putOld(tokCacheWrite, v)
	case "reasoning_tokens", "thoughts_tokens":
		f.putOld(tokReasoning, v)
	case "input_audio_tokens", "audio_prompt_tokens":
		f.putOld(tokAudioIn, v)
	case "output_audio_tokens", "audio_candidates_tokens":
		f.putOld(tokAudioOut, v)
	}
}

// readAnthropic reads what Anthropic's own SDKs add to the conventions.
func (f *facts) readAnthropic(k string, v pcommon.Value) {
	c := f.call
	switch k {
	case "anthropic.usage.cache_creation.ephemeral_5m_input_tokens":
		f.put(tokWrite5m, v)
	case "anthropic.usage.cache_creation.ephemeral_1h_input_tokens":
		f.put(tokWrite1h, v)
	case "anthropic.response.service_tier":
		set(&c.ServiceTier, v)
	case "anthropic.request.service_tier":
		set(&c.RequestedTier, v)
	case "anthropic.response.inference_geo", "anthropic.usage.inference_geo":
		set(&c.Region, v)
	case "anthropic.request.inference_geo":
		first(&c.Region, v)
	case "anthropic.usage.speed", "anthropic.response.speed":
		set(&c.Speed, v)
	case "anthropic.request.speed":
		first(&c.Speed, v)
	case "anthropic.message.stop_reason":
		c.OutputStarted = true
	case "anthropic.usage.server_tool_use.web_search_requests":
		f.fix(meter.WebSearch, v)
	}
}
