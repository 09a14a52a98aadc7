package genaicostconnector

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-finops/otelcol-finops/connector/genaicostconnector/internal/metadatatest"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
)

// byModel attributes token metrics by a table of models, and shares what one team pays.
func byModel(t *testing.T, table string) func(*Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "models.csv")
	require.NoError(t, os.WriteFile(path, []byte(table), 0o600))
	return func(c *Config) {
		countMetrics(c)
		c.Attribution.Watch = false
		c.Attribution.Lookups = map[string]attribution.LookupConfig{"models": {Path: path, Keys: []string{"provider", "model"}}}
		c.Attribution.Dimensions = map[string]attribution.DimensionConfig{"team": {
			Sources: []attribution.SourceConfig{{Expression: `span.attributes["type"]`}, {Lookup: "models"}, {Conventions: true}},
		}}
		c.Attribution.Shares = map[string]map[string][]attribution.ShareConfig{"team": {"platform": {{Even: []string{"a", "b"}}}}}
	}
}

// Token metrics find their owners by the rules that spans have.
func TestMetricsAreAttributedByRules(t *testing.T) {
	for name, tc := range map[string]struct {
		table string
		want  map[string]float64
	}{
		"by the table":         {"provider,model,team\nanthropic,claude-sonnet-*,research\n", map[string]float64{"research": 3}},
		"by conventions":       {"provider,model,team\nopenai,*,research\n", map[string]float64{"search": 3}},
		"shared":               {"provider,model,team\n*,*,platform\n", map[string]float64{"a": 1.5, "b": 1.5}},
		"at the end of it all": {"provider,model,team,valid_from,valid_to\n*,*,old,,2026-03-02\n*,*,new,2026-03-02,\n", map[string]float64{"new": 3}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, byModel(t, tc.table))
			sink := new(consumertest.MetricsSink)
			c := h.metrics(sink)
			usage := export{start: 0, at: time.Minute, tokens: map[string]float64{"input": 1e6}, delta: true}
			require.NoError(t, c.ConsumeMetrics(t.Context(), usage.metrics()))
			require.NoError(t, c.Shutdown(t.Context()))
			assert.Equal(t, tc.want, costByTeam(sink))
		})
	}
}

// costByTeam is the cost that the last of each series says.
func costByTeam(sink *consumertest.MetricsSink) map[string]float64 {
	costs := map[string]float64{}
	for _, md := range sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Name() != "finops.cost" {
						continue
					}
					for _, dp := range m.Sum().DataPoints().All() {
						team, _ := dp.Attributes().Get("finops.team")
						costs[team.Str()] = dp.DoubleValue()
					}
				}
			}
		}
	}
	return costs
}

func TestAttributionOfMetricsIsRefusedAtStart(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Attribution.Dimensions = map[string]attribution.DimensionConfig{"billing": {}}
	require.ErrorContains(t, confmap.Validate(cfg), "attribution::dimensions::billing: the name is reserved")

	h := newHarness(t, byModel(t, "provider,model,squad\n*,*,x\n"))
	c, err := h.factory.CreateMetricsToMetrics(t.Context(), h.set, h.cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, c.Start(t.Context(), h.host), "::attribution::dimensions::team::sources::1::lookup: ")
	require.NoError(t, c.Shutdown(t.Context()))
}

// A table that changes is used for what comes after, and one that is broken is counted and left out.
func TestTablesOfMetricsAreReloaded(t *testing.T) {
	h := newHarness(t, byModel(t, "provider,model,team\n*,*,before\n"))
	sink := new(consumertest.MetricsSink)
	c := h.metrics(sink)
	reload := func(table string) {
		require.NoError(t, os.WriteFile(h.cfg.Attribution.Lookups["models"].Path, []byte(table), 0o600))
		c.(metricsInstance).state.metering.owners.Reload()
	}
	reload("provider,model,team\n*,*,after\n")
	reload("provider,model,team\n*,*\n")
	usage := export{start: 0, at: time.Minute, tokens: map[string]float64{"input": 1e6}, delta: true}
	require.NoError(t, c.ConsumeMetrics(t.Context(), usage.metrics()))
	metadatatest.AssertEqualConnectorGenAiCostAttributionReloads(t, h.tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("table", "models"), attribute.String("reload", "loaded"))},
		{Value: 1, Attributes: attribute.NewSet(attribute.String("table", "models"), attribute.String("reload", "refused"))},
	}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, c.Shutdown(t.Context()))
	assert.Equal(t, map[string]float64{"after": 3}, costByTeam(sink))
}
