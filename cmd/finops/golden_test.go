package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden are the command lines whose answers are kept in testdata/golden, one file for each.
var golden = map[string]string{
	"price":               "price gpt-4o --catalog testdata/prices.yaml -p openai -d 2026-11-23 --input 176 -u cache_read=1024,web_search=1 --output 300",
	"price_batch_json":    "price gpt-4o-2024-08-06 --catalog testdata/prices.yaml -p openai -d 2026-11-23 --tier batch --input 1000 --json",
	"price_history":       "price gpt-4o --catalog testdata/prices.yaml -p openai -d 2026-05-31 --input 1000000",
	"price_long_explain":  "price gpt-4o --catalog testdata/prices.yaml -p openai -d 2026-11-23 --input 128001 --output 10 --explain",
	"price_disputed":      "price gpt-4o-mini --catalog testdata/prices.yaml -p openai -d 2026-11-23 --input 1000",
	"price_unknown":       "price gpt-9 --catalog testdata/prices.yaml -p openai --input 1",
	"price_bad_meter":     "price gpt-4o --catalog testdata/prices.yaml -u tokens=1",
	"price_bad_quantity":  "price gpt-4o --catalog testdata/prices.yaml --input -5",
	"price_bad_date":      "price gpt-4o --date yesterday",
	"price_own":           "price gpt-4o --catalog testdata/prices.yaml --pricing testdata/own.yaml -p openai -d 2026-11-23 --input 176 -u cache_read=1024,web_search=1 --output 300 --explain",
	"price_own_team_json": "price gpt-4o --catalog testdata/prices.yaml --pricing testdata/own.yaml --team research -p openai -d 2026-11-23 --input 1000 --json",
	"price_own_override":  "price gpt-4o-mini --catalog testdata/prices.yaml --pricing testdata/own.yaml --cost-center CC-7 -p openai -d 2026-11-23 --input 1000 --output 100",
	"price_own_account":   "price gpt-4o --catalog testdata/prices.yaml --pricing testdata/own.yaml --account org-reserved -p openai -d 2026-11-23 --input 1000 --output 100",
	"price_own_euro":      "price prod-chat-eastus --catalog testdata/prices.yaml --pricing testdata/own.yaml --currency EUR --exchange-rates testdata/rates.csv -p openai -d 2026-11-23 --input 1000 --explain",
	"price_own_unknown":   "price gpt-4o --pricing testdata/own_unknown_key.yaml --input 1",
	"price_own_wrong":     "price gpt-4o --pricing testdata/own_wrong.yaml --input 1",
	"price_own_missing":   "price gpt-4o --pricing testdata/absent.yaml --input 1",
	"price_public_format": "price gpt-4o --catalog testdata/litellm.json --format litellm -p openai -d 2026-11-23 --input 1000",
	"list":                "catalog list --catalog testdata/prices.yaml",
	"list_provider":       "catalog list --catalog testdata/prices.yaml --provider open_ai",
	"list_unknown":        "catalog list --catalog testdata/prices.yaml --provider nobody",
	"search":              "catalog search 4O-MINI --catalog testdata/prices.yaml --json",
	"search_nothing":      "catalog search nothing-like-it --catalog testdata/prices.yaml",
	"validate":            "catalog validate testdata/prices.yaml testdata/broken.yaml",
	"validate_json":       "catalog validate --json testdata/broken.yaml",
	"validate_missing":    "catalog validate testdata/absent.yaml",
	"diff":                "catalog diff testdata/prices.yaml builtin --provider cohere --date 2026-11-23",
	"import":              "catalog import --format litellm testdata/litellm.json --date 2026-08-01",
	"import_lenient":      "catalog import --format litellm testdata/litellm.json --date 2026-08-01 --lenient --json",
	"import_wrong_format": "catalog import --format genai_prices testdata/litellm.json",
	"import_no_format":    "catalog import testdata/litellm.json",
	"explain":             "explain testdata/trace.json --catalog testdata/prices.yaml",
	"explain_span_json":   "explain testdata/trace.json --catalog testdata/prices.yaml --span 00F067AA0BA902B7 --json",
	"explain_no_span":     "explain testdata/trace.json --catalog testdata/prices.yaml --span 1111111111111111",
	"explain_not_otlp":    "explain testdata/litellm.json",
	"explain_own":         "explain testdata/trace.json --catalog testdata/prices.yaml --pricing testdata/own.yaml --team research --span 00f067aa0ba902b7",
	"help":                "--help",
	"help_explain":        "explain --help",
	"help_price":          "price --help",
}

// run runs a command line and returns what it printed and its exit code.
func run(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetIn(strings.NewReader(""))
	err := root.ExecuteContext(t.Context())
	if err != nil && err.Error() != "" {
		out.WriteString("finops: " + err.Error() + "\n")
	}
	return out.String() + "exit code " + strconv.Itoa(exitCode(err)) + "\n"
}

// compareGolden compares with a file that -update rewrites.
func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func TestGolden(t *testing.T) {
	for name, line := range golden {
		t.Run(name, func(t *testing.T) {
			got := "$ finops " + line + "\n" + run(t, strings.Fields(line)...)
			compareGolden(t, filepath.Join("testdata", "golden", name+".txt"), got)
		})
	}
}

func TestImportWritesWhatValidates(t *testing.T) {
	dir := t.TempDir()
	out := run(t, "catalog", "import", "--format", "litellm", "testdata/litellm.json", "--lenient", "--date", "2026-08-01", "--output", dir)
	require.Contains(t, out, "exit code 0")
	path := filepath.Join(dir, "openai.yaml")
	assert.Contains(t, run(t, "catalog", "validate", path), "2 models, valid")
	assert.Contains(t, run(t, "price", "gpt-4o", "--catalog", path, "-p", "openai", "--input", "1000000"), "total")

	out = run(t, "catalog", "diff", "testdata/prices.yaml", path, "--date", "2026-11-23")
	assert.Regexp(t, `openai +gpt-4o +standard +input +2\.5 +3\n`, out)
	assert.Contains(t, out, "exit code 1", "there are differences")
}

func TestStrictImportWritesNothing(t *testing.T) {
	dir := t.TempDir()
	out := run(t, "catalog", "import", "--format", "litellm", "testdata/litellm.json", "--output", dir)
	assert.Contains(t, out, "exit code 1")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestFileNamesStayInTheirDirectory(t *testing.T) {
	for provider, want := range map[string]string{"openai": "openai.yaml", "../x": "_x.yaml", "a/b\\c": "a_b_c.yaml", "azure.ai.openai": "azure.ai.openai.yaml"} {
		assert.Equal(t, want, fileName(provider))
	}
}

func TestBuiltinCatalogIsTheDefault(t *testing.T) {
	out := run(t, "price", "gpt-4o-2024-08-06", "-p", "openai", "--input", "176", "-u", "cache_read=1024", "--output", "300")
	assert.Contains(t, out, "0.00472")
	assert.Contains(t, out, "exact")
	assert.Contains(t, run(t, "catalog", "list"), "aws.bedrock")
}

// TestExplainCapturedSpan follows a span that Anthropic's SDK wrote: 7,100 tokens of input, of which
// 5,000 were read from the cache and 2,000 written to it, 500 of them for an hour.
func TestExplainCapturedSpan(t *testing.T) {
	out := run(t, "explain", "testdata/anthropic_sdk_cache.json")
	for _, step := range []string{
		"gen_ai.usage.input_tokens = 7100",
		"usage: input 100, cache_read 5000, cache_write_5m 1500, cache_write_1h 500, output 400",
		"model: claude-sonnet-4-5-20250929 is anthropic/claude-sonnet-4-5",
		"cache_write_1h: list 6",
		"0.016425",
		"exact",
		"exit code 0",
	} {
		assert.Contains(t, out, step)
	}
}

func TestPerMillion(t *testing.T) {
	for price, want := range map[string]string{
		"0.0000025": "2.5", "0.000003": "3", "0.00000013": "0.13", "0": "0", "1": "1000000", "0.000000000001": "0.000001", "0.0001": "100",
	} {
		assert.Equal(t, want, perMillion(price), price)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, run(t, "completion", shell), "finops", shell)
	}
}
