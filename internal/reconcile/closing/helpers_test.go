package closing

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustotal"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var (
	november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	// readLast is when reports were read of which every day is final.
	readLast = time.Date(2026, 12, 5, 6, 0, 0, 0, time.UTC)
)

func amount(s string) money.Amount {
	a, err := money.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

// usage is an estimate; the cost is that of one unit.
type usage struct {
	day                               int
	provider, account, tags, currency string
	cost                              string
}

func (u usage) row() focus.Row {
	tags, err := focus.ParseTags(u.tags)
	if err != nil {
		panic(err)
	}
	price := amount(u.cost).UnitPrice()
	start := november.AddDate(0, 0, u.day-1).Add(14 * time.Hour)
	c := focus.Charge{
		Start: start, End: start.Add(time.Hour), Provider: u.provider, Account: u.account, Model: "some-model", Meter: meter.Input,
		Status: ledger.StatusPriced, PricingID: u.provider + "/some-model", Currency: or(u.currency, "USD"), Confidence: ledger.ConfidenceExact,
		Effective: price, Contracted: price, List: price, Tags: tags,
	}
	r, err := c.Row(focus.BuiltinRoutes(), focus.Amounts{Quantity: money.Units(1), Requests: 1})
	if err != nil {
		panic(err)
	}
	return r
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// line is a line of a bill.
type line struct {
	day                                            int
	provider, account, category, currency, invoice string
	cost                                           string
	read                                           time.Time
}

func (l line) row() focus.Row {
	start := november.AddDate(0, 0, l.day-1)
	c := focus.Charge{Start: start, End: start.AddDate(0, 0, 1), Provider: l.provider, Account: l.account, Status: ledger.StatusUnpriced}
	r, _ := c.Row(focus.BuiltinRoutes(), focus.Amounts{})
	r.ChargeCategory, r.BillingCurrency, r.InvoiceId = or(l.category, "Usage"), or(l.currency, "USD"), l.invoice
	r.BilledCost = focus.NumberOf(amount(l.cost))
	r.XCostSource, r.XSnapshotTime, r.ChargeDescription = focus.SourceProvider, l.read, r.ChargeCategory
	if l.read.IsZero() {
		r.XSnapshotTime = readLast
	}
	return r
}

// place is a directory with the datasets of a month.
type place struct {
	t       *testing.T
	dir     string
	format  focusfile.Format
	version focus.Version
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), format: focusfile.CSV, version: focus.V1_2}
	for _, d := range []focus.Dataset{focus.Metered, focus.Billed} {
		require.NoError(t, os.MkdirAll(filepath.Join(p.dir, d.String()), 0o700))
	}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

// put writes a file of the day of the first row, or of an empty day.
func (p *place) put(d focus.Dataset, day int, name string, rows ...focus.Row) {
	p.t.Helper()
	data, err := focusfile.Encode(rows, focusfile.Options{Format: p.format, Version: p.version, Dataset: d})
	require.NoError(p.t, err)
	at := november.AddDate(0, 0, day-1)
	p.write(d.String()+"/billing_period="+at.Format("2006-01")+"/day="+at.Format(time.DateOnly)+"/"+name+p.format.Extension(), data)
}

func (p *place) write(name string, data []byte) {
	p.t.Helper()
	require.NoError(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o700))
	require.NoError(p.t, os.WriteFile(p.path(name), data, 0o600))
}

// usage writes estimates, each into a file of its own.
func (p *place) usage(all ...usage) {
	p.t.Helper()
	for i, u := range all {
		p.put(focus.Metered, u.day, "2026-11-"+string(rune('a'+i)), u.row())
	}
}

// bill writes one file for each report and day, and for the last day.
func (p *place) bill(lines ...line) {
	p.t.Helper()
	days := map[string]map[int][]focus.Row{}
	for _, l := range lines {
		if days[l.provider] == nil {
			days[l.provider] = map[int][]focus.Row{30: nil}
		}
		days[l.provider][l.day] = append(days[l.provider][l.day], l.row())
	}
	for provider, of := range days {
		for day, rows := range of {
			p.put(focus.Billed, day, provider, rows...)
		}
	}
}

func (p *place) close(change func(*Options)) (*Result, error) {
	p.t.Helper()
	o := Options{
		Root: p.bucket(""), Metered: Source{"metered", p.store("metered")}, Billed: []Source{{"billed", p.store("billed")}},
		Month: november, TrueUp: ProRata, Settle: 72 * time.Hour, Now: readLast,
		Tables: []Table{{Setting: "catalog", Name: "builtin", Hash: "c0ffee"}},
	}
	if change != nil {
		change(&o)
	}
	return Close(p.t.Context(), o)
}

func (p *place) mustClose(want Outcome, change func(*Options)) *Result {
	p.t.Helper()
	r, err := p.close(change)
	require.NoError(p.t, err)
	require.Equal(p.t, want, r.Outcome, "%+v %+v", r.Changes, r.Pending)
	return r
}

func (p *place) bucket(name string) *blob.Bucket {
	b, err := blobs.Open(p.t.Context(), p.path(name))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = b.Close() })
	return b
}

func (p *place) store(name string) *focusstore.Store {
	s, err := focusstore.Open(p.t.Context(), p.path(name))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = s.Close() })
	return s
}

// total sums BilledCost of a dataset by dimensions and the currency, as finops focus show does.
func (p *place) total(dataset string, by ...string) map[string]string {
	p.t.Helper()
	var dimensions []focustotal.Dimension
	for _, name := range by {
		d, err := focustotal.ParseDimension(name)
		require.NoError(p.t, err)
		dimensions = append(dimensions, d)
	}
	totals := focustotal.New(dimensions...)
	for row, err := range p.store(dataset).Rows(p.t.Context(), nil, nil) {
		require.NoError(p.t, err)
		require.NoError(p.t, totals.Add(row))
	}
	sums := map[string]string{}
	for _, total := range totals.Sorted() {
		sums[strings.Join(append(total.Group, total.Currency), " ")] = total.Billed.String()
	}
	return sums
}

// tree returns all files that were written by a close.
func (p *place) tree() map[string]string {
	p.t.Helper()
	files := map[string]string{}
	require.NoError(p.t, filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		relative, _ := filepath.Rel(p.dir, path)
		if err != nil || d.IsDir() || !strings.Contains(relative, "_close") && !strings.Contains(relative, name) {
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.ToSlash(relative)] = string(data)
		return err
	}))
	return files
}

const (
	search = `{"cost_center":"4711","team":"search"}`
	ads    = `{"cost_center":"4712","team":"ads"}`
)

// example has two providers with bills, of one with two accounts, and one without.
func (p *place) example() {
	p.usage(
		usage{day: 2, provider: "openai", account: "org-1", tags: search, cost: "10.000001"},
		usage{day: 3, provider: "openai", account: "org-1", tags: ads, cost: "5"},
		usage{day: 30, provider: "openai", account: "org-1", tags: search, cost: "0.333333333333333"},
		usage{day: 3, provider: "openai", account: "org-2", tags: `{"team":"ads"}`, cost: "7"},
		usage{day: 4, provider: "anthropic", account: "acme", tags: search, cost: "20"},
		usage{day: 4, provider: "anthropic", account: "acme", cost: "0.1"},
		usage{day: 9, provider: "cohere", account: "own", tags: ads, cost: "3"},
	)
	p.bill(
		line{day: 2, provider: "openai", account: "org-1", cost: "10.25", invoice: "inv-1"},
		line{day: 3, provider: "openai", account: "org-1", cost: "6.01", invoice: "inv-1"},
		line{day: 3, provider: "openai", account: "org-2", cost: "6.5", invoice: "inv-2"},
		line{day: 3, provider: "openai", account: "org-2", cost: "-1", category: "Credit", invoice: "inv-3"},
		line{day: 30, provider: "openai", account: "org-1", cost: "3.17", category: "Tax", invoice: "inv-1"},
		line{day: 4, provider: "anthropic", account: "acme", cost: "20.100000000000000000000001"},
		line{day: 4, provider: "anthropic", account: "acme", cost: "100", category: "Purchase"},
	)
}
