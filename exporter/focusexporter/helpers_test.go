package focusexporter

import (
	"bytes"
	"context"
	"encoding/binary"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/metadata"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var (
	storageID  = component.MustNewID("file_storage")
	exporterID = component.MustNewID("focus")
)

// extensions is a host with these extensions.
type extensions map[component.ID]component.Component

func (e extensions) GetExtensions() map[component.ID]component.Component { return e }

// fileStorage returns a real file_storage extension in dir.
func fileStorage(tb testing.TB, dir string) component.Component {
	f := filestorage.NewFactory()
	cfg := f.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	ext, err := f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(tb, err)
	require.NoError(tb, ext.Start(context.Background(), componenttest.NewNopHost()))
	tb.Cleanup(func() { require.NoError(tb, ext.Shutdown(context.Background())) })
	return ext
}

// harness runs exporters on a directory of files and one of state.
type harness struct {
	tb     testing.TB
	dir    string
	state  string
	change func(*Config)
	// storage is used instead of a file_storage extension.
	storage component.Component
	tel     *componenttest.Telemetry
	host    component.Host
}

func newHarness(tb testing.TB, change func(*Config)) *harness {
	tel := componenttest.NewTelemetry()
	tb.Cleanup(func() { require.NoError(tb, tel.Shutdown(context.Background())) })
	return &harness{tb: tb, dir: tb.TempDir(), state: tb.TempDir(), change: change, tel: tel}
}

// running is one exporter with both of its signals.
type running struct {
	exporter.Traces
	logs    exporter.Logs
	metrics exporter.Metrics
	tb      testing.TB
}

func (h *harness) config() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.URL = "file://" + h.dir
	cfg.Storage = &storageID
	// Decoders of Parquet are shared by the process, which the bubbles of synctest do not allow.
	cfg.Format = "csv"
	// Errors are for the test to see.
	cfg.BackOffConfig.Enabled = false
	if h.change != nil {
		h.change(cfg)
	}
	require.NoError(h.tb, cfg.Validate())
	return cfg
}

func (h *harness) start() *running {
	cfg := h.config()
	h.host = componenttest.NewNopHost()
	if cfg.Storage != nil {
		ext := h.storage
		if ext == nil {
			ext = fileStorage(h.tb, h.state)
		}
		h.host = extensions{storageID: ext}
	}
	return h.startOn(cfg)
}

func (h *harness) startOn(cfg *Config) *running {
	r := h.create(cfg)
	require.NoError(h.tb, r.Start(context.Background(), h.host))
	require.NoError(h.tb, r.logs.Start(context.Background(), h.host))
	require.NoError(h.tb, r.metrics.Start(context.Background(), h.host))
	return r
}

func (h *harness) settings() exporter.Settings {
	set := exportertest.NewNopSettings(metadata.Type)
	set.ID = exporterID
	set.TelemetrySettings = h.tel.NewTelemetrySettings()
	return set
}

func (h *harness) create(cfg *Config) *running {
	set := h.settings()
	f := NewFactory()
	r := &running{tb: h.tb}
	var err error
	r.Traces, err = f.CreateTraces(context.Background(), set, cfg)
	require.NoError(h.tb, err)
	r.logs, err = f.CreateLogs(context.Background(), set, cfg)
	require.NoError(h.tb, err)
	r.metrics, err = f.CreateMetrics(context.Background(), set, cfg)
	require.NoError(h.tb, err)
	return r
}

func (r *running) send(calls ...call) {
	require.NoError(r.tb, r.ConsumeTraces(context.Background(), traces(calls...)))
}

func (r *running) stop() {
	require.NoError(r.tb, r.Shutdown(context.Background()))
	require.NoError(r.tb, r.logs.Shutdown(context.Background()))
	require.NoError(r.tb, r.metrics.Shutdown(context.Background()))
}

// counter returns the sum of the points of one of the exporter's own metrics that have the attribute's value; an empty
// name takes all points.
func (h *harness) counter(name, attribute, value string) int64 {
	m, err := h.tel.GetMetric("otelcol_exporter_focus_" + name)
	if err != nil {
		return 0
	}
	return sumPoints(m.Data, attribute, value)
}

// files returns the files of a dataset by their path below its root.
func (h *harness) files(dataset focus.Dataset) map[string][]byte {
	return filesIn(h.tb, filepath.Join(h.dir, dataset.String()))
}

func filesIn(tb testing.TB, root string) map[string][]byte {
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".parquet", ".csv"}, filepath.Ext(path)) {
			return err
		}
		name, err := filepath.Rel(root, path)
		require.NoError(tb, err)
		files[name], err = os.ReadFile(path)
		return err
	})
	if !os.IsNotExist(err) {
		require.NoError(tb, err)
	}
	return files
}

// rows returns the rows of all files of a dataset.
func (h *harness) rows(dataset focus.Dataset) []focus.Row {
	var rows []focus.Row
	for name, data := range h.files(dataset) {
		rows = append(rows, parse(h.tb, name, data)...)
	}
	focusfile.Sort(rows)
	return rows
}

func parse(tb testing.TB, name string, data []byte) (rows []focus.Row) {
	r, err := focusfile.NewReader(name, bytes.NewReader(data), int64(len(data)))
	require.NoError(tb, err)
	for row, err := range r.Rows(nil) {
		require.NoError(tb, err)
		rows = append(rows, *row)
	}
	return rows
}

// total adds up a column of the metered dataset.
func (h *harness) total(column func(*focus.Row) focus.Number) string {
	var sum focus.Number
	for _, row := range h.rows(focus.Metered) {
		sum = sum.Add(column(&row))
	}
	return sum.String()
}

func effective(r *focus.Row) focus.Number { return r.EffectiveCost }

func (h *harness) cost() string { return h.total(effective) }

// call is a span as the processor leaves it.
type call struct {
	id       uint64
	start    time.Time
	attrs    map[string]any
	resource map[string]any
}

// priced returns a call that starts now and costs 176 * 0.0000025 + 300 * 0.00001 = 0.00344.
func priced(id uint64) call {
	return call{
		id:    id,
		start: time.Now(),
		attrs: map[string]any{
			"gen_ai.provider.name":   "openai",
			"gen_ai.operation.name":  "chat",
			"gen_ai.request.model":   "gpt-4o",
			"finops.cost.status":     "priced",
			"finops.cost.currency":   "USD",
			"finops.cost.confidence": "exact",
			"finops.cost.lines":      "input:176@0.0000025;output:300@0.00001",
			"finops.pricing.id":      "openai/gpt-4o@2024-10-01",
			"finops.model.name":      "gpt-4o",
			"finops.model.version":   "2024-08-06",
			"finops.team":            "search",
			"finops.cost_center":     "cc-42",
		},
		resource: map[string]any{"service.name": "api", "deployment.environment.name": "prod"},
	}
}

const pricedCost = "0.00344"

func itoa(n int) string { return strconv.Itoa(n) }

// times returns n times an amount, added up.
func times(tb testing.TB, amount string, n int) string {
	one, err := money.ParseAmount(amount)
	require.NoError(tb, err)
	var sum money.Amount
	for range n {
		sum = sum.Add(one)
	}
	return sum.String()
}

// with returns the call with one attribute changed, or removed where value is nil.
func (c call) with(name string, value any) call {
	attrs := maps.Clone(c.attrs)
	attrs[name] = value
	if value == nil {
		delete(attrs, name)
	}
	c.attrs = attrs
	return c
}

func (c call) at(start time.Time) call {
	c.start = start
	return c
}

func (c call) put(attrs, resource pcommon.Map) {
	for to, from := range map[pcommon.Map]map[string]any{attrs: c.attrs, resource: c.resource} {
		names := make([]string, 0, len(from))
		for name := range from {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			_ = to.PutEmpty(name).FromRaw(from[name])
		}
	}
}

func spanIDs(id uint64) (trace pcommon.TraceID, span pcommon.SpanID) {
	binary.BigEndian.PutUint64(trace[:], id)
	binary.BigEndian.PutUint64(span[:], id)
	trace[15], span[0] = 1, 1
	return trace, span
}

// traces returns one batch of calls, each under a resource of its own.
func traces(calls ...call) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, c := range calls {
		rs := td.ResourceSpans().AppendEmpty()
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		trace, id := spanIDs(c.id)
		span.SetTraceID(trace)
		span.SetSpanID(id)
		if !c.start.IsZero() {
			span.SetStartTimestamp(pcommon.NewTimestampFromTime(c.start))
			span.SetEndTimestamp(pcommon.NewTimestampFromTime(c.start.Add(time.Second)))
		}
		c.put(span.Attributes(), rs.Resource().Attributes())
	}
	return td
}

// logs returns one batch of calls as log records.
func logs(calls ...call) plog.Logs {
	ld := plog.NewLogs()
	for _, c := range calls {
		rl := ld.ResourceLogs().AppendEmpty()
		lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetTimestamp(pcommon.NewTimestampFromTime(c.start))
		lr.SetEventName("gen_ai.client.inference.operation.details")
		c.put(lr.Attributes(), rl.Resource().Attributes())
	}
	return ld
}
