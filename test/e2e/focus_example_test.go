package e2e

import (
	"encoding/csv"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

const focusExample = "../../examples/focus/"

// What real instrumentations exported costs the same, to the last digit and for each team and model, in the spans, in the metrics and in
// the Parquet files.
func TestFocusExample(t *testing.T) {
	t.Parallel()
	s := newSetup(t, time.Second)
	s.configs = []string{"../" + focusExample + "config.yaml", "focus-example.yaml"}
	c := s.start(t)
	client := dial(t, c.grpc())
	requests := captured(t)
	for _, traces := range requests {
		require.NoError(t, client.send(t.Context(), traces))
	}
	spans := s.exported(t, spanCount(requests)).Judged()
	want := costsOf(spans)
	page := c.awaitRequests(t, len(spans.Once()))
	c.stop(t)

	assertSameCosts(t, want, metricCosts(t, page))
	assertSameCosts(t, want, parquetCosts(t, filepath.Join(s.directory, "focus", "metered")))
	t.Run("duckdb", func(t *testing.T) {
		got := queryCosts(t, s.directory)
		assertSameCosts(t, want, got)
	})
}

// metricCosts adds up what the metrics page says. The shortest decimal of a double is the amount that it was made of, as long as that has
// no more than 15 digits.
func metricCosts(t *testing.T, page promtext.Page) map[owner]*big.Rat {
	t.Helper()
	costs := map[owner]*big.Rat{}
	for _, sample := range page {
		if sample.Name != "finops_cost_USD_total" {
			continue
		}
		amount, ok := new(big.Rat).SetString(strconv.FormatFloat(sample.Value, 'f', -1, 64))
		require.True(t, ok)
		add(costs, owner{sample.Labels["finops_team"], sample.Labels["finops_model_name"]}, amount)
	}
	return costs
}

// parquetCosts adds up the files below root.
func parquetCosts(t *testing.T, root string) map[owner]*big.Rat {
	t.Helper()
	costs := map[owner]*big.Rat{}
	for _, path := range glob(t, filepath.Join(root, "*", "*", "*.parquet")) {
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		info, err := file.Stat()
		require.NoError(t, err)
		reader, err := focusfile.NewReader(path, file, info.Size())
		require.NoError(t, err)
		for row, err := range reader.Rows(nil) {
			require.NoError(t, err)
			add(costs, owner{tag(t, row.Tags, "team"), row.XModel}, row.EffectiveCost.Amount().Rat())
		}
	}
	return costs
}

// queryCosts runs the example's query in DuckDB.
func queryCosts(t *testing.T, directory string) map[owner]*big.Rat {
	t.Helper()
	query, err := os.ReadFile(focusExample + "cost-by-team.sql")
	require.NoError(t, err)
	python := duckdb(t)
	command := exec.CommandContext(t.Context(), python, "-c", `
import csv, duckdb, sys
result = duckdb.sql(sys.argv[1])
out = csv.writer(sys.stdout)
out.writerow(result.columns)
out.writerows(result.fetchall())
`, string(query))
	command.Dir = directory
	var errors strings.Builder
	command.Stderr = &errors
	out, err := command.Output()
	require.NoError(t, err, errors.String())
	records, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"team", "model", "tokens", "list_cost", "effective_cost"}, records[0])
	costs := map[owner]*big.Rat{}
	for _, record := range records[1:] {
		amount, ok := new(big.Rat).SetString(record[4])
		require.True(t, ok)
		add(costs, owner{record[0], record[1]}, amount)
	}
	return costs
}

// duckdb returns a Python that has DuckDB, and skips the test where there is none to be had.
func duckdb(t *testing.T) string {
	t.Helper()
	directory := absolute("../../.tools/duckdb")
	python := filepath.Join(directory, "bin", "python")
	if exec.CommandContext(t.Context(), python, "-c", "import duckdb").Run() == nil {
		return python
	}
	for _, step := range [][]string{
		{"python3", "-m", "venv", directory},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "duckdb"},
	} {
		if out, err := exec.CommandContext(t.Context(), step[0], step[1:]...).CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: the query of examples/focus is not run, because DuckDB for Python could not be installed: %s: %v\n%s",
				strings.Join(step, " "), err, out)
		}
	}
	return python
}
