package genai

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestBuiltinProfiles(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range builtinProfiles() {
		assert.NotEmpty(t, p.Source, p.Name)
		assert.False(t, seen[p.Name], "%s is there twice", p.Name)
		seen[p.Name] = true
	}
}

// TestScopes pins which profile the scopes of published packages get.
func TestScopes(t *testing.T) {
	r := NewReader()
	for scope, want := range map[string]string{
		"com.anthropic.sdk.typescript":                   "anthropic-sdk",
		"@traceloop/instrumentation-bedrock":             "traceloop",
		"@traceloop/instrumentation-openai":              "traceloop-openai",
		"@openlit/instrumentation-vllm":                  "openlit-openai",
		"@openlit/instrumentation-mistral":               "openlit",
		"@arizeai/openinference-instrumentation-bedrock": "openinference-bedrock",
		"@arizeai/openinference-instrumentation-mcp":     "openinference",
		"openinference.instrumentation.openai":           "openinference-openai-python",
		"opentelemetry.instrumentation.openai.v1":        "openllmetry-openai",
		"opentelemetry.instrumentation.openai_v2":        "opentelemetry-openai-v2",
		"ai":     "vercel-ai-sdk",
		"gen_ai": "vercel-ai-sdk-otel",
		"aims":   "unknown",
		"":       "unknown",
	} {
		assert.Equal(t, want, r.Scope(scopeOf(scope, "1.0.0")).Profile().Name, scope)
	}
}

func scopeOf(name, version string) pcommon.InstrumentationScope {
	scope := pcommon.NewInstrumentationScope()
	scope.SetName(name)
	scope.SetVersion(version)
	return scope
}

func TestOwnProfiles(t *testing.T) {
	yes := true
	r, err := NewReaderWith(Options{Profiles: []Profile{{
		Name:     "in-house",
		Scopes:   []string{"acme.*", "@openlit/instrumentation-openai"},
		Versions: ">=2 <3",
		Rule:     Rule{Form: FormAdditive, Drops: []Fact{FactServiceTier}},
		Rules: []Rule{
			{When: When{Models: []string{"claude*"}, Stream: &yes}, Shows: []Fact{FactServiceTier}, Flaws: []Flaw{FlawOutput}},
			{When: When{Operations: []string{"dream"}}, Role: "none"},
		},
	}}})
	require.NoError(t, err)
	assert.Equal(t, "in-house", r.Scope(scopeOf("acme.llm", "2.4.1")).Profile().Name)
	assert.Equal(t, "in-house", r.Scope(scopeOf("@openlit/instrumentation-openai", "2.0")).Profile().Name, "own profiles come first")
	assert.Equal(t, "unknown", r.Scope(scopeOf("acme.llm", "3.0.0")).Profile().Name)
	assert.Equal(t, "unknown", r.Scope(scopeOf("acme.llm", "")).Profile().Name)

	a := attrs{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-x",
		"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 1, "gen_ai.usage.cache_read.input_tokens": 10,
	}
	in := record{scope: "acme.llm", version: "2.0.0", kind: ptrace.SpanKindClient, attrs: a}
	call := in.read(t, r)
	assert.Equal(t, "input:100 cache_read:10 output:1", usageText(&call.Usage))
	assert.Equal(t, "service_tier_unknown,region_unknown", call.Gaps.String())

	a["gen_ai.request.stream"] = true
	call = in.read(t, r)
	assert.Equal(t, "output_unreliable,region_unknown", call.Gaps.String())

	a["gen_ai.operation.name"] = "dream"
	call = in.read(t, r)
	assert.Equal(t, RoleNone, call.Role)
}

func TestBadProfiles(t *testing.T) {
	for _, tt := range []struct {
		name    string
		profile Profile
		err     string
	}{
		{"no name", Profile{Scopes: []string{"a"}}, "needs a name"},
		{"no scopes", Profile{Name: "a"}, "scopes or events"},
		{"pattern", Profile{Name: "a", Scopes: []string{"a*b"}}, `scopes: pattern "a*b" must have text, with * at its beginning or end only`},
		{"versions", Profile{Name: "a", Scopes: []string{"a"}, Versions: "5"}, `must be >= or < followed by a version`},
		{"form", Profile{Name: "a", Scopes: []string{"a"}, Rule: Rule{Form: "exclusive"}}, `form "exclusive" must be inclusive, additive or provider`},
		{"reasoning", Profile{Name: "a", Scopes: []string{"a"}, Rule: Rule{Reasoning: "maybe"}}, `must be inside or outside`},
		{"drops", Profile{Name: "a", Scopes: []string{"a"}, Rule: Rule{Drops: []Fact{"x"}}}, `drops: "x" is unknown; it must be one of cache_read, `},
		{"flaws", Profile{Name: "a", Scopes: []string{"a"}, Rule: Rule{Flaws: []Flaw{"x"}}}, `flaws: "x" is unknown`},
		{"role", Profile{Name: "a", Scopes: []string{"a"}, Rules: []Rule{{}, {Role: "boss"}}}, `rules[1]: role "boss" must be one of agent, aggregate, call`},
		{"when", Profile{Name: "a", Scopes: []string{"a"}, Rules: []Rule{{When: When{Spans: []string{""}}}}}, `rules[0]: when::spans: pattern ""`},
		{"when versions", Profile{Name: "a", Scopes: []string{"a"}, Rules: []Rule{{When: When{Versions: ">x"}}}}, `when::versions`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewReaderWith(Options{Profiles: []Profile{tt.profile}})
			assert.ErrorContains(t, err, tt.err)
		})
	}
}

// TestScopeCacheIsBounded floods the reader with scopes.
func TestScopeCacheIsBounded(t *testing.T) {
	r := NewReader()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range maxScopes {
				r.Scope(scopeOf(fmt.Sprintf("scope-%d-%d", w, i), "1"))
			}
		})
	}
	wg.Wait()
	n := 0
	r.scopes.Range(func(any, any) bool { n++; return true })
	assert.LessOrEqual(t, n, maxScopes+4)
	assert.Equal(t, "anthropic-sdk", r.Scope(scopeOf("com.anthropic.sdk.go", "1")).Profile().Name)
}

func TestVersionRange(t *testing.T) {
	for _, tt := range []struct {
		r, version string
		want       bool
	}{
		{"", "", true},
		{"", "1", true},
		{">=5", "5.0.277", true},
		{">=5 <6", "6.0.0-beta.1", false},
		{"<6", "5", true},
		{"<6", "", false},
		{">=1.2.3", "v1.2.10", true},
		{">=1.2.3", "1.2.2", false},
		{"<2", "latest", false},
	} {
		r, err := parseVersionRange(tt.r)
		require.NoError(t, err)
		assert.Equal(t, tt.want, r.has(parseVersion(tt.version)), "%q in %q", tt.version, tt.r)
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "anything", true},
		{"a*", "abc", true},
		{"a*", "ba", false},
		{"*c", "abc", true},
		{"*b*", "abc", true},
		{"*b*", "ac", false},
		{"abc", "abc", true},
		{"abc", "abcd", false},
	} {
		assert.Equal(t, tt.want, pattern(tt.pattern).matches(tt.name), "%q matches %q", tt.pattern, tt.name)
	}
}
