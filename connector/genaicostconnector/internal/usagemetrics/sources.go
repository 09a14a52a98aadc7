package usagemetrics

import "github.com/otelcol-finops/otelcol-finops/internal/meter"

// part is a kind of token as metrics tell them apart.
type part uint8

const (
	// partIgnored repeats other parts, such as a total.
	partIgnored part = iota
	partInput
	partOutput
	partCacheRead
	partCacheWrite
	partReasoning
	// partToolInput is the input that results of server-side tools made.
	partToolInput
)

// form says which parts are counted within others. Those that are not come on top.
type form struct{ cacheInInput, reasoningInOutput bool }

var (
	// subsets: semantic conventions, "SHOULD be included in".
	subsets = form{cacheInInput: true, reasoningInOutput: true}
	// disjoint: Anthropic's API.
	disjoint = form{}
	// thoughtsApart: Gemini's API.
	thoughtsApart = form{cacheInInput: true}
)

// source is what is known about one metric.
type source struct {
	// family holds the metrics that report the same calls in parts; see families.
	family family
	// part is set for metrics that count one part. Otherwise the first attribute of typeAttributes that a
	// point has names it, by types.
	part           part
	typeAttributes []string
	types          map[string]part
	form           form
	// provider of points that name none.
	provider string
	// names translates attributes into those of the semantic conventions.
	names map[string]string
	// origin is where this is documented.
	origin string
}

// family is a set of metrics that add up. Where one scope reports several, they report the same calls,
// and the last one of this list counts, because it tells more parts apart.
type family uint8

const (
	familyNone family = iota
	familyTokenUsage
	familyInferenceUsage
	familyAgent
)

// semconvTypes are the values of gen_ai.token.type. The conventions have input and output, completion being
// the older name of output; the others are Envoy AI Gateway's and agentgateway's.
var semconvTypes = map[string]part{
	"input":      partInput,
	"output":     partOutput,
	"completion": partOutput,
	"total":      partIgnored,

	"cached_input":         partCacheRead,
	"cache_creation_input": partCacheWrite,
	"reasoning":            partReasoning,

	"input_cache_read":  partCacheRead,
	"input_cache_write": partCacheWrite,
}

// prometheusNames are the conventions' attributes as they come from a Prometheus page.
var prometheusNames = map[string]string{
	"gen_ai_provider_name":  "gen_ai.provider.name",
	"gen_ai_system":         "gen_ai.system",
	"gen_ai_operation_name": "gen_ai.operation.name",
	"gen_ai_request_model":  "gen_ai.request.model",
	"gen_ai_response_model": "gen_ai.response.model",
	"server_address":        "server.address",
}

// agentNames are the attributes of coding agents that the conventions have under another name.
var agentNames = map[string]string{"model": "gen_ai.request.model"}

const (
	inferenceOrigin = "open-telemetry/semantic-conventions-genai docs/gen-ai/gen-ai-token-metrics.md"
	tokenOrigin     = "open-telemetry/semantic-conventions-genai docs/gen-ai/gen-ai-metrics.md; " +
		"envoyproxy/ai-gateway internal/metrics/genai.go"
)

func inferenceUsage(p part) source {
	return source{family: familyInferenceUsage, part: p, form: subsets, origin: inferenceOrigin}
}

// sources by the name of the metric.
var sources = map[string]source{
	"gen_ai.client.inference.usage.input_tokens":             inferenceUsage(partInput),
	"gen_ai.client.inference.usage.output_tokens":            inferenceUsage(partOutput),
	"gen_ai.client.inference.usage.cache_read.input_tokens":  inferenceUsage(partCacheRead),
	"gen_ai.client.inference.usage.cache_write.input_tokens": inferenceUsage(partCacheWrite),
	"gen_ai.client.inference.usage.reasoning.output_tokens":  inferenceUsage(partReasoning),

	"gen_ai.client.token.usage": {
		family: familyTokenUsage, typeAttributes: []string{"gen_ai.token.type"}, types: semconvTypes, form: subsets,
		origin: tokenOrigin,
	},
	"gen_ai_client_token_usage": {
		family: familyTokenUsage, typeAttributes: []string{"gen_ai_token_type"}, types: semconvTypes, form: subsets,
		names: prometheusNames, origin: tokenOrigin,
	},
	"agentgateway_gen_ai_client_token_usage": {
		family: familyTokenUsage, typeAttributes: []string{"gen_ai_token_type"}, types: semconvTypes, form: subsets,
		names: prometheusNames, origin: "agentgateway 1.5 schema/metrics.md; form seen for OpenAI's API",
	},
	"claude_code.token.usage": {
		family: familyAgent, typeAttributes: []string{"type"}, form: disjoint, provider: "anthropic", names: agentNames,
		types: map[string]part{
			"input": partInput, "output": partOutput, "cacheRead": partCacheRead, "cacheCreation": partCacheWrite,
		},
		origin: "Claude Code 2.1.330; code.claude.com/docs/en/monitoring-usage",
	},
	"gemini_cli.token.usage": {
		family: familyAgent, typeAttributes: []string{"type", "gen_ai.token.type"}, form: thoughtsApart,
		provider: "gcp.gemini", names: agentNames,
		types: map[string]part{
			"input": partInput, "output": partOutput, "cache": partCacheRead, "thought": partReasoning, "tool": partToolInput,
		},
		origin: "Gemini CLI core 0.61.0; google-gemini/gemini-cli docs/cli/telemetry.md",
	},
}

// modality is what the tokens of a point stand for. Points that do not say so count text, which most are.
type modality uint8

const (
	modalityText modality = iota
	modalityAudio
	modalityImage
	modalityVideo
	modalityOther

	modalities = int(modalityOther) + 1
)

// modalityAttributes are where a point says its modality: gen_ai.token.modality of the conventions'
// token metrics, and token.modality of their drafts.
var modalityAttributes = []string{"gen_ai.token.modality", "token.modality"}

var modalityNames = map[string]modality{
	"text": modalityText, "audio": modalityAudio, "image": modalityImage, "video": modalityVideo, "unknown": modalityOther,
}

// Meters by modality. Where there is no meter for one, its tokens are the text's.
var (
	inputMeters     = [modalities]meter.Meter{meter.Input, meter.InputAudio, meter.InputImage, meter.InputVideo, meter.Input}
	outputMeters    = [modalities]meter.Meter{meter.Output, meter.OutputAudio, meter.OutputImage, meter.OutputVideo, meter.Output}
	cacheReadMeters = [modalities]meter.Meter{meter.CacheRead, meter.CacheReadAudio, meter.CacheReadImage, meter.CacheRead, meter.CacheRead}
)
