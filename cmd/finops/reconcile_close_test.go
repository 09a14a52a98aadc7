package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/closing"
)

const (
	closedMetered = `ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,x_Provider,BillingAccountId,x_Model,SkuMeter,ConsumedQuantity,ConsumedUnit,BilledCost,BillingCurrency,x_Requests,x_CostStatus,x_CostSource,Tags
2026-09-02T14:00:00Z,2026-09-02T15:00:00Z,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,openai,unknown:openai,gpt-4o,input,1000,Tokens,2,USD,8,priced,estimate,"{""team"":""search""}"
2026-09-30T14:00:00Z,2026-09-30T15:00:00Z,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,openai,unknown:openai,gpt-4o,output,1000,Tokens,1,USD,8,priced,estimate,"{""team"":""ads""}"
2026-09-03T14:00:00Z,2026-09-03T15:00:00Z,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,cohere,own,command-r,input,1000,Tokens,0.5,USD,8,priced,estimate,"{""team"":""ads""}"
`
	closedBilled = `ChargePeriodStart,ChargePeriodEnd,ChargeCategory,x_Provider,BillingAccountId,BilledCost,BillingCurrency,x_ProviderLine,x_CostSource,x_SnapshotTime
2026-09-02T00:00:00Z,2026-09-03T00:00:00Z,Usage,openai,org-1,2.5,USD,gpt-4o,provider,2026-10-05T00:00:00Z
2026-09-30T00:00:00Z,2026-10-01T00:00:00Z,Usage,openai,org-1,1,USD,gpt-4o,provider,2026-10-05T00:00:00Z
2026-09-30T00:00:00Z,2026-10-01T00:00:00Z,Tax,openai,org-1,0.5,USD,tax,provider,2026-10-05T00:00:00Z
`
	lateMetered = `ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,x_Provider,BillingAccountId,x_Model,SkuMeter,ConsumedQuantity,ConsumedUnit,BilledCost,BillingCurrency,x_Requests,x_CostStatus,x_CostSource,Tags
2026-09-02T16:00:00Z,2026-09-02T17:00:00Z,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,Usage,openai,unknown:openai,gpt-4o,input,1000,Tokens,1,USD,8,priced,estimate,"{""team"":""search""}"
`
)

// monthToClose returns a root with a month, and what runs finops reconcile on it.
func monthToClose(t *testing.T) (root string, reconcile func(args ...string) string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range map[string]string{"metered/billing_period=2026-09/a.csv": closedMetered, "billed/billing_period=2026-09/openai.csv": closedBilled} {
		put(t, root, name, text)
	}
	return root, func(args ...string) string {
		return strings.ReplaceAll(run(t, append([]string{"reconcile", root, "--catalog", "testdata/prices.yaml"}, args...)...), root, "ROOT")
	}
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// From the first close to the second, as somebody sees it.
func TestReconcileClose(t *testing.T) {
	root, reconcile := monthToClose(t)
	var screen strings.Builder
	do := func(args ...string) {
		screen.WriteString("$ finops reconcile " + strings.Join(args, " ") + "\n" + reconcile(args...) + "\n")
	}
	do("--close", "2026-09", "--settle", "876000h")
	do("--close", "2026-09")
	screen.WriteString(run(t, "focus", "show", "--by", "x_Provider,Tags.team", filepath.Join(root, "metered")) + "\n")
	do("--close", "2026-09")
	put(t, root, "metered/billing_period=2026-09/late-b.csv", lateMetered)
	do("--close", "2026-09")
	do("--close", "2026-09", "--true-up", "unallocated", "--reclose")
	screen.WriteString(run(t, "focus", "show", "--by", "x_Provider,Tags.team", filepath.Join(root, "metered")))
	compareGolden(t, filepath.Join("testdata", "golden", "reconcile_close.txt"), screen.String())
}

func TestReconcileCloseForMachines(t *testing.T) {
	root, reconcile := monthToClose(t)
	var result closing.Result
	text, ok := strings.CutSuffix(reconcile("--close", "2026-09", "--json"), "exit code 0\n")
	require.True(t, ok, text)
	require.NoError(t, json.Unmarshal([]byte(text), &result))
	assert.Equal(t, closing.WasClosed, result.Outcome)
	written, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(result.ManifestFile)))
	require.NoError(t, err)
	var manifest closing.Manifest
	require.NoError(t, json.Unmarshal(written, &manifest))
	assert.Equal(t, manifest, result.Manifest)
	require.Len(t, manifest.Settings.Tables, 1)
	assert.Equal(t, "prices.yaml", manifest.Settings.Tables[0].Name)

	// The same month elsewhere has the same manifest.
	other, again := monthToClose(t)
	require.Contains(t, again("--close", "2026-09"), "exit code 0")
	replayed, err := os.ReadFile(filepath.Join(other, filepath.FromSlash(result.ManifestFile)))
	require.NoError(t, err)
	assert.Equal(t, string(written), string(replayed))

	// A comparison does not take for metered what the close added.
	assert.Equal(t, compareJSON(t, other), compareJSON(t, moveAway(t, root)))
}

func compareJSON(t *testing.T, root string) string {
	t.Helper()
	return strings.ReplaceAll(run(t, "reconcile", root, "--catalog", "testdata/prices.yaml", "--json"), root, "ROOT")
}

// moveAway takes back what a close has written.
func moveAway(t *testing.T, root string) string {
	t.Helper()
	require.NoError(t, os.RemoveAll(filepath.Join(root, "_close")))
	require.NoError(t, os.RemoveAll(filepath.Join(root, "metered", "billing_period=2026-09", "day=2026-09-01")))
	return root
}

// A bill that is not below the root is named in the manifest as it was on the command line, without secrets.
func TestReconcileCloseBillElsewhere(t *testing.T) {
	root, reconcile := monthToClose(t)
	elsewhere := t.TempDir()
	put(t, elsewhere, "export.csv", closedBilled)
	require.NoError(t, os.RemoveAll(filepath.Join(root, "billed")))
	require.Contains(t, reconcile("--close", "2026-09", "--billed", "file://"+elsewhere, "--pricing", "testdata/own.yaml"), "exit code 0")
	data, err := os.ReadFile(filepath.Join(root, "_close", "2026-09.json"))
	require.NoError(t, err)
	assert.Contains(t, string(data), `"file://`+elsewhere+`/export.csv"`)
	assert.Contains(t, string(data), `"own.yaml"`)
	assert.Equal(t, "s3://bucket/exports", withoutSecrets("s3://user:secret@bucket/exports?awssdk=v2&key=secret"))
}

func TestReconcileCloseErrors(t *testing.T) {
	_, reconcile := monthToClose(t)
	for line, want := range map[string]string{
		"--close 2026-13":                        `finops: --close "2026-13": want a month such as 2026-11`,
		"--close 2026-09 --true-up all":          `finops: --true-up: unknown mode "all"; known are pro-rata, unallocated`,
		"--true-up unallocated":                  "finops: --true-up and --reclose go with --close",
		"--reclose":                              "finops: --true-up and --reclose go with --close",
		"--close 2026-09 --month 2026-09":        "finops: --month does not go with --close; compare first, and close then",
		"--close 2026-09 --metered x":            "finops: --metered does not go with --close; compare first, and close then",
		"--close 2026-08":                        "finops: no bill of 2026-08: there is nothing to close it with",
		"--close 2026-09 --billed testdata/none": "finops: testdata/none: ",
		"--close 2026-09 --exchange-rates none":  "finops: open none: no such file or directory",
	} {
		got := reconcile(strings.Fields(line)...)
		assert.Contains(t, got, want, line)
		assert.Contains(t, got, "exit code 2", line)
	}
	assert.Contains(t, run(t, "reconcile", "--close", "2026-09"), "finops: name the URL whose metered is to be closed\nexit code 2")
}
