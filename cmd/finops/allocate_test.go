package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testdata/focus has November of a company: search used 3,000,000 tokens for $7.50 and support 1,000,000 for $2.50, and a
// proxy that both use 8,000,000 for $20, of which search has to pay three quarters.
const november = "testdata/focus/2026-11.csv"

func TestAllocate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	out := run(t, "allocate", "--rules", "testdata/focus/allocation.yaml", "--output", path, november)
	assert.Equal(t, `RULE   PERIOD      WHO PAYS    USAGE  UNIT     SHARE  COST  CURRENCY
proxy  2026-11-01  search    3000000  Tokens  75.00%    15  USD
proxy  2026-11-01  support   1000000  Tokens  25.00%     5  USD
3 rows read, 4 written
exit code 0
`, out)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(text), "finops.allocate.proxy"), "the parts say what they are")
	assert.NotContains(t, string(text), "llm-platform")

	// What was split has nothing left to split.
	again := run(t, "allocate", "--rules", "testdata/focus/allocation.yaml", "--output", filepath.Join(dir, "again.csv"), "--json", path)
	assert.Contains(t, again, `"allocations": []`)
	assert.Contains(t, again, `"written": 4`)
}

func TestAllocateAnswersInJSON(t *testing.T) {
	out := run(t, "allocate", "--rules", "testdata/focus/allocation.yaml", "-o", filepath.Join(t.TempDir(), "out.parquet"), "--json", november)
	assert.Contains(t, out, `"caller": "search",
      "usage": "3000000",
      "unit": "Tokens",
      "share": "75.00%",
      "cost": "15",
      "currency": "USD"`)
}

func TestAllocateRefuses(t *testing.T) {
	rules, out := "testdata/focus/allocation.yaml", filepath.Join(t.TempDir(), "out.csv")
	for _, test := range []struct{ line, message, code string }{
		{"allocate " + november, `required flag(s) "output", "rules" not set`, "exit code 2"},
		{"allocate --rules " + rules + " --output " + out, "requires at least 1 arg", "exit code 2"},
		{"allocate --rules " + rules + " --output " + out + " --version 1.1 " + november, "--version", "exit code 2"},
		{"allocate --rules testdata/absent.yaml --output " + out + " " + november, "absent.yaml", "exit code 1"},
		{"allocate --rules testdata/own.yaml --output " + out + " " + november, "testdata/own.yaml", "exit code 1"},
		{"allocate --rules " + rules + " --output " + out + " testdata/own.yaml", "testdata/own.yaml", "exit code 1"},
	} {
		got := run(t, strings.Fields(test.line)...)
		assert.Contains(t, got, test.message, test.line)
		assert.Contains(t, got, test.code, test.line)
	}
	assert.NoFileExists(t, out)
}
