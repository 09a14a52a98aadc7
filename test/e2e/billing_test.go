package e2e

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/big"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

const billingConfig = `
extensions: {file_storage: {directory: %[1]s/state, create_directory: true}}
receivers:
  gen_ai_billing:
    storage: file_storage
    providers:
      - {provider: openai, endpoint: "%[2]s", api_key: secret, account: org}
      - {provider: anthropic, endpoint: "%[2]s", api_key: secret}
      - {provider: openrouter, endpoint: "%[2]s", api_key: secret}
      - {provider: litellm, endpoint: "%[2]s", api_key: secret}
exporters:
  focus: {url: "file://%[1]s/focus", format: csv, storage: file_storage}
service:
  telemetry: {metrics: {level: none}}
  extensions: [file_storage]
  pipelines: {metrics: {receivers: [gen_ai_billing], exporters: [focus]}}
`

var billedProviders = []string{"openai", "anthropic", "openrouter", "litellm"}

// What providers charge and count is in the FOCUS files, to the last digit; what they take back after a restart is
// no longer there.
func TestBilledRowsAreTheLedgersOfTheProviders(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	server := &fakeproviders.Server{Key: "secret", Now: time.Now}
	for _, provider := range billedProviders {
		for age := 2; age <= 4; age++ {
			line := fakeproviders.Line{Provider: provider, Day: today.AddDate(0, 0, -age), Subaccount: "p", Model: "gpt-4o", Kind: "input", Amount: "0.1234567890123", Tokens: 1_000_000_007 * int64(age), Requests: int64(age)}
			output := line
			output.Kind, output.Amount, output.Tokens, output.Requests = "output", fmt.Sprintf("%d.5", age), int64(age)+1, 0
			server.Ledger = append(server.Ledger, line, output)
		}
	}
	api := httptest.NewServer(server)
	defer api.Close()
	config := filepath.Join(directory, "config.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, billingConfig, directory, api.URL), 0o600))
	root := filepath.Join(directory, "focus")

	agree := func() error {
		want, got := new(big.Rat), billedCosts(t, filepath.Join(root, "billed"))
		for _, provider := range billedProviders {
			want.Add(want, server.Ledger.Total(provider, today.AddDate(0, 0, -4), today).Rat())
		}
		if want.Cmp(got) != 0 {
			return fmt.Errorf("billed %s of %s", got.FloatString(24), want.FloatString(24))
		}
		counted, counts := ledgerUsage(server.Ledger), billedUsage(t, filepath.Join(root, "billed_usage"))
		if !maps.Equal(counted, counts) {
			return fmt.Errorf("counted %v of %v", counts, counted)
		}
		return nil
	}
	collectBills(t, config, agree)
	for i := range server.Ledger {
		line := &server.Ledger[i]
		recent, whole := line.Day.Equal(today.AddDate(0, 0, -2)), line.Day.Equal(today.AddDate(0, 0, -3))
		if recent && line.Kind == "output" || whole && line.Provider == "openai" {
			line.Until = time.Now() // days that are not final yet: a line, and all of a day, are taken back
		}
	}
	collectBills(t, config, agree)
}

// collectBills runs the collector until it has written what is expected.
func collectBills(t *testing.T, config string, look func() error) {
	t.Helper()
	process, err := otelcol.StartMerged(t.Context(), executable(t, "OTELCOL_FINOPS"), []string{config})
	require.NoError(t, err)
	defer process.Kill()
	eventually(t, look)
	assert.NoError(t, process.Stop(stopTimeout))
	assertCleanLog(t, process)
}

// billedCosts adds up the files below root.
func billedCosts(t *testing.T, root string) *big.Rat {
	t.Helper()
	sum := new(big.Rat)
	for _, cells := range cellsOf(t, root, "BilledCost") {
		sum.Add(sum, rational(t, cells[0]))
	}
	return sum
}

// ledgerUsage is what reports count in the end, by provider, day and unit. Anthropic's count no requests.
func ledgerUsage(ledger fakeproviders.Ledger) map[string]string {
	sums := map[string]*big.Rat{}
	for i := range ledger {
		line := &ledger[i]
		if !line.Until.IsZero() {
			continue
		}
		addTo(sums, line.Provider+" "+line.Day.Format(time.DateOnly)+" Tokens", new(big.Rat).SetInt64(line.Tokens))
		if line.Provider != "anthropic" {
			addTo(sums, line.Provider+" "+line.Day.Format(time.DateOnly)+" Requests", new(big.Rat).SetInt64(line.Requests))
		}
	}
	return texts(sums)
}

// billedUsage is what the files below root count.
func billedUsage(t *testing.T, root string) map[string]string {
	t.Helper()
	sums := map[string]*big.Rat{}
	for _, cells := range cellsOf(t, root, "x_Provider", "ChargePeriodStart", "ConsumedUnit", "ConsumedQuantity", "x_Requests") {
		addTo(sums, cells[0]+" "+cells[1][:len(time.DateOnly)]+" "+cells[2], rational(t, cells[3]))
		if cells[2] == "Requests" {
			require.Equal(t, cells[3], cells[4])
		} else {
			require.Empty(t, cells[4])
		}
	}
	return texts(sums)
}

func addTo(sums map[string]*big.Rat, key string, n *big.Rat) {
	if sums[key] == nil {
		sums[key] = new(big.Rat)
	}
	sums[key].Add(sums[key], n)
}

func texts(sums map[string]*big.Rat) map[string]string {
	all := map[string]string{}
	for key, sum := range sums {
		all[key] = sum.RatString()
	}
	return all
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	n, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	return n
}

// cellsOf returns columns of all rows of the files below root, without any code of the exporter.
func cellsOf(t *testing.T, root string, columns ...string) (all [][]string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "*", "*", "*.csv"))
	require.NoError(t, err)
	for _, path := range paths {
		file, err := os.Open(path)
		require.NoError(t, err)
		records, err := csv.NewReader(file).ReadAll()
		require.NoError(t, err)
		require.NoError(t, file.Close())
		for _, record := range records[1:] {
			cells := make([]string, len(columns))
			for i, column := range columns {
				cells[i] = record[slices.Index(records[0], column)]
			}
			all = append(all, cells)
		}
	}
	return all
}
