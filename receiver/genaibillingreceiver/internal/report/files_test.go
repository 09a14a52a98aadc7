package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readFile reads one FOCUS file of the columns, a row a line.
func readFile(t *testing.T, services []string, lines ...string) (*Report, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bill.csv"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return (&Files{URL: dir, Services: services}).Read(t.Context(), Span{november, november.Add(30 * day)})
}

// A file that lacks what places a row or says what it is of would otherwise be days without charges.
func TestFilesThatSayTooLittleAreRefused(t *testing.T) {
	const (
		start = "2026-11-02T00:00:00Z"
		end   = "2026-11-03T00:00:00Z"
	)
	for name, tc := range map[string]struct {
		services []string
		lines    []string
		wrong    string
	}{
		"all there": {lines: []string{
			"ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ServiceCategory",
			start + "," + end + ",1,USD,AI and Machine Learning",
		}},
		"no category, but services": {services: []string{"Amazon Bedrock"}, lines: []string{
			"ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ServiceName",
			start + "," + end + ",1,USD,Amazon Bedrock",
		}},
		"a row without category": {lines: []string{
			"ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ServiceCategory",
			start + "," + end + ",7,USD,",
			start + "," + end + ",1,USD,AI and Machine Learning",
		}},
		"no category": {lines: []string{
			"ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ServiceName",
			start + "," + end + ",1,USD,Amazon Bedrock",
		}, wrong: "no row has a ServiceCategory: set services to the ServiceNames to read"},
		"no start": {lines: []string{
			"ChargePeriodEnd,BilledCost,BillingCurrency,ServiceCategory,SkuId",
			end + ",1,USD,AI and Machine Learning,ABC",
		}, wrong: "ABC: ChargePeriodStart is null"},
		"no end": {lines: []string{
			"ChargePeriodStart,BilledCost,BillingCurrency,ServiceCategory,SkuId",
			start + ",1,USD,AI and Machine Learning,ABC",
		}, wrong: "2026-11-02T00:00:00Z ABC: ChargePeriodEnd is null"},
		"end before the start": {lines: []string{
			"ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ServiceCategory,SkuId",
			end + "," + start + ",1,USD,AI and Machine Learning,ABC",
		}, wrong: "2026-11-03T00:00:00Z ABC: ChargePeriodEnd 2026-11-02T00:00:00Z is before ChargePeriodStart"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := readFile(t, tc.services, tc.lines...)
			if tc.wrong != "" {
				assert.Nil(t, r)
				require.ErrorContains(t, err, tc.wrong)
				assert.ErrorContains(t, err, "focus ")
				return
			}
			require.NoError(t, err)
			require.Len(t, r.Charges, 1)
			assert.Equal(t, dollars(t, "1"), r.Charges[0].Amount)
		})
	}
}
