package genaicostprocessor

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/ptracetest"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor/internal/metadata"
)

var update = flag.Bool("update", false, "write the golden files anew")

// arrival is when the golden cases reach the collector.
var arrival = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestGolden runs one case a folder of testdata/traces: input.json through the processor with config.yaml
// (or no keys at all), at the prices of testdata/prices and the agreements of pricing.yaml, must
// become output.yaml.
func TestGolden(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/traces/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			input, err := golden.ReadTraces(filepath.Join(dir, "input.json"))
			require.NoError(t, err)
			host := hostWithPrices(t, dir)
			got := processOn(t, host, readConfig(t, filepath.Join(dir, "config.yaml")), input)
			want := filepath.Join(dir, "output.yaml")
			if *update {
				require.NoError(t, golden.WriteTracesToFile(want, got))
				return
			}
			expected, err := golden.ReadTraces(want)
			require.NoError(t, err)
			require.NoError(t, ptracetest.CompareTraces(expected, got))
		})
	}
}

func readConfig(t *testing.T, path string) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	if _, err := os.Stat(path); err == nil {
		conf, err := confmaptest.LoadConf(path)
		require.NoError(t, err)
		require.NoError(t, conf.Unmarshal(cfg))
	}
	require.NoError(t, confmap.Validate(cfg))
	return cfg
}

// pricedHost is a host whose only extension offers prices.
type pricedHost struct {
	component.Component
	engine *pricing.Engine
	payers *accounts.Table
}

func (h *pricedHost) Engine() *pricing.Engine   { return h.engine }
func (h *pricedHost) Accounts() *accounts.Table { return h.payers }
func (h *pricedHost) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("gen_ai_pricing"): h}
}

// hostWithPrices offers the prices of testdata/prices, customized by pricing.yaml and accounts.csv of the
// case's folder where it has them.
func hostWithPrices(t *testing.T, dir string) component.Host {
	t.Helper()
	names, err := filepath.Glob("testdata/prices/*.yaml")
	require.NoError(t, err)
	var files []*pricing.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := pricing.ParseFile(name, data, pricing.ParseOptions{})
		require.NoError(t, err)
		files = append(files, file)
	}
	catalog, err := pricing.Compile(files...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(catalog, readCustomization(t, filepath.Join(dir, "pricing.yaml")))
	require.NoError(t, err)
	return &pricedHost{engine: engine, payers: readAccounts(t, filepath.Join(dir, "accounts.csv"))}
}

func readAccounts(t *testing.T, path string) *accounts.Table {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return new(accounts.Table)
	}
	require.NoError(t, err)
	table, err := accounts.Parse(path, data)
	require.NoError(t, err)
	return table
}

func readCustomization(t *testing.T, path string) (custom pricing.Customization) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		conf, err := confmaptest.LoadConf(path)
		require.NoError(t, err)
		require.NoError(t, conf.Unmarshal(&custom))
	}
	return custom
}

// process sends the batches, in order, through one processor that prices with the builtin catalog, and
// returns the last as it came out.
func process(t *testing.T, cfg *Config, batches ...ptrace.Traces) ptrace.Traces {
	t.Helper()
	return processOn(t, componenttest.NewNopHost(), cfg, batches...)
}

// stopClock lets the costing of the configuration take every call as received at arrival.
func stopClock(cfg *Config) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.byConfig[cfg].now = func() time.Time { return arrival }
}

func processOn(t *testing.T, host component.Host, cfg *Config, batches ...ptrace.Traces) ptrace.Traces {
	t.Helper()
	sink := new(consumertest.TracesSink)
	p, err := NewFactory().CreateTraces(t.Context(), processortest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(t, err)
	stopClock(cfg)
	require.NoError(t, p.Start(t.Context(), host))
	for _, td := range batches {
		require.NoError(t, p.ConsumeTraces(t.Context(), td))
	}
	require.NoError(t, p.Shutdown(t.Context()))
	all := sink.AllTraces()
	return all[len(all)-1]
}
