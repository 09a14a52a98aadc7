package genaicostprocessor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadatatest"
)

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// lookupConfig takes team from one table and cost_center from another, by service.
func lookupConfig(dir string) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Attribution.Watch = false
	cfg.Attribution.Lookups = map[string]attribution.LookupConfig{
		"teams":   {Path: filepath.Join(dir, "teams.csv"), Keys: []string{"service.name"}},
		"centers": {Path: filepath.Join(dir, "centers.yaml"), Keys: []string{"service.name", "user.id"}},
	}
	cfg.Attribution.Dimensions = map[string]attribution.DimensionConfig{
		"team":        {Sources: []attribution.SourceConfig{{Lookup: "teams"}}},
		"cost_center": {Sources: []attribution.SourceConfig{{Lookup: "centers"}}},
	}
	return cfg
}

// writeTables writes both tables of lookupConfig in a version, which is what they say.
func writeTables(t testing.TB, dir string, version int64) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "teams.csv"), fmt.Sprintf("service.name,team\nother,x\ncheckout,%d\n", version))
	writeFile(t, filepath.Join(dir, "centers.yaml"), fmt.Sprintf("- {service.name: checkout, user.id: '*', cost_center: %d}\n", version))
}

// ownedBatch is a batch of calls of one service, some of which name a user.
func ownedBatch(calls int, first uint32) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "checkout")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := range calls {
		call(1, nil).ResourceSpans().At(0).ScopeSpans().At(0).Spans().MoveAndAppendTo(spans)
		span := spans.At(i)
		id := first + uint32(i)
		span.SetTraceID(pcommon.TraceID{byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24), 1})
		if i%2 == 0 {
			span.Attributes().PutStr("user.id", "ann")
		}
	}
	return td
}

// TestReloadUnderLoad swaps tables, some of them broken, while batches pass. Nothing may be lost, all records of
// a batch must be attributed by one version of both tables, and none by a version that had been replaced before
// the batch began.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	const workers, batches, calls, versions = 4, 60, 16, 40
	dir := t.TempDir()
	writeTables(t, dir, 0)
	var passed atomic.Int64
	// written is the newest version on disk, loaded the newest that is surely in use.
	var written, loaded atomic.Int64
	next, err := consumer.NewTraces(func(_ context.Context, td ptrace.Traces) error {
		passed.Add(int64(td.SpanCount()))
		return nil
	})
	require.NoError(t, err)
	i, err := newInstance(processortest.NewNopSettings(metadata.Type), lookupConfig(dir))
	require.NoError(t, err)
	require.NoError(t, i.start(t.Context(), componenttest.NewNopHost()))

	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for b := range batches {
				td := ownedBatch(calls, uint32((w*batches+b)*calls))
				oldest := loaded.Load()
				td, err := i.processTraces(t.Context(), td)
				newest := written.Load()
				if err != nil || next.ConsumeTraces(t.Context(), td) != nil {
					t.Errorf("a batch failed: %v", err)
				}
				checkVersions(t, td, oldest, newest)
			}
		})
	}
	for version := int64(1); version <= versions; version++ {
		written.Store(version)
		writeTables(t, dir, version)
		i.owners.Reload()
		loaded.Store(version)
		writeFile(t, filepath.Join(dir, "teams.csv"), "service.name,team\ncheckout,broken,row\n")
		i.owners.Reload()
	}
	all.Wait()
	require.NoError(t, i.shutdown(t.Context()))
	assert.EqualValues(t, workers*batches*calls, passed.Load())
}

// checkVersions wants all calls of a batch attributed by the same version, between two.
func checkVersions(t *testing.T, td ptrace.Traces, oldest, newest int64) {
	seen := map[string]bool{}
	for _, span := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		for _, name := range []string{ledger.AttrTeam, ledger.AttrCostCenter} {
			seen[str(span.Attributes(), name)] = true
		}
	}
	if len(seen) != 1 {
		t.Errorf("one batch was attributed by several versions: %v", seen)
	}
	for text := range seen {
		version, err := strconv.ParseInt(text, 10, 64)
		if err != nil || version < oldest || version > newest {
			t.Errorf("a batch was attributed by version %q, when %d was in use and %d written", text, oldest, newest)
		}
	}
}

// A change of a file is noticed without anybody's doing.
func TestTablesAreWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeTables(t, dir, 1)
	cfg := lookupConfig(dir)
	cfg.Attribution.Watch = true
	i, err := newInstance(processortest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.NoError(t, i.start(t.Context(), componenttest.NewNopHost()))
	writeTables(t, dir, 2)
	n := uint32(0)
	require.Eventually(t, func() bool {
		n++
		td, err := i.processTraces(t.Context(), ownedBatch(1, n))
		return err == nil && str(firstSpan(td).Attributes(), ledger.AttrTeam) == "2"
	}, 30*time.Second, 20*time.Millisecond)
	require.NoError(t, i.shutdown(t.Context()))
}

func TestStartRefusesTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tc := range map[string]struct{ teams, want string }{
		"no file":     {"", "processors::gen_ai_cost::attribution::lookups::teams::path: cannot be read: stat " + dir},
		"broken":      {"service.name,team\na\n", "processors::gen_ai_cost::attribution::lookups::teams: "},
		"without key": {"service,team\na,b\n", "processors::gen_ai_cost::attribution::lookups::teams: "},
		"no column":   {"service.name,squad\na,b\n", `processors::gen_ai_cost::attribution::dimensions::team::sources::0::lookup: `},
	} {
		t.Run(name, func(t *testing.T) {
			writeTables(t, dir, 1)
			require.NoError(t, os.Remove(filepath.Join(dir, "teams.csv")))
			if tc.teams != "" {
				writeFile(t, filepath.Join(dir, "teams.csv"), tc.teams)
			}
			set := processortest.NewNopSettings(metadata.Type)
			set.ID = component.NewID(metadata.Type)
			p, err := NewFactory().CreateTraces(t.Context(), set, lookupConfig(dir), consumertest.NewNop())
			require.NoError(t, err)
			require.ErrorContains(t, p.Start(t.Context(), componenttest.NewNopHost()), tc.want)
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
}

// The hash of a gateway's virtual key, which no table has, must not hide the cloud account behind it.
func TestEveryKeyIsTried(t *testing.T) {
	t.Parallel()
	payers, err := accounts.Parse("accounts.csv", []byte("key_id,account\n123456789012,cloud\n"))
	require.NoError(t, err)
	host := hostWithPrices(t, t.TempDir()).(*pricedHost)
	host.payers = payers
	td := call(1, map[string]any{"metadata.user_api_key_hash": "88dc28d0"})
	td.ResourceSpans().At(0).Resource().Attributes().PutStr("cloud.account.id", "123456789012")
	out := processOn(t, host, createDefaultConfig().(*Config), td)
	assert.Equal(t, "cloud", str(firstSpan(out).Attributes(), ledger.AttrBillingAccount))
}

func TestAttributionTelemetry(t *testing.T) {
	t.Parallel()
	tel := componenttest.NewTelemetry()
	dir := t.TempDir()
	writeTables(t, dir, 1)
	cfg := lookupConfig(dir)
	cfg.Attribution.Dimensions["product"] = attribution.DimensionConfig{
		Sources:          []attribution.SourceConfig{{Expression: `ToLowerCase(span.attributes["n"])`}, {Span: "product"}},
		CardinalityLimit: 1,
	}
	i, err := newInstance(metadatatest.NewSettings(tel), cfg)
	require.NoError(t, err)
	require.NoError(t, i.start(t.Context(), componenttest.NewNopHost()))
	for n, attrs := range []map[string]any{{"product": "a"}, {"product": "b"}, {"product": "b", "n": 7}, {"product": "a"}} {
		_, err := i.processTraces(t.Context(), call(byte(n+1), attrs))
		require.NoError(t, err)
	}
	writeTables(t, dir, 2)
	writeFile(t, filepath.Join(dir, "teams.csv"), "service.name,team\na\n")
	i.owners.Reload()
	i.owners.Reload()

	ignore := []metricdatatest.Option{metricdatatest.IgnoreTimestamp()}
	by := func(key string, values map[string]int64) (points []metricdata.DataPoint[int64]) {
		for name, value := range values {
			points = append(points, metricdata.DataPoint[int64]{Attributes: attribute.NewSet(attribute.String(key, name)), Value: value})
		}
		return points
	}
	metadatatest.AssertEqualProcessorGenAiCostAttributionFailures(t, tel, by("dimension", map[string]int64{"team": 0, "cost_center": 0, "product": 4}), ignore...)
	metadatatest.AssertEqualProcessorGenAiCostAttributionOverflows(t, tel, by("dimension", map[string]int64{"team": 0, "cost_center": 0, "product": 2}), ignore...)
	metadatatest.AssertEqualProcessorGenAiCostAttributionValues(t, tel, by("dimension", map[string]int64{"team": 0, "cost_center": 0, "product": 1}), ignore...)
	metadatatest.AssertEqualProcessorGenAiCostAttributionRows(t, tel, by("table", map[string]int64{"teams": 2, "centers": 1}), ignore...)
	metadatatest.AssertEqualProcessorGenAiCostAttributionCurrent(t, tel, by("table", map[string]int64{"teams": 0, "centers": 1}), ignore...)
	metadatatest.AssertEqualProcessorGenAiCostUnknownAccounts(t, tel, []metricdata.DataPoint[int64]{{Value: 4}}, ignore...)
	metadatatest.AssertEqualProcessorGenAiCostAttributionReloads(t, tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("table", "teams"), attribute.String("reload", "refused"))},
		{Value: 1, Attributes: attribute.NewSet(attribute.String("table", "centers"), attribute.String("reload", "loaded"))},
	}, ignore...)
	require.NoError(t, i.shutdown(t.Context()))
	require.NoError(t, tel.Shutdown(context.Background()))
}
