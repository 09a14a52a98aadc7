package load

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// daysOfMetered writes a row of usage for each of the first days of November, of a model each.
func daysOfMetered(models ...string) string {
	text := meteredHeader
	for i, model := range models {
		day := fmt.Sprintf("2026-11-%02dT00:00:00Z,2026-11-%02dT00:00:00Z,", i+1, i+2)
		text += strings.Replace(strings.Replace(aMetered, first, day, 1), ",m,", ","+model+",", 1)
	}
	return text
}

// Usage of all days of a charge is compared with it.
func TestRowsOfSeveralDays(t *testing.T) {
	charge := func(from, to int, model string) string {
		return fmt.Sprintf("2026-11-%02dT00:00:00Z,2026-11-%02dT00:00:00Z,Usage,openai,org-1,,%s,,,line of %[3]s,,,6,USD,provider,2026-11-20T00:00:00Z\n", from, to, model)
	}
	for name, tt := range map[string]struct {
		metered []string
		billed  string
		last    int
		settle  time.Duration
		// want has the days as of which usage is compared, excluded why it is not.
		want     string
		excluded map[reconcile.ExclusionReason]int
	}{
		"a model":            {[]string{"m", "m", "m"}, charge(1, 4, "m"), 0, 0, "1 1 1", nil},
		"the days after it":  {[]string{"m", "m", "m"}, charge(1, 3, "m") + charge(3, 4, "m"), 0, 0, "1 1 3", nil},
		"another model":      {[]string{"m", "n", "m"}, charge(1, 4, "m"), 0, 0, "1 2 1", nil},
		"no model":           {[]string{"m", "n", "m"}, charge(1, 4, ""), 0, 0, "1 1 1", nil},
		"overlapping":        {[]string{"m", "m", "m", "m"}, charge(1, 3, "m") + charge(2, 5, "m"), 0, 0, "1 1 1 1", nil},
		"longer than asked":  {[]string{"m", "m", "m"}, charge(1, 4, "m"), 2, 0, "", map[reconcile.ExclusionReason]int{reconcile.BeyondPeriod: 2}},
		"not final as a row": {[]string{"m", "m", "m"}, charge(1, 4, "m"), 0, 17 * 24 * time.Hour, "", map[reconcile.ExclusionReason]int{reconcile.NotFinal: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			in := mustLoad(t, datasets{"metered/a.csv": daysOfMetered(tt.metered...), "billed/a.csv": billedHeader + tt.billed}, func(o *Options) {
				o.Settle = tt.settle
				if tt.last > 0 {
					o.Last = time.Date(2026, 11, tt.last, 0, 0, 0, 0, time.UTC)
				}
			})
			days := map[string]int{}
			for _, m := range in.Metered {
				days[strconv.Itoa(m.Day.Day())]++
			}
			want := map[string]int{}
			for day := range strings.FieldsSeq(tt.want) {
				want[day]++
			}
			assert.Equal(t, want, days)
			for _, x := range in.Excluded {
				assert.Equal(t, tt.excluded[x.Reason], x.Days, x.Text)
			}
			assert.Len(t, in.Excluded, len(tt.excluded))
		})
	}
}

// A report without a charge is of the account that the usage report of the same name counts for.
func TestAccountsThatAreChargedNothing(t *testing.T) {
	const day = "billing_period=2026-11/day=2026-11-01/"
	files := datasets{
		"metered/a.csv":                 meteredHeader + aMetered,
		"billed/" + day + "a.csv":       billedHeader,
		"billed_usage/" + day + "a.csv": usageHeader + aCount,
	}
	in := mustLoad(t, files, nil)
	assert.Empty(t, in.Excluded)
	assert.Len(t, in.Metered, 1)
	assert.Len(t, in.Counts, 1)

	files["billed_usage/"+day+"b.csv"] = files["billed_usage/"+day+"a.csv"]
	delete(files, "billed_usage/"+day+"a.csv")
	in = mustLoad(t, files, nil)
	require.Len(t, in.Excluded, 1)
	assert.Equal(t, reconcile.NotBilled, in.Excluded[0].Reason)
}

// What the provider counted is listed where it is not compared.
func TestCountsWithoutABill(t *testing.T) {
	in := mustLoad(t, datasets{
		"metered/a.csv":      meteredHeader + aMetered,
		"billed/a.csv":       billedHeader + aBilled,
		"billed_usage/a.csv": usageHeader + strings.ReplaceAll(aCount+strings.Replace(aCount, ",input,,1000,Tokens", ",,,7,Requests", 1), "openai", "mistral_ai"),
	}, nil)
	require.Len(t, in.Excluded, 1)
	x := in.Excluded[0]
	assert.Equal(t, []string{"mistral_ai", "org-1", "1000", "7"}, []string{x.Provider, x.Account, x.CountedTokens.String(), x.CountedRequests.String()})
	assert.Contains(t, x.Text, "let the gen_ai_billing receiver read its costs too")
}
