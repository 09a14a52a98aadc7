package importer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
)

// difference is why the builtin catalog does not have the price of genai-prices 0.1.8, on purpose;
// docs/catalog.md counts them.
type difference struct {
	provider string
	models   []string
	kind     string
	// size, unless 0, is the only input with which they differ.
	size int64
}

const (
	kindNewer     = "newer data"
	kindThreshold = "threshold of exactly 272,000"
	kindHours     = "hours and dates together"
)

var explained = []difference{
	{provider: "deepseek", models: []string{"deepseek-v4-flash"}, kind: kindNewer},
	{provider: "deepseek", models: []string{"deepseek-v4-pro"}, kind: kindHours},
	{provider: "mistral", models: []string{"mistral-small-latest", "mistral-small-3.2-24b-instruct", "mixtral-8x22b-instruct"}, kind: kindNewer},
	{provider: "x-ai", models: []string{"grok-4.20", "grok-4.20-multi-agent"}, kind: kindNewer},
	{provider: "groq", models: []string{"openai/gpt-oss-safeguard-20b"}, kind: kindNewer},
	{provider: "google", models: []string{"claude-opus-4-6", "claude-opus-4.6", "claude-4-6-opus", "claude-4.6-opus"}, kind: kindNewer},
	{provider: "openai", models: []string{"gpt-5.", "gpt-5-", "gpt-6-astra"}, kind: kindThreshold, size: 272_000},
}

// explain returns why a call costs something else than the peer says, or nothing.
func (c *peerCase) explain() string {
	for _, d := range explained {
		named := slices.ContainsFunc(d.models, func(prefix string) bool { return strings.HasPrefix(c.Model, prefix) })
		if d.provider == c.Provider && named && (d.size == 0 || d.size == c.Usage["input_tokens"]) {
			return d.kind
		}
	}
	return ""
}

var compared = []string{"openai", "anthropic", "google", "mistral", "deepseek", "x-ai", "groq", "cohere"}

// TestBuiltinAgreesWithPeer holds the builtin catalog against the same cases as the reader.
func TestBuiltinAgreesWithPeer(t *testing.T) {
	cases, misses := compareBuiltin(t, "testdata/genai_prices/cases.json")
	require.Greater(t, cases, 300)
	assert.LessOrEqual(t, float64(misses)/float64(cases), 0.03, "%d of %d", misses, cases)
}

// TestPublicBuiltinAgreesWithPeer takes calls that generate.cjs makes of all models. What it logs is the table in
// docs/catalog.md.
func TestPublicBuiltinAgreesWithPeer(t *testing.T) {
	path, _ := genAICases(t, "42")
	cases, misses := compareBuiltin(t, path)
	t.Logf("all: %d calls, %d agree", cases, cases-misses)
}

// compareBuiltin counts calls and those that the builtin catalog has another price for, each of which must
// be explained.
func compareBuiltin(t *testing.T, path string) (cases, misses int) {
	t.Helper()
	engine := builtinEngine(t)
	total, missed := map[string]int{}, map[string]map[string]int{}
	for _, c := range readCases(t, path) {
		if !slices.Contains(compared, c.Provider) {
			continue
		}
		total[c.Provider]++
		cost, price, ok := c.cost(engine)
		if ok && c.agrees(cost) {
			continue
		}
		misses++
		kind := c.explain()
		assert.NotEmpty(t, kind, "%+v: %+v", c, price.Reason)
		if missed[c.Provider] == nil {
			missed[c.Provider] = map[string]int{}
		}
		missed[c.Provider][kind]++
	}
	for _, provider := range compared {
		cases += total[provider]
		t.Logf("%s: %d calls, differ: %v", provider, total[provider], missed[provider])
	}
	return cases, misses
}

func builtinEngine(t *testing.T) *pricing.Engine {
	t.Helper()
	files, err := catalog.Files()
	require.NoError(t, err)
	compiled, err := pricing.Compile(files...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(t, err)
	return engine
}
