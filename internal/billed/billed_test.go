package billed

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func drawCharge(t *rapid.T) Charge {
	texts := rapid.SampledFrom([]string{"", "a", "gpt-4o-2024-08-06, input", "ü;=,"})
	amount, err := money.ParseAmount(rapid.StringMatching(`-?[0-9]{1,12}\.[0-9]{1,24}`).Draw(t, "amount"))
	require.NoError(t, err)
	c := Charge{
		Start: monday, End: monday.Add(time.Duration(rapid.IntRange(1, 24).Draw(t, "hours")) * time.Hour),
		Category: Usage, Currency: rapid.SampledFrom([]string{"USD", "EUR"}).Draw(t, "currency"), Amount: amount,
	}
	for _, f := range c.fields() {
		*f.value = texts.Draw(t, f.key)
	}
	if rapid.Bool().Draw(t, "quantified") {
		c.Unit, c.Quantity = "Tokens", money.Units(rapid.Int64Range(0, 1e15).Draw(t, "quantity"))
	}
	return c
}

func drawCount(t *rapid.T) Count {
	c := Count{
		Start: monday, End: monday.Add(time.Duration(rapid.IntRange(1, 24).Draw(t, "hours")) * time.Hour),
		Requests: rapid.Bool().Draw(t, "requests"),
	}
	for _, f := range c.fields() {
		*f.value = rapid.SampledFrom([]string{"", "a", "input_cache_write_tokens", "ü;=,"}).Draw(t, f.key)
	}
	var err error
	c.Quantity, err = money.ParseQuantity(rapid.StringMatching(`[0-9]{1,14}(\.[0-9]{1,9})?`).Draw(t, "quantity"))
	require.NoError(t, err)
	return c
}

// points returns the data points of a metric in the order of their rows' gauges.
func points(md pmetric.Metrics, name string) (all []pmetric.NumberDataPoint) {
	metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for _, m := range metrics.All() {
		for _, p := range m.Gauge().DataPoints().All() {
			if m.Name() == name {
				all = append(all, p)
			}
		}
	}
	return all
}

func written(s *Snapshot) pmetric.Metrics {
	md := pmetric.NewMetrics()
	s.AppendTo(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty())
	return md
}

func TestChargesReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Snapshot{
			Header:  Header{Source: "openai", Day: monday, ReadTime: monday.Add(30*time.Hour + 5), Final: rapid.Bool().Draw(t, "final")},
			Charges: rapid.SliceOfN(rapid.Custom(drawCharge), 1, 6).Draw(t, "charges"),
		}
		got := make([]Charge, len(s.Charges))
		for _, p := range points(written(&s), MetricCost) {
			h, at, c, err := ReadCharge(p)
			require.NoError(t, err)
			require.Equal(t, int64(len(s.Charges)), at.Rows)
			want := s.Header
			want.Provider, want.Account = c.Provider, c.Account
			require.Equal(t, want, h)
			require.Equal(t, c.Amount.Float64(), p.DoubleValue())
			got[at.Row] = c
		}
		require.Equal(t, s.Charges, got)
	})
}

func TestADayWithoutChargesTravelsToo(t *testing.T) {
	s := Snapshot{Header: Header{Source: "openai", Provider: "openai", Account: "org", Day: monday, ReadTime: monday, Final: true}}
	all := points(written(&s), MetricCost)
	require.Len(t, all, 1)
	assert.True(t, all[0].Flags().NoRecordedValue())
	h, at, c, err := ReadCharge(all[0])
	require.NoError(t, err)
	assert.Equal(t, s.Header, h)
	assert.Zero(t, at.Rows)
	assert.True(t, c.Amount.IsZero())
}

func TestCountsReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Snapshot{
			Header: Header{Source: "openai", Day: monday, ReadTime: monday.Add(30*time.Hour + 5), Final: rapid.Bool().Draw(t, "final")},
			Counts: rapid.SliceOfN(rapid.Custom(drawCount), 1, 6).Draw(t, "counts"),
		}
		want := map[string][]Count{}
		for _, c := range s.Counts {
			metric := MetricTokens
			if c.Requests {
				metric = MetricRequests
			}
			want[metric] = append(want[metric], c)
		}
		md := written(&s)
		for _, metric := range []string{MetricTokens, MetricRequests} {
			got := make([]Count, len(want[metric]))
			for _, p := range points(md, metric) {
				h, at, c, err := ReadCount(metric, p)
				require.NoError(t, err)
				require.Equal(t, int64(len(got)), at.Rows)
				header := s.Header
				header.Provider, header.Account = c.Provider, c.Account
				require.Equal(t, header, h)
				got[at.Row] = c
			}
			require.Equal(t, append([]Count{}, want[metric]...), got)
		}
	})
}

func TestReadCountRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(pmetric.NumberDataPoint)
		// placed says that the snapshot is known all the same.
		placed bool
	}{
		"no source":      {func(p pmetric.NumberDataPoint) { p.Attributes().Remove(AttrSource) }, false},
		"row beyond":     {func(p pmetric.NumberDataPoint) { p.Attributes().PutInt(AttrRow, 1) }, false},
		"no rows":        {func(p pmetric.NumberDataPoint) { p.Attributes().PutInt(AttrSnapshot, 0) }, true},
		"no quantity":    {func(p pmetric.NumberDataPoint) { p.Attributes().Remove(AttrQuantity) }, true},
		"a double":       {func(p pmetric.NumberDataPoint) { p.Attributes().PutDouble(AttrQuantity, 1) }, true},
		"negative":       {func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(AttrQuantity, "-1") }, true},
		"too precise":    {func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(AttrQuantity, "0.0000000001") }, true},
		"without length": {func(p pmetric.NumberDataPoint) { p.SetTimestamp(p.StartTimestamp()) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := Snapshot{
				Header: Header{Source: "openai", Day: monday, ReadTime: monday},
				Counts: []Count{{Start: monday, End: monday.Add(day), Quantity: money.Units(10)}},
			}
			p := points(written(&s), MetricTokens)[0]
			test.spoil(p)
			h, _, _, err := ReadCount(MetricTokens, p)
			require.ErrorIs(t, err, ErrPoint)
			assert.Equal(t, test.placed, h.Source == "openai")
		})
	}
}

func TestCountsAreApartFromCharges(t *testing.T) {
	s := Snapshot{Header: Header{Source: "openai", Day: monday, ReadTime: monday}, Counts: []Count{
		{Dimensions: Dimensions{Model: "gpt-4o", Meter: "input"}, Start: monday, End: monday.Add(day), Quantity: money.Units(1000)},
		{Dimensions: Dimensions{Model: "gpt-4o"}, Start: monday, End: monday.Add(day), Requests: true, Quantity: money.Units(3)},
		{Dimensions: Dimensions{Model: "gpt-4o", Meter: "output"}, Start: monday, End: monday.Add(day), Quantity: money.Units(40)},
	}}
	md := written(&s)
	tokens, requests := points(md, MetricTokens), points(md, MetricRequests)
	require.Len(t, tokens, 2)
	require.Len(t, requests, 1)
	assert.Equal(t, float64(3), requests[0].DoubleValue())
	row, _ := tokens[1].Attributes().Get(AttrRow)
	rows, _ := tokens[1].Attributes().Get(AttrSnapshot)
	assert.Equal(t, int64(1), row.Int())
	assert.Equal(t, int64(2), rows.Int())
}

func TestReadChargeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(pmetric.NumberDataPoint){
		"no source":        func(p pmetric.NumberDataPoint) { p.Attributes().Remove(AttrSource) },
		"no day":           func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(AttrDay, "yesterday") },
		"no time":          func(p pmetric.NumberDataPoint) { p.Attributes().Remove(AttrReadTime) },
		"negative rows":    func(p pmetric.NumberDataPoint) { p.Attributes().PutInt(AttrSnapshot, -1) },
		"row beyond":       func(p pmetric.NumberDataPoint) { p.Attributes().PutInt(AttrRow, 1) },
		"amount not exact": func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(AttrAmount, "1e-30") },
		"amount a double":  func(p pmetric.NumberDataPoint) { p.Attributes().PutDouble(AttrAmount, 1) },
		"quantity no text": func(p pmetric.NumberDataPoint) { p.Attributes().PutStr(AttrUnit, "Tokens") },
	} {
		t.Run(name, func(t *testing.T) {
			s := Snapshot{Header: Header{Source: "openai", Day: monday, ReadTime: monday}, Charges: []Charge{{Start: monday, End: monday.Add(day), Currency: "USD"}}}
			p := points(written(&s), MetricCost)[0]
			spoil(p)
			_, _, _, err := ReadCharge(p)
			assert.ErrorIs(t, err, ErrPoint)
		})
	}
}
