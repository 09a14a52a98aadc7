package focuscheck

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
)

// The validators, pinned. focus-validator 2.2.1 wants Python 3.12 and numpy 1.26, which newer releases of pyarrow refuse; it knows the
// rules of 1.2. focus-data-toolkit has those of 1.4.
var validators = []string{"focus-validator==2.2.1", "pyarrow<22", "focus-data-toolkit==0.14.1"}

// criteria are what the providers of models support, as focus-validator calls it.
const criteria = "ACCOUNT_NAMING_SUPPORTED,COMMITMENT_DISCOUNT_SUPPORTED,MULTIPLE_PRICING_CATEGORIES_SUPPORTED," +
	"MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED,MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED,NEGOTIATED_PRICING_SUPPORTED," +
	"PUBLIC_PRICE_LIST_SUPPORTED,USAGE_MEASUREMENT_SUPPORTED,UNIT_PRICING_SUPPORTED,SUB_ACCOUNT_SUPPORTED," +
	"BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED,RESOURCE_TYPE_ASSIGNMENT_SUPPORTED,REGION_SUPPORTED,TAGGING_SUPPORTED"

// python returns an interpreter with the validators, installing them once. Where that cannot be done, the test is skipped
// and says so: nothing else depends on Python.
func python(t *testing.T) string {
	base := os.Getenv("FOCUS_VALIDATOR_PYTHON")
	if base == "" {
		base = "python3.12"
	}
	if out, err := command(t, "", base, "-c", "import sys; print(sys.version_info[:2] == (3, 12))"); err != nil || !strings.HasPrefix(out, "True") {
		t.Skipf("NOT RUN against focus-validator: %s is no Python 3.12; name one in FOCUS_VALIDATOR_PYTHON", base)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("NOT RUN against focus-validator: %v", err)
	}
	dir := filepath.Join(cache, "otelcol-finops", "focus-validator-2.2.1")
	bin := filepath.Join(dir, "bin", "python")
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return bin
	}
	if out, err := command(t, "", base, "-m", "venv", "--clear", dir); err != nil {
		t.Skipf("NOT RUN against focus-validator: %s", out)
	}
	if out, err := command(t, "", bin, append([]string{"-m", "pip", "install", "--quiet"}, validators...)...); err != nil {
		t.Skipf("NOT RUN against focus-validator: it cannot be installed: %s", out)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "complete"), nil, 0o600))
	return bin
}

func command(t *testing.T, dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}

// explained are the rules that focus-validator 2.2.1 reports and why; docs/focus.md says it at length.
var explained = map[string]string{
	"InvoiceId-C-005-C":                "the model has it without its condition; its counterpart InvoiceId-C-004-C, and their OR, pass",
	"CommitmentDiscountStatus-C-004-C": "the model has the opposite of the specification's condition",
	"CommitmentDiscountStatus-C-002-C": "made of the rule before",
	"CommitmentDiscountStatus-C-000-C": "made of the rule before",
}

// pricingCurrency are rules for columns that belong to virtual currencies, or to prices in another currency than the bill's:
// the validator wants them as soon as one of two criteria is met, the specification when both are.
var pricingCurrency = regexp.MustCompile(`^(CostAndUsage-D-0(4[678]|5[012456])-C|PricingCurrency(ContractedUnitPrice|EffectiveCost|ListUnitPrice)-C-\d+-[CM])$`)

// guessed are rules on types that focus-validator guesses from a CSV file's values: whole numbers are no decimals to it.
var guessed = regexp.MustCompile(`^CommitmentDiscountQuantity-C-00[01]-[CM]$`)

var failed = regexp.MustCompile(`(?m)^\S+ (\S+): FAIL`)

func TestFocusValidator(t *testing.T) {
	bin := python(t)
	packages, err := command(t, "", bin, "-c", "import focus_validator, os; print(os.path.dirname(os.path.dirname(focus_validator.__file__)))")
	require.NoError(t, err, packages)
	// 1.3 adds to 1.2 without changing a rule, and its own model is not in any package: its files are held against 1.2.
	for _, v := range []focus.Version{focus.V1_2, focus.V1_3} {
		for _, f := range []focusfile.Format{focusfile.Parquet, focusfile.CSV} {
			t.Run(v.String()+f.Extension(), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "metered"+f.Extension())
				require.NoError(t, os.WriteFile(path, encode(t, v, f), 0o600))
				// It looks for its tables relative to where it is started.
				out, err := command(t, strings.TrimSpace(packages), bin, "-m", "focus_validator.main", "--data-file", path,
					"--validate-version", "1.2", "--block-download", "--applicability-criteria", criteria, "--output-type", "console")
				require.NoError(t, err, out)
				require.Contains(t, out, "=== Validation Results ===")
				var unexplained []string
				for _, m := range failed.FindAllStringSubmatch(out, -1) {
					id := m[1]
					if explained[id] == "" && !pricingCurrency.MatchString(id) && (f != focusfile.CSV || !guessed.MatchString(id)) {
						unexplained = append(unexplained, id)
					}
				}
				slices.Sort(unexplained)
				assert.Empty(t, slices.Compact(unexplained))
				assert.GreaterOrEqual(t, strings.Count(out, ": PASS"), 300)
			})
		}
	}
}

func TestFocusDataToolkit(t *testing.T) {
	bin := python(t)
	path := filepath.Join(t.TempDir(), "metered.csv")
	require.NoError(t, os.WriteFile(path, encode(t, focus.V1_4, focusfile.CSV), 0o600))
	out, err := command(t, "", bin, filepath.Join("testdata", "lint_1_4.py"), path)
	require.NoError(t, err, out)
	assert.Equal(t, "8 rows\n", out)
}
