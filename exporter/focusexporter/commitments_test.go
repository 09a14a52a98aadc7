package focusexporter

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

// committed is usage of 10 by the amortised rate, which would have cost 22.5 without the commitment.
func committed(id uint64) call {
	return priced(id).with("finops.cost.source", "commitment").with("finops.pricing.id", "azure.ai.openai/gpt-4o@2024-10-01").
		with("finops.billing.account", "prod-ptu").with("finops.cost.lines", "input:10000000@0.000001/0.00000225/0.0000025")
}

// sums adds up costs by what kind of row they are on.
func sums(rows []focus.Row) map[string][2]string {
	type sum struct{ billed, effective focus.Number }
	all := map[string]sum{}
	for _, r := range rows {
		key := strings.TrimSpace(r.ChargePeriodStart.Format("15h ") + r.ChargeCategory + " " + r.CommitmentDiscountStatus)
		all[key] = sum{all[key].billed.Add(r.BilledCost), all[key].effective.Add(r.EffectiveCost)}
	}
	text := map[string][2]string{}
	for key, s := range all {
		text[key] = [2]string{s.billed.String(), s.effective.String()}
	}
	return text
}

// Every hour is bought once and its cost spread over what was used and what was not, whenever the collector is restarted.
func TestCommitments(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.PublishInterval = 10 * time.Minute
		c.Commitments = []CommitmentConfig{
			{ID: "other", Provider: "azure.ai.openai", Account: "other", HourlyCost: "5", To: "2000-01-01T02:30:00Z"},
			{ID: "ptu", Provider: "azure", Account: "prod-ptu", Model: "gpt-*", HourlyCost: "36"},
			{ID: "later", Provider: "azure", HourlyCost: "7", From: "2001-01-01"},
		}
	})
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.send(committed(1), committed(2).with("finops.team", "support"), priced(3).with("finops.cost.lines", nil).with("finops.cost.status", "free"))
		e.stop()
		e = h.start()
		e.send(committed(2), committed(4))
		time.Sleep(time.Hour + 5*time.Minute)
		e.send(committed(5), committed(6), committed(7), committed(8))
		e.stop()
		// It stands still for an hour.
		time.Sleep(2 * time.Hour)
		e = h.start()
		synctest.Wait()
		e.stop()
	})
	assert.Equal(t, map[string][2]string{
		"00h Purchase": {"41", "0"}, "00h Usage Used": {"0", "30"}, "00h Usage Unused": {"0", "11"},
		// More was used than the hour can serve.
		"01h Purchase": {"41", "0"}, "01h Usage Used": {"0", "40"}, "01h Usage Unused": {"0", "5"},
		"02h Purchase": {"38.5", "0"}, "02h Usage Unused": {"0", "38.5"},
		"03h Purchase": {"36", "0"}, "03h Usage Unused": {"0", "36"},
	}, sums(h.rows(focus.Metered)))
	for _, r := range h.rows(focus.Metered) {
		if r.CommitmentDiscountStatus == "Used" {
			assert.Equal(t, "ptu", r.CommitmentDiscountId)
		}
	}
	quantity := map[string]focus.Number{}
	for _, r := range h.rows(focus.Metered) {
		if r.CommitmentDiscountId == "ptu" {
			assert.Equal(t, "Hours", r.CommitmentDiscountUnit, "one unit for a commitment, whatever the row")
			key := r.ChargePeriodStart.Format("15h ") + r.ChargeCategory
			quantity[key] = quantity[key].Add(r.CommitmentDiscountQuantity)
		}
	}
	assert.Equal(t, "1", quantity["00h Purchase"].String())
	assert.InDelta(t, 1, float(t, quantity["00h Usage"]), 1e-14, "used and unused hours are what was bought, but for rounding")
}

func float(t *testing.T, n focus.Number) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(n.String(), 64)
	require.NoError(t, err)
	return f
}

// A standstill longer than a month is made up for by a month.
func TestCommitmentsAfterLongStandstill(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.Grain = GrainDay
		c.Commitments = []CommitmentConfig{{ID: "ptu", Provider: "azure", HourlyCost: "1"}}
	})
	synctest.Test(t, func(*testing.T) {
		e := h.start()
		e.stop()
		time.Sleep(100 * 24 * time.Hour)
		e = h.start()
		e.stop()
	})
	assert.Equal(t, itoa((1+32)*24), h.total(func(r *focus.Row) focus.Number { return r.BilledCost }))
}
