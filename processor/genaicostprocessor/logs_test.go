package genaicostprocessor

import (
	"path/filepath"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

// TestLogsGolden is TestGolden for log records: the documented events of coding agents.
func TestLogsGolden(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/logs/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			got := processLogsOf(t, dir)
			want := filepath.Join(dir, "output.yaml")
			if *update {
				require.NoError(t, golden.WriteLogsToFile(want, got))
				return
			}
			expected, err := golden.ReadLogs(want)
			require.NoError(t, err)
			require.NoError(t, plogtest.CompareLogs(expected, got))
		})
	}
}

// TestAgentsOwnClaims: what Claude Code says a request cost is what we say. Codex and Gemini CLI claim no cost
// in their events.
func TestAgentsOwnClaims(t *testing.T) {
	t.Parallel()
	claims := 0
	records := processLogsOf(t, "testdata/logs/claude_code").ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	for _, record := range records.All() {
		claim, ok := record.Attributes().Get(ledger.AttrReportedAmount)
		if !ok {
			continue
		}
		claims++
		amount, _ := record.Attributes().Get(ledger.AttrAmount)
		assert.InDelta(t, claim.Double(), amount.Double(), 0)
	}
	assert.Equal(t, 2, claims)
}

func processLogsOf(t *testing.T, dir string) plog.Logs {
	t.Helper()
	input, err := golden.ReadLogs(filepath.Join(dir, "input.json"))
	require.NoError(t, err)
	cfg := readConfig(t, filepath.Join(dir, "config.yaml"))
	sink := new(consumertest.LogsSink)
	p, err := NewFactory().CreateLogs(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(t, err)
	stopClock(cfg)
	require.NoError(t, p.Start(t.Context(), hostWithPrices(t, dir)))
	require.NoError(t, p.ConsumeLogs(t.Context(), input))
	require.NoError(t, p.Shutdown(t.Context()))
	return sink.AllLogs()[0]
}
