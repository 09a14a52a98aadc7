package attribution

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

func TestConventions(t *testing.T) {
	t.Parallel()
	a := newAttributor(t, `dimensions: {product: , feature: {}, environment: {}}`)
	assert.Equal(t, []string{"team", "cost_center", "environment", "feature", "product"}, a.Names())
	for name, tc := range map[string]struct {
		resource, record map[string]any
		dimension, want  string
	}{
		"nothing matches": {resource: map[string]any{"service.name": "x"}, dimension: "team", want: "unallocated"},
		"resource":        {resource: map[string]any{"team": "search"}, dimension: "team", want: "search"},
		"record wins over resource": {
			resource: map[string]any{"team": "platform"}, record: map[string]any{"app.team": "search"},
			dimension: "team", want: "search",
		},
		"first key of a list wins whatever the order on the record": {
			record: map[string]any{"team.name": "second", "team": "first"}, dimension: "team", want: "first",
		},
		"empty is no value": {
			resource: map[string]any{"team": "", "service.team": "search"}, record: map[string]any{"team": ""},
			dimension: "team", want: "search",
		},
		"numbers are cost centers too": {resource: map[string]any{"cost.center": 4711}, dimension: "cost_center", want: "4711"},
		"pod label before namespace label": {
			resource:  map[string]any{"k8s.namespace.labels.team": "platform", "k8s.pod.labels.team": "search"},
			dimension: "team", want: "search",
		},
		"tag of the machine":               {resource: map[string]any{"ec2.tag.CostCenter": "CC-9"}, dimension: "cost_center", want: "CC-9"},
		"other types are not dimensions":   {resource: map[string]any{"team": []any{"a", "b"}}, dimension: "team", want: "unallocated"},
		"metadata of the Vercel AI SDK":    {record: map[string]any{"ai.telemetry.metadata.team": "support"}, dimension: "team", want: "support"},
		"owner of a LiteLLM virtual key":   {record: map[string]any{"metadata.user_api_key_team_alias": "support"}, dimension: "team", want: "support"},
		"feature by the name of the agent": {record: map[string]any{"gen_ai.agent.name": "planner"}, dimension: "feature", want: "planner"},
		"environment":                      {resource: map[string]any{"deployment.environment": "prod"}, dimension: "environment", want: "prod"},
		"product by namespace":             {resource: map[string]any{"service.namespace": "shop"}, dimension: "product", want: "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := ask(t, a, signals.Traces, told{resource: tc.resource, record: tc.record})
			assert.Equal(t, tc.want, shown(t, a, values, tc.dimension))
		})
	}
}

func TestUsersAndCustomersAreNoDimensionsByDefault(t *testing.T) {
	t.Parallel()
	for dimension, c := range conventions {
		for _, key := range append(c.record, c.resource...) {
			assert.NotContains(t, key, "user.", dimension)
			assert.NotContains(t, key, "customer", dimension)
			assert.NotContains(t, key, "email", dimension)
		}
	}
	_, err := New(configure(t, `dimensions: {customer: {}}`), nopSettings)
	require.ErrorContains(t, err, "dimensions::customer::sources::0: no conventions are known for customer")
}

// The page for people must say what the tables say.
func TestConventionsAndKeysAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/attribution.md")
	require.NoError(t, err)
	for _, c := range conventions {
		for _, key := range append(c.record, c.resource...) {
			// Labels and tags are documented by their pattern.
			if !strings.HasPrefix(key, "k8s.") && !strings.Contains(key, ".tag.") {
				assert.Contains(t, string(page), "`"+key+"`")
			}
		}
	}
	for _, key := range keyAttributes {
		assert.Contains(t, string(page), "`"+key.name+"`")
	}
}
