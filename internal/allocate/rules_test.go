package allocate

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRulesAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, message string }{
		"nothing":               {"", "rules is empty"},
		"no YAML":               {"rules: [", "rules.yaml"},
		"unknown key":           {"rules:\n  - {name: a, dimension: team, shared: x, drivers: tokens}", "line 2: field drivers not found"},
		"no name":               {"rules:\n  - {dimension: team, shared: x, driver: tokens}", `rules.yaml:2: rules[0]: name is ""`},
		"name":                  {"rules:\n  - {name: a b, dimension: team, shared: x, driver: tokens}", `name is "a b"`},
		"no dimension":          {"rules:\n  - {name: a, shared: x, driver: tokens}", "dimension and shared are needed"},
		"no driver":             {"rules:\n  - {name: a, dimension: team, shared: x}", `driver is ""; use tokens`},
		"period":                {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost, period: year}", `period is "year"`},
		"same name":             {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost}\n  - {name: a, dimension: team, shared: y, driver: cost}", "rules.yaml:3: rules[1]: name a appears twice"},
		"same value":            {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost}\n  - {name: b, dimension: team, shared: x, driver: cost}", "team x is split by a rule above"},
		"a caller is shared":    {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost, callers: {among: [y]}}\n  - {name: b, dimension: team, shared: y, driver: cost}", `rules.yaml:2: rule a: callers::among has "y"`},
		"a caller is nobody":    {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost, callers: {among: [unallocated]}}", `callers::among has "unallocated"`},
		"tags set the payer":    {"rules:\n  - {name: a, dimension: team, shared: x, driver: cost, tags: {s: {team: t}}}", "tags::s sets team"},
		"every mistake at once": {"rules:\n  - {name: a}\n  - {name: b}", "rules[1]"},
	} {
		_, err := ParseRules("rules.yaml", []byte(test.text))
		assert.ErrorContains(t, err, test.message, name)
	}
}

// The rules that the documentation shows are rules.
func TestDocumentedRules(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/allocate.md")
	require.NoError(t, err)
	_, block, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found)
	block, _, _ = strings.Cut(block, "```")
	_, err = ParseRules("docs/allocate.md", []byte(block))
	assert.NoError(t, err)
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(proxyRules))
	f.Add([]byte("rules: [{name: a, callers: {where: {x: y}, among: [b]}}]"))
	f.Add([]byte("rules: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := ParseRules("rules.yaml", data)
		if err != nil {
			require.Nil(t, rules)
			return
		}
		for _, rule := range rules.rules {
			require.NotEmpty(t, rule.Name)
			require.False(t, strings.ContainsAny(rule.Name, "\"\\ "))
			require.False(t, rules.pays(&rule, rule.Shared))
		}
	})
}
