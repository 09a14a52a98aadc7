package billing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// snapshot has as many rows of each metric as named.
func snapshot(source string, charges, tokens, requests int) *billed.Snapshot {
	s := &billed.Snapshot{Header: billed.Header{Source: source, Provider: "openai", Account: "org", Day: monday, ReadTime: monday.Add(30 * time.Hour)}}
	d := billed.Dimensions{Provider: "openai", Account: "org", Model: "gpt-4o", Meter: "input"}
	for i := range charges {
		c := billed.Charge{Dimensions: d, Start: monday, End: monday.Add(24 * time.Hour), Category: billed.Usage, Currency: "USD"}
		c.Amount, _ = money.ParseAmount("0." + string(rune('1'+i)))
		s.Charges = append(s.Charges, c)
	}
	for i := range tokens + requests {
		s.Counts = append(s.Counts, billed.Count{
			Dimensions: d, Start: monday, End: monday.Add(24 * time.Hour), Requests: i >= tokens, Quantity: money.Units(int64(i + 1)),
		})
	}
	return s
}

func batch(all ...*billed.Snapshot) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for _, s := range all {
		s.AppendTo(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty())
	}
	return md
}

// of returns the metric of that name in the batch's only snapshot.
func of(t require.TestingT, md pmetric.Metrics, name string) pmetric.NumberDataPointSlice {
	for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Name() == name {
			return m.Gauge().DataPoints()
		}
	}
	require.Fail(t, "no "+name)
	return pmetric.NumberDataPointSlice{}
}

// Rows come in any order, in any number of pieces within the batch, and again: the snapshot is the same.
func TestAssembleInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 4)
		s := snapshot("openai", size.Draw(t, "charges"), size.Draw(t, "tokens"), size.Draw(t, "requests"))
		var all []pmetric.Metric
		for _, sm := range batch(s).ResourceMetrics().At(0).ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				for i := range m.Gauge().DataPoints().Len() {
					one := pmetric.NewMetric()
					one.SetName(m.Name())
					m.Gauge().DataPoints().At(i).CopyTo(one.SetEmptyGauge().DataPoints().AppendEmpty())
					all = append(all, one)
				}
			}
		}
		all = append(all, rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "again")...)
		md := pmetric.NewMetrics()
		for _, m := range rapid.Permutation(all).Draw(t, "order") {
			m.CopyTo(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty())
		}
		whole, err := Assemble(md)
		require.NoError(t, err)
		require.Len(t, whole, 1)
		require.ElementsMatch(t, s.Charges, whole[0].Charges)
		require.ElementsMatch(t, s.Counts, whole[0].Counts)
	})
}

// A snapshot that lacks a row of any metric is not whole.
func TestAssembleRefusesParts(t *testing.T) {
	for name, spoil := range map[string]func(pmetric.NumberDataPoint){
		"lost":           nil,
		"not a quantity": func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(billed.AttrQuantity, "many") },
	} {
		for _, metric := range []string{billed.MetricTokens, billed.MetricRequests} {
			for _, rows := range []int{1, 3} {
				md := batch(snapshot("openai", 2, rows, rows), snapshot("other", 0, 1, 0))
				points := of(t, md, metric)
				want := billed.ErrPoint
				if spoil != nil {
					spoil(points.At(0))
				} else {
					points.At(rows-1).Attributes().PutInt(billed.AttrSnapshot, int64(rows+1))
					points.At(0).Attributes().PutInt(billed.AttrSnapshot, int64(rows+1))
					want = ErrIncomplete
				}
				whole, err := Assemble(md)
				require.ErrorIs(t, err, want, "%s %s", name, metric)
				require.ErrorContains(t, err, "openai of 2026-11-23: ")
				require.ErrorContains(t, err, metric)
				require.Len(t, whole, 1, "the one beside it is whole")
				assert.Equal(t, "other", whole[0].Source)
			}
		}
	}
}

// Counts whose charges are elsewhere would replace a day's counts and leave its charges.
func TestAssembleRefusesCountsAlone(t *testing.T) {
	md := batch(snapshot("openai", 2, 1, 1))
	md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().RemoveIf(func(m pmetric.Metric) bool { return m.Name() == billed.MetricCost })
	whole, err := Assemble(md)
	require.ErrorIs(t, err, ErrIncomplete)
	require.ErrorContains(t, err, "openai of 2026-11-23: no finops.billed.cost: ")
	assert.Empty(t, whole)
}

func TestUsageRows(t *testing.T) {
	s := snapshot("openrouter", 0, 1, 1)
	for i := range s.Counts {
		c := &s.Counts[i]
		c.Provider, c.HostProvider, c.Subaccount, c.ServiceTier, c.Region = "openrouter", "Azure", "p", "default", "eu"
		c.Model, c.Meter, c.Line = "openai/gpt-4o-2024-08-06", "", "prompt_tokens"
	}
	rows := UsageRows(s, focus.BuiltinRoutes())
	require.Len(t, rows, 2)
	for _, row := range rows {
		got := []string{
			row.XProvider, row.ProviderName, row.PublisherName, row.HostProviderName, row.BillingAccountId, row.SubAccountId, row.XModel, row.SkuMeter,
			row.XServiceTier, row.RegionId, row.XProviderLine, focus.FormatTime(row.XSnapshotTime), focus.FormatTime(row.ChargePeriodStart),
			focus.FormatTime(row.ChargePeriodEnd), focus.FormatTime(row.BillingPeriodStart),
		}
		assert.Equal(t, []string{
			"openrouter", "OpenRouter", "OpenRouter", "Azure", "org", "p", "openai/gpt-4o-2024-08-06", "",
			"standard", "eu", "prompt_tokens", "2026-11-24T06:00:00Z", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-01T00:00:00Z",
		}, got)
		assert.True(t, row.BilledCost.IsNull())
		assert.Empty(t, row.BillingCurrency)
	}
	assert.Equal(t, []string{"1 Tokens ", "2 Requests 2"}, []string{quantities(&rows[0]), quantities(&rows[1])})
}

func quantities(r *focus.Row) string {
	return r.ConsumedQuantity.String() + " " + r.ConsumedUnit + " " + r.XRequests.String()
}

// What is written of charges is not changed by what was counted beside them.
func TestChargesAreApartFromCounts(t *testing.T) {
	with, without := snapshot("openai", 3, 2, 2), snapshot("openai", 3, 0, 0)
	assert.Equal(t, Rows(without, focus.BuiltinRoutes()), Rows(with, focus.BuiltinRoutes()))
	assert.Empty(t, UsageRows(without, focus.BuiltinRoutes()))
}
