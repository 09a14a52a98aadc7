package e2e

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

var update = flag.Bool("update", false, "record series anew")

// attributedTraffic returns the calls of the attribution example.
func attributedTraffic(t *testing.T) []ptrace.Traces {
	t.Helper()
	output, err := attribute(t, "-spans")
	require.NoError(t, err, output)
	var requests []ptrace.Traces
	lines := bufio.NewScanner(strings.NewReader(output))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		require.NoError(t, err)
		requests = append(requests, traces)
	}
	require.NoError(t, lines.Err())
	return requests
}

// Every query of docs/kpis.md has an answer where the dimensions are that it asks for.
func TestDocumentedKPIs(t *testing.T) {
	t.Parallel()
	requests := attributedTraffic(t)
	addresses, err := otelcol.FreeAddresses(t.Context(), 3)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	process, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"),
		[]string{filepath.Join(attributionExample, "config.yaml"), "../attribution/overlay.yaml"},
		"EXAMPLE_DIRECTORY="+attributionExample, "REPLAY_DIRECTORY="+t.TempDir(),
		"REPLAY_GRPC="+addresses[0], "REPLAY_HTTP="+addresses[1], "REPLAY_PROMETHEUS="+addresses[2])
	require.NoError(t, err)
	t.Cleanup(func() {
		process.Kill()
		assertCleanLog(t, process)
	})
	server := startPrometheus(t, addresses[2])
	server.awaitScraping(t)
	client := dial(t, addresses[0])
	for _, request := range requests {
		require.NoError(t, client.send(t.Context(), request))
	}
	// The last series to appear is 0 when the requests are complete.
	server.awaitValue(t, `sum(finops_requests_total)`, float64(spanCount(requests)))
	server.awaitValue(t, `round(1000 * sum(finops_cost_USD_total))`, 9323)
	assertDocumentedQueries(t, server, "../../docs/kpis.md")
}

// The series of examples/kpis/tests/attribution.yaml are those that the collector has for the
// attribution example: names, labels and values. With -update, they become so.
func TestRecordedSeriesAreTheCollectors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "page")
	output, err := attribute(t, "-page", path)
	require.NoError(t, err, output)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	page, err := promtext.Parse(bytes.NewReader(text))
	require.NoError(t, err)

	const test = "../../examples/kpis/tests/attribution.yaml"
	old, err := os.ReadFile(test)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(old), "    input_series:\n")
	require.True(t, found)
	series, tail, found := strings.Cut(rest, "    promql_expr_test:\n")
	require.True(t, found)
	recorded := inputSeries(page)
	if *update {
		text := head + "    input_series:\n" + recorded + "    promql_expr_test:\n" + tail
		require.NoError(t, os.WriteFile(test, []byte(text), 0o600))
		return
	}
	require.Equal(t, recorded, series, "go test -run TestRecordedSeriesAreTheCollectors -update")
}

// identity are labels that differ from run to run.
var identity = []string{"instance", "job"}

// inputSeries spells the page's counters as promtool takes them: each begins at 0 and adds, minute by minute, what
// the whole example adds.
func inputSeries(page promtext.Page) string {
	var series []string
	for _, sample := range page {
		if !strings.HasPrefix(sample.Name, "finops_") || sample.Value == 0 ||
			strings.HasSuffix(sample.Name, "_bucket") || strings.Contains(sample.Name, "_list_cost_") {
			continue
		}
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(sample.Labels)) {
			if !slices.Contains(identity, name) {
				labels = append(labels, name+"="+strconv.Quote(sample.Labels[name]))
			}
		}
		series = append(series, fmt.Sprintf("      - series: '%s{%s}'\n        values: '0+%sx60'\n",
			sample.Name, strings.Join(labels, ", "), strconv.FormatFloat(sample.Value, 'f', -1, 64)))
	}
	slices.Sort(series)
	return strings.Join(series, "")
}
