package attribution

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// TestRules asks one call under one configuration, for spans and for log records.
func TestRules(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		// rules of the dimension team
		rules string
		call  told
		want  string
		// logs is what a log record gives, where that differs.
		logs string
	}{
		"attribute of the record": {
			rules: `sources: [span: app.owner]`, call: told{record: map[string]any{"app.owner": "search"}}, want: "search",
		},
		"attribute with a very long name": {
			rules: `sources: [span: ` + strings.Repeat("long.", 30) + `team]`,
			call:  told{record: map[string]any{strings.Repeat("long.", 30) + "team": "search"}}, want: "search",
		},
		"the resource's attribute is not the record's": {
			rules: `sources: [span: app.owner]`, call: told{resource: map[string]any{"app.owner": "search"}}, want: "unallocated",
		},
		"attribute of the resource": {
			rules: `sources: [resource: owner]`, call: told{resource: map[string]any{"owner": "search"}}, want: "search",
		},
		"attribute of the scope": {
			rules: `sources: [scope: owner]`, call: told{scope: map[string]any{"owner": "search"}}, want: "search",
		},
		"scope before resource": {
			rules: `sources: [scope: owner, resource: owner]`,
			call:  told{scope: map[string]any{"owner": "search"}, resource: map[string]any{"owner": "platform"}}, want: "search",
		},
		"baggage with the prefix of Datadog's tracers": {
			rules: `sources: [baggage: team]`, call: told{record: map[string]any{"baggage.team": "search", "team": "x"}}, want: "search",
		},
		"baggage as OpenTelemetry's processors copy it": {
			rules: `sources: [baggage: team]`, call: told{record: map[string]any{"team": "search"}}, want: "search",
		},
		"order decides and not the place": {
			rules: `sources: [resource: owner, span: team]`,
			call:  told{record: map[string]any{"team": "search"}, resource: map[string]any{"owner": "platform"}}, want: "platform",
		},
		"the next source where the first is silent": {
			rules: `sources: [resource: owner, span: team]`, call: told{record: map[string]any{"team": "search"}}, want: "search",
		},
		"id of the key": {
			rules: `sources: [api_key: true]`, call: told{record: map[string]any{"metadata.user_api_key_hash": "k1"}}, want: "k1",
		},
		"account of the cloud as the last key": {
			rules: `sources: [api_key: true]`, call: told{resource: map[string]any{"cloud.account.id": "123"}}, want: "123",
		},
		"conventions as one source among others": {
			rules: `sources: [span: x, conventions: true]`, call: told{resource: map[string]any{"k8s.namespace.labels.team": "search"}}, want: "search",
		},
		"default": {rules: `{sources: [span: x], default: platform}`, want: "platform (default)"},

		"expression of the resource": {
			rules: `sources: [expression: 'ToLowerCase(resource.attributes["k8s.namespace.name"])']`,
			call:  told{resource: map[string]any{"k8s.namespace.name": "SEARCH"}}, want: "search",
		},
		"expression of the span": {
			rules: `{sources: [expression: 'Concat([span.attributes["a"], resource.attributes["b"]], "-")'], default: none}`,
			call:  told{record: map[string]any{"a": "x"}, resource: map[string]any{"b": "y"}}, want: "x-y", logs: "none (default)",
		},
		"expression of the log record": {
			rules: `{sources: [expression: 'log.attributes["a"]'], default: none}`,
			call:  told{record: map[string]any{"a": "x"}}, want: "none (default)", logs: "x",
		},
		"expression that gives a number": {
			rules: `sources: [expression: 'resource.attributes["n"]']`, call: told{resource: map[string]any{"n": 7}}, want: "7",
		},
		"expression that gives nothing": {
			rules: `sources: [expression: 'resource.attributes["n"]', resource: owner]`, call: told{resource: map[string]any{"owner": "o"}}, want: "o",
		},
		"expression that fails falls to the next source": {
			rules: `sources: [expression: 'ToLowerCase(resource.attributes["n"])', resource: owner]`,
			call:  told{resource: map[string]any{"n": []any{1}, "owner": "o"}}, want: "o",
		},
		"when the resource": {
			rules: `sources: [{resource: owner, when: 'resource.attributes["env"] == "prod"'}]`,
			call:  told{resource: map[string]any{"owner": "o", "env": "prod"}}, want: "o",
		},
		"when the resource does not": {
			rules: `sources: [{span: team, when: 'resource.attributes["env"] == "prod"'}, resource: owner]`,
			call:  told{resource: map[string]any{"owner": "o", "env": "test"}, record: map[string]any{"team": "x"}}, want: "o",
		},
		"when the span, for what the resource says": {
			rules: `{sources: [{resource: owner, when: 'span.attributes["x"] == 1'}], default: none}`,
			call:  told{resource: map[string]any{"owner": "o"}, record: map[string]any{"x": 1}}, want: "o", logs: "none (default)",
		},
		"when the span, for what the span says": {
			rules: `{sources: [{span: team, when: 'span.attributes["x"] == 1'}], default: none}`,
			call:  told{record: map[string]any{"x": 2, "team": "t"}}, want: "none (default)",
		},
		"a condition that fails does not hold": {
			rules: `{sources: [{resource: owner, when: 'ToLowerCase(resource.attributes["n"]) == "a"'}], default: none}`,
			call:  told{resource: map[string]any{"owner": "o", "n": []any{1}}}, want: "none (default)",
		},

		"trim":                 {rules: `{sources: [span: t], trim: true}`, call: told{record: map[string]any{"t": " search\n"}}, want: "search"},
		"blank is no value":    {rules: `{sources: [span: t], trim: true, default: d}`, call: told{record: map[string]any{"t": "  "}}, want: "d (default)"},
		"lower":                {rules: `{sources: [span: t], lower: true}`, call: told{record: map[string]any{"t": "Search"}}, want: "search"},
		"first group":          {rules: `{sources: [span: t], pattern: '^team-(\w+)-(\w+)$'}`, call: told{record: map[string]any{"t": "team-a-b"}}, want: "a"},
		"whole match":          {rules: `{sources: [span: t], pattern: '[a-z]+'}`, call: told{record: map[string]any{"t": "12abc34"}}, want: "abc"},
		"group without a part": {rules: `{sources: [span: t], pattern: '^(x)?y', default: d}`, call: told{record: map[string]any{"t": "y"}}, want: "d (default)"},
		"no match is no value": {
			rules: `{sources: [span: t, resource: t], pattern: '^team-(.+)$'}`,
			call:  told{record: map[string]any{"t": "x"}, resource: map[string]any{"t": "team-r"}}, want: "r",
		},
		"values": {rules: `{sources: [span: t], values: {srch: search}}`, call: told{record: map[string]any{"t": "srch"}}, want: "search"},
		"values that are not named stay": {
			rules: `{sources: [span: t], values: {srch: search}}`, call: told{record: map[string]any{"t": "other"}}, want: "other",
		},
		"all of them in their order": {
			rules: `{sources: [span: t], trim: true, lower: true, pattern: '^team-(.+)$', values: {srch: search}}`,
			call:  told{record: map[string]any{"t": "  TEAM-SRCH "}}, want: "search",
		},
		"the default is taken as it is written": {
			rules: `{sources: [span: t], lower: true, default: Platform}`, want: "Platform (default)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := tc.rules
			if strings.HasPrefix(rules, "sources:") {
				rules = "{" + rules + "}"
			}
			a := newAttributor(t, "dimensions: {team: "+rules+"}")
			assert.Equal(t, tc.want, shown(t, a, ask(t, a, signals.Traces, tc.call), "team"), "span")
			logs := tc.logs
			if logs == "" {
				logs = tc.want
			}
			assert.Equal(t, logs, shown(t, a, ask(t, a, signals.Logs, tc.call), "team"), "log record")
		})
	}
}

func TestFailuresAreCountedByDimension(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `dimensions: {team: {sources: [expression: 'ToLowerCase(span.attributes["n"])', {span: n, when: 'ToLowerCase(span.attributes["n"]) == "a"'}]}}`)
	ask(t, a, signals.Traces, told{record: map[string]any{"n": 7}})
	ask(t, a, signals.Traces, told{record: map[string]any{"n": []any{"x"}}})
	assert.EqualValues(t, 3, a.Stats(a.Index("team")).Failures, "the expression twice, the condition once: it is asked where there is a value")
	assert.Zero(t, a.Stats(a.Index("cost_center")).Failures)
}

func write(t testing.TB, path, content string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

const owners = `service.name,user.id,team,cost_center,valid_from,valid_to
checkout,,shop,CC-1,,2026-11-15
checkout,,support,CC-2,2026-11-15,
batch-*,,data,,,
search,ann,research,CC-3,,
search,,search,CC-4,,
`

func TestLookups(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "owners.csv"), owners)
	write(t, filepath.Join(dir, "keys.csv"), "api_key,team\nk1,ml\n")
	write(t, filepath.Join(dir, "models.csv"), "provider,model,team\nopenai,gpt-4o*,chat\nanthropic,*,writing\n")
	a := newAttributor(t, strings.ReplaceAll(`
lookups:
  owners: {path: DIR/owners.csv, keys: [service.name, user.id]}
  keys: {path: DIR/keys.csv, keys: [api_key]}
  models: {path: DIR/models.csv, keys: [provider, model]}
dimensions:
  team: {sources: [lookup: owners, resource: team], default: nobody, pattern: '^no lookup would match this$'}
  cost_center: {sources: [lookup: owners]}
  product: {sources: [{lookup: keys, column: team}, {lookup: models, column: team}]}
`, "DIR", dir))
	service := func(name string) map[string]any { return map[string]any{"service.name": name} }
	for name, tc := range map[string]struct {
		call                      told
		team, costCenter, product string
	}{
		"before the move":     {call: told{resource: service("checkout"), at: "2026-11-14T23:59:59Z"}, team: "shop (lookup)", costCenter: "CC-1 (lookup)"},
		"at the move":         {call: told{resource: service("checkout"), at: "2026-11-15T00:00:00Z"}, team: "support (lookup)", costCenter: "CC-2 (lookup)"},
		"wildcard":            {call: told{resource: service("batch-7")}, team: "data (lookup)", costCenter: "unallocated"},
		"user of the record":  {call: told{resource: service("search"), record: map[string]any{"user.id": "ann"}}, team: "research (lookup)", costCenter: "CC-3 (lookup)"},
		"other user":          {call: told{resource: service("search"), record: map[string]any{"user.id": "bob"}}, team: "search (lookup)", costCenter: "CC-4 (lookup)"},
		"the record's wins":   {call: told{resource: service("search"), record: service("batch-1")}, team: "data (lookup)", costCenter: "unallocated"},
		"unknown service":     {call: told{resource: service("x")}, team: "nobody (default)", costCenter: "unallocated"},
		"key":                 {call: told{record: map[string]any{"metadata.user_api_key_hash": "k1"}}, team: "nobody (default)", product: "ml (lookup)"},
		"model and provider":  {call: told{model: "gpt-4o-mini", provider: "openai.chat"}, team: "nobody (default)", product: "chat (lookup)"},
		"provider alone":      {call: told{model: "claude", provider: "anthropic"}, team: "nobody (default)", product: "writing (lookup)"},
		"no table knows them": {call: told{model: "m", provider: "p"}, team: "nobody (default)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := ask(t, a, signals.Traces, tc.call)
			for dimension, want := range map[string]string{"team": tc.team, "cost_center": tc.costCenter, "product": tc.product} {
				if want == "" {
					want = "unallocated"
				}
				assert.Equal(t, want, shown(t, a, values, dimension), dimension)
			}
		})
	}
}

// Rows that only the resource decides are found once; the record can still change them.
func TestUndatedLookupsAreInherited(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "owners.csv"), "service.name,user.id,team\nsearch,,search\nsearch,ann,research\nsearch,eve,\n")
	a := newAttributor(t, `
lookups: {owners: {path: `+path+`, keys: [service.name, user.id]}}
dimensions: {team: {sources: [lookup: owners, resource: team]}}`)
	k := &asker{t: t, view: a.View(signals.Traces)}
	assert.False(t, k.view.late)
	resource := map[string]any{"service.name": "search", "team": "fallback"}
	assert.Equal(t, "search", k.ask(told{resource: resource})[0].Text)
	assert.Equal(t, "research", k.ask(told{resource: resource, record: map[string]any{"user.id": "ann"}})[0].Text)
	assert.Equal(t, "fallback", k.ask(told{resource: resource, record: map[string]any{"user.id": "eve"}})[0].Text, "an empty cell is no value")
	assert.Equal(t, "search", k.ask(told{resource: resource})[0].Text)
}

// Data points have no record for expressions to read, but a resource.
func TestExpressionsForMetrics(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `dimensions: {team: {sources: [
  {expression: 'span.attributes["team"]'}, {expression: 'log.attributes["team"]'},
  {expression: 'Concat([resource.attributes["team"], resource.schema_url], "")'}]}}`)
	values := ask(t, a, signals.Metrics, told{resource: map[string]any{"team": "search"}, record: map[string]any{"team": "x"}})
	assert.Equal(t, "search", values[0].Text)
}

// A source may have both, and what the log names must be what has failed.
func TestWarningsNameWhatFails(t *testing.T) {
	t.Parallel()
	const rules = `dimensions: {team: {sources: [{expression: 'ToLowerCase(span.attributes["a"])', when: 'ToLowerCase(span.attributes["b"]) == "x"'}]}}`
	for want, attrs := range map[string]map[string]any{
		`ToLowerCase(span.attributes["a"])`:        {"a": 1, "b": "x"},
		`ToLowerCase(span.attributes["b"]) == "x"`: {"a": "team", "b": 1},
	} {
		a := newAttributor(t, rules)
		var named []string
		a.warn = func(_, expression string, _ error) { named = append(named, expression) }
		k := &asker{t: t, view: a.View(signals.Traces)}
		k.ask(told{record: attrs})
		k.ask(told{record: attrs})
		assert.Equal(t, []string{want}, named, "once")
		assert.EqualValues(t, 2, a.Stats(0).Failures)
	}
}

// A condition that fails is counted once for what its source says, and not once for each place where that might stand.
func TestConditionsOfConventionsFailOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path string
		want int64
	}{
		"of the resource":                {`resource.attributes["n"]`, 1},
		"of the span, without any value": {`span.attributes["n"]`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAttributor(t, `dimensions: {team: {sources: [{conventions: true, when: 'ToLowerCase(`+tc.path+`) == "a"'}]}}`)
			bad := map[string]any{"n": []any{1}}
			assert.Equal(t, "unallocated", shown(t, a, ask(t, a, signals.Traces, told{resource: bad, record: bad}), "team"))
			assert.Equal(t, tc.want, a.Stats(0).Failures)
		})
	}
}
