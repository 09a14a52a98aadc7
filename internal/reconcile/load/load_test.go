package load

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// Headers of the files that tests write, as short as the rows allow.
const (
	meteredHeader = "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,x_Provider,BillingAccountId,SubAccountId,x_Model,SkuMeter,x_ServiceTier,ConsumedQuantity,BilledCost,BillingCurrency,x_Requests,x_CostSource\n"
	billedHeader  = "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,x_Provider,BillingAccountId,SubAccountId,x_Model,SkuMeter,x_ServiceTier,x_ProviderLine,ConsumedQuantity,ConsumedUnit,BilledCost,BillingCurrency,x_CostSource,x_SnapshotTime\n"
	usageHeader   = "ChargePeriodStart,ChargePeriodEnd,x_Provider,BillingAccountId,SubAccountId,x_Model,SkuMeter,x_ProviderLine,ConsumedQuantity,ConsumedUnit\n"
	unpricedRows  = "ChargePeriodStart,ChargePeriodEnd,x_Provider,BillingAccountId,x_Model,SkuMeter,ConsumedQuantity,x_Requests,x_CostStatus,x_CostReason\n"
)

// Rows of 2026-11-01.
const (
	first     = "2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,"
	second    = "2026-11-02T00:00:00Z,2026-11-03T00:00:00Z,"
	aMetered  = first + "Usage,openai,org-1,,m,input,,1000,2,USD,3,estimate\n"
	aBilled   = first + "Usage,openai,org-1,,m-v1,input,,\"m-v1, input\",,,2,USD,provider,2026-11-20T00:00:00Z\n"
	aCount    = first + "openai,org-1,,m-v1,input,,1000,Tokens\n"
	someRates = "date,from,to,rate\n2026-11-01,USD,EUR,0.9\n"
)

// catalogText has a model with an alias and one of which two versions differ in price.
const catalogText = `
format: finops/v1
provider: openai
origin: true
models:
  - {id: m, aliases: [m-v1], prices: [{rates: {input: "2000", output: "4000"}, variants: [{name: batch, when: {service_tier: [batch]}, multipliers: {tokens: "0.5"}}]}]}
  - {id: n, prices: [{rates: {input: "10"}}]}
  - {id: free, prices: [{free: true}]}
`

func engineOf(t testing.TB, custom pricing.Customization) *pricing.Engine {
	t.Helper()
	file, err := pricing.ParseFile("catalog", []byte(catalogText), pricing.ParseOptions{})
	require.NoError(t, err)
	compiled, err := pricing.Compile(file)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, custom)
	require.NoError(t, err)
	return engine
}

// datasets are files by their path below the root.
type datasets map[string]string

func (d datasets) write(t testing.TB, root string) {
	t.Helper()
	for path, text := range d {
		file := filepath.Join(root, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
}

// optionsFor reads datasets as they are on 2026-12-31.
func optionsFor(t testing.TB, root string) Options {
	t.Helper()
	return Options{
		Root: root, Settle: 72 * time.Hour, Now: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Engine: engineOf(t, pricing.Customization{}),
	}
}

func loaded(t *testing.T, d datasets, change func(*Options)) (*reconcile.Input, error) {
	t.Helper()
	root := t.TempDir()
	d.write(t, root)
	o := optionsFor(t, root)
	if change != nil {
		change(&o)
	}
	return Load(t.Context(), o)
}

func mustLoad(t *testing.T, d datasets, change func(*Options)) *reconcile.Input {
	t.Helper()
	in, err := loaded(t, d, change)
	require.NoError(t, err)
	return in
}

func keyOf(account, model, currency string) reconcile.Key {
	return reconcile.Key{Day: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Provider: "openai", Account: account, Model: model, Currency: currency}
}

func amountOf(t *testing.T, text string) money.Amount {
	t.Helper()
	a, err := money.ParseAmount(text)
	require.NoError(t, err)
	return a
}

func TestLoad(t *testing.T) {
	in := mustLoad(t, datasets{
		"metered/a.csv":      meteredHeader + aMetered + first + "Usage,openai,org-1,,m,output,standard,10,0.04,USD,,estimate\n",
		"metered/late-b.csv": meteredHeader + aMetered,
		"unpriced/a.csv":     unpricedRows + first + "openai,org-1,other,input,7,2,unpriced,unknown_model\n" + first + "openai,org-1,m-v1,,,1,unpriced,no_usage\n",
		"billed/openai.csv":  billedHeader + aBilled + first + "Tax,openai,org-1,,,,,VAT,,,0.4,USD,provider,2026-11-20T00:00:00Z\n",
		"billed_usage/openai.csv": usageHeader + aCount + first + "openai,org-1,,m-v1,,,4,Requests\n" +
			first + "openai,org-1,,m,,input_cache_write_tokens,5,Tokens\n" + first + "openai,org-1,,m,,prompt_tokens,6,Tokens\n" + first + "openai,org-1,,m,,completion_tokens,7,Tokens\n",
	}, nil)
	k := keyOf("org-1", "m", "USD")
	input, output := reconcile.Slot{Meter: "input"}, reconcile.Slot{Meter: "output"}
	assert.Equal(t, []reconcile.Metered{
		{Key: k, Slot: input, Quantity: money.Units(2000), Cost: amountOf(t, "4"), Requests: 6},
		{Key: k, Slot: output, Quantity: money.Units(10), Cost: amountOf(t, "0.04")},
	}, in.Metered)
	assert.Equal(t, []reconcile.Unpriced{
		{Key: k, Reason: ledger.ReasonNoUsage, Requests: 1},
		{Key: keyOf("org-1", "other", "USD"), Slot: input, Reason: ledger.ReasonUnknownModel, Quantity: money.Units(7), Requests: 2},
	}, in.Unpriced)
	assert.Equal(t, []reconcile.Charge{
		{Key: keyOf("org-1", "", "USD"), Category: "Tax", Line: "VAT", Cost: amountOf(t, "0.4")},
		{Key: k, Slot: input, Category: "Usage", Line: "m-v1, input", Cost: amountOf(t, "2")},
	}, in.Charges)
	assert.Equal(t, []reconcile.Count{
		{Key: k, Requests: true, Quantity: money.Units(4)},
		{Key: k, Slot: reconcile.Slot{Meter: "cache_write_5m"}, Quantity: money.Units(5)},
		{Key: k, Slot: reconcile.Slot{Meter: reconcile.Completion}, Quantity: money.Units(7)},
		{Key: k, Slot: input, Quantity: money.Units(1000)},
		{Key: k, Slot: reconcile.Slot{Meter: reconcile.Prompt}, Quantity: money.Units(6)},
	}, in.Counts)
	assert.Empty(t, in.Excluded)
	assert.Empty(t, in.Warnings)
}

// What the close of a month added is no telemetry and on no bill; capacity that nobody used costs what was bought.
func TestLoadPassesOver(t *testing.T) {
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + aMetered +
			first + "Usage,openai,org-1,,m,input,,1000,9,USD,3,true_up\n" +
			first + "Usage,openai,org-1,,,capacity,,,0,USD,,estimate\n" +
			first + "Purchase,openai,org-1,,,capacity,,1,36,USD,,estimate\n",
		"billed/openai.csv": billedHeader + aBilled + first + "Usage,openai,org-1,,m-v1,input,,,,,5,USD,true_up,\n",
		"unpriced/a.csv":    unpricedRows + first + "openai,org-1,m,input,7,2,free,zero_price\n",
	}, nil)
	require.Len(t, in.Metered, 2)
	assert.True(t, in.Metered[0].Purchase)
	assert.Equal(t, "36", in.Metered[0].Cost.String())
	assert.Equal(t, "2", in.Metered[1].Cost.String())
	require.Len(t, in.Charges, 1)
	assert.Empty(t, in.Unpriced)
}

func TestTiers(t *testing.T) {
	row := first + "Usage,openai,org-1,,m,input,%s,1000,2,USD,3,estimate\n"
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + fmt.Sprintf(row, "") + fmt.Sprintf(row, "default") + fmt.Sprintf(row, "Standard") + fmt.Sprintf(row, "batches"),
		"billed/a.csv":  billedHeader + aBilled,
	}, nil)
	require.Len(t, in.Metered, 2)
	assert.Equal(t, []string{"", "batch"}, []string{in.Metered[0].Tier, in.Metered[1].Tier})
	assert.Equal(t, "6", in.Metered[0].Cost.String())
}

// The quantities on lines of a bill count where no usage report does, and never beside one.
func TestCountedOnce(t *testing.T) {
	files := datasets{
		"metered/a.csv": meteredHeader + aMetered,
		"billed/a.csv": billedHeader + first + "Usage,openai,org-1,,m-v1,input,,\"m-v1, input\",1500,Tokens,3,USD,provider,\n" +
			first + "Usage,openai,org-1,,m-v1,output,,\"m-v1, output\",1,Units,3,USD,provider,\n",
	}
	in := mustLoad(t, files, nil)
	require.Len(t, in.Counts, 1)
	assert.Equal(t, "1500", in.Counts[0].Quantity.String())
	files["billed_usage/a.csv"] = usageHeader + aCount
	in = mustLoad(t, files, nil)
	require.Len(t, in.Counts, 1)
	assert.Equal(t, "1000", in.Counts[0].Quantity.String())
	assert.Empty(t, in.Warnings)

	files["billed/b.csv"] = billedHeader + first + "Usage,openai,org-1,,painter,image,,painter,40,Images,3,USD,provider,\n"
	in = mustLoad(t, files, nil)
	require.Len(t, in.Counts, 2, "no usage report counts images")
	assert.Equal(t, "40", in.Counts[1].Quantity.String())
}

// Telemetry that nobody could price is telemetry.
func TestUnpricedIsNoLackOfTelemetry(t *testing.T) {
	files := datasets{
		"metered/a.csv":      meteredHeader + strings.ReplaceAll(aMetered, first, second),
		"billed/a.csv":       billedHeader + aBilled + strings.ReplaceAll(aBilled, first, second),
		"billed_usage/a.csv": usageHeader + aCount,
	}
	assert.Len(t, mustLoad(t, files, nil).Warnings, 1)
	files["unpriced/a.csv"] = unpricedRows + first + "openai,org-1,m,input,1000,2,unpriced,unknown_model\n"
	assert.Empty(t, mustLoad(t, files, nil).Warnings)
}

// What is paid in advance costs nothing more: committed capacity in our books, the priority tier on Anthropic's.
func TestPaidInAdvance(t *testing.T) {
	withCategory := strings.Replace(meteredHeader, "x_CostSource\n", "x_CostSource,PricingCategory,ListCost\n", 1)
	row := first + "Usage,anthropic,org-1,,m,input,priority,1000,0,USD,3,estimate,%s,2\n"
	in := mustLoad(t, datasets{
		"metered/a.csv":      withCategory + fmt.Sprintf(row, "Committed") + fmt.Sprintf(row, "Standard"),
		"billed/a.csv":       billedHeader + strings.ReplaceAll(aBilled, "openai", "anthropic"),
		"billed_usage/a.csv": strings.Replace(usageHeader, "SkuMeter", "SkuMeter,x_ServiceTier", 1) + first + "anthropic,org-1,,m,input,priority,,1000,Tokens\n" + first + "anthropic,org-1,,m,input,standard,,1000,Tokens\n",
	}, nil)
	require.Len(t, in.Metered, 1)
	assert.Equal(t, []string{"2000", "1000"}, []string{in.Metered[0].Quantity.String(), in.Metered[0].Committed.String()})
	assert.Equal(t, "2", in.Metered[0].List.String(), "of what was not committed")
	require.Len(t, in.Counts, 2)
	assert.Equal(t, []bool{false, true}, []bool{in.Counts[0].Uncharged, in.Counts[1].Uncharged})
	assert.Equal(t, "priority", in.Counts[1].Tier)
}

// Corrections are of periods that were invoiced before.
func TestCorrections(t *testing.T) {
	header := strings.Replace(billedHeader, "x_SnapshotTime\n", "x_SnapshotTime,ChargeClass\n", 1)
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + aMetered,
		"billed/a.csv":  header + strings.Replace(aBilled, "\n", ",\n", 1) + first + "Usage,openai,org-1,,m-v1,input,,refund,-500,Tokens,-1,USD,provider,,Correction\n",
	}, nil)
	require.Len(t, in.Charges, 2)
	assert.Equal(t, []string{"Adjustment", "Usage"}, []string{in.Charges[0].Category, in.Charges[1].Category})
	assert.Empty(t, in.Counts)
}

// Names are spelt alike on both sides, those that the catalog does not know too.
func TestSpellings(t *testing.T) {
	row := first + "Usage,openai,org-1,,%s,input,,1000,2,USD,3,estimate\n"
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + fmt.Sprintf(row, "M") + fmt.Sprintf(row, "m-V1") + fmt.Sprintf(row, "Ours-1"),
		"billed/a.csv":  billedHeader + aBilled + strings.ReplaceAll(aBilled, "m-v1", "ours-1"),
	}, nil)
	require.Len(t, in.Metered, 2)
	require.Len(t, in.Charges, 2)
	for i, model := range []string{"m", "ours-1"} {
		assert.Equal(t, model, in.Metered[i].Model)
		assert.Equal(t, model, in.Charges[i].Model)
	}
}

// Usage reports leave out whole models, such as those of endpoints that they do not count.
func TestCountedByModel(t *testing.T) {
	in := mustLoad(t, datasets{
		"metered/a.csv": meteredHeader + aMetered,
		"billed/a.csv": billedHeader + first + "Usage,openai,org-1,p,m-v1,input,,\"m-v1, input\",1500,Tokens,3,USD,provider,\n" +
			first + "Usage,openai,org-1,p,m,output,,\"m, output\",70,Tokens,1,USD,provider,\n" +
			first + "Usage,openai,org-1,p,n,input,,\"n, input\",90,Tokens,1,USD,provider,\n" +
			first + "Usage,openai,org-2,p,m,input,,\"m, input\",80,Tokens,1,USD,provider,\n" +
			second + "Usage,openai,org-1,p,m,input,,\"m, input\",60,Tokens,1,USD,provider,\n",
		"billed_usage/a.csv": usageHeader + aCount + first + "openai,org-1,,n,,,4,Requests\n",
	}, nil)
	var counted []string
	for _, c := range in.Counts {
		counted = append(counted, fmt.Sprintf("%s %s %s %s %s", c.Account, c.Day.Format(time.DateOnly), c.Model, cmp.Or(c.Meter, "requests"), c.Quantity))
	}
	assert.Equal(t, []string{
		"org-1 2026-11-01 m input 1000", "org-1 2026-11-02 m input 60", "org-1 2026-11-01 n requests 4", "org-1 2026-11-01 n input 90", "org-2 2026-11-01 m input 80",
	}, counted)
}

func TestLoadErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		files datasets
		want  string
	}{
		"nothing":              {datasets{"x": ""}, "no bill in"},
		"nothing metered":      {datasets{"billed/a.csv": billedHeader + aBilled}, "name another place with --metered"},
		"no bill":              {datasets{"metered/a.csv": meteredHeader + aMetered}, "the gen_ai_billing receiver and the focus exporter write it"},
		"a bill as telemetry":  {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": billedHeader + aBilled}, "x_CostSource is provider where estimates are expected"},
		"an export, likewise":  {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.ReplaceAll(aMetered, "estimate", "")}, "x_CostSource is NULL"},
		"telemetry as a bill":  {datasets{"billed/a.csv": meteredHeader + aMetered}, "billed/a.csv: row 1: x_CostSource is estimate where a bill is expected"},
		"another CSV":          {datasets{"billed/a.csv": "a,b\n1,2\n"}, "billed/a.csv: no column ChargePeriodStart: this is no file of a billed dataset"},
		"not a CSV":            {datasets{"billed/a.parquet": "<html>"}, "billed/a.parquet: no column ChargePeriodStart"},
		"a damaged file":       {datasets{"billed/a.parquet": "PAR1...."}, "billed/a.parquet"},
		"a row without a day":  {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "2026-11-01T00:00:00Z", "", 1)}, "ChargePeriodStart is NULL"},
		"a time that is none":  {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "2026-11-01", "yesterday", 1)}, "yesterday"},
		"no currency":          {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "USD", "", 1)}, "BillingCurrency is NULL"},
		"an unknown currency":  {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "USD", "credits", 1)}, `BillingCurrency "credits": want a code of ISO 4217`},
		"no cost":              {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, ",2,USD", ",,USD", 1)}, "BilledCost is NULL"},
		"an unknown category":  {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "Usage", "Other", 1)}, `ChargeCategory "Other"`},
		"a negative quantity":  {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.Replace(aMetered, "1000", "-1000", 1)}, "metered/a.csv: row 1: ConsumedQuantity -1000 is negative"},
		"a metered NULL":       {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.Replace(aMetered, ",2,USD", ",,USD", 1)}, "metered/a.csv: row 1: BilledCost is NULL"},
		"a part of a request":  {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.Replace(aMetered, ",3,", ",0.5,", 1)}, "x_Requests 0.5 is no whole number"},
		"an unknown meter":     {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.Replace(aMetered, "input", "tokens", 1)}, `SkuMeter "tokens" is not a meter`},
		"a metered tax":        {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + strings.Replace(aMetered, "Usage", "Tax", 1)}, `ChargeCategory "Tax": telemetry has Usage and Purchase only`},
		"a negative count":     {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + aMetered, "billed_usage/a.csv": usageHeader + strings.Replace(aCount, "1000", "-1", 1)}, "ConsumedQuantity -1 is negative"},
		"a count of nothing":   {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + aMetered, "billed_usage/a.csv": usageHeader + strings.Replace(aCount, "1000", "", 1)}, "ConsumedQuantity is NULL"},
		"a count of units":     {datasets{"billed/a.csv": billedHeader + aBilled, "metered/a.csv": meteredHeader + aMetered, "billed_usage/a.csv": usageHeader + strings.Replace(aCount, "Tokens", "Units", 1)}, `ConsumedUnit "Units": want Tokens or Requests`},
		"no exchange rate":     {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "USD", "EUR", 1), "metered/a.csv": meteredHeader + aMetered}, "openai org-1 is metered in USD and billed in EUR: no exchange rate for 2026-11-01; add it to --exchange-rates"},
		"usage in two at once": {datasets{"billed/a.csv": billedHeader + strings.Replace(aBilled, "USD", "EUR", 1) + aBilled, "metered/a.csv": meteredHeader + aMetered}, "openai org-1 is billed for usage in EUR and USD on 2026-11-01"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loaded(t, tt.files, nil)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := loaded(t, datasets{"billed/a.csv": billedHeader + aBilled}, func(o *Options) {
		o.Stores = map[focus.Dataset][]string{focus.Metered: {t.TempDir()}}
	})
	require.ErrorContains(t, err, "no .parquet, .csv or .csv.gz file")
	_, err = loaded(t, datasets{"billed/a.csv": billedHeader + aBilled}, func(o *Options) {
		o.Stores = map[focus.Dataset][]string{focus.BilledUsage: {"/not/there"}}
		o.Stores[focus.Metered] = []string{filepath.Join(o.Root, "billed")}
	})
	require.Error(t, err)
}

// Files of other days are told by their partitions, and not opened.
func TestPartitionsOutsideThePeriod(t *testing.T) {
	broken := "not a file"
	in := mustLoad(t, datasets{
		"metered/billing_period=2026-11/day=2026-11-01/a.csv": meteredHeader + aMetered,
		"metered/billing_period=2026-11/day=2026-11-02/a.csv": broken,
		"metered/billing_period=2026-10/all.csv":              broken,
		"billed/billing_period=2026-11/day=2026-11-01/a.csv":  billedHeader + aBilled,
		"billed/billing_period=2026-10/day=2026-10-31/a.csv":  broken,
	}, func(o *Options) {
		o.First = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		o.Last = o.First
	})
	assert.Len(t, in.Metered, 1)
	assert.Len(t, in.Charges, 1)
}

func TestFinality(t *testing.T) {
	partition := "billed/billing_period=2026-11/day=2026-11-0%d/%s.csv"
	read := func(row, at string) string { return billedHeader + strings.Replace(row, "2026-11-20T00:00:00Z", at, 1) }
	later := strings.ReplaceAll(aBilled, first, second)
	for name, tt := range map[string]struct {
		files   datasets
		settle  time.Duration
		onlyOne bool
		want    reconcile.ExclusionReason
	}{
		"read late enough":            {datasets{fmt.Sprintf(partition, 1, "a"): read(aBilled, "2026-11-03T00:00:00Z")}, 24 * time.Hour, false, ""},
		"read too early":              {datasets{fmt.Sprintf(partition, 1, "a"): read(aBilled, "2026-11-02T23:59:59Z")}, 24 * time.Hour, false, reconcile.NotFinal},
		"read again with another day": {datasets{fmt.Sprintf(partition, 1, "a"): read(aBilled, "2026-11-02T23:59:59Z"), fmt.Sprintf(partition, 2, "a"): read(later, "2026-11-03T00:00:00Z")}, 24 * time.Hour, false, ""},
		"which is not compared":       {datasets{fmt.Sprintf(partition, 1, "a"): read(aBilled, "2026-11-02T23:59:59Z"), fmt.Sprintf(partition, 2, "a"): read(later, "2026-11-03T00:00:00Z")}, 24 * time.Hour, true, ""},
		"another source":              {datasets{fmt.Sprintf(partition, 1, "a"): read(aBilled, "2026-11-02T23:59:59Z"), fmt.Sprintf(partition, 2, "b"): read(later, "2026-11-03T00:00:00Z")}, 24 * time.Hour, false, reconcile.NotFinal},
		"nothing charged":             {datasets{fmt.Sprintf(partition, 1, "a"): billedHeader, fmt.Sprintf(partition, 2, "a"): read(later, "2026-11-20T00:00:00Z")}, 24 * time.Hour, false, ""},
		"not on the bill":             {datasets{fmt.Sprintf(partition, 2, "a"): read(later, "2026-11-20T00:00:00Z")}, 24 * time.Hour, false, reconcile.OutsideBill},
		"an export, long ago":         {datasets{"billed/all.csv": read(aBilled, "")}, 24 * time.Hour, false, ""},
		"an export, of late":          {datasets{"billed/all.csv": read(aBilled, "")}, 9999 * time.Hour, false, reconcile.NotFinal},
		"another provider":            {datasets{"billed/all.csv": billedHeader + strings.Replace(aBilled, "openai", "mistral_ai", 1)}, 0, false, reconcile.NotBilled},
		"another account":             {datasets{"billed/all.csv": billedHeader + strings.Replace(aBilled, "org-1", "org-2", 1)}, 0, false, reconcile.NotBilled},
	} {
		t.Run(name, func(t *testing.T) {
			tt.files["metered/a.csv"] = meteredHeader + aMetered
			tt.files["unpriced/a.csv"] = unpricedRows + first + "openai,org-1,other,input,7,2,unpriced,unknown_model\n"
			in := mustLoad(t, tt.files, func(o *Options) {
				o.Settle = tt.settle
				if tt.onlyOne {
					o.Last = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
				}
			})
			if tt.want == "" {
				for _, x := range in.Excluded {
					assert.Equal(t, "2026-11-02", x.First.String(), "of the first day, nothing is left out")
				}
				require.Len(t, in.Metered, 1)
				return
			}
			assert.Empty(t, in.Metered)
			require.Len(t, in.Excluded, 1)
			x := in.Excluded[0]
			assert.Equal(t, tt.want, x.Reason)
			assert.Equal(t, "2026-11-01", x.First.String())
			assert.Equal(t, "2", x.Metered.String())
			assert.Equal(t, []int64{3, 2}, []int64{x.MeteredRequests, x.UnpricedRequests})
			assert.Contains(t, x.Text, "openai org-1: ")
		})
	}
}

// Whatever a bill has, it is an error or it is compared, and what is compared adds up.
func FuzzLoadBilled(f *testing.F) {
	f.Add(billedHeader + aBilled)
	f.Add(foreignHeader + first + "Usage,OpenAI,OpenAI API,AI and Machine Learning,org-1,1,Tokens,\"{\"\"Model\"\":\"\"m-v1\"\"}\",,Text,2,USD\n")
	f.Add(billedHeader + strings.Replace(aBilled, "2026-11-01", "0001-01-01", 1) + strings.ReplaceAll(aBilled, "2026", "9999"))
	f.Add("ChargePeriodStart\n\n2026-11-01\n")
	f.Fuzz(func(t *testing.T, text string) {
		root := t.TempDir()
		datasets{"metered/a.csv": meteredHeader + aMetered, "billed/a.csv": text}.write(t, root)
		in, err := Load(t.Context(), optionsFor(t, root))
		if err != nil {
			return
		}
		r, err := reconcile.Compare(in)
		if err != nil {
			require.ErrorIs(t, err, reconcile.ErrRange)
			return
		}
		for _, g := range r.Group() {
			assert.Equal(t, g.Difference(), g.Bridge.Usage())
			assert.Equal(t, g.InvoiceDifference(), g.Bridge.Total())
		}
	})
}
