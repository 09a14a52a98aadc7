package e2e

import (
	"encoding/csv"
	"fmt"
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

// What providers charge is in the FOCUS files, to the last digit; what they take back after a restart is no
// longer there.
func TestBilledRowsAreTheLedgersOfTheProviders(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	server := &fakeproviders.Server{Key: "secret", Now: time.Now}
	for _, provider := range billedProviders {
		for age := 2; age <= 4; age++ {
			line := fakeproviders.Line{Provider: provider, Day: today.AddDate(0, 0, -age), Subaccount: "p", Model: "gpt-4o", Kind: "input", Amount: "0.1234567890123", Tokens: 10, Requests: 1}
			output := line
			output.Kind, output.Amount = "output", fmt.Sprintf("%d.5", age)
			server.Ledger = append(server.Ledger, line, output)
		}
	}
	api := httptest.NewServer(server)
	defer api.Close()
	config := filepath.Join(directory, "config.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, billingConfig, directory, api.URL), 0o600))
	root := filepath.Join(directory, "focus", "billed")

	agree := func() error {
		want, got := new(big.Rat), billedCosts(t, root)
		for _, provider := range billedProviders {
			want.Add(want, server.Ledger.Total(provider, today.AddDate(0, 0, -4), today).Rat())
		}
		if want.Cmp(got) != 0 {
			return fmt.Errorf("billed %s of %s", got.FloatString(24), want.FloatString(24))
		}
		return nil
	}
	collectBills(t, config, agree)
	for i := range server.Ledger {
		if line := &server.Ledger[i]; line.Kind == "output" && line.Day.Equal(today.AddDate(0, 0, -2)) {
			line.Until = time.Now() // a day that is not final yet: the line is taken back
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

// billedCosts adds up the files below root, without any code of the exporter.
func billedCosts(t *testing.T, root string) *big.Rat {
	t.Helper()
	sum := new(big.Rat)
	paths, err := filepath.Glob(filepath.Join(root, "*", "*", "*.csv"))
	require.NoError(t, err)
	for _, path := range paths {
		file, err := os.Open(path)
		require.NoError(t, err)
		records, err := csv.NewReader(file).ReadAll()
		require.NoError(t, err)
		require.NoError(t, file.Close())
		column := slices.Index(records[0], "BilledCost")
		for _, record := range records[1:] {
			amount, ok := new(big.Rat).SetString(record[column])
			require.True(t, ok)
			sum.Add(sum, amount)
		}
	}
	return sum
}
