//go:build unix

package month

import (
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

var october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func TestLastFinalMonth(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]string{
		"2026-11-24T03:00:00Z": "2026-10-01",
		"2026-11-04T00:00:00Z": "2026-10-01",
		"2026-11-03T23:59:59Z": "2026-09-01",
		"2027-01-20T00:00:00Z": "2026-12-01",
		"2027-03-31T12:00:00Z": "2027-02-01",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		assert.Equal(t, want, Last(at).Format(time.DateOnly), now)
	}
}

// Each service has a model of its own, whose prices are published.
func TestServicesAreToldApart(t *testing.T) {
	t.Parallel()
	models := map[string]bool{}
	for _, s := range services {
		assert.False(t, models[s.model], s.model)
		models[s.model] = true
		for kind := range s.usage {
			assert.Contains(t, published[s.model], kind, s.model)
		}
		assert.Contains(t, accounts, s.provider)
	}
}

func TestBillAndBooksAgreeWithoutFaults(t *testing.T) {
	t.Parallel()
	s := simulate(october, nil)
	assert.Equal(t, 1, s.billed().Sign())
	assert.Zero(t, s.difference().Sign(), "they differ by %s", Exact(s.difference()))
}

// Faults add up to the difference, and each has a size that is seen in cents.
func TestSizesOfFaults(t *testing.T) {
	t.Parallel()
	all := Scenarios[len(Scenarios)-1]
	sum := new(big.Rat)
	for i, size := range sizes(october, all.Faults) {
		assert.False(t, same(size, new(big.Rat)), all.Faults[i].Name)
		sum.Add(sum, size)
	}
	assert.Equal(t, Exact(simulate(october, all.Faults).difference()), Exact(sum))
	for _, scenario := range Scenarios {
		if !scenario.Mixed {
			assert.Subset(t, all.Faults, scenario.Faults)
		}
	}
}

// Sizes that need no simulation.
func TestSizesByHand(t *testing.T) {
	t.Parallel()
	anthropic := simulate(october, nil).ledger().Total("anthropic", october, october.AddDate(0, 1, 0)).Rat()
	size := func(f *Fault) string { return Exact(sizes(october, []*Fault{f})[0]) }
	assert.Equal(t, Exact(anthropic.Mul(anthropic, big.NewRat(-1, 10))), size(discount))
	// 40 searches and one more on each day, a cent each.
	assert.Equal(t, "17.36", size(toolCalls))

	cached := new(big.Rat)
	for _, c := range simulate(october, nil).calls {
		if c.name == "search-api" && c.begin.Day() >= 9 {
			cached.Add(cached, big.NewRat(c.used[fakeproviders.CachedInput], 1))
		}
	}
	// 1.25 in place of 2.50 USD for a million.
	assert.Equal(t, Exact(cached.Mul(cached, big.NewRat(-125, 100_000_000))), size(cacheNotVisible))
}

func TestLedgerHasWhatUsageReportsCount(t *testing.T) {
	t.Parallel()
	s := simulate(october, []*Fault{renamedModel, batchNotVisible, toolCalls})
	requests, items, batches := int64(0), 0, 0
	for _, l := range s.ledger() {
		requests += l.Requests
		if l.Model == "" {
			items++
		}
		if l.Tier == fakeproviders.Batch {
			batches++
		}
		assert.False(t, l.Model != "gpt-4.1-nano-2025-04-14" && l.Model != "" && l.Item != "", "only one model is renamed: %v", l)
	}
	assert.EqualValues(t, len(s.calls), requests)
	assert.Equal(t, 31, items)
	assert.Equal(t, 22*3, batches, "22 days, three kinds of tokens")
}

func TestTelemetryLeavesOutWhatBypasses(t *testing.T) {
	t.Parallel()
	all, err := simulate(october, nil).requests()
	require.NoError(t, err)
	assert.Len(t, all, 31)
	some, err := simulate(october, []*Fault{bypassing}).requests()
	require.NoError(t, err)
	count := 0
	for i := range all {
		count += all[i].SpanCount() - some[i].SpanCount()
	}
	assert.Equal(t, 21*8, count)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	one := big.NewRat(1, 1)
	right := Finding{Kind: "tool", Provider: "openai", BillLine: "web_search", Amount: "17.36"}
	with := func(change func(*Finding)) []Finding {
		f := right
		change(&f)
		return []Finding{f}
	}
	for name, test := range map[string]struct {
		findings []Finding
		problems int
	}{
		"as it is":          {[]Finding{right}, 0},
		"less than a cent":  {with(func(f *Finding) { f.Amount = "17.364" }), 0},
		"in two":            {append(with(func(f *Finding) { f.Amount = "7" }), with(func(f *Finding) { f.Amount = "10.36" })...), 0},
		"rounding beside":   {[]Finding{right, {Kind: "rounding", Amount: "0.001"}}, 0},
		"a cent off":        {with(func(f *Finding) { f.Amount = "17.37" }), 1},
		"not at all":        {nil, 1},
		"by another name":   {with(func(f *Finding) { f.Kind = "fee" }), 2},
		"of another line":   {with(func(f *Finding) { f.BillLine = "fees" }), 2},
		"of another vendor": {with(func(f *Finding) { f.Provider = "anthropic" }), 2},
		"something else":    {[]Finding{right, {Kind: "unexplained", Amount: "-1"}}, 1},
	} {
		o := &Outcome{Scenario: Scenario{Faults: []*Fault{toolCalls}}, told: one, charged: one, Metered: one, Billed: one, Exact: one}
		o.judge([]*big.Rat{big.NewRat(1736, 100)}, test.findings)
		assert.Len(t, o.Problems(), test.problems, "%s: %v", name, o.Problems())
	}
}

// Whatever goes wrong, what the services export is spans.
func TestTelemetryOfAllFaults(t *testing.T) {
	t.Parallel()
	requests, err := simulate(october, Scenarios[len(Scenarios)-1].Faults).requests()
	require.NoError(t, err)
	spans := 0
	for _, request := range requests {
		spans += request.SpanCount()
	}
	assert.Equal(t, 31*(6+5+8+8+5+7+4+5+2)-21*8, spans)
}

// What teams are charged is held against the ledger of each provider to the last digit.
func TestClosedMonthIsJudged(t *testing.T) {
	t.Parallel()
	s := simulate(october, nil)
	charges := func() (all []chargedTo) {
		for provider := range accounts {
			rest := s.ledger().Total(provider, october, october.AddDate(0, 1, 0)).Rat()
			for team, part := range map[string]string{"search": "1.5", "support": Exact(rest.Sub(rest, big.NewRat(3, 2)))} {
				c := chargedTo{BilledCost: part}
				c.Group.Provider, c.Group.Team = provider, team
				all = append(all, c)
			}
		}
		return all
	}
	c := s.judgeClosed(charges())
	assert.Empty(t, c.Problems)
	assert.Len(t, c.Teams, 2)
	assert.Equal(t, Exact(s.billed()), Exact(c.Sum()))

	digit := chargedTo{BilledCost: "0.000000000000000000000001"}
	digit.Group.Provider = "openai"
	assert.Equal(t, []string{"openai: teams are charged 0.000000000000000000000001 more than the ledger has"}, s.judgeClosed(append(charges(), digit)).Problems)
	digit.Group.Provider = "cohere"
	assert.Len(t, s.judgeClosed(append(charges(), digit)).Problems, 1, "a provider without a ledger")
	assert.Len(t, s.judgeClosed(nil).Problems, 2)
}

func TestDifferingFiles(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600))
	}
	put("same", "a")
	put("changed", "a")
	put("removed", "a")
	before, err := files(directory)
	require.NoError(t, err)
	put("changed", "b")
	put("added", "a")
	require.NoError(t, os.Remove(filepath.Join(directory, "removed")))
	after, err := files(directory)
	require.NoError(t, err)
	assert.Equal(t, []string{"added", "changed", "removed"}, differing(before, after))
	assert.Empty(t, differing(after, after))
}

// Of faults that nobody could tell apart, the sum is judged.
func TestMixedFaultsAreJudged(t *testing.T) {
	t.Parallel()
	one := big.NewRat(1, 1)
	for amounts, problems := range map[[2]string]int{{"1", "3"}: 0, {"2", "2"}: 0, {"2", "2.02"}: 1} {
		o := &Outcome{Scenario: Scenario{Faults: []*Fault{halfBypassing, halfStreams}, Mixed: true}, told: one, charged: one, Metered: one, Billed: one, Exact: one}
		o.judge([]*big.Rat{big.NewRat(1, 1), big.NewRat(3, 1)}, []Finding{
			{Kind: "bypassing", Provider: "openai", Model: "gpt-4.1-mini", Amount: amounts[0]},
			{Kind: "missing_usage", Provider: "openai", Model: "gpt-4.1-mini", Amount: amounts[1]},
		})
		assert.Len(t, o.Problems(), problems, "%v", amounts)
	}
}

func TestTotalsAreJudged(t *testing.T) {
	t.Parallel()
	one, more := big.NewRat(1, 1), big.NewRat(101, 100)
	o := &Outcome{told: one, charged: one, Metered: one, Billed: one, Exact: one}
	assert.Empty(t, o.Problems())
	o.Metered, o.Exact = more, more
	assert.Len(t, o.Problems(), 2, "the total, and the drift")
	o.Metered, o.Exact, o.Billed = one, one, more
	assert.Len(t, o.Problems(), 2)
	assert.Equal(t, 1, o.Drift().Sign())
	o.Billed, o.Exact = one, new(big.Rat)
	assert.Len(t, o.Problems(), 1)
	o.Exact, o.Closed.Problems = one, []string{"not closed"}
	assert.Len(t, o.Problems(), 1)
}
