package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
)

// metered is a dataset in one file.
const metered = "../../internal/focus/focusfile/testdata/metered-1.2.csv"

var focusGolden = map[string]string{
	"focus_help":               "focus --help",
	"focus_validate":           "focus validate " + metered,
	"focus_validate_broken":    "focus validate testdata/focus_broken.csv",
	"focus_validate_json":      "focus validate --json testdata/focus_broken.csv",
	"focus_validate_strict":    "focus validate --strict testdata/focus_should.csv",
	"focus_validate_version":   "focus validate --focus-version 2.0 " + metered,
	"focus_validate_damaged":   "focus validate testdata/focus_damaged.csv",
	"focus_validate_nothing":   "focus validate testdata/golden/absent.csv",
	"focus_validate_no_files":  "focus validate ../../internal/focus/focustest",
	"focus_validate_no_driver": "focus validate ftp://host/path",
	"focus_show":               "focus show " + metered,
	"focus_show_by":            "focus show --by Tags.team,x_Model " + metered,
	"focus_show_where_json":    "focus show --json --by ServiceName,day --where x_Provider=openai --where Tags.team=search " + metered,
	"focus_show_wrong_by":      "focus show --by Team " + metered,
	"focus_show_wrong_where":   "focus show --where team " + metered,
	"focus_show_unpriced":      "focus show --by x_Model,x_CostReason ../../internal/focus/focusfile/testdata/unpriced-1.2.csv",
	"focus_show_billed_usage":  "focus show --by x_Model,SkuMeter,x_ProviderLine ../../internal/focus/focusfile/testdata/billed_usage-1.2.csv",
	"focus_convert_format":     "focus convert --format xlsx a b",
}

func TestFocusGolden(t *testing.T) {
	for name, line := range focusGolden {
		t.Run(name, func(t *testing.T) {
			got := "$ finops " + line + "\n" + run(t, strings.Fields(line)...)
			compareGolden(t, filepath.Join("testdata", "golden", name+".txt"), got)
		})
	}
}

// sums returns what focus show --json says of a source.
func sums(t *testing.T, source string) string {
	text := run(t, "focus", "show", "--json", "--by", "x_Model,SkuMeter,Tags.team", source)
	require.Contains(t, text, "exit code 0")
	return text
}

func TestFocusConvertThereAndBack(t *testing.T) {
	want := sums(t, metered)
	dir := t.TempDir()
	source := metered
	for _, step := range []struct{ version, format string }{{"1.4", "parquet"}, {"1.3", "csv"}, {"1.2", "parquet"}, {"1.2", "csv"}} {
		target := filepath.Join(dir, step.version+step.format)
		out := run(t, "focus", "convert", "--focus-version", step.version, "--format", step.format, source, target)
		require.Equal(t, "1 files, 8 rows\nexit code 0\n", out)
		assert.Equal(t, want, sums(t, target))
		assert.Contains(t, run(t, "focus", "validate", "--strict", target), "1 files, 8 rows: conform")
		source = target
	}
	first, err := os.ReadFile(metered)
	require.NoError(t, err)
	last, err := os.ReadFile(filepath.Join(source, "metered-1.2.csv"))
	require.NoError(t, err)
	assert.Equal(t, string(first), string(last))
}

// A file without a cost stays in its dataset, so that nothing of it is lost.
func TestFocusConvertBilledUsage(t *testing.T) {
	const usage = "../../internal/focus/focusfile/testdata/billed_usage-1.2.csv"
	dir := t.TempDir()
	there, back := filepath.Join(dir, "there"), filepath.Join(dir, "back")
	require.Equal(t, "1 files, 3 rows\nexit code 0\n", run(t, "focus", "convert", "--focus-version", "1.4", usage, there))
	require.Equal(t, "1 files, 3 rows\nexit code 0\n", run(t, "focus", "convert", "--format", "csv", there, back))
	first, err := os.ReadFile(usage)
	require.NoError(t, err)
	last, err := os.ReadFile(filepath.Join(back, "billed_usage-1.2.csv"))
	require.NoError(t, err)
	assert.Equal(t, string(first), string(last))
}

// foreign is what another exporter writes: other columns, E notation, a zipped name of its own.
const foreign = `BilledCost,BillingCurrency,ChargePeriodStart,AvailabilityZone,x_Discounts,ConsumedQuantity,ConsumedUnit
1.5E-05,USD,2026-11-23 14:00:00,us-east-1a,{},3,Tokens
0.1234567890123456789012345678,USD,2026-11-23,,,,
`

func TestFocusConvertFilesOfOthers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	require.NoError(t, os.WriteFile(path, []byte(foreign), 0o600))
	target := filepath.Join(dir, "out")
	out := run(t, "focus", "convert", path, target)
	assert.Equal(t, "finops: 1 values had more decimals than are kept, and were rounded\nfinops: left out: x_Discounts\n1 files, 2 rows\nexit code 0\n", out)
	text := strings.TrimSuffix(run(t, "focus", "show", "--json", "--by", "AvailabilityZone", target), "exit code 0\n")
	var totals []total
	require.NoError(t, json.Unmarshal([]byte(text), &totals))
	require.Len(t, totals, 2)
	assert.Equal(t, "0.123456789012345678901235", totals[0].Billed)
	assert.Equal(t, "us-east-1a", totals[1].Group["AvailabilityZone"])
	assert.Equal(t, "0.000015", totals[1].Billed)
}

func TestFocusConvertErrors(t *testing.T) {
	dir := t.TempDir()
	assert.Contains(t, run(t, "focus", "convert", dir, t.TempDir()), "no .parquet, .csv or .csv.gz file\nexit code 1")
	assert.Contains(t, run(t, "focus", "convert", metered, "ftp://host/x"), `no driver registered for "ftp"`)
	blocked := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	assert.Contains(t, run(t, "focus", "convert", metered, blocked), "not a directory\nexit code 1")
}

// Files that are written beside those that they are made of would double every total of the directory.
func TestFocusConvertIntoItself(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(metered)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), data, 0o600))
	for _, target := range []string{dir, dir + "/", filepath.Join(dir, "below"), "file://" + dir} {
		assert.Contains(t, run(t, "focus", "convert", dir, target), "lies in the source, whose totals would have every charge twice; write elsewhere\nexit code 1")
	}
	assert.NoDirExists(t, filepath.Join(dir, "below"))
	assert.Contains(t, run(t, "focus", "convert", dir, dir+"-2"), "1 files, 8 rows\nexit code 0")
	assert.Contains(t, run(t, "focus", "convert", filepath.Join(dir, "a.csv"), dir), "exit code 0", "a file is told from what is made of it")
}

// Of two files whose names differ in the extension only, neither replaces the other.
func TestFocusConvertNamesThatMeet(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(metered)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), data, 0o600))
	require.Contains(t, run(t, "focus", "convert", filepath.Join(dir, "a.csv"), dir), "exit code 0")
	assert.Contains(t, run(t, "focus", "convert", "--format", "csv", dir, t.TempDir()), "would both become a.csv; convert them one by one\nexit code 1")
}

// The rows that close a month are of the dataset that they close.
func TestFocusConvertTrueUp(t *testing.T) {
	dir := t.TempDir()
	r := focustest.Rows(focustest.Priced())[0]
	r.XCostSource, r.ChargeCategory = focus.SourceTrueUp, "Adjustment"
	data, err := focusfile.Encode([]focus.Row{r}, focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2})
	require.NoError(t, err)
	path := filepath.Join(dir, "true-up.csv")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	require.Contains(t, run(t, "focus", "convert", "--format", "csv", path, filepath.Join(dir, "out")), "exit code 0")
	converted, err := os.ReadFile(filepath.Join(dir, "out", "true-up.csv"))
	require.NoError(t, err)
	assert.Equal(t, string(data), string(converted))
}
