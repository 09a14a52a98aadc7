package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func promtool(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), executable(t, "PROMTOOL"), arguments...).CombinedOutput()
	return string(text), err
}

// The recording rules give what was worked out by hand from recorded series.
func TestRecordingRules(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "../../examples/kpis/tests/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			output, err := promtool(t, "test", "rules", file)
			assert.NoError(t, err, output)
		})
	}
}

func TestPrometheusTakesTheRules(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][]string{
		append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, glob(t, "../../examples/kpis/rules/*.yaml")...),
		{"check", "config", "--lint=all", "--lint-fatal", glob(t, "../../examples/kpis/prometheus.yaml")[0]},
	} {
		output, err := promtool(t, arguments...)
		require.NoError(t, err, output)
	}
}

var (
	recorded   = regexp.MustCompile(`record: (\S+)`)
	documented = regexp.MustCompile("`([a-z_]+:[A-Za-z0-9_]+:[a-z0-9_]+)`")
	// building is how sums begin that KPIs are made from: no page lists them all.
	building = regexp.MustCompile(`^dimensions|^feature:finops_(outcomes|users):`)
)

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

// Every KPI is documented and tested, and what is documented is recorded.
func TestRulesAndTheirPagesAgree(t *testing.T) {
	t.Parallel()
	rules := names(t, recorded, glob(t, "../../examples/kpis/rules/*.yaml")...)
	docs := names(t, documented, "../../docs/kpis.md")
	tests := names(t, regexp.MustCompile(`expr: (\S+)`), glob(t, "../../examples/kpis/tests/*.yaml")...)
	for name := range rules {
		if !building.MatchString(name) {
			assert.True(t, docs[name], "docs/kpis.md does not have %s", name)
			assert.True(t, tests[name], "no test has %s", name)
		}
	}
	for name := range docs {
		assert.True(t, rules[name], "docs/kpis.md has %s, which no rule records", name)
	}
	for name := range tests {
		if strings.Count(name, ":") == 2 && !strings.Contains(name, "(") {
			assert.True(t, rules[name], "%s is tested and not recorded", name)
		}
	}
}
