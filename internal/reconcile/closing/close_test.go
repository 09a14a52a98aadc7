package closing

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focuscheck"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestChargebackIsTheInvoice(t *testing.T) {
	for _, c := range []struct {
		format  focusfile.Format
		version focus.Version
		mode    Mode
	}{
		{focusfile.Parquet, focus.V1_2, ProRata},
		{focusfile.Parquet, focus.V1_4, Unallocated},
		{focusfile.CSV, focus.V1_2, Unallocated},
		{focusfile.CSV, focus.V1_3, ProRata},
		{focusfile.CSV, focus.V1_4, ProRata},
	} {
		t.Run(c.format.String()+" "+c.version.String()+" "+string(c.mode), func(t *testing.T) {
			p := newPlace(t)
			p.format, p.version = c.format, c.version
			p.example()
			r := p.mustClose(WasClosed, func(o *Options) { o.TrueUp = c.mode })

			charged, invoiced := p.total("metered", "x_Provider", "BillingAccountId"), p.total("billed", "x_Provider", "BillingAccountId")
			invoiced["cohere own USD"] = "3" // has no bill, and stays
			assert.Equal(t, invoiced, charged)
			assert.Equal(t, map[string]string{"USD": "148.030000000000000000000001"}, p.total("metered"))
			assert.FileExists(t, p.path(r.Manifest.Outputs[0].Name))
			assert.Equal(t, c.format.Extension(), filepath.Ext(r.Manifest.Outputs[0].Name))
			p.checkConforms(c.version)
		})
	}
}

// checkConforms applies every rule of finops focus validate to what is metered after the close.
func (p *place) checkConforms(version focus.Version) {
	p.t.Helper()
	checker, s := focuscheck.New(version), p.store("metered")
	for key, err := range s.Files(p.t.Context()) {
		require.NoError(p.t, err)
		f, err := s.Open(p.t.Context(), key)
		require.NoError(p.t, err)
		require.NoError(p.t, checker.Check(key, f.Reader))
		require.NoError(p.t, f.Close())
	}
	assert.Empty(p.t, checker.Report().Findings)
}

func TestEveryDimensionAddsUp(t *testing.T) {
	p := newPlace(t)
	p.example()
	p.mustClose(WasClosed, nil)
	for _, dimension := range []string{"Tags.team", "Tags.cost_center", "Tags.product"} {
		sum := amount("0")
		for _, part := range p.total("metered", dimension) {
			sum = sum.Add(amount(part))
		}
		assert.Equal(t, "148.030000000000000000000001", sum.String(), dimension)
	}
	// 19.43 were invoiced to org-1 for 15.333334333333333 metered, 5 of them by ads; org-2 was all theirs.
	assert.Equal(t, map[string]string{
		"org-1 ads USD": "6.335869152008533702397131", "org-1 search USD": "13.094130847991466297602869", "org-2 ads USD": "5.5",
		"acme search USD": "119.50248756218905472636816", "acme  USD": "0.597512437810945273631841", "own ads USD": "3",
	}, p.total("metered", "BillingAccountId", "Tags.team"))
}

func TestUnallocated(t *testing.T) {
	p := newPlace(t)
	p.example()
	p.mustClose(WasClosed, func(o *Options) { o.TrueUp = Unallocated })
	assert.Equal(t, map[string]string{
		" USD": "0.1", "search USD": "30.333334333333333", "ads USD": "15", "unallocated USD": "102.596665666666667000000001",
	}, p.total("metered", "Tags.team"))
	assert.Equal(t, p.total("metered", "Tags.team")["unallocated USD"], p.total("metered", "Tags.cost_center")["unallocated USD"])
}

// What has no weight, or nobody metered, is nobody's.
func TestNothingToDivideBy(t *testing.T) {
	p := newPlace(t)
	p.usage(usage{day: 2, provider: "openai", account: "org-1", tags: `{"product":"x"}`, cost: "0"})
	p.bill(line{day: 2, provider: "openai", account: "org-1", cost: "1"}, line{day: 2, provider: "mistral_ai", account: "m", cost: "2"})
	r := p.mustClose(WasClosed, nil)
	assert.Equal(t, map[string]string{"openai unallocated USD": "1", "mistral_ai unallocated USD": "2", "openai x USD": "0"},
		p.total("metered", "x_Provider", "Tags.product"))
	assert.Equal(t, 2, r.Manifest.Outputs[0].Rows)

	empty := newPlace(t)
	empty.bill(line{day: 2, provider: "openai", account: "org-1", cost: "1"})
	empty.mustClose(WasClosed, nil)
	assert.Equal(t, map[string]string{`{"cost_center":"unallocated","team":"unallocated"} USD`: "1"}, empty.total("metered", "Tags"))
	empty.checkConforms(focus.V1_2)
}

func TestNoResidualNoRow(t *testing.T) {
	p := newPlace(t)
	p.usage(usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1.5"})
	p.bill(line{day: 2, provider: "openai", account: "org-1", cost: "1.5"})
	r := p.mustClose(WasClosed, nil)
	assert.Zero(t, r.Manifest.Outputs[0].Rows)
	assert.Equal(t, map[string]string{"USD": "1.5"}, p.total("metered"))
	p.mustClose(Unchanged, nil)
}

func TestTheRows(t *testing.T) {
	p := newPlace(t)
	p.example()
	p.mustClose(WasClosed, nil)
	p.golden("true-up.csv", p.tree()["metered/billing_period=2026-11/day=2026-11-01/true-up.csv"])
	p.golden("2026-11.json", p.tree()["_close/2026-11.json"])
}

func (p *place) golden(name, got string) {
	p.t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(p.t, os.MkdirAll("testdata", 0o755))
		require.NoError(p.t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(p.t, err)
	assert.Equal(p.t, string(want), got)
}

func TestProvidersAndAccounts(t *testing.T) {
	p := newPlace(t)
	p.example()
	r := p.mustClose(WasClosed, func(o *Options) { o.Providers, o.Accounts = []string{"openai"}, []string{"org-2"} })
	require.Len(t, r.Manifest.Totals, 1)
	assert.Equal(t, "5.5", p.total("metered", "BillingAccountId")["org-2 USD"])
	assert.Equal(t, "15.333334333333333", p.total("metered", "BillingAccountId")["org-1 USD"], "is not closed")
}

func TestAccountsThatAreNotNamed(t *testing.T) {
	for name, c := range map[string]struct {
		metered, billed []string
		want            string
	}{
		"telemetry knows none, one on the bill":     {[]string{"", "unknown:openai"}, []string{"org-1"}, "openai, account org-1"},
		"telemetry knows none, several on the bill": {[]string{""}, []string{"org-1", "org-2"}, "openai"},
		"the bill names none":                       {[]string{"mine"}, []string{""}, "openai, account mine"},
		"the bill names none, telemetry several":    {[]string{"a", "b"}, []string{""}, "openai"},
		"neither":                                   {[]string{""}, []string{""}, "openai"},
		"one is known and the other is not":         {[]string{"org-1", ""}, []string{"org-1"}, "openai, account org-1"},
		"both sides have some without a name":       {[]string{"org-1", ""}, []string{"org-1", ""}, "openai"},
		"several are known and one call is not":     {[]string{"org-1", "org-2", ""}, []string{"org-1", "org-2"}, "openai"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			for i, account := range c.metered {
				p.put(focus.Metered, i+1, "m", usage{day: i + 1, provider: "openai", account: account, tags: search, cost: "1"}.row())
			}
			for i, account := range c.billed {
				p.put(focus.Billed, i+1, "openai", line{day: i + 1, provider: "openai", account: account, cost: "10"}.row())
			}
			p.put(focus.Billed, 30, "openai")
			r := p.mustClose(WasClosed, nil)
			require.Len(t, r.Manifest.Totals, 1)
			total := r.Manifest.Totals[0]
			assert.Equal(t, c.want, Party{total.Provider, total.Account}.String())
			assert.Equal(t, p.total("billed"), p.total("metered"))
		})
	}
}

func TestAccountsSpeltDifferently(t *testing.T) {
	p := newPlace(t)
	p.usage(usage{day: 2, provider: "openai", account: "acme", tags: search, cost: "1"})
	p.bill(line{day: 2, provider: "openai", account: "org-1", cost: "10"})
	_, err := p.close(nil)
	require.EqualError(t, err, "openai, account acme: metered and not on the bill, which has account org-1, for which nothing was metered; "+
		"spell them alike in the accounts table, or say with --account which to close")
	assert.Empty(t, p.tree())
	p.mustClose(WasClosed, func(o *Options) { o.Accounts = []string{"org-1"} })
}

func TestCurrencies(t *testing.T) {
	p := newPlace(t)
	p.usage(usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1"}, usage{day: 3, provider: "openai", account: "org-1", tags: ads, cost: "1"})
	p.bill(line{day: 2, provider: "openai", account: "org-1", cost: "3", currency: "EUR"}, line{day: 3, provider: "openai", account: "org-1", cost: "1", currency: "EUR"})
	_, err := p.close(nil)
	require.EqualError(t, err, "openai, account org-1: invoiced in EUR and metered in USD; give --exchange-rates to charge the invoice in USD")

	rates, err := pricing.ParseExchangeRates("rates.csv", []byte("date,from,to,rate\n2026-11-02,USD,EUR,0.9\n"))
	require.NoError(t, err)
	r := p.mustClose(WasClosed, func(o *Options) { o.ExchangeRates = rates })
	assert.Equal(t, map[string]string{"USD": "4.444444444444444444444444"}, p.total("metered"), "each day is rounded once")
	require.Len(t, r.Manifest.Totals, 1)
	assert.Equal(t, []Invoiced{{"EUR", amount("4")}}, r.Manifest.Totals[0].Invoiced)

	rates, err = pricing.ParseExchangeRates("rates.csv", []byte("date,from,to,rate\n2026-10-02,USD,EUR,0.9\n"))
	require.NoError(t, err)
	_, err = p.close(func(o *Options) { o.ExchangeRates = rates })
	require.EqualError(t, err, "openai, account org-1: no rate from EUR to USD on 2026-11-02; add it to --exchange-rates")
}

// A party that was metered in the currency of its invoice needs no rates, whatever others are metered in.
func TestSeveralCurrencies(t *testing.T) {
	p := newPlace(t)
	p.usage(
		usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1"},
		usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "2", currency: "EUR"},
	)
	p.bill(line{day: 2, provider: "openai", account: "org-1", cost: "3", currency: "EUR"})
	p.mustClose(WasClosed, nil)
	assert.Equal(t, map[string]string{"EUR": "3", "USD": "0"}, p.total("metered"))

	q := newPlace(t)
	q.usage(
		usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1"},
		usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "2", currency: "EUR"},
	)
	q.bill(line{day: 2, provider: "openai", account: "org-1", cost: "3", currency: "GBP"})
	_, err := q.close(nil)
	require.ErrorContains(t, err, "invoiced in GBP and metered in EUR and USD: which of them teams are charged in is not clear")
}

// last is a time at which a report was read.
func last(day int) time.Time { return november.AddDate(0, 0, day-1).Add(6 * time.Hour) }

// openMonths are kept open by days of which a provider may still revise what it charges.
var openMonths = map[string]struct {
	write  func(*place)
	change func(*Options)
	want   string
	text   string
}{
	"the month is not over": {
		func(p *place) { p.example() }, func(o *Options) { o.Now = last(24) },
		" not_final 2026-11-21..2026-11-30 10",
		"10 days from 2026-11-21 to 2026-11-30 may still be revised, or are to come: close the month 72h0m0s after its end",
	},
	"the last days are not settled": {
		func(p *place) { p.example() }, func(o *Options) { o.Now = last(31) },
		" not_final 2026-11-28..2026-11-30 3", "",
	},
	"a report was not read again": {
		func(p *place) {
			p.bill(line{day: 2, provider: "openai", cost: "1"}, line{day: 28, provider: "openai", cost: "1", read: last(29)}, line{day: 28, provider: "anthropic", cost: "1"})
			p.put(focus.Billed, 2, "openai", line{day: 2, provider: "openai", cost: "1", read: last(7)}.row())
		}, nil, "openai not_final 2026-11-26..2026-11-28 3",
		"openai: 3 days from 2026-11-26 to 2026-11-28 may still be revised: the report was read last at 2026-11-29T06:00:00Z; let gen_ai_billing read it again",
	},
	"it was read again when a later month was": {func(p *place) {
		p.bill(line{day: 28, provider: "openai", cost: "1", read: last(29)})
		p.put(focus.Billed, 33, "openai", line{day: 33, provider: "openai", cost: "1", read: last(34)}.row())
	}, nil, "", ""},
	"the last days were never read": {
		func(p *place) {
			p.put(focus.Billed, 20, "openai", line{day: 20, provider: "openai", cost: "1"}.row())
		}, nil, "openai day_not_in_bill 2026-11-21..2026-11-30 10",
		"openai: the bill does not have 10 days from 2026-11-21 to 2026-11-30; let gen_ai_billing look back to them, or name the export that has them with --billed",
	},
	"an export that does not say when it was read": {func(p *place) {
		r := line{day: 20, provider: "openai", cost: "1"}.row()
		r.XSnapshotTime = time.Time{}
		data, err := focusfile.Encode([]focus.Row{r}, focusfile.Options{Version: focus.V1_2, Dataset: focus.Billed})
		require.NoError(p.t, err)
		p.write("billed/export.parquet", data)
	}, nil, "", ""},
	"days that cannot be compared": {
		func(p *place) { p.example() }, func(o *Options) {
			o.Excluded = []reconcile.Exclusion{
				{Reason: reconcile.OutsideBill, Provider: "openai", First: reconcile.Date{Time: november}, Last: reconcile.Date{Time: november}, Days: 1, Text: "openai: the bill does not have 2026-11-01"},
				{Reason: reconcile.NotBilled, Provider: "cohere", First: reconcile.Date{Time: november}, Last: reconcile.Date{Time: november}, Days: 1},
				{Reason: reconcile.NotFinal, Provider: "openai", First: reconcile.Date{Time: readLast}, Last: reconcile.Date{Time: readLast}, Days: 1},
			}
		}, "openai day_not_in_bill 2026-11-01..2026-11-01 1",
		"openai: the bill does not have 2026-11-01; let gen_ai_billing look back to them, or name the export that has them with --billed",
	},
}

func TestDaysThatAreNotFinal(t *testing.T) {
	for name, c := range openMonths {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			c.write(p)
			r, err := p.close(c.change)
			require.NoError(t, err)
			var found []string
			for _, e := range r.Pending {
				assert.NotEqual(t, reconcile.NotBilled, e.Reason)
				if c.text != "" {
					assert.Equal(t, c.text, e.Text)
				}
				found = append(found, e.Provider+" "+string(e.Reason)+" "+e.First.String()+".."+e.Last.String()+" "+string(rune('0'+e.Days/10))+string(rune('0'+e.Days%10)))
			}
			got := strings.ReplaceAll(strings.Join(found, "; "), " 0", " ")
			assert.Equal(t, c.want, got)
			if c.want == "" {
				assert.Equal(t, WasClosed, r.Outcome)
				return
			}
			assert.Equal(t, Open, r.Outcome)
			assert.Empty(t, p.tree(), "nothing is written")
		})
	}
}

func TestErrors(t *testing.T) {
	good := usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "1"}
	for name, c := range map[string]struct {
		write func(*place)
		want  string
	}{
		"no bill": {func(p *place) { p.usage(good) }, "no bill of 2026-11: there is nothing to close it with"},
		"true-up rows elsewhere": {func(p *place) {
			r := good.row()
			r.XCostSource = focus.SourceTrueUp
			p.put(focus.Metered, 2, "a", r)
		}, "a.csv: row 1: x_CostSource is true_up; only the file true-up has such rows, and sums would have them twice: remove this one"},
		"a bill among estimates": {
			func(p *place) { p.put(focus.Metered, 2, "a", line{day: 2, provider: "openai", cost: "1"}.row()) },
			"a.csv: row 1: x_CostSource is not estimate; what was metered and what was billed must not share a place",
		},
		"estimates among bills": {func(p *place) { p.put(focus.Billed, 2, "a", good.row()) }, "a.csv: row 1: x_CostSource is estimate where a bill is expected"},
		"no cost": {func(p *place) {
			r := good.row()
			r.BilledCost = focus.Number{}
			p.put(focus.Metered, 2, "a", r)
		}, "a.csv: row 1: BilledCost is NULL"},
		"tags that are none": {func(p *place) {
			r := good.row()
			r.Tags = "team=search"
			p.put(focus.Metered, 2, "a", r)
		}, `a.csv: row 1: Tags: "team=search" is not a JSON object`},
		"beyond what is added up": {func(p *place) {
			for i := range 3 {
				p.put(focus.Billed, i+1, "openai", line{day: i + 1, provider: "openai", cost: "99999999999999"}.row())
			}
			p.put(focus.Billed, 30, "openai")
		}, "openai: the sum of BilledCost is out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			c.write(p)
			_, err := p.close(nil)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, p.tree())
		})
	}
}
