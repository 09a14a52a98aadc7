package focus

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoutes(t *testing.T) {
	routes := BuiltinRoutes()
	for _, c := range []struct{ provider, model, service, seller, publisher, issuer string }{
		{"aws.bedrock", "claude-sonnet-4-5", "Amazon Bedrock", "AWS", "Anthropic", "AWS"},
		{"aws.bedrock", "amazon-nova-pro", "Amazon Bedrock", "AWS", "Amazon", "AWS"},
		{"azure.ai.openai", "gpt-5", "Azure OpenAI Service", "Microsoft", "OpenAI", "Microsoft"},
		{"gcp.vertex_ai", "claude-sonnet-4-5", "Vertex AI", "Google Cloud", "Anthropic", "Google Cloud"},
		{"anthropic", "claude-sonnet-4-5", "Claude API", "Anthropic", "Anthropic", "Anthropic"},
		{"openrouter", "claude-sonnet-4-5", "OpenRouter", "OpenRouter", "Anthropic", "OpenRouter"},
		{"new-provider", "m", "new-provider", "new-provider", "new-provider", "new-provider"},
		{"", "m", "Unknown", "Unknown", "Unknown", "Unknown"},
	} {
		r := routes.Find(c.provider, c.model)
		assert.Equal(t, []string{c.service, c.seller, c.publisher, c.issuer}, []string{r.Service, r.Seller, r.Publisher, r.Issuer}, c.provider)
		assert.NotEmpty(t, r.Host)
		assert.NotEmpty(t, r.AccountType)
	}
	for _, r := range routes.routes {
		assert.NotEmpty(t, r.Source, r.Provider)
	}
}

func TestOwnRoutesComeFirst(t *testing.T) {
	own, err := ParseRoutes("own.yaml", []byte("routes:\n  - {provider: openai, model: 'gpt-*', service: OpenAI via reseller, seller: Reseller, publisher: OpenAI}\n"))
	require.NoError(t, err)
	routes := BuiltinRoutes().With(own)
	assert.Equal(t, "Reseller", routes.Find("openai", "gpt-5").Issuer)
	assert.Equal(t, "OpenAI", routes.Find("openai", "whisper-1").Issuer)
}

func TestParseRoutesErrors(t *testing.T) {
	for text, want := range map[string]string{
		"routes: 1":                           "own.yaml: yaml: ",
		"routes: [{provider: a, service: b}]": "own.yaml: routes[0]: provider, seller and service must not be empty",
		"routes: [{provider: a, service: b, seller: c, model: '[x'}]": `own.yaml: routes[0]: model "[x": syntax error in pattern`,
		"routes: [{provider: a, service: b, seller: c, colour: x}]":   "own.yaml: yaml: ",
	} {
		_, err := ParseRoutes("own.yaml", []byte(text))
		assert.ErrorContains(t, err, want)
	}
}

func TestProviderOfService(t *testing.T) {
	for service, want := range map[string]string{
		"Amazon Bedrock": "aws.bedrock", "Azure OpenAI Service": "azure.ai.openai", "Vertex AI": "gcp.vertex_ai", "Amazon EC2": "", "": "",
	} {
		got, ok := BuiltinRoutes().ProviderOf(service)
		assert.Equal(t, want, got, service)
		assert.Equal(t, want != "", ok, service)
	}
}
