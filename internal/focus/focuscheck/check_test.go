package focuscheck

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustest"
)

func check(t require.TestingT, c *Checker, data []byte) {
	r, err := focusfile.NewReader("file", bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.NoError(t, c.Check("file", r))
}

func encode(t *testing.T, v focus.Version, f focusfile.Format) []byte {
	data, err := focusfile.Encode(focustest.Rows(focustest.Priced()), focusfile.Options{Format: f, Version: v})
	require.NoError(t, err)
	return data
}

func TestOurFilesConform(t *testing.T) {
	for _, v := range focus.Versions() {
		for _, f := range []focusfile.Format{focusfile.CSV, focusfile.Parquet} {
			c := New(0)
			check(t, c, encode(t, v, f))
			report := c.Report()
			assert.Empty(t, report.Findings, "%s %s", v, f)
			assert.True(t, report.Conforms())
			assert.Equal(t, 8, report.Rows)
		}
	}
}

func TestDetectVersion(t *testing.T) {
	for _, v := range focus.Versions() {
		data := encode(t, v, focusfile.Parquet)
		r, err := focusfile.NewReader("file", bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		assert.Equal(t, v, DetectVersion(r.Fields()))
	}
}

// table is a CSV file to be changed.
type table struct {
	t      *testing.T
	header []string
	rows   [][]string
}

func open(t *testing.T, v focus.Version) *table {
	lines, err := csv.NewReader(bytes.NewReader(encode(t, v, focusfile.CSV))).ReadAll()
	require.NoError(t, err)
	return &table{t, lines[0], lines[1:]}
}

func (b *table) column(name string) int {
	for i, have := range b.header {
		if have == name {
			return i
		}
	}
	require.Fail(b.t, "no column "+name)
	return -1
}

// set changes the first row whose x_PriceSource is not a commitment.
func (b *table) set(values ...string) {
	for i := 0; i < len(values); i += 2 {
		b.rows[0][b.column(values[i])] = values[i+1]
	}
}

func (b *table) bytes() []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	require.NoError(b.t, w.WriteAll(append([][]string{b.header}, b.rows...)))
	return buf.Bytes()
}

func TestEveryRuleIsFound(t *testing.T) {
	cases := []struct {
		rule    string
		version focus.Version
		set     []string
	}{
		{"BilledCost-C-001-M", focus.V1_2, []string{"BilledCost", "x"}},
		{"BilledCost-C-003-M", focus.V1_2, []string{"BilledCost", ""}},
		{"BilledCost-C-005-C", focus.V1_2, []string{"InvoiceIssuerName", "Reseller"}},
		{"NumericFormat-A-005-M", focus.V1_2, []string{"BilledCost", "1e+3"}},
		{"NumericFormat-A-005-M", focus.V1_2, []string{"BilledCost", "+3"}},
		{"BillingAccountType-C-005-C", focus.V1_2, []string{"BillingAccountType", ""}},
		{"SubAccountName-C-004-C", focus.V1_2, []string{"SubAccountId", ""}},
		{"SubAccountName-C-005-C", focus.V1_2, []string{"SubAccountName", ""}},
		{"ChargePeriodEnd-C-004-M", focus.V1_2, []string{"ChargePeriodEnd", "2026-11-23T14:00:00Z"}},
		{"BillingPeriodEnd-C-004-M", focus.V1_2, []string{"BillingPeriodEnd", "2026-11-01T00:00:00Z"}},
		{"ChargePeriodStart-C-002-M", focus.V1_2, []string{"ChargePeriodStart", "2026-11-23 14:00:00"}},
		{"ChargePeriodStart-C-001-M", focus.V1_2, []string{"ChargePeriodStart", "yesterday"}},
		{"ChargePeriodStart-C-003-M", focus.V1_2, []string{"ChargePeriodStart", ""}},
		{"ChargeCategory-C-003-M", focus.V1_2, []string{"ChargeCategory", "usage"}},
		{"ChargeClass-C-005-C", focus.V1_2, []string{"ChargeClass", "correction"}},
		{"ChargeFrequency-C-004-C", focus.V1_2, []string{"ChargeCategory", "Purchase"}},
		{"ChargeDescription-C-003-O", focus.V1_2, []string{"ChargeDescription", ""}},
		{"ConsumedQuantity-C-004-C", focus.V1_2, []string{"ChargeCategory", "Purchase"}},
		{"ConsumedQuantity-C-006-C", focus.V1_2, []string{"ConsumedQuantity", "", "ConsumedUnit", ""}},
		{"ConsumedUnit-C-005-C", focus.V1_2, []string{"ConsumedQuantity", ""}},
		{"ConsumedUnit-C-006-C", focus.V1_2, []string{"ConsumedUnit", ""}},
		{"ConsumedUnit-C-003-O", focus.V1_2, []string{"ConsumedUnit", "tokens"}},
		{"PricingCategory-C-004-C", focus.V1_2, []string{"PricingCategory", ""}},
		{"PricingCategory-C-003-C", focus.V1_2, []string{"ChargeCategory", "Tax"}},
		{"EffectiveCost-C-005-C", focus.V1_2, []string{"ChargeCategory", "Purchase", "CommitmentDiscountId", "ptu-1"}},
		{"ListCost-C-009-C", focus.V1_3, []string{"ListCost", "1"}},
		{"CAU-ListCost-C-011", focus.V1_4, []string{"ListCost", "1"}},
		{"ContractedUnitPrice-C-011-C", focus.V1_2, []string{"ContractedCost", "1"}},
		{"CAU-ContractedCost-C-011", focus.V1_4, []string{"ContractedCost", "1", "ChargeClass", "Correction"}},
		{"ListUnitPrice-C-004-C", focus.V1_2, []string{"ChargeCategory", "Tax"}},
		{"ListUnitPrice-C-005-C", focus.V1_2, []string{"ListUnitPrice", ""}},
		{"CAU-ListUnitPrice-C-013", focus.V1_4, []string{"ListUnitPrice", ""}},
		{"CAU-ContractedUnitPrice-C-015", focus.V1_4, []string{"ContractedUnitPrice", ""}},
		{"ListUnitPrice-C-008-M", focus.V1_2, []string{"ListUnitPrice", "-6.6", "ListCost", "-0.0021978"}},
		{"ContractedUnitPrice-C-006-C", focus.V1_2, []string{"ContractedUnitPrice", ""}},
		{"ContractedUnitPrice-C-009-C", focus.V1_2, []string{"ContractedUnitPrice", "-1"}},
		{"PricingQuantity-C-005-C", focus.V1_2, []string{"PricingQuantity", "", "PricingUnit", ""}},
		{"PricingUnit-C-005-C", focus.V1_2, []string{"PricingQuantity", ""}},
		{"PricingUnit-C-006-C", focus.V1_2, []string{"PricingUnit", ""}},
		{"SkuId-C-005-C", focus.V1_2, []string{"SkuId", "", "SkuMeter", ""}},
		{"SkuMeter-C-004-C", focus.V1_2, []string{"SkuId", ""}},
		{"SkuMeter-C-005-C", focus.V1_2, []string{"SkuMeter", ""}},
		{"SkuPriceId-C-005-C", focus.V1_2, []string{"SkuPriceId", "", "SkuPriceDetails", ""}},
		{"SkuPriceDetails-C-004-C", focus.V1_2, []string{"SkuPriceId", ""}},
		{"CAU-PricingQuantity-C-011", focus.V1_4, []string{"SkuPriceId", ""}},
		{"CAU-ConsumedQuantity-C-009", focus.V1_4, []string{"SkuPriceId", ""}},
		{"CAU-PricingCategory-C-012", focus.V1_4, []string{"SkuPriceId", ""}},
		{"CAU-EffectiveCost-C-017", focus.V1_4, []string{"ChargeCategory", "Credit", "BilledCost", "-1"}},
		{"SkuPriceDetails-C-017-C", focus.V1_2, []string{"SkuPriceDetails", `{"Model":"a"}`}},
		{"KeyValueFormat-A-001-M", focus.V1_2, []string{"Tags", `["a"]`}},
		{"KeyValueFormat-A-001-M", focus.V1_2, []string{"Tags", `{"a":1`}},
		{"KeyValueFormat-A-001-M", focus.V1_2, []string{"Tags", `{} {}`}},
		{"KeyValueFormat-A-002-M", focus.V1_2, []string{"Tags", `{"a":"1","a":"2"}`}},
		{"KeyValueFormat-A-004-M", focus.V1_2, []string{"Tags", `{"a":{"b":1}}`}},
		{"RegionName-C-004-C", focus.V1_2, []string{"RegionId", ""}},
		{"RegionName-C-005-C", focus.V1_2, []string{"RegionName", ""}},
		{"ResourceType-C-005-C", focus.V1_2, []string{"ResourceId", "r"}},
		{"ResourceType-C-004-C", focus.V1_2, []string{"ResourceType", "r"}},
		{"CommitmentDiscountCategory-C-003-C", focus.V1_2, []string{"CommitmentDiscountCategory", "Usage"}},
		{"CommitmentDiscountCategory-C-004-C", focus.V1_2, []string{"CommitmentDiscountId", "c"}},
		{"CommitmentDiscountType-C-005-C", focus.V1_2, []string{"CommitmentDiscountId", "c"}},
		{"CommitmentDiscountStatus-C-003-C", focus.V1_2, []string{"CommitmentDiscountStatus", "Used"}},
		{"CommitmentDiscountStatus-C-004-C", focus.V1_2, []string{"CommitmentDiscountId", "c"}},
		{"CommitmentDiscountQuantity-C-005-C", focus.V1_2, []string{"CommitmentDiscountId", "c"}},
		{"CommitmentDiscountQuantity-C-007-C", focus.V1_2, []string{"CommitmentDiscountQuantity", "1"}},
		{"CommitmentDiscountUnit-C-005-C", focus.V1_2, []string{"CommitmentDiscountUnit", "Tokens"}},
		{"CommitmentDiscountUnit-C-006-C", focus.V1_2, []string{"CommitmentDiscountQuantity", "1"}},
		{"DiscountHandling-A-009-C", focus.V1_2, []string{"CommitmentDiscountStatus", "Used"}},
		{"AllocatedMethodId-C-notnull", focus.V1_3, []string{"AllocatedResourceId", "a"}},
		{"AllocatedMethodDetails-C-notnull", focus.V1_3, []string{"AllocatedMethodId", "a"}},
		{"AllocatedMethodDetails-C-format", focus.V1_3, []string{"AllocatedMethodDetails", "{}"}},
		{"ServiceProviderName-C-notnull", focus.V1_3, []string{"ServiceProviderName", ""}},
		{"ServiceCategory-C-003-M", focus.V1_2, []string{"ServiceCategory", "AI"}},
		{"ServiceSubcategory-C-003-M", focus.V1_2, []string{"ServiceSubcategory", "LLM"}},
		{"ServiceSubcategory-C-004-M", focus.V1_2, []string{"ServiceCategory", "Compute"}},
		{"ServiceName-C-005-C", focus.V1_2, []string{"ServiceName", "OpenAI API", "ServiceCategory", "Compute"}},
		{"ServiceName-C-008-C", focus.V1_2, []string{"ServiceName", "OpenAI API", "ServiceSubcategory", "Bots"}},
		{"SkuPriceId-C-008-M", focus.V1_2, []string{"SkuPriceId", "openai/gpt-5@2025-08-07/input"}},
		{"SkuPriceDetails-C-013-O", focus.V1_2, []string{"SkuPriceId", "openai/gpt-5@2025-08-07/input"}},
		{"CurrencyFormat-A-001-C", focus.V1_2, []string{"BillingCurrency", "US$"}},
		{"CurrencyFormat-A-001-C", focus.V1_2, []string{"BillingCurrency", "usd"}},
		{"NullHandling-A-002-M", focus.V1_2, []string{"RegionId", "N/A"}},
		{"NullHandling-A-002-M", focus.V1_2, []string{"InvoiceId", " "}},
		{"Finops-InvoiceId-C-001", focus.V1_2, []string{"InvoiceId", "in-1"}},
		{"Finops-x_CostSource-A-001", focus.V1_2, []string{"x_CostSource", "provider"}},
	}
	tested := map[string]bool{}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.rule, c.set), func(t *testing.T) {
			b := open(t, c.version)
			b.set(c.set...)
			checker := New(0)
			check(t, checker, b.bytes())
			var have []string
			for _, f := range checker.Report().Findings {
				have = append(have, f.Rule)
				assert.True(t, strings.HasPrefix(f.Where, "file:"), f.Where)
				assert.Positive(t, f.Count)
			}
			assert.Contains(t, have, c.rule)
		})
		tested[c.rule] = true
	}
	var missing []string
	for _, r := range rules {
		if !tested[r.id] && !mirrored[r.id] {
			missing = append(missing, r.id)
		}
	}
	assert.Empty(t, missing, "rules without a case")
}

// mirrored are rules of the same shape as one that has a case, on another column.
var mirrored = map[string]bool{
	"BillingAccountType-C-004-C": true, "SubAccountType-C-004-C": true, "SubAccountType-C-005-C": true, "ContractedUnitPrice-C-005-C": true,
	"PricingQuantity-C-004-C": true, "SkuId-C-004-C": true, "SkuPriceId-C-004-C": true, "CommitmentDiscountName-C-004-C": true,
	"CommitmentDiscountType-C-004-C": true, "CapacityReservationId-C-005-C": true,
}

func TestColumns(t *testing.T) {
	b := open(t, focus.V1_2)
	for i, name := range b.header {
		switch name {
		case "PricingUnit":
			b.header[i] = "Pricing_Unit"
		case "ChargeFrequency":
			b.header[i] = "x_Frequency"
		}
	}
	c := New(0)
	check(t, c, b.bytes())
	findings := map[string]Finding{}
	for _, f := range c.Report().Findings {
		findings[f.Rule] = f
	}
	assert.Equal(t, "column PricingUnit is there", findings["CostAndUsage-D-068-M"].Text)
	assert.Equal(t, Should, findings["CostAndUsage-D-027-O"].Severity)
	assert.Equal(t, "Pricing_Unit", findings["ColumnHandling-A-010-M"].Value)
	assert.Contains(t, findings, "ColumnHandling-A-013-O")
	assert.False(t, c.Report().Conforms())

	c = New(focus.V1_4)
	check(t, c, encode(t, focus.V1_2, focusfile.CSV))
	var texts []string
	for _, f := range c.Report().Findings {
		texts = append(texts, f.Rule+" "+f.Value)
	}
	assert.Contains(t, texts, "ColumnHandling-A-010-M ProviderName")
	assert.Contains(t, texts, "ServiceProviderName-C-present ")
}

func TestQuantitiesWithoutACostDoNotConform(t *testing.T) {
	for d, rows := range map[focus.Dataset][]focus.Row{focus.Unpriced: focustest.Rows(focustest.Unpriced()), focus.BilledUsage: focustest.BilledUsage()} {
		data, err := focusfile.Encode(rows, focusfile.Options{Version: focus.V1_2, Dataset: d})
		require.NoError(t, err)
		c := New(0)
		check(t, c, data)
		assert.Equal(t, d.Conforms(), c.Report().Conforms(), d)
	}
}

// What a month was closed with belongs to the estimates, and not to the bill.
func TestTrueUpRowsAreAmongEstimates(t *testing.T) {
	for source, mixed := range map[string]bool{focus.SourceEstimate: false, focus.SourceProvider: true} {
		rows := focustest.Rows(focustest.Priced())[:2]
		rows[0].XCostSource, rows[1].XCostSource = source, focus.SourceTrueUp
		data, err := focusfile.Encode(rows, focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2})
		require.NoError(t, err)
		c := New(0)
		check(t, c, data)
		found := slices.ContainsFunc(c.Report().Findings, func(f Finding) bool { return f.Rule == "Finops-x_CostSource-A-001" })
		assert.Equal(t, mixed, found, source)
	}
}

func TestDoublesMayBeALittleOff(t *testing.T) {
	b := open(t, focus.V1_2)
	b.set("ListUnitPrice", "6.6000000001")
	c := New(0)
	check(t, c, b.bytes())
	assert.Empty(t, c.Report().Findings)
}

func TestFindingsAreCounted(t *testing.T) {
	b := open(t, focus.V1_2)
	for i := range b.rows {
		b.rows[i][b.column("BillingCurrency")] = strings.Repeat("ü", 100)
	}
	c := New(0)
	check(t, c, b.bytes())
	require.Len(t, c.Report().Findings, 1)
	f := c.Report().Findings[0]
	assert.Equal(t, len(b.rows), f.Count)
	assert.Equal(t, "file:2", f.Where)
	assert.Equal(t, strings.Repeat("ü", 40)+"...", f.Value)
}

func FuzzCheck(f *testing.F) {
	data, err := focusfile.Encode(focustest.Rows(focustest.Priced()), focusfile.Options{Format: focusfile.CSV, Version: focus.V1_2})
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("Tags,x_CostSource\n{,estimate\n"))
	f.Add([]byte("BilledCost,BilledCost\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := focusfile.NewReader("file", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		c := New(0)
		_ = c.Check("file", r)
		for _, finding := range c.Report().Findings {
			require.NotEmpty(t, finding.Rule)
		}
	})
}
