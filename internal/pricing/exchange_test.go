package pricing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

const someRates = `# published on working days
date,from,to,rate
2026-03-12,USD,EUR,0.9
2026-03-11,USD,EUR,0.8
2026-03-12,EUR,JPY,160
`

func TestExchange(t *testing.T) {
	rates, err := ParseExchangeRates("rates.csv", []byte(someRates))
	require.NoError(t, err)
	assert.Equal(t, "2026-03-12", rates.Last())

	for _, tt := range []struct {
		name, catalog, reporting, at, want string
	}{
		{"on the day", "USD", "EUR", "2026-03-11T23:59:59Z", "0.8"},
		{"the next rate holds from midnight UTC", "USD", "EUR", "2026-03-12T00:00:00Z", "0.9"},
		{"carried for a week", "USD", "EUR", "2026-03-19T23:59:59Z", "0.9"},
		{"and no longer", "USD", "EUR", "2026-03-20T00:00:00Z", ""},
		{"not backwards", "USD", "EUR", "2026-03-10T23:59:59Z", ""},
		{"the other way round", "EUR", "USD", "2026-03-11T12:00:00Z", "1.25"},
		{"through a third", "USD", "JPY", "2026-03-12T12:00:00Z", "144"},
		{"not known", "USD", "CHF", "2026-03-12T12:00:00Z", ""},
		{"not needed", "CHF", "CHF", "1999-03-12T12:00:00Z", "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Compile(parse(t, `{format: finops/v1, provider: p, currency: `+tt.catalog+`, models: [{id: m, prices: [{rates: {input: "1"}}]}, {id: free, prices: [{free: true}]}]}`))
			require.NoError(t, err)
			e, err := NewEngine(c, Customization{Currency: tt.reporting, ExchangeRates: rates})
			require.NoError(t, err)
			call := &Call{Provider: "p", RequestModel: "m", Time: instant(t, tt.at), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})}
			p := e.Price(call)
			if tt.want == "" {
				assert.Equal(t, ledger.ReasonNoRate, p.Reason)
				assert.Contains(t, e.Explain(call)[1], "no exchange rate")
			} else {
				require.Empty(t, p.Reason)
				assert.Equal(t, tt.want, unitPrices(p.Sheet, meter.Input))
			}
			call.RequestModel = "free"
			p = e.Price(call)
			assert.Empty(t, p.Reason, "nothing needs no exchange rate")
			assert.True(t, p.Sheet.Free)
		})
	}
}

func TestConvert(t *testing.T) {
	rates, err := ParseExchangeRates("rates.csv", []byte(someRates))
	require.NoError(t, err)
	for _, tt := range []struct{ from, to, at, want string }{
		{"USD", "EUR", "2026-03-11T23:59:59Z", "4/5"},
		{"EUR", "USD", "2026-03-12T00:00:00Z", "10/9"},
		{"USD", "USD", "1999-03-12T00:00:00Z", "1/1"},
		{"USD", "EUR", "2026-03-20T00:00:00Z", ""},
		{"USD", "CHF", "2026-03-12T00:00:00Z", ""},
	} {
		rate, ok := rates.Convert(tt.from, tt.to, instant(t, tt.at))
		require.Equal(t, tt.want != "", ok, tt)
		if ok {
			assert.Equal(t, tt.want, rate.String())
		}
	}
	_, ok := (*ExchangeRates)(nil).Convert("USD", "EUR", instant(t, "2026-03-12T00:00:00Z"))
	assert.False(t, ok)
}

func TestExchangeIsExplained(t *testing.T) {
	rates, err := ParseExchangeRates("rates.csv", []byte(someRates))
	require.NoError(t, err)
	c, err := Compile(parse(t, `{format: finops/v1, provider: p, models: [{id: m, prices: [{rates: {input: "3"}}]}]}`))
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{
		Currency: "EUR", ExchangeRates: rates,
		Agreements: []Agreement{{Discount: "10%"}},
	})
	require.NoError(t, err)
	call := &Call{Provider: "p", ResponseModel: "M", Time: instant(t, "2026-03-14T00:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})}
	assert.Equal(t, []string{
		"model: M is p/m (exact)",
		"price: p/m",
		"exchange: 1 USD = 0.9 EUR of 2026-03-12",
		"input: list 3 x 0.9 (exchange) = 2.7 EUR per 1M; contracted 2.43 (agreements::0)",
	}, e.Explain(call))
}

// An override in a currency of its own is converted like the list.
func TestOverrideInAnotherCurrency(t *testing.T) {
	rates, err := ParseExchangeRates("rates.csv", []byte(someRates))
	require.NoError(t, err)
	e := pricer(t, ownPrices, Customization{
		ExchangeRates: rates,
		Overrides:     []Override{{Rates: map[string]any{"input": "8"}, Currency: "EUR"}},
	})
	call := &Call{Provider: "p", RequestModel: "m", Time: instant(t, "2026-03-11T00:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})}
	p := e.Price(call)
	require.Empty(t, p.Reason)
	assert.Equal(t, "10", unitPrices(p.Sheet, meter.Input))
	call.Time = instant(t, "2026-11-11T00:00:00Z")
	p = e.Price(call)
	assert.Equal(t, ledger.ReasonNoRate, p.Reason)
}

func TestExchangeRateFileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "rates.csv:1: the header must be date,from,to,rate",
		"day,from,to,rate\n":           "rates.csv:1: the header must be",
		"date,from,to,rate\n1,USD,EUR": "wrong number of fields",
		"date,from,to,rate\n12.3.2026,USD,EUR,1\n2026-03-12,USD,USD,1\n":  "rates.csv:3: from \"USD\" and to \"USD\" must be two",
		"date,from,to,rate\n2026-03-12,US,EUR,1\n":                        "rates.csv:2: from \"US\"",
		"date,from,to,rate\n2026-03-12,USD,EUR,0\n":                       "rates.csv:2: rate \"0\" must be a decimal above 0",
		"date,from,to,rate\n2026-03-12,USD,EUR,0.9e999999\n":              "rate \"0.9e999999\"",
		"date,from,to,rate\n2026-03-12,USD,EUR,1\n2026-03-12,USD,EUR,2\n": "two rates from USD to EUR on 2026-03-12",
	} {
		_, err := ParseExchangeRates("rates.csv", []byte(text))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
	}
}

func FuzzParseExchangeRates(f *testing.F) {
	f.Add([]byte(someRates))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if rates, err := ParseExchangeRates("x", data); err == nil {
			rates.convert("USD", "EUR", 20524)
		}
	})
}
