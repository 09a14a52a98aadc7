package pricingsource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricingsource"
)

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

type plain struct {
	component.StartFunc
	component.ShutdownFunc
}

type priced struct{ plain }

func (*priced) Engine() *pricing.Engine   { return nil }
func (*priced) Accounts() *accounts.Table { return nil }

func TestFind(t *testing.T) {
	pricingType := component.MustNewType("gen_ai_pricing")
	one, two := component.NewID(pricingType), component.NewIDWithName(pricingType, "two")
	other := component.MustNewID("health_check")
	first, second := &priced{}, &priced{}
	for name, tc := range map[string]struct {
		host host
		id   *component.ID
		want pricingsource.Source
		err  string
	}{
		"the only one":      {host: host{one: first, other: &plain{}}, want: first},
		"by id":             {host: host{one: first, two: second}, id: &two, want: second},
		"several":           {host: host{one: first, two: second}, err: "several pricing extensions (gen_ai_pricing, gen_ai_pricing/two)"},
		"not running":       {host: host{one: first}, id: &two, err: `extension "gen_ai_pricing/two" is not running`},
		"not about pricing": {host: host{other: &plain{}}, id: &other, err: `extension "health_check" offers no prices`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := pricingsource.Find(tc.host, tc.id)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			assert.Same(t, tc.want, got)
		})
	}
}

func TestFindFallsBackToTheBuiltinCatalog(t *testing.T) {
	source, err := pricingsource.Find(host{component.MustNewID("health_check"): &plain{}}, nil)
	require.NoError(t, err)
	usage := meter.Usage{meter.Input: money.Units(1000)}
	price := source.Engine().Price(&pricing.Call{
		Provider: "openai", ResponseModel: "gpt-4o", Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Usage: &usage,
	})
	assert.Empty(t, price.Reason)
	assert.NotNil(t, source.Accounts())

	again, err := pricingsource.Find(host{}, nil)
	require.NoError(t, err)
	assert.Same(t, source.Engine(), again.Engine(), "all components share the builtin engine")

	date, err := pricingsource.BuiltinDate()
	require.NoError(t, err)
	assert.Equal(t, source.Engine().Info().SourceDate, date.Format(time.DateOnly))
}
