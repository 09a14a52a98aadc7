package pricing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

const bedrockAndFriends = `
format: finops/v1
provider: bedrock
models:
  - id: anthropic.claude-sonnet-4-5
    aliases: [anthropic.claude-sonnet-4-5-20250929-v1:0]
    prices: [{rates: {input: "3", output: "15"}, variants: [{name: regional, when: {not_region: [global]}, multipliers: "1.1"}]}]
  - id: eu.anthropic.claude-sonnet-4-5
    region: eu
    aliases: [eu.anthropic.claude-sonnet-4-5-20250929-v1:0]
    prices: [{rates: {input: "4", output: "20"}, variants: [{name: regional, when: {not_region: [global]}, multipliers: "1.1"}]}]
  - id: amazon.nova-pro
    prices: [{rates: {input: "0.8", output: "3.2"}}]
`

const others = `
format: finops/v1
provider: openrouter
models:
  - id: openai/gpt-4o
    prices: [{rates: {input: "2.5", output: "10"}}]
  - id: deepseek/deepseek-r1
    prices: [{rates: {input: "0.55", output: "2.19"}}]
  - id: free-models
    patterns: ['.+:free']
    prices: [{free: true}]
`

const vertex = `
format: finops/v1
provider: gcp.vertex_ai
models:
  - id: gemini-2.5-flash
    aliases: [gemini-2.5-flash-001]
    prices: [{rates: {input: "0.3", output: "2.5"}}]
  - id: gemini-2.5-pro
    prefixes: [gemini-2.5-pro]
    prices: [{rates: {input: "1.25", output: "10"}}]
  - id: claude-opus-4-6
    prices: [{rates: {input: "5", output: "25"}}]
`

const gateway = `
format: finops/v1
provider: acme
synonyms: [ACME Gateway]
fallback: [openai]
models:
  - id: ft:in-house
    patterns: ['ft:in-house-2024-.*', 'in-house']
    prices: [{rates: {input: "2", output: "1"}}]
  - id: in-house
    prices: [{rates: {input: "1", output: "1"}}]
`

func matchEngine(tb testing.TB) *Engine {
	tb.Helper()
	c := readCatalog(tb)
	var files []*File
	for _, id := range []string{"anthropic", "openai"} {
		for _, e := range c.providers[id].order[:1] {
			files = append(files, e.file)
		}
	}
	for _, text := range []string{bedrockAndFriends, others, vertex, gateway} {
		files = append(files, parse(tb, text))
	}
	merged, err := Compile(files...)
	require.NoError(tb, err)
	e, err := NewEngine(merged, Customization{Deployments: map[string]Deployment{
		"prod-chat-eu": {Provider: "azure", Model: "gpt-4o", Region: "eu", Kind: "data_zone"},
		"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3": {Provider: "bedrock", Model: "amazon.nova-pro"},
		"own-provider": {Model: "gpt-4o-mini"},
	}})
	require.NoError(tb, err)
	return e
}

func TestMatching(t *testing.T) {
	e := matchEngine(t)
	type want struct {
		id, name, version string
		match             Match
		uncertain         bool
		region            string
		foreign, guessed  bool
	}
	for _, tt := range []struct {
		provider, model string
		want            want
	}{
		// Exact, and the spellings of providers.
		{"openai", "gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchExact}},
		{"OpenAI", " GPT-4o ", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchExact}},
		{"openai.responses", "gpt-4o-2024-08-06", want{id: "openai/gpt-4o", name: "gpt-4o", version: "2024-08-06", match: MatchExact}},
		{"openai", "gpt-4o-2024-05-13", want{id: "openai/gpt-4o-2024-05-13", name: "gpt-4o", version: "2024-05-13", match: MatchExact}},
		{"openai", "gpt-4o-mini", want{id: "openai/gpt-4o-mini", name: "gpt-4o-mini", match: MatchExact}},
		{"anthropic.messages", "claude-sonnet-4-5-20250929", want{id: "anthropic/claude-sonnet-4-5", name: "claude-sonnet-4-5", version: "20250929", match: MatchExact}},

		// Normalised: spelling, paths, remarks, dates.
		{"anthropic", "claude-opus-4.6", want{id: "anthropic/claude-opus-4-6", name: "claude-opus-4-6", match: MatchNormalized}},
		{"anthropic", "claude-opus-4-6[1m]", want{id: "anthropic/claude-opus-4-6", name: "claude-opus-4-6", match: MatchNormalized}},
		{"openai", "openai/gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchNormalized}},
		{"openai", "gpt-5.4-2026-07-01", want{id: "openai/gpt-5.4", name: "gpt-5.4", version: "2026-07-01", match: MatchNormalized}},
		{"openai", "gpt-4o-2025-01-31", want{id: "openai/gpt-4o", name: "gpt-4o", version: "2025-01-31", match: MatchNormalized, uncertain: true}},
		{"vertex_ai", "claude-opus-4-6@20260205", want{id: "gcp.vertex_ai/claude-opus-4-6", name: "claude-opus-4-6", version: "20260205", match: MatchNormalized}},
		{"gemini", "models/gemini-2.5-flash", want{id: "gcp.vertex_ai/gemini-2.5-flash", name: "gemini-2.5-flash", match: MatchNormalized}},
		{"gcp.vertex_ai", "projects/p/locations/europe-west4/publishers/google/models/gemini-2.5-flash-001", want{id: "gcp.vertex_ai/gemini-2.5-flash", name: "gemini-2.5-flash", version: "001", match: MatchNormalized, region: "europe-west4"}},

		// Bedrock: geography, ARN, version, and entries that are of one region already.
		{"aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", want{id: "aws.bedrock/anthropic.claude-sonnet-4-5#regional", name: "claude-sonnet-4-5", version: "20250929", match: MatchNormalized, region: "us"}},
		{"aws.bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", want{id: "aws.bedrock/anthropic.claude-sonnet-4-5", name: "claude-sonnet-4-5", version: "20250929", match: MatchNormalized, region: "global"}},
		{"aws.bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", want{id: "aws.bedrock/eu.anthropic.claude-sonnet-4-5", name: "claude-sonnet-4-5", version: "20250929", match: MatchExact}},
		{"bedrock", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0", want{id: "aws.bedrock/amazon.nova-pro", name: "nova-pro", match: MatchNormalized, region: "us"}},
		{"bedrock", "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0", want{id: "aws.bedrock/amazon.nova-pro", name: "nova-pro", match: MatchNormalized, region: "us-west-2"}},
		{"bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/zzz", want{}},

		{"bedrock", "bedrock/us-east-1/amazon.nova-pro-v1:0", want{id: "aws.bedrock/amazon.nova-pro", name: "nova-pro", match: MatchNormalized, region: "us-east-1"}},
		{"azure", "azure/eu/gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchNormalized, region: "eu"}},

		// Prefixes and patterns.
		{"openai", "gpt-5.4-preview", want{id: "openai/gpt-5.4", name: "gpt-5.4", match: MatchPrefix, uncertain: true}},
		{"anthropic", "claude-haiku-4-5-experiment7", want{id: "anthropic/claude-haiku-4-5", name: "claude-haiku-4-5", match: MatchPrefix, uncertain: true}},
		{"vertex_ai", "gemini-2.5-pro-preview-06-05", want{id: "gcp.vertex_ai/gemini-2.5-pro", name: "gemini-2.5-pro", match: MatchPrefix, uncertain: true}},
		{"openrouter", "meta-llama/llama-3.3-70b:free", want{id: "openrouter/free-models", name: "free-models", match: MatchPattern}},
		{"openrouter", "deepseek/deepseek-r1:nitro", want{id: "openrouter/deepseek/deepseek-r1", name: "deepseek-r1", match: MatchPrefix, uncertain: true}},

		// Another model must never be taken for one of a shorter name.
		{"openai", "gpt-4o-mini-search", want{}},
		{"openai", "gpt-4o-audio-preview", want{}},
		{"openai", "gpt-4", want{}},
		{"openai", "gpt-5.4.1", want{}},
		{"anthropic", "claude-haiku-4-5-fast", want{}},
		{"anthropic", "claude-sonnet-4", want{}},
		{"anthropic", "claude-haiku-4-55", want{}},
		{"anthropic", "claude-haiku-4-5-latest", want{id: "anthropic/claude-haiku-4-5", name: "claude-haiku-4-5", match: MatchNormalized}},
		{"acme", "ft:in-house-2024-08-06:acme::x1", want{id: "acme/ft:in-house", name: "ft:in-house", match: MatchPattern}},
		{"acme", "ft:in-house-2024-mini", want{}},
		{"acme", "ft:in-house-2024-fast", want{id: "acme/ft:in-house", name: "ft:in-house", match: MatchPattern, uncertain: true}},
		{"vertex_ai", "gemini-2.5-pro-tts", want{}},
		{"", "", want{}},

		// Vendors under other providers, unknown providers, none.
		{"openrouter", "openai/gpt-4o", want{id: "openrouter/openai/gpt-4o", name: "gpt-4o", match: MatchExact}},
		{"openrouter", "anthropic/claude-opus-4.6", want{id: "anthropic/claude-opus-4-6", name: "claude-opus-4-6", match: MatchNormalized, uncertain: true, foreign: true}},
		{"my-proxy", "anthropic/claude-opus-4-6", want{id: "anthropic/claude-opus-4-6", name: "claude-opus-4-6", match: MatchNormalized, uncertain: true, foreign: true}},
		{"my-proxy", "gpt-4o", want{}},
		{"litellm", "openai/gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchNormalized, guessed: true}},
		{"", "gpt-4o-mini", want{id: "openai/gpt-4o-mini", name: "gpt-4o-mini", match: MatchExact, guessed: true}},
		{"", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", want{id: "aws.bedrock/anthropic.claude-sonnet-4-5#regional", name: "claude-sonnet-4-5", version: "20250929", match: MatchNormalized, guessed: true, region: "us"}},
		{"", "amazon.nova-pro", want{id: "aws.bedrock/amazon.nova-pro", name: "nova-pro", match: MatchExact, guessed: true}},
		{"", "in-house", want{id: "acme/in-house", name: "in-house", match: MatchExact, guessed: true}},

		// Fallbacks of providers, builtin and declared.
		{"azure", "gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchExact}},
		{"az.ai.openai", "gpt-4o-mini-2024-07-18", want{id: "openai/gpt-4o-mini", name: "gpt-4o-mini", version: "2024-07-18", match: MatchExact}},
		{"acme gateway", "gpt-4o", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchExact}},
		{"vertex_ai", "claude-haiku-4-5", want{id: "anthropic/claude-haiku-4-5", name: "claude-haiku-4-5", match: MatchExact}},

		// Names that only their owner knows.
		{"azure", "prod-chat-eu", want{id: "openai/gpt-4o", name: "gpt-4o", match: MatchExact, region: "eu"}},
		{"openai", "Own-Provider", want{id: "openai/gpt-4o-mini", name: "gpt-4o-mini", match: MatchExact}},
		{"bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3", want{id: "aws.bedrock/amazon.nova-pro", name: "nova-pro", match: MatchExact}},
	} {
		t.Run(tt.provider+" "+tt.model, func(t *testing.T) {
			p := e.Price(&Call{
				Provider: tt.provider, ResponseModel: tt.model, Time: instant(t, "2026-11-01T12:00:00Z"),
				Usage: tokens(map[meter.Meter]int64{meter.Input: 1, meter.Output: 1}),
			})
			got := want{
				name: p.Model, version: p.Version, match: p.Match, uncertain: p.MatchUncertain,
				region: p.Region, foreign: p.Foreign, guessed: p.ProviderGuessed,
			}
			if p.Sheet != nil {
				got.id, _ = cutDate(p.Sheet.ID)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

// cutDate takes the date out of a pricing id.
func cutDate(id string) (string, bool) {
	const date = len("@2026-01-01")
	for i := range len(id) {
		if id[i] == '@' && len(id) >= i+date {
			return id[:i] + id[i+date:], true
		}
	}
	return id, false
}

func TestResponseModelIsAskedFirst(t *testing.T) {
	e := matchEngine(t)
	usage := tokens(map[meter.Meter]int64{meter.Input: 1})
	at := instant(t, "2026-11-01T12:00:00Z")

	p := e.Price(&Call{Provider: "openai", ResponseModel: "gpt-4o-2024-05-13", RequestModel: "gpt-4o", Time: at, Usage: usage})
	assert.Equal(t, "2024-05-13", p.Version)

	p = e.Price(&Call{Provider: "azure", ResponseModel: "prod-7", RequestModel: "gpt-4o", Time: at, Usage: usage})
	assert.Equal(t, "gpt-4o", p.Model)

	p = e.Price(&Call{Provider: "azure", ResponseModel: "prod-7", RequestModel: "prod-8", Time: at, Usage: usage})
	assert.Equal(t, ledger.ReasonUnknownModel, p.Reason)

	p = e.Price(&Call{Provider: "openai", RequestModel: "gpt-4o", Time: at})
	assert.NotNil(t, p.Sheet, "unit prices need no usage")

	p = e.Price(&Call{Provider: "azure", Time: time.Now(), Usage: usage})
	assert.Equal(t, ledger.ReasonNoModel, p.Reason)
}

func TestCanonicalNames(t *testing.T) {
	for _, tt := range []struct{ id, version, region, name, wantVersion string }{
		{id: "gpt-4o", name: "gpt-4o"},
		{id: "gpt-4o-2024-05-13", name: "gpt-4o", wantVersion: "2024-05-13"},
		{id: "Claude-Opus-4-1-20250805", name: "Claude-Opus-4-1", wantVersion: "20250805"},
		{id: "claude-opus-4-1@20250805", name: "claude-opus-4-1", wantVersion: "20250805"},
		{id: "us.anthropic.claude-opus-4-1-20250805-v1:0", name: "claude-opus-4-1", wantVersion: "20250805"},
		{id: "us-gov-east-1/anthropic.claude-x-v1:0", region: "us-gov-east-1", name: "claude-x"},
		{id: "regional.amazon.nova-pro-v1:0", region: "regional", name: "nova-pro"},
		{id: "deepseek.r1-v1:0", name: "deepseek.r1"},
		{id: "openai/o1", name: "o1"},
		{id: "accounts/fireworks/models/deepseek-v3", name: "deepseek-v3"},
		{id: "o7-preview-1234", version: "1234", name: "o7-preview", wantVersion: "1234"},
		{id: "o7", version: "2026-02-02", name: "o7", wantVersion: "2026-02-02"},
		{id: "text-embedding-ada-002", name: "text-embedding-ada-002"}, // there is no text-embedding-ada
		{id: "base-1-2411", name: "base-1", wantVersion: "2411"},
		{id: "llama3-70b-8192", name: "llama3-70b-8192"},
		{id: "gpt-4.1", name: "gpt-4.1"},
		{id: "İstanbul-2024-05-13", name: "istanbul", wantVersion: "2024-05-13"}, // its lower case is shorter
	} {
		c, err := Compile(parse(t, head+"models:\n  - {id: base-1, prices: [{free: true}]}\n"),
			&File{Format: FormatVersion, Provider: "p", Models: []Model{{ID: tt.id, Version: tt.version, Region: tt.region, Prices: []PriceList{{Free: true}}}}})
		require.NoError(t, err)
		e := c.providers["p"].entries[fold(tt.id)]
		name, version := e.canonical()
		assert.Equal(t, tt.name, name, tt.id)
		assert.Equal(t, tt.wantVersion, version, tt.id)
	}
}
