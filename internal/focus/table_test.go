package focus

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func names(columns []*Column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Name)
	}
	return out
}

// specified are the columns of the specification that a version's dataset has.
func specified(v Version, d Dataset) []string {
	return slices.DeleteFunc(names(Columns(v, d)), func(name string) bool { return strings.HasPrefix(name, "x_") })
}

func TestColumnsByVersion(t *testing.T) {
	defined := map[Version]int{}
	for _, c := range AllColumns() {
		for _, v := range Versions() {
			if c.Defined(v) && c.Level != Extension {
				defined[v]++
			}
		}
	}
	// The numbers of columns of the Cost and Usage dataset in the releases.
	assert.Equal(t, map[Version]int{V1_2: 57, V1_3: 65, V1_4: 65}, defined)

	v12, v13, v14 := specified(V1_2, Metered), specified(V1_3, Metered), specified(V1_4, Metered)
	assert.Contains(t, v12, "ProviderName")
	assert.NotContains(t, v12, "ServiceProviderName")
	assert.Contains(t, v13, "ProviderName")
	assert.Contains(t, v13, "ServiceProviderName")
	assert.NotContains(t, v14, "ProviderName")
	assert.NotContains(t, v14, "PublisherName")
	assert.Contains(t, names(Columns(V1_2, Metered)), "x_AllocatedMethodId")
	assert.NotContains(t, names(Columns(V1_3, Metered)), "x_AllocatedMethodId")
}

func TestMandatoryColumnsAreWritten(t *testing.T) {
	for _, d := range []Dataset{Metered, Billed} {
		for _, c := range AllColumns() {
			if c.Level == Mandatory {
				assert.True(t, c.Datasets.Has(d), "%s in %s", c.Name, d)
			}
		}
	}
	for _, name := range []string{"BilledCost", "ListCost", "PricingQuantity", "SkuPriceId"} {
		assert.NotContains(t, specified(V1_2, Unpriced), name, "what has no price has no cost")
	}
}

// Rows of counts have nothing that a sum of costs, or of charges, could take for one.
func TestBilledUsageHasNoCharges(t *testing.T) {
	for _, v := range Versions() {
		in := names(Columns(v, BilledUsage))
		for _, name := range in {
			assert.NotRegexp(t, "Cost|Price|Pricing|Currency|Charge(Category|Class|Frequency)|Tags|Alloc|Commitment|Invoice", name)
		}
		for _, name := range []string{"BillingAccountId", "SubAccountId", "SkuMeter", "ConsumedQuantity", "x_Requests", "x_ProviderLine", "x_SnapshotTime"} {
			assert.Contains(t, in, name)
		}
	}
}

func TestIsQuantity(t *testing.T) {
	for _, c := range []struct {
		row  Row
		want bool
	}{
		{Row{XCostStatus: "unpriced"}, true},
		{Row{XSnapshotTime: time.Unix(1, 0)}, true},
		{Row{XSnapshotTime: time.Unix(1, 0), BilledCost: Zero()}, false},
		{Row{XCostStatus: "free", BilledCost: Zero()}, false},
		{Row{}, false},
	} {
		assert.Equal(t, c.want, c.row.IsQuantity(), "%+v", c)
	}
}

func TestColumnsAreInOrder(t *testing.T) {
	for _, v := range Versions() {
		for _, d := range Datasets() {
			in := names(Columns(v, d))
			assert.True(t, slices.IsSorted(in), "capitals sort before x_: %v", in)
		}
	}
}

func TestEveryFieldHasAColumn(t *testing.T) {
	row := reflect.TypeFor[Row]()
	assert.Len(t, AllColumns(), row.NumField())
	for _, c := range AllColumns() {
		assert.NotEmpty(t, c.Description, c.Name)
		assert.LessOrEqual(t, len(c.Name), 50, "ColumnHandling-A-005")
	}
}

func TestSetReadsWhatTextWrites(t *testing.T) {
	texts := map[Type]string{String: "a \"b\"", JSON: `{"a":"b"}`, Decimal: "-12.5", DateTime: "2026-11-23T14:00:00Z", Boolean: "true"}
	for _, c := range AllColumns() {
		var r Row
		exact, err := c.Set(&r, texts[c.Type])
		require.NoError(t, err, c.Name)
		assert.True(t, exact)
		text, ok := c.Text(&r)
		assert.True(t, ok)
		assert.Equal(t, texts[c.Type], text, c.Name)

		_, err = c.Set(&r, "")
		require.NoError(t, err)
		_, ok = c.Text(&r)
		assert.Equal(t, c.Type == Boolean, ok, "%s: empty is NULL", c.Name)
	}
}

func TestSetNamesTheColumn(t *testing.T) {
	for name, want := range map[string]string{
		"BilledCost":        `BilledCost: amount "x": not a decimal number`,
		"ChargePeriodStart": `ChargePeriodStart: "x" is not a date and time; want 2026-11-23T14:00:00Z`,
		"x_Late":            `x_Late: "x" is not true or false`,
	} {
		c, ok := ColumnByName(name)
		require.True(t, ok)
		_, err := c.Set(new(Row), "x")
		assert.EqualError(t, err, want)
	}
}

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		in, want string
		exact    bool
	}{
		{"", "", true},
		{"0", "0", true},
		{"1.50", "1.5", true},
		{"-3.2E-5", "-0.000032", true},
		{"1e3", "1000", true},
		{"0.0000000000000000000000015", "0.000000000000000000000002", false},
		{"0.0000000000000000000000025", "0.000000000000000000000002", false},
		{"1.2345678901234567e-12", "0.000000000001234567890123", false},
		{"-1.00000000000000000000000051", "-1.000000000000000000000001", false},
	} {
		n, exact, err := ParseNumber(c.in)
		require.NoError(t, err, c.in)
		assert.Equal(t, c.want, n.String(), c.in)
		assert.Equal(t, c.exact, exact, c.in)
		assert.Equal(t, c.in == "", n.IsNull())
	}
	for _, in := range []string{"NULL", "1,5", "$1", "1e999999999", "1e30", "--1", "0x1", "1/3", "NaN", "inf", strings.Repeat("9", 100)} {
		_, _, err := ParseNumber(in)
		assert.Error(t, err, in)
	}
}

func TestComplete(t *testing.T) {
	r := Row{ProviderName: "AWS", PublisherName: "Anthropic", XAllocatedMethodId: "finops.shares.team"}
	r.Complete()
	assert.Equal(t, "AWS", r.ServiceProviderName)
	assert.Equal(t, "AWS", r.HostProviderName)
	assert.Equal(t, "Anthropic", r.XPublisherName)
	assert.Equal(t, "finops.shares.team", r.AllocatedMethodId)

	r = Row{ServiceProviderName: "AWS", HostProviderName: "AWS", XPublisherName: "Anthropic"}
	r.Complete()
	assert.Equal(t, "AWS", r.ProviderName)
	assert.Equal(t, "Anthropic", r.PublisherName)
}

func TestParseTimes(t *testing.T) {
	for _, in := range []string{
		"2026-11-23T14:00:00Z", "2026-11-23T14:00:00.000Z", "2026-11-23T15:00:00+01:00", "2026-11-23 14:00:00",
		"2026-11-23 14:00:00 UTC", "2026-11-23T14:00:00", "2026-11-23T14:00Z",
	} {
		got, err := ParseTime(in)
		require.NoError(t, err)
		assert.Equal(t, "2026-11-23T14:00:00Z", FormatTime(got), in)
	}
	day, err := ParseTime("11/23/2026")
	require.NoError(t, err)
	assert.Equal(t, "2026-11-23T00:00:00Z", FormatTime(day), "Azure's exports write days so")
	start, end := BillingPeriod(day)
	assert.Equal(t, "2026-11-01T00:00:00Z 2026-12-01T00:00:00Z", FormatTime(start)+" "+FormatTime(end))
}
