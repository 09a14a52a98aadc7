package allocate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
)

// company are the rows of TestSplitByTokens and some of every other kind.
func company(t *testing.T) []focus.Row {
	t.Helper()
	rows := focustest.Rows(focustest.Priced())
	for _, row := range []*focus.Row{
		usage(t, day(1), "3000000", 6, team("search")),
		usage(t, day(2), "1000000", 4, team("support")),
		usage(t, day(3), "10000000", 7, team("llm-platform")),
	} {
		rows = append(rows, *row)
	}
	return rows
}

func write(t *testing.T, path string, rows []focus.Row, o focusfile.Options) {
	t.Helper()
	data, err := focusfile.Encode(rows, o)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

func read(t *testing.T, path string) []focus.Row {
	t.Helper()
	var all []focus.Row
	require.NoError(t, rows([]string{path}, nil, func(row *focus.Row) error {
		all = append(all, *row)
		return nil
	}))
	return all
}

const callersOnly = `rules:
  - {name: proxy, dimension: team, shared: llm-platform, driver: tokens, callers: {among: [search, support]}}
`

// From files of either format, in a directory, to either: the same money in the same hands.
func TestRun(t *testing.T) {
	t.Parallel()
	all := company(t)
	for _, version := range focus.Versions() {
		for _, output := range []string{"out.parquet", "out.csv"} {
			t.Run(version.String()+" "+output, func(t *testing.T) {
				t.Parallel()
				in, out := t.TempDir(), filepath.Join(t.TempDir(), output)
				write(t, filepath.Join(in, "day=1", "a.csv"), all[:4], focusfile.Options{Format: focusfile.CSV, Version: version})
				write(t, filepath.Join(in, "day=2", "b.parquet"), all[4:], focusfile.Options{Version: version})
				require.NoError(t, os.WriteFile(filepath.Join(in, "metadata.json"), []byte("{}"), 0o600))

				result, err := Job{Rules: parse(t, callersOnly), Inputs: []string{in}, Output: out, Version: version}.Run()
				require.NoError(t, err)
				got := read(t, out)
				assert.Equal(t, len(all), result.Read)
				assert.Equal(t, len(all)+1, result.Written)
				assert.Len(t, got, len(all)+1)
				assert.Empty(t, result.Dropped)
				assert.Equal(t, sumOf(all), sumOf(got))

				// Most charges of focustest are search's: 1,234,567 + 98,765 + 333 + 5,000 tokens. Its web searches are none.
				line := result.Lines[0]
				assert.Equal(t, "search 4338665 of 5338665", line.Caller+" "+line.Usage.String()+" of "+line.Total.String())
				var parts []string
				for i := range got {
					if got[i].XAllocatedMethodId == "finops.allocate.proxy" || got[i].AllocatedMethodId == "finops.allocate.proxy" {
						parts = append(parts, got[i].EffectiveCost.String())
					}
				}
				require.Len(t, parts, 2)
				assert.Contains(t, parts, line.Cost.String())
			})
		}
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	csv := focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2}
	metered, mixed, unpriced := filepath.Join(in, "metered.csv"), filepath.Join(in, "mixed", "mixed.csv"), filepath.Join(in, "unpriced.csv")
	write(t, metered, company(t), csv)
	both := company(t)
	both[1].XCostSource = focus.SourceProvider
	write(t, mixed, both, csv)
	write(t, unpriced, focustest.Rows(focustest.Unpriced()), focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2, Dataset: focus.Unpriced})
	usage := filepath.Join(in, "usage.csv")
	write(t, usage, focustest.BilledUsage(), focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2, Dataset: focus.BilledUsage})
	broken := filepath.Join(in, "broken.csv")
	require.NoError(t, os.WriteFile(broken, []byte("BilledCost\nmuch\n"), 0o600))
	empty := filepath.Join(in, "empty")
	require.NoError(t, os.Mkdir(empty, 0o700))
	elsewhere := filepath.Join(t.TempDir(), "out.csv")

	for name, test := range map[string]struct {
		input, output string
		is            error
		message       string
	}{
		"the output has no format":     {metered, "out.txt", ErrOutput, "out.txt ends neither"},
		"the output is the input":      {metered, metered, ErrOutput, "is part of the input"},
		"the output lies in the input": {in, filepath.Join(in, "x", "out.csv"), ErrOutput, "is part of the input"},
		"no directory for the output":  {metered, filepath.Join(elsewhere, "no", "out.csv"), ErrOutput, "no"},
		"no such input":                {filepath.Join(in, "absent.csv"), elsewhere, ErrInput, "absent.csv"},
		"no files":                     {empty, elsewhere, ErrInput, "no Parquet or CSV files"},
		"metered and billed":           {mixed, elsewhere, errMixed, "mixed.csv: row"},
		"unpriced":                     {unpriced, elsewhere, errUnpriced, "unpriced.csv: row 1"},
		"what a provider counted":      {usage, elsewhere, errUnpriced, "usage.csv: row 1"},
		"no amount":                    {broken, elsewhere, ErrInput, "broken.csv:2"},
	} {
		_, err := Job{Rules: parse(t, callersOnly), Inputs: []string{test.input}, Output: test.output, Version: focus.V1_2}.Run()
		require.ErrorIs(t, err, test.is, name)
		require.ErrorContains(t, err, test.message, name)
	}
	assert.NoFileExists(t, elsewhere)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(elsewhere), "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "half a file was left behind")
}

// Columns of others are named when they are left out.
func TestColumnsOfOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv")
	require.NoError(t, os.WriteFile(in, []byte("BilledCost,BillingCurrency,ChargePeriodStart,Tags,x_Own\n1,USD,2026-11-01T00:00:00Z,\"{\"\"team\"\":\"\"a\"\"}\",1\n"), 0o600))
	result, err := Job{Rules: parse(t, callersOnly), Inputs: []string{in}, Output: out, Version: focus.V1_2}.Run()
	require.NoError(t, err)
	assert.Equal(t, []string{"x_Own"}, result.Dropped)
	assert.Equal(t, "1", read(t, out)[0].BilledCost.String())
}

func TestSumsDiffer(t *testing.T) {
	t.Parallel()
	whole, part := sums{}, sums{}
	row := usage(t, day(1), "1000000", 1, team("a"))
	whole.add(row)
	row.ListCost = focus.Zero()
	part.add(row)
	assert.ErrorContains(t, whole.equal(part), "ListCost in USD was 2.5 and is 0")
}
