package genaicostconnector

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/plogtest"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/pmetrictest"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

var update = flag.Bool("update", false, "write the metrics of the golden cases")

// TestGolden runs the spans and log records of testdata/golden through the connector, once for each folder
// there, with the folder's config.yaml, and compares what its shutdown sends with metrics.yaml and events.yaml.
func TestGolden(t *testing.T) {
	root := filepath.Join("testdata", "golden")
	td, err := golden.ReadTraces(filepath.Join(root, "traces.yaml"))
	require.NoError(t, err)
	ld, err := golden.ReadLogs(filepath.Join(root, "logs.yaml"))
	require.NoError(t, err)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		t.Run(entry.Name(), func(t *testing.T) {
			dir := filepath.Join(root, entry.Name())
			conf, err := confmaptest.LoadConf(filepath.Join(dir, "config.yaml"))
			require.NoError(t, err)
			h := newHarness(t, func(c *Config) { require.NoError(t, conf.Unmarshal(c)) })
			sink, events := &consumertest.MetricsSink{}, &consumertest.LogsSink{}
			fromTraces, fromLogs := h.traces(sink), h.logs(sink)
			toEvents := h.tracesToEvents(events)
			require.NoError(t, fromTraces.ConsumeTraces(t.Context(), td))
			require.NoError(t, fromLogs.ConsumeLogs(t.Context(), ld))
			require.NoError(t, fromTraces.Shutdown(t.Context()))
			require.NoError(t, fromLogs.Shutdown(t.Context()))
			require.NoError(t, toEvents.Shutdown(t.Context()))
			require.Len(t, events.AllLogs(), 1)
			compareEvents(t, filepath.Join(dir, "events.yaml"), events.AllLogs()[0])
			require.Len(t, sink.AllMetrics(), 1)
			got := sink.AllMetrics()[0]

			path := filepath.Join(dir, "metrics.yaml")
			if *update {
				require.NoError(t, golden.WriteMetricsToFile(path, got))
			}
			want, err := golden.ReadMetrics(path)
			require.NoError(t, err)
			require.NoError(t, pmetrictest.CompareMetrics(want, got,
				pmetrictest.IgnoreTimestamp(),
				pmetrictest.IgnoreStartTimestamp(),
				pmetrictest.IgnoreResourceAttributeValue("service.instance.id"),
				pmetrictest.IgnoreMetricDataPointsOrder(),
			))
		})
	}
}

func compareEvents(t *testing.T, path string, got plog.Logs) {
	if *update {
		require.NoError(t, golden.WriteLogsToFile(path, got))
	}
	want, err := golden.ReadLogs(path)
	require.NoError(t, err)
	require.NoError(t, plogtest.CompareLogs(want, got, plogtest.IgnoreObservedTimestamp()))
}
