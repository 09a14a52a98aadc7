package focusexporter

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/billing"
	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focuscheck"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var billedDay = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// report is a provider's report of a day, read that many hours later, with a line of each amount.
func report(t *testing.T, source string, hours int, amounts ...string) *billed.Snapshot {
	t.Helper()
	s := &billed.Snapshot{Header: billed.Header{
		Source: source, Provider: "openai", Account: "org", Day: billedDay, ReadTime: billedDay.Add(time.Duration(hours) * time.Hour),
	}}
	for i, text := range amounts {
		amount, err := money.ParseAmount(text)
		require.NoError(t, err)
		c := billed.Charge{
			Dimensions: billed.Dimensions{Provider: "openai", Account: "org", Subaccount: "project", Line: "GPT-4o, input"},
			Start:      billedDay, End: billedDay.Add(24 * time.Hour), Currency: "USD", Amount: amount,
		}
		switch i {
		case 0:
			c.Model, c.Meter, c.Unit, c.Quantity = "gpt-4o-2024-08-06", "input", "Tokens", money.Units(1000)
		case 1:
			c.Category = billed.Tax
		case 2:
			c.Category, c.Invoice = billed.Credit, "INV-1"
		}
		s.Charges = append(s.Charges, c)
	}
	return s
}

func billedMetrics(snapshots ...*billed.Snapshot) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for _, s := range snapshots {
		s.AppendTo(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty())
	}
	return md
}

// billedTotal adds up what the files of the billed dataset say.
func (h *harness) billedTotal() string {
	sum := focus.Zero()
	for _, row := range h.rows(focus.Billed) {
		sum = sum.Add(row.BilledCost)
	}
	return sum.String()
}

// A day read again replaces the file of the day, and nothing that was read earlier replaces it, after a restart either.
func TestBilledDays(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 30, "10.25", "1.5"), report(t, "other/one", 30, "7"))))
		assert.Equal(t, "18.75", h.billedTotal(), "it is there when it is acknowledged")
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 40, "10.125"))))
		assert.Equal(t, "17.125", h.billedTotal(), "the tax was taken back")
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 30, "10.25", "1.5"))))
		e.stop()
		e = h.start()
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 35, "99"))))
		assert.Equal(t, "17.125", h.billedTotal())
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 50))))
		assert.Equal(t, "7", h.billedTotal(), "a day without charges")
		e.stop()
	})
	assert.EqualValues(t, 2, h.counter("billed_snapshots", "outcome", "superseded"))
	assert.Empty(t, h.rows(focus.Metered))
	names := []string{}
	for name := range h.files(focus.Billed) {
		names = append(names, name)
	}
	const partition = "billing_period=2026-11/day=2026-11-23/"
	assert.ElementsMatch(t, []string{partition + "openai.csv", partition + "other%2Fone.csv"}, names)
}

// Of a day that does not come as a whole nothing is written, and the whole ones beside it are.
func TestBilledPartsAreRefused(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		md := billedMetrics(report(t, "openai", 30, "1", "2", "3"), report(t, "other", 30, "5"))
		gauge := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge()
		gauge.DataPoints().RemoveIf(func(p pmetric.NumberDataPoint) bool { return p.DoubleValue() == 2 })
		err := e.metrics.ConsumeMetrics(t.Context(), md)
		require.ErrorIs(t, err, billing.ErrIncomplete)
		require.ErrorContains(t, err, "openai of 2026-11-23: 2 of 3 rows of finops.billed.cost: ")
		assert.True(t, consumererror.IsPermanent(err))
		assert.Equal(t, "5", h.billedTotal())

		md = billedMetrics(report(t, "openai", 30, "1"))
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes().Remove(billed.AttrAmount)
		require.ErrorIs(t, e.metrics.ConsumeMetrics(t.Context(), md), billed.ErrPoint)
		e.stop()
	})
	assert.EqualValues(t, 2, h.counter("billed_snapshots", "outcome", "refused"))
}

// A day that cannot be written is not acknowledged.
func TestBilledTargetFails(t *testing.T) {
	h := newHarness(t, nil)
	synctest.Test(t, func(t *testing.T) {
		e := h.start()
		blocker := filepath.Join(h.dir, "billed")
		require.NoError(t, os.WriteFile(blocker, nil, 0o600))
		err := e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 30, "1")))
		require.ErrorContains(t, err, "url file://"+h.dir+": billed/")
		assert.False(t, consumererror.IsPermanent(err))
		require.NoError(t, os.Remove(blocker))
		require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 30, "1"))))
		e.stop()
	})
	assert.Equal(t, "1", h.billedTotal())
}

func TestBilledConformance(t *testing.T) {
	for _, version := range focus.Versions() {
		t.Run(version.String(), func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.Version = version.String() })
			synctest.Test(t, func(t *testing.T) {
				e := h.start()
				require.NoError(t, e.metrics.ConsumeMetrics(t.Context(), billedMetrics(report(t, "openai", 30, "10", "1.9", "-5", "-0.5", "0"))))
				e.stop()
			})
			checker := focuscheck.New(version)
			for name, data := range h.files(focus.Billed) {
				r, err := focusfile.NewReader(name, bytes.NewReader(data), int64(len(data)))
				require.NoError(t, err)
				require.NoError(t, checker.Check(name, r))
			}
			assert.Equal(t, 5, checker.Report().Rows)
			assert.Empty(t, checker.Report().Findings)
			for _, row := range h.rows(focus.Billed) {
				assert.Equal(t, focus.SourceProvider, row.XCostSource)
				assert.Equal(t, "GPT-4o, input", row.XProviderLine)
			}
		})
	}
}
