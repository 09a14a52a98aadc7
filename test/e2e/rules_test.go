package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func promtool(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), executable(t, "PROMTOOL"), arguments...).CombinedOutput()
	return string(text), err
}

// The rules give what was worked out by hand from series.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "../../examples/*/tests/*.yaml") {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(file)))+"/"+filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			output, err := promtool(t, "test", "rules", file)
			assert.NoError(t, err, output)
		})
	}
}

func TestPrometheusTakesTheRules(t *testing.T) {
	t.Parallel()
	checks := [][]string{append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, glob(t, "../../examples/*/rules/*.yaml")...)}
	for _, config := range glob(t, "../../examples/*/prometheus.yaml") {
		checks = append(checks, []string{"check", "config", "--lint=all", "--lint-fatal", config})
	}
	for _, arguments := range checks {
		output, err := promtool(t, arguments...)
		require.NoError(t, err, output)
	}
}

var (
	ruleNames  = regexp.MustCompile(`- (?:record|alert): (\S+)`)
	documented = regexp.MustCompile("`([a-z_]+:[A-Za-z0-9_]+:[a-z0-9_]+|Finops[A-Za-z]+)`")
	// tested are the names in what a test evaluates or expects to fire.
	tested = regexp.MustCompile(`(?:expr: (?:round\()?|alertname: )([a-z_]+:[A-Za-z0-9_]+:[a-z0-9_]+|Finops[A-Za-z]+)`)
)

// ruleSets are the examples that have rules.
var ruleSets = []struct {
	example, page string
	// building is how names begin that only other rules are made of: no page lists them all.
	building *regexp.Regexp
}{
	{"kpis", "../../docs/kpis.md", regexp.MustCompile(`^dimensions|^feature:finops_(outcomes|users):`)},
	{"billing", "../../examples/billing/README.md", regexp.MustCompile(`^limit:|:(count|increase)1h$`)},
}

// names returns what a pattern finds in files.
func names(t *testing.T, pattern *regexp.Regexp, files ...string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			found[match[1]] = true
		}
	}
	require.NotEmpty(t, found)
	return found
}

// Every rule is documented and tested, and what is documented is there.
func TestRulesAndTheirPagesAgree(t *testing.T) {
	t.Parallel()
	for _, set := range ruleSets {
		t.Run(set.example, func(t *testing.T) {
			t.Parallel()
			rules := names(t, ruleNames, glob(t, "../../examples/"+set.example+"/rules/*.yaml")...)
			docs := names(t, documented, set.page)
			tests := names(t, tested, glob(t, "../../examples/"+set.example+"/tests/*.yaml")...)
			for name := range rules {
				if !set.building.MatchString(name) {
					assert.True(t, docs[name], "%s does not have %s", set.page, name)
					assert.True(t, tests[name], "no test has %s", name)
				}
			}
			for name := range docs {
				assert.True(t, rules[name], "%s has %s, which is no rule", set.page, name)
			}
			for name := range tests {
				assert.True(t, rules[name], "%s is tested, and no rule", name)
			}
		})
	}
}
