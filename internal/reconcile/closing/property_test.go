package closing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var (
	someProviders = rapid.SampledFrom([]string{"openai", "anthropic", "aws.bedrock"})
	someAccounts  = rapid.SampledFrom([]string{"", "org-1", "org-2"})
	someTags      = rapid.SampledFrom([]string{"", search, ads, `{"team":"ads","cost_center":"4712"}`, `{"product":"x"}`})
)

func costs(negative bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		sign := ""
		if negative && rapid.Bool().Draw(t, "negative") {
			sign = "-"
		}
		return fmt.Sprintf("%s%d.%024d", sign, rapid.IntRange(0, 1000).Draw(t, "whole"), rapid.Uint64().Draw(t, "fraction"))
	})
}

var (
	meteredRows = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) focus.Row {
		u := usage{
			day: rapid.IntRange(1, 30).Draw(t, "day"), provider: someProviders.Draw(t, "provider"), account: someAccounts.Draw(t, "account"),
			tags: someTags.Draw(t, "tags"), cost: "1", currency: "USD",
		}
		r := u.row()
		r.BilledCost = focus.NumberOf(amount(costs(true).Draw(t, "cost")))
		return r
	}), 0, 12)
	billedRows = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) focus.Row {
		return line{
			day: rapid.IntRange(1, 30).Draw(t, "day"), provider: someProviders.Draw(t, "provider"), account: someAccounts.Draw(t, "account"),
			cost: costs(true).Draw(t, "cost"),
		}.row()
	}), 1, 8)
)

// closeRows closes a month of these rows without any files.
func closeRows(t require.TestingT, mode Mode, estimates, bill []focus.Row) ([]balance, []focus.Row, error) {
	d := newReading(&Options{Month: november, TrueUp: mode})
	for i := range estimates {
		mine, err := d.addMetered(&file{}, &estimates[i])
		require.NoError(t, err)
		require.True(t, mine)
	}
	for i := range bill {
		_, err := d.addBilled(&file{}, &bill[i])
		require.NoError(t, err)
	}
	balances, err := d.books.balances(d.selects, nil)
	var rows []focus.Row
	for i := range balances {
		rows = append(rows, d.books.trueUp(&balances[i], mode, november)...)
	}
	return balances, rows, err
}

func sumOf(rows []focus.Row, of func(*focus.Row) bool) (sum money.Amount) {
	for i := range rows {
		if of(&rows[i]) {
			sum = sum.Add(rows[i].BilledCost.Amount())
		}
	}
	return sum
}

func TestAnyMonthAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		estimates, bill := meteredRows.Draw(t, "metered"), billedRows.Draw(t, "billed")
		mode := rapid.SampledFrom([]Mode{ProRata, Unallocated}).Draw(t, "mode")
		balances, rows, err := closeRows(t, mode, estimates, bill)
		if err != nil {
			require.ErrorContains(t, err, "spell them alike")
			return
		}
		notBilled := map[string]money.Amount{}
		for i := range balances {
			s := &balances[i]
			if s.Status == NotBilled {
				notBilled[s.Provider] = notBilled[s.Provider].Add(s.Metered)
			}
		}
		for _, provider := range []string{"openai", "anthropic", "aws.bedrock"} {
			of := func(r *focus.Row) bool { return r.XProvider == provider }
			charged := sumOf(estimates, of).Add(sumOf(rows, of))
			invoiced := sumOf(bill, of).Add(notBilled[provider])
			require.Equal(t, invoiced.String(), charged.String(), provider)
		}
		seen := map[string]bool{}
		for i := range rows {
			r := &rows[i]
			require.False(t, r.BilledCost.Amount().IsZero())
			require.Equal(t, r.BilledCost, r.EffectiveCost)
			key := r.XProvider + "\x00" + r.BillingAccountId + "\x00" + r.Tags
			require.False(t, seen[key], "one row for each set of tags")
			seen[key] = true
			require.True(t, mode == ProRata || strings.Contains(r.Tags, "unallocated"))
		}
	})
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		estimates, bill := meteredRows.Draw(t, "metered"), billedRows.Draw(t, "billed")
		_, rows, err := closeRows(t, ProRata, estimates, bill)
		_, again, errAgain := closeRows(t, ProRata, rapid.Permutation(estimates).Draw(t, "metered again"), rapid.Permutation(bill).Draw(t, "billed again"))
		require.Equal(t, err, errAgain)
		if err != nil {
			return
		}
		// Parquet costs more than it shows here: below it is tested on files.
		o := focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2}
		first, err := focusfile.Encode(rows, o)
		require.NoError(t, err)
		second, err := focusfile.Encode(again, o)
		require.NoError(t, err)
		assert.Equal(t, string(first), string(second))
	})
}

// However rows are spread over files, the same rows come of them; the manifest names the files.
func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	eachFormat(t, func(p *place) {
		one := p.mustClose(WasClosed, nil)
		q := newPlace(p.t)
		q.format = p.format
		byDay := map[int][]focus.Row{}
		for row, err := range p.store("metered").Rows(p.t.Context(), nil, nil) {
			require.NoError(p.t, err)
			if row.XCostSource == focus.SourceEstimate {
				byDay[row.ChargePeriodStart.Day()] = append([]focus.Row{*row}, byDay[row.ChargePeriodStart.Day()]...)
			}
		}
		for day, rows := range byDay {
			q.put(focus.Metered, day, fmt.Sprintf("z%02d", 31-day), rows...)
		}
		for row, err := range p.store("billed").Rows(p.t.Context(), nil, nil) {
			require.NoError(p.t, err)
			q.put(focus.Billed, row.ChargePeriodStart.Day(), row.XProvider+strings.ReplaceAll(row.BilledCost.String(), ".", "_"), *row)
		}
		q.put(focus.Billed, 30, "openai10_25")
		q.put(focus.Billed, 30, "anthropic100")
		other := q.mustClose(WasClosed, nil)
		assert.Equal(p.t, one.Manifest.Outputs, other.Manifest.Outputs)
		assert.Equal(p.t, one.Manifest.Totals, other.Manifest.Totals)
		assert.NotEqual(p.t, one.Manifest.Inputs, other.Manifest.Inputs)
	})
}
