package importer

import "github.com/otelcol-finops/otelcol-finops/internal/pricing"

// providerNames are the names for people of providers that a price list calls by an id only.
var providerNames = map[string]string{
	"openai":             "OpenAI",
	"anthropic":          "Anthropic",
	"gcp.gemini":         "Google Gemini API",
	"gcp.vertex_ai":      "Google Vertex AI",
	"aws.bedrock":        "Amazon Bedrock",
	"azure.ai.openai":    "Azure OpenAI",
	"azure.ai.inference": "Azure AI Foundry",
	"mistral_ai":         "Mistral AI",
	"deepseek":           "DeepSeek",
	"x_ai":               "xAI",
	"cohere":             "Cohere",
	"groq":               "Groq",
	"perplexity":         "Perplexity",
	"ibm.watsonx.ai":     "IBM watsonx.ai",
	"moonshot_ai":        "Moonshot AI",
	"openrouter":         "OpenRouter",
	"together":           "Together AI",
	"fireworks":          "Fireworks AI",
	"github-copilot":     "GitHub Copilot",
	"voyage":             "Voyage AI",
	"novita":             "Novita AI",
	"cerebras":           "Cerebras",
	"cloudflare":         "Cloudflare Workers AI",
	"zhipuai":            "Zhipu AI",
	"zai":                "Z.AI",
	"alibaba":            "Alibaba Cloud Model Studio",
	"deepinfra":          "DeepInfra",
	"sambanova":          "SambaNova",
	"nebius":             "Nebius AI Studio",
	"vercel":             "Vercel AI Gateway",
	"databricks":         "Databricks",
	"snowflake":          "Snowflake Cortex",
	"replicate":          "Replicate",
	"ollama":             "Ollama",
	"huggingface":        "Hugging Face",
	"oci":                "Oracle Cloud Infrastructure",
	"ai21":               "AI21 Labs",
	"jina":               "Jina AI",
	"minimax":            "MiniMax",
}

// newFile begins the file of a provider that a price list calls id. Several ids can be one
// provider: LiteLLM knows twenty for Vertex AI.
func newFile(id, name string) pricing.File {
	provider := pricing.CanonicalProvider(id)
	if known, ok := providerNames[provider]; ok {
		name = known
	}
	return pricing.File{Format: pricing.FormatVersion, Provider: provider, Name: name}
}
