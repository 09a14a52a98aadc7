package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelcol-finops/otelcol-finops/bench/result"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/processor/genaicostprocessor"
)

// ourPricers are the project's processor with nothing but the detail set: the builtin
// catalog, attribution and de-duplication.
func ourPricers() []pricer {
	var pricers []pricer
	for _, detail := range []string{"minimal", "standard"} {
		pricers = append(pricers, pricer{
			name: "gen_ai_cost_" + detail, factory: genaicostprocessor.NewFactory(),
			config: map[string]any{"detail": detail}, amount: ledger.AttrAmount, warmUp: remembrant,
		})
	}
	return pricers
}

// withCatalog is a pricer at detail standard that has a catalog file of that many entries, among which the
// models are.
func withCatalog(tb testing.TB, models []workload.Model, entries int) pricer {
	p := ourPricers()[1]
	p.name = "gen_ai_cost"
	p.config["pricing"] = "gen_ai_pricing"
	p.host = pricingHost(tb, writeCatalog(tb, models, entries))
	return p
}

// host is a collector with one extension.
type host struct {
	component.Host
	extensions map[component.ID]component.Component
}

func (h host) GetExtensions() map[component.ID]component.Component { return h.extensions }

func pricingHost(tb testing.TB, catalog string) component.Host {
	tb.Helper()
	factory := genaipricingextension.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(tb, confmap.NewFromStringMap(map[string]any{
		"catalogs": []any{map[string]any{"source": "file", "path": catalog}},
		"watch":    false,
	}).Unmarshal(cfg))
	require.NoError(tb, confmap.Validate(cfg))
	ext, err := factory.Create(tb.Context(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(tb, err)
	nop := componenttest.NewNopHost()
	require.NoError(tb, ext.Start(tb.Context(), nop))
	tb.Cleanup(func() { require.NoError(tb, ext.Shutdown(context.WithoutCancel(tb.Context()))) })
	return host{nop, map[component.ID]component.Component{component.NewID(factory.Type()): ext}}
}

// writeCatalog writes a catalog of that many entries. The models are spread over as many of them as there
// are; the rest are models that nobody calls.
func writeCatalog(tb testing.TB, models []workload.Model, entries int) string {
	tb.Helper()
	var b strings.Builder
	b.WriteString("format: finops/v1\nprovider: example\nmodels:\n")
	used := min(entries, len(models))
	for i := range entries {
		if i >= used {
			writeEntry(&b, []workload.Model{{Name: fmt.Sprintf("filler-%05d", i), Input: 1, CacheRead: 0.5, Output: 2}})
			continue
		}
		var names []workload.Model
		for j := i; j < len(models); j += used {
			names = append(names, models[j])
		}
		writeEntry(&b, names)
	}
	path := filepath.Join(tb.TempDir(), "prices.yaml")
	require.NoError(tb, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// writeEntry writes one entry with the first model's prices; the others become its aliases.
func writeEntry(b *strings.Builder, models []workload.Model) {
	decimal := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	m := models[0]
	fmt.Fprintf(b, "  - id: %s\n", m.Name)
	if len(models) > 1 {
		fmt.Fprintf(b, "    aliases:\n")
	}
	for _, alias := range models[min(1, len(models)):] {
		fmt.Fprintf(b, "      - %s\n", alias.Name)
	}
	fmt.Fprintf(b, "    prices:\n      - rates: {input: %q, cache_read: %q, output: %q}\n", decimal(m.Input), decimal(m.CacheRead), decimal(m.Output))
}

// called is the number of models that are called whatever the size of the price list.
const called = 50

// BenchmarkPriceEntries prices the same calls from lists of any size.
func BenchmarkPriceEntries(b *testing.B) {
	models := workload.Synthetic(called)
	for _, entries := range result.Entries {
		b.Run(strconv.Itoa(entries), func(b *testing.B) {
			p := withCatalog(b, models, entries)
			consume(b, newBatch(b, workload.Spec{Models: models}), p.start(b, consumertest.NewNop()), p.warmUp)
		})
	}
}

// TestEveryEntryCountPricesAll keeps the benchmark honest: no list leaves a call without a price.
func TestEveryEntryCountPricesAll(t *testing.T) {
	models := workload.Synthetic(called)
	for _, entries := range []int{20, 200} {
		requireAllPriced(t, withCatalog(t, models, entries), models)
	}
}

// TestBuiltinCatalogPricesAll says the same of the models that are in use today.
func TestBuiltinCatalogPricesAll(t *testing.T) {
	for _, p := range ourPricers() {
		requireAllPriced(t, p, workload.Current)
	}
}

func requireAllPriced(t *testing.T, p pricer, models []workload.Model) {
	t.Helper()
	for _, attrs := range spanAttributes(t, p.through(t, newBatch(t, workload.Spec{Models: models}))) {
		status, _ := attrs.Get(ledger.AttrStatus)
		require.Equal(t, string(ledger.StatusPriced), status.AsString(), "%v", attrs.AsRaw())
	}
}
