package genaicostprocessor

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	contract := component.MustNewIDWithName("gen_ai_pricing", "contract")
	all := createDefaultConfig().(*Config)
	all.Pricing, all.Detail, all.Upstream, all.EmitSemconvCost = &contract, DetailFull, UpstreamTrust, true
	count := createDefaultConfig().(*Config)
	count.BYOK = rating.BYOKInclude
	count.Count = CountConfig{Default: SignalTraces, Services: map[string]Signal{"claude-code": SignalLogs}}
	profiles := createDefaultConfig().(*Config)
	profiles.RawPayload = true
	profiles.Profiles = []genai.Profile{{
		Name: "in-house", Scopes: []string{"acme.llm*"}, Source: "read in acme-llm 2.4",
		Rule: genai.Rule{Form: genai.FormAdditive},
	}}
	owners := createDefaultConfig().(*Config)
	owners.Attribution = attribution.Config{
		HashKey: "a-secret-for-this-test-only", ResourceAttributes: true,
		Lookups: map[string]attribution.LookupConfig{"owners": {Path: "owners.csv", Keys: []string{"service.name", "user.id"}}},
		Dimensions: map[string]attribution.DimensionConfig{"team": {
			Sources: []attribution.SourceConfig{
				{Span: "app.team"},
				{Lookup: "owners", Column: "squad"},
				{Resource: "service.team"},
				{Scope: "team"},
				{Baggage: "team"},
				{
					Expression: `ToLowerCase(resource.attributes["k8s.namespace.name"])`,
					When:       `resource.attributes["deployment.environment.name"] == "prod"`,
				},
				{APIKey: true},
				{Conventions: true},
			},
			Default: "platform", Trim: true, Lower: true, Pattern: "^team-(.+)$", Values: map[string]string{"srch": "search"},
			CardinalityLimit: 50, Hash: true,
		}},
		Shares: map[string]map[string][]attribution.ShareConfig{"cost_center": {"CC-9": {
			{Until: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC), Weights: map[string]any{"CC-1": 60, "CC-2": 40}},
			{From: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC), Even: []string{"CC-1", "CC-2"}},
		}}},
	}
	for name, tc := range map[string]struct {
		want  *Config
		fails string
	}{
		"gen_ai_cost":             {want: createDefaultConfig().(*Config)},
		"gen_ai_cost/all_keys":    {want: all},
		"gen_ai_cost/count":       {want: count},
		"gen_ai_cost/profiles":    {want: profiles},
		"gen_ai_cost/attribution": {want: owners},
		"gen_ai_cost/bad_expression": {
			fails: `attribution::dimensions::team::sources::2::expression: ToLowerCase(resource.attributez["x"]), position 1:13: `,
		},
		"gen_ai_cost/bad_dimension": {fails: "attribution::dimensions::billing: the name is reserved"},
		"gen_ai_cost/bad_profile":   {fails: `"sometimes"`},
		"gen_ai_cost/bad_count":     {fails: `count::default: "profiles" is not a signal: use traces, logs or metrics`},
		"gen_ai_cost/bad_byok":      {fails: `byok: unknown value "perhaps"; use exclude or include`},
		"gen_ai_cost/bad_detail":    {fails: `detail: "verbose" is not a level of detail: use minimal, standard or full`},
		"gen_ai_cost/bad_upstream":  {fails: `upstream: "believe" is not known: use recompute, or trust`},
		"gen_ai_cost/bad_window":    {fails: "deduplication: window: -1s is not between"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sub, err := conf.Sub(name)
			require.NoError(t, err)
			cfg := createDefaultConfig().(*Config)
			require.NoError(t, sub.Unmarshal(cfg))
			if tc.fails != "" {
				assert.ErrorContains(t, confmap.Validate(cfg), tc.fails)
				return
			}
			require.NoError(t, confmap.Validate(cfg))
			assert.Equal(t, tc.want, cfg)
		})
	}
}
