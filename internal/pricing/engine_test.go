package pricing

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func parse(tb testing.TB, text string) *File {
	tb.Helper()
	f, err := ParseFile("test.yaml", []byte(text), ParseOptions{})
	require.NoError(tb, err)
	return f
}

func readCatalog(tb testing.TB) *Catalog {
	tb.Helper()
	paths, err := filepath.Glob("testdata/catalog/*.yaml")
	require.NoError(tb, err)
	require.NotEmpty(tb, paths)
	var files []*File
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(tb, err)
		f, err := ParseFile(path, data, ParseOptions{})
		require.NoError(tb, err)
		files = append(files, f)
	}
	c, err := Compile(files...)
	require.NoError(tb, err)
	return c
}

func engine(tb testing.TB, custom Customization) *Engine {
	tb.Helper()
	e, err := NewEngine(readCatalog(tb), custom)
	require.NoError(tb, err)
	return e
}

func instant(tb testing.TB, s string) time.Time {
	tb.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(tb, err)
	return at
}

func tokens(quantities map[meter.Meter]int64) *meter.Usage {
	u := new(meter.Usage)
	for m, n := range quantities {
		u[m] = money.Units(n)
	}
	return u
}

// total adds up what a call costs by one of the unit prices.
func total(tb testing.TB, p *Price, u *meter.Usage, unit func(*Rate) money.UnitPrice) money.Amount {
	tb.Helper()
	require.Empty(tb, p.Reason)
	var sum money.Amount
	for m := range u {
		cost, ok := unit(&p.Sheet.Rates[m]).Mul(u[m])
		require.True(tb, ok)
		sum = sum.Add(cost)
	}
	return sum
}

func effective(r *Rate) money.UnitPrice { return r.Effective }
func listed(r *Rate) money.UnitPrice    { return r.List }
func uncached(r *Rate) money.UnitPrice  { return r.Uncached }
func standard(r *Rate) money.UnitPrice  { return r.Standard }

// worked is the call of the worked example of the rating rules.
func worked(tb testing.TB, at string) *Call {
	return &Call{
		Provider: "anthropic", ResponseModel: "claude-sonnet-4-6", RequestModel: "claude-sonnet-4-6",
		Time: instant(tb, at), Region: "us",
		Usage: tokens(map[meter.Meter]int64{
			meter.Input: 20_000, meter.CacheRead: 180_000, meter.CacheWrite5m: 4_000, meter.CacheWrite1h: 6_000,
			meter.Output: 2_000, meter.WebSearch: 1,
		}),
	}
}

var fifteenPercent = []Agreement{{Discount: "15%", Selector: Selector{Provider: []string{"anthropic"}}}}

func TestWorkedExample(t *testing.T) {
	eur, err := ParseExchangeRates("rates.csv", []byte("date,from,to,rate\n2026-03-12,USD,EUR,0.9\n"))
	require.NoError(t, err)
	const before, after = "2026-03-12T23:59:50Z", "2026-03-13T00:00:05Z"

	for _, tt := range []struct {
		name, at                  string
		custom                    Customization
		split                     bool
		list, effective, uncached string
		id                        string
	}{
		{"while the tier lasted", before, Customization{Agreements: fifteenPercent}, true, "0.4225", "0.360625", "1.4455", "anthropic/claude-sonnet-4-6@2026-02-17#long_context+us"},
		{"after the tier ended", after, Customization{Agreements: fifteenPercent}, true, "0.2245", "0.192325", "0.736", "anthropic/claude-sonnet-4-6@2026-03-13#us"},
		{"without the split of cache writes", before, Customization{Agreements: fifteenPercent}, false, "0.3928", "0.33538", "1.4455", "anthropic/claude-sonnet-4-6@2026-02-17#long_context+us"},
		{"without agreement", before, Customization{}, true, "0.4225", "0.4225", "1.4455", "anthropic/claude-sonnet-4-6@2026-02-17#long_context+us"},
		{"in EUR", before, Customization{Agreements: fifteenPercent, Currency: "EUR", ExchangeRates: eur}, true, "0.38025", "0.3245625", "1.30095", "anthropic/claude-sonnet-4-6@2026-02-17#long_context+us"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := worked(t, tt.at)
			if !tt.split {
				call.Usage[meter.CacheWrite5m] = money.Units(10_000)
				call.Usage[meter.CacheWrite1h] = money.Quantity{}
			}
			p := engine(t, tt.custom).Price(call)
			require.Empty(t, p.Reason)
			assert.Equal(t, tt.list, total(t, &p, call.Usage, listed).String())
			assert.Equal(t, tt.effective, total(t, &p, call.Usage, effective).String())
			assert.Equal(t, tt.uncached, total(t, &p, call.Usage, uncached).String())
			assert.Equal(t, tt.uncached, total(t, &p, call.Usage, standard).String(), "the call was served as standard")
			assert.Equal(t, tt.id, p.Sheet.ID)
			assert.Equal(t, MatchExact, p.Match)
			assert.Equal(t, len(tt.custom.Agreements) > 0, p.Sheet.Source == ledger.SourceAgreement)
		})
	}
}
