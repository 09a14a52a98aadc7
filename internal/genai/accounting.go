package genai

import "strings"

// accounting is how a provider's own API counts, which is what instrumentations of [FormProvider]
// pass on, and what an unknown one may.
type accounting uint8

const (
	// accountingUnknown: the API could count either way.
	accountingUnknown accounting = iota
	// accountingInclusive: cached input within the input, reasoning within the output. OpenAI and all
	// that are compatible with it.
	accountingInclusive
	// accountingAdditive: cached input beside the input. Anthropic's Messages API
	// (platform.claude.com/docs/en/build-with-claude/prompt-caching) and Bedrock's Converse API
	// (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html).
	accountingAdditive
	// accountingThoughts: cached input within the input, thoughts beside the output. Gemini's
	// usageMetadata (ai.google.dev/api/generate-content#UsageMetadata).
	accountingThoughts
	// accountingReasoningApart: as accountingThoughts, for xAI (docs.x.ai/docs/guides/reasoning) and
	// Perplexity (docs.perplexity.ai/guides/pricing).
	accountingReasoningApart
)

// providerAccounting is keyed by the provider as telemetry spells it, up to the first of . / and -
// that leads to a known name.
var providerAccounting = map[string]accounting{
	"openai": accountingInclusive, "azure": accountingInclusive, "azure.ai.openai": accountingInclusive,
	"azure.ai.inference": accountingInclusive, "az.ai.openai": accountingInclusive,
	"az.ai.inference": accountingInclusive, "azure_openai": accountingInclusive,
	"azure_ai": accountingInclusive, "azure-openai": accountingInclusive,
	"mistral_ai": accountingInclusive, "mistral": accountingInclusive, "mistralai": accountingInclusive,
	"groq": accountingInclusive, "deepseek": accountingInclusive, "moonshot_ai": accountingInclusive,
	"moonshot": accountingInclusive, "openrouter": accountingInclusive, "together": accountingInclusive,
	"together_ai": accountingInclusive, "togetherai": accountingInclusive, "fireworks": accountingInclusive,
	"fireworks_ai": accountingInclusive, "cerebras": accountingInclusive, "vllm": accountingInclusive,
	"ollama": accountingInclusive, "cohere": accountingInclusive, "huggingface": accountingInclusive,
	"ibm.watsonx.ai": accountingInclusive, "watsonx": accountingInclusive, "github": accountingInclusive,

	"anthropic": accountingAdditive, "aws": accountingAdditive, "aws.bedrock": accountingAdditive,
	"bedrock": accountingAdditive, "aws_bedrock": accountingAdditive, "amazon": accountingAdditive,
	"amazon-bedrock": accountingAdditive, "amazon_bedrock": accountingAdditive,
	"bedrock_converse": accountingAdditive, "vertex.anthropic": accountingAdditive,

	"gcp": accountingThoughts, "google": accountingThoughts, "gemini": accountingThoughts,
	"google_genai": accountingThoughts, "google_ai_studio": accountingThoughts,
	"google_vertexai": accountingThoughts, "vertex_ai": accountingThoughts, "vertexai": accountingThoughts,
	"vertex": accountingThoughts, "google-vertex": accountingThoughts, "google-gla": accountingThoughts,

	"x_ai": accountingReasoningApart, "xai": accountingReasoningApart, "x-ai": accountingReasoningApart,
	"perplexity": accountingReasoningApart,
}

// accountingOf returns how the API counts that served a call. A Claude model on another cloud counts as
// Anthropic does; where the provider is not named, the model's family decides.
func accountingOf(c *Call) accounting {
	a := accountingByName(c.Provider)
	switch a {
	case accountingUnknown, accountingThoughts:
		model := c.ResponseModel
		if model == "" {
			model = c.RequestModel
		}
		if b := accountingByModel(model); b != accountingUnknown {
			return b
		}
	}
	return a
}

func accountingByName(provider string) accounting {
	for name := provider; name != ""; {
		if a, ok := providerAccounting[name]; ok {
			return a
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return accountingUnknown
		}
		name = name[:i]
	}
	return accountingUnknown
}

func accountingByModel(model string) accounting {
	switch {
	case strings.Contains(model, "claude"):
		return accountingAdditive
	case strings.Contains(model, "gemini"):
		return accountingThoughts
	case strings.HasPrefix(model, "gpt-"), strings.HasPrefix(model, "o1"), strings.HasPrefix(model, "o3"),
		strings.HasPrefix(model, "o4"), strings.HasPrefix(model, "text-embedding-"):
		return accountingInclusive
	case strings.HasPrefix(model, "grok"), strings.HasPrefix(model, "sonar"):
		return accountingReasoningApart
	default:
		return accountingUnknown
	}
}

// thinksApart reports whether the API counts reasoning beside the output.
func (a accounting) thinksApart() bool {
	return a == accountingThoughts || a == accountingReasoningApart
}
