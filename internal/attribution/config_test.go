package attribution

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/lookup"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ config, want string }{
		"reserved name":      {`dimensions: {billing: {sources: [span: x]}}`, "dimensions::billing: the name is reserved"},
		"reserved for costs": {`dimensions: {cost: {sources: [span: x]}}`, "dimensions::cost: the name is reserved, because finops.cost.* says something else"},
		"reserved shares":    {`dimensions: {shares: {sources: [span: x]}}`, "dimensions::shares: the name is reserved"},
		"no name":            {`dimensions: {Team-A: {sources: [span: x]}}`, "dimensions::Team-A: a name consists of lower case letters"},
		"no conventions":     {`dimensions: {tenant: {}}`, "dimensions::tenant::sources::0: no conventions are known for tenant, only for cost_center, environment, feature, product, team"},
		"no place":           {`dimensions: {team: {sources: [{when: 'true'}]}}`, "dimensions::team::sources::0: give exactly one of span, resource"},
		"two places":         {`dimensions: {team: {sources: [{span: a, resource: b}]}}`, "dimensions::team::sources::0: give exactly one of span, resource, scope, baggage, lookup, expression, api_key, conventions; here are 2: span, resource"},
		"result as a source": {`dimensions: {team: {sources: [{span: finops.team}]}}`, "dimensions::team::sources::0: finops.team is dropped from records before sources are asked"},
		"column only":        {`dimensions: {team: {sources: [{span: a, column: b}]}}`, "dimensions::team::sources::0::column: only a lookup has columns"},
		"no such table":      {`dimensions: {team: {sources: [lookup: x]}}`, `dimensions::team::sources::0::lookup: there is no table "x" under lookups`},
		"table without path": {`lookups: {o: {keys: [a]}}`, "lookups::o::path: required"},
		"table without keys": {`lookups: {o: {path: a.csv}}`, "lookups::o::keys: required"},
		"key twice":          {`lookups: {o: {path: a.csv, keys: [a, a]}}`, `lookups::o::keys::1: "a" is empty or given before`},
		"empty key in use":   {"lookups: {o: {path: a.csv, keys: ['']}}\ndimensions: {team: {sources: [lookup: o]}}", `lookups::o::keys::0: "" is empty`},
		"pattern":            {`dimensions: {team: {pattern: '('}}`, "dimensions::team::pattern: error parsing regexp"},
		"limit":              {`dimensions: {team: {cardinality_limit: -1}}`, "dimensions::team::cardinality_limit: -1 is not between 1 and 1000000"},
		"hash without key":   {`dimensions: {team: {hash: true}}`, "hash_key: dimensions::team::hash needs a secret of at least 16 bytes"},

		"syntax of an expression": {
			`dimensions: {team: {sources: [{span: x}, {span: y}, {expression: 'resource.attributes["x"] =='}]}}`,
			`dimensions::team::sources::2::expression: resource.attributes["x"] ==, position 1:26: expression has invalid syntax`,
		},
		"unknown function": {
			`dimensions: {team: {sources: [{expression: 'Concat([Foo(), "a"], "")'}]}}`,
			`dimensions::team::sources::0::expression: Concat([Foo(), "a"], ""), position 1:9: `,
		},
		"unknown path": {
			`dimensions: {team: {sources: [{expression: 'ToLowerCase(span.attributez["x"])'}]}}`,
			`position 1:13: `,
		},
		"path without context": {
			`dimensions: {team: {sources: [{expression: 'attributes["x"]'}]}}`,
			`position 1:1: missing context name for path`,
		},
		"editor": {
			`dimensions: {team: {sources: [{expression: 'set(span.name, "x")'}]}}`,
			`position 1:1: converter names must start with an uppercase letter`,
		},
		"name that ends like a context": {
			`dimensions: {team: {sources: [{expression: 'span.attributez["catalog.x"]'}]}}`, `segment "attributez" from path "span.attributez`,
		},
		"log path": {
			`dimensions: {team: {sources: [{expression: 'log.bodi'}]}}`, `segment "bodi"`,
		},
		"condition": {
			`dimensions: {team: {sources: [{span: x, when: 'resource.attributes["x"] = "a"'}]}}`,
			`dimensions::team::sources::0::when: resource.attributes["x"] = "a", position 1:26: condition has invalid syntax`,
		},

		"shares of nothing":    {`shares: {customer: {x: [{even: [a]}]}}`, "shares::customer: there is no dimension of that name; there are team, cost_center"},
		"no periods":           {`shares: {team: {x: []}}`, "shares::team::x: say who shares the cost"},
		"neither":              {`shares: {team: {x: [{from: 2026-01-01}]}}`, "shares::team::x::0: give weights, or even, and not both"},
		"both":                 {`shares: {team: {x: [{even: [a], weights: {b: 1}}]}}`, "shares::team::x::0: give weights, or even, and not both"},
		"fraction":             {`shares: {team: {x: [{weights: {a: 0.5}}]}}`, "shares::team::x::0::weights::a: 0.5 is not a whole number from 1 to 4294967295"},
		"nothing to bear":      {`shares: {team: {x: [{weights: {a: 0}}]}}`, "0::weights::a: 0 is not a whole number"},
		"no mapping":           {`shares: {team: {x: [{weights: 5}]}}`, "0::weights: want values and their weights"},
		"list of more":         {`shares: {team: {x: [{weights: [{a: 1, b: 2}]}]}}`, "0::weights::0: want one value and its weight"},
		"nobody":               {`shares: {team: {x: [{weights: {}}]}}`, "0::weights: nobody is named"},
		"twice":                {`shares: {team: {x: [{even: [a, a]}]}}`, `0::even: "a" is empty or given twice`},
		"date":                 {`shares: {team: {x: [{from: tomorrow, even: [a]}]}}`, "shares::team::x::0::from: tomorrow must be a day such as 2026-11-15"},
		"end before start":     {`shares: {team: {x: [{from: "2026-02-01", until: "2026-01-01", even: [a]}]}}`, "shares::team::x::0::until: 2026-01-01T00:00:00Z does not lie after from 2026-02-01T00:00:00Z"},
		"overlap":              {`shares: {team: {x: [{even: [a]}, {from: 2026-02-01, even: [b]}]}}`, "shares::team::x: two periods overlap on 2026-02-01"},
		"shared itself":        {`shares: {team: {x: [{even: [y]}], y: [{even: [z]}]}}`, "shares::team::x: y is shared itself"},
		"shares of the hashed": {"hash_key: 0123456789abcdef\ndimensions: {team: {hash: true}}\nshares: {team: {x: [{even: [y]}]}}", "shares::team: the dimension is hashed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(configure(t, tc.config), nopSettings)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// Everything that is wrong is said at once.
func TestAllErrorsAreReported(t *testing.T) {
	t.Parallel()
	_, err := New(configure(t, `
lookups: {o: {}}
dimensions: {cost: {sources: [{}]}, team: {pattern: '('}}`), nopSettings)
	require.Error(t, err)
	assert.Len(t, strings.Split(err.Error(), "\n"), 5, err.Error())
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "owners.csv")
	load := func(config string) error {
		a, err := New(configure(t, strings.ReplaceAll(config, "PATH", path)), nopSettings)
		require.NoError(t, err)
		return a.Load()
	}
	const lookups = "lookups: {owners: {path: PATH, keys: [service.name]}}\n"
	require.ErrorContains(t, load(lookups), "lookups::owners::path: cannot be read: stat")
	write(t, path, "service.name,team\na,b\na,c\n")
	require.ErrorContains(t, load(lookups), "lookups::owners: ")
	require.NoError(t, os.Truncate(path, lookup.MaxBytes(path)+1))
	require.ErrorContains(t, load(lookups), "lookups::owners::path: cannot be read: "+path+" has 1073741825 bytes; at most 1073741824")
	write(t, path, "service.name,team\na,b\n")
	require.ErrorContains(t, load(lookups+`dimensions: {product: {sources: [lookup: owners]}}`),
		`dimensions::product::sources::0::lookup: `+path+` has no column "product"; it has team`)
	require.ErrorContains(t, load(lookups+`dimensions: {product: {sources: [{lookup: owners, column: x}]}}`),
		`dimensions::product::sources::0::column: `+path+` has no column "x"; it has team`)
	require.NoError(t, load(lookups+`dimensions: {product: {sources: [{lookup: owners, column: team}]}}`))
}
