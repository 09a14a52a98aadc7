package dedup

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	call := &genai.Call{
		Role: genai.RoleCall, Start: time.Unix(0, 5), Duration: 7, ResponseID: "r", RequestModel: "alias", ErrorType: "timeout",
		HasUsage: true, Profile: &genai.Profile{Gateway: true},
		Usage: meter.Usage{
			meter.Input: money.Units(1), meter.CacheRead: money.Units(20), meter.Output: money.Units(300), meter.Reasoning: money.Units(4000),
		},
	}
	call.Gaps.Add(genai.GapUsagePartial)
	var it Item
	it.Describe(call, "canonical")
	assert.Equal(t, Item{
		Start: 5, End: 12, Response: Hash("r"), Model: Hash("canonical"), Input: 21, Uncached: 1, Output: 4300,
		Role: genai.RoleCall, HasUsage: true, Inexact: true, Failed: true, Gateway: true,
	}, it)

	var unknown Item
	unknown.Describe(call, "")
	assert.Equal(t, Hash("alias"), unknown.Model)
}

func TestDescribeKeepsWhatConfigurationDecides(t *testing.T) {
	t.Parallel()
	it := Item{Gateway: true, OtherSignal: true, Scope: 3}
	it.Describe(&genai.Call{Profile: &genai.Profile{}}, "")
	assert.True(t, it.Gateway)
	assert.True(t, it.OtherSignal)
	assert.EqualValues(t, 3, it.Scope)
}
