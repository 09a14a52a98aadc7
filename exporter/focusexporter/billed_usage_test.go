package focusexporter

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// counted adds to a report that the provider counted so many input tokens and requests; zero is not counted.
func counted(s *billed.Snapshot, tokens, requests int64) *billed.Snapshot {
	for n, quantity := range []int64{tokens, requests} {
		if quantity == 0 {
			continue
		}
		c := billed.Count{
			Dimensions: billed.Dimensions{Provider: "openai", Account: "org", Subaccount: "project", Model: "gpt-4o-2024-08-06"},
			Start:      billedDay, End: billedDay.Add(24 * time.Hour), Requests: n == 1, Quantity: money.Units(quantity),
		}
		if n == 0 {
			c.Meter = "input"
		}
		s.Counts = append(s.Counts, c)
	}
	return s
}

// usageTotal adds up the tokens and the requests of the files of the billed usage.
func (h *harness) usageTotal() string {
	tokens, requests := focus.Zero(), focus.Zero()
	for _, row := range h.rows(focus.BilledUsage) {
		require.True(h.tb, row.BilledCost.IsNull())
		if row.ConsumedUnit == "Tokens" {
			tokens = tokens.Add(row.ConsumedQuantity)
		}
		requests = requests.Add(row.XRequests)
	}
	return tokens.String() + " " + requests.String()
}

// What is counted is replaced with what is charged, and neither is replaced by what was read earlier.
func TestBilledUsage(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		for _, step := range []struct {
			report *billed.Snapshot
			usage  string
			cost   string
		}{
			{counted(report(t, "openai", 30, "10"), 1000, 7), "1000 7", "10"},
			{counted(report(t, "openai", 31, "11"), 1100, 8), "1100 8", "11"},
			{counted(report(t, "openai", 30, "10"), 1000, 7), "1100 8", "11"},
			{counted(report(t, "openai", 32), 5, 0), "5 0", "0"}, // free of charge
			{report(t, "openai", 33, "12"), "0 0", "12"},         // taken back
			{counted(report(t, "openai", 34), 0, 9), "0 9", "0"},
		} {
			require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(step.report)))
			assert.Equal(t, step.usage, h.usageTotal())
			assert.Equal(t, step.cost, h.billedTotal())
			e.stop()
			e = h.start()
		}
		e.stop()
	})
	assert.EqualValues(t, 1, h.counter("billed_snapshots", "outcome", "superseded"))
	assert.EqualValues(t, 5, h.counter("files", "dataset", "billed_usage"))
	assert.Len(t, h.files(focus.BilledUsage), 1)
	assert.Contains(t, h.files(focus.BilledUsage), "billing_period=2026-11/day=2026-11-23/openai.csv")
}

// A source that never counts, as files of the clouds, has no files of it.
func TestBilledUsageOfSourcesWithoutCounts(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "bedrock", 30, "10"), report(t, "bedrock", 31))))
		e.stop()
	})
	assert.Len(t, h.files(focus.Billed), 1)
	assert.NoDirExists(t, filepath.Join(h.dir, "billed_usage"))
}

// Charges that are there were read no later than what was counted: a day whose counts cannot be written has its charges of before.
func TestBilledUsageComesFirst(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(counted(report(t, "openai", 30, "1"), 10, 1))))
		again := billedMetrics(counted(report(t, "openai", 31, "2"), 20, 2))
		for _, blocked := range []struct {
			dataset focus.Dataset
			usage   string
		}{{focus.BilledUsage, "10 1"}, {focus.Billed, "20 2"}} {
			name := blocked.dataset.String()
			partition := filepath.Join(h.dir, name, "billing_period=2026-11")
			require.NoError(t, os.Rename(partition, partition+".away"))
			require.NoError(t, os.WriteFile(partition, nil, 0o600))
			require.ErrorContains(t, e.metrics.ConsumeMetrics(t.Context(), again), h.dir+": "+name+"/")
			assert.EqualValues(t, 1, h.counter("publish_failures", "dataset", name))
			require.NoError(t, os.Remove(partition))
			require.NoError(t, os.Rename(partition+".away", partition))
			assert.Equal(t, "1", h.billedTotal(), name)
			assert.Equal(t, blocked.usage, h.usageTotal(), name)
		}
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), again))
		assert.Equal(t, "2 20 2", h.billedTotal()+" "+h.usageTotal())
		e.stop()
	})
}
