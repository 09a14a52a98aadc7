package genaipricingextension

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-finops/otelcol-finops/extension/genaipricingextension/internal/metadatatest"
	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// patience is how long a test waits for what a file system or a server does in its own time.
const patience = 15 * time.Second

type testHost map[component.ID]component.Component

func (h testHost) GetExtensions() map[component.ID]component.Component { return h }

// running is a started extension and what it says.
type running struct {
	*pricingExtension
	logs *observer.ObservedLogs
	tel  *componenttest.Telemetry
}

func start(t *testing.T, cfg *Config, host testHost) *running {
	t.Helper()
	r := create(t, cfg)
	require.NoError(t, r.Start(t.Context(), host))
	return r
}

func create(t *testing.T, cfg *Config) *running {
	t.Helper()
	tel := componenttest.NewTelemetry()
	core, logs := observer.New(zap.InfoLevel)
	set := metadatatest.NewSettings(tel)
	set.Logger = zap.New(core)
	e, err := newExtension(set, cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Shutdown(context.WithoutCancel(t.Context())))
		require.NoError(t, tel.Shutdown(context.WithoutCancel(t.Context())))
	})
	return &running{pricingExtension: e, logs: logs, tel: tel}
}

// catalogFile is a catalog of one model at an input rate.
func catalogFile(rate string) string {
	return `format: finops/v1
provider: acme
sources:
  list: {date: "2026-01-01"}
models:
  - id: rocket-1
    prices:
      - source: list
        rates: {input: "` + rate + `", output: "10"}
`
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// inputRate is what a token of input of the test catalog's model costs, times a million.
func (r *running) inputRate() string {
	usage := meter.Usage{meter.Input: money.Units(1_000_000)}
	price := r.Engine().Price(&pricing.Call{Provider: "acme", ResponseModel: "rocket-1", Time: time.Now(), Usage: &usage})
	if price.Sheet == nil {
		return string(price.Reason)
	}
	amount, _ := price.Sheet.Rates[meter.Input].Effective.Mul(usage[meter.Input])
	return amount.String()
}

func (r *running) eventually(t *testing.T, rate string) {
	t.Helper()
	assert.Eventually(t, func() bool { return r.inputRate() == rate }, patience, 10*time.Millisecond,
		"the rate is %s and not %s", r.inputRate(), rate)
}

// outcomes counts the reload metric of a source.
func (r *running) outcomes(t *testing.T, source string) map[string]int64 {
	t.Helper()
	got := map[string]int64{}
	m, err := r.tel.GetMetric("otelcol_extension_gen_ai_pricing_reloads")
	require.NoError(t, err)
	for _, p := range sums(t, m) {
		if name, _ := p.Attributes.Value("source"); name.AsString() == source {
			o, _ := p.Attributes.Value("outcome")
			got[o.AsString()] = p.Value
		}
	}
	return got
}

func (r *running) current(t *testing.T, source string) int64 {
	t.Helper()
	m, err := r.tel.GetMetric("otelcol_extension_gen_ai_pricing_source_current")
	require.NoError(t, err)
	for _, p := range gauges(t, m) {
		if name, _ := p.Attributes.Value("source"); name.AsString() == source {
			return p.Value
		}
	}
	t.Fatalf("no metric for %s", source)
	return -1
}

func (r *running) logged(message, part string) bool {
	for _, entry := range r.logs.FilterMessage(message).All() {
		if reason, _ := entry.ContextMap()["error"].(string); strings.Contains(reason, part) {
			return true
		}
	}
	return false
}

func fileConfig(paths ...string) *Config {
	cfg := createDefaultConfig().(*Config)
	for _, path := range paths {
		cfg.Catalogs = append(cfg.Catalogs, CatalogConfig{Source: SourceFile, Path: path, Format: defaultFormat})
	}
	return cfg
}

func TestBuiltinIsTheDefault(t *testing.T) {
	r := start(t, createDefaultConfig().(*Config), nil)
	usage := meter.Usage{meter.Input: money.Units(1)}
	price := r.Engine().Price(&pricing.Call{
		Provider: "openai", ResponseModel: "gpt-4o", Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Usage: &usage,
	})
	assert.Empty(t, price.Reason)
	assert.Equal(t, map[string]int64{"loaded": 1}, r.outcomes(t, "builtin"))
	age, err := r.tel.GetMetric("otelcol_extension_gen_ai_pricing_source_age")
	require.NoError(t, err)
	assert.Len(t, floatGauges(t, age), 1)
	info, err := r.tel.GetMetric("otelcol_extension_gen_ai_pricing_catalog_info")
	require.NoError(t, err)
	name, _ := gauges(t, info)[0].Attributes.Value("catalog")
	assert.Equal(t, r.Engine().Info().Catalog, name.AsString())
	entries, err := r.tel.GetMetric("otelcol_extension_gen_ai_pricing_entries")
	require.NoError(t, err)
	assert.Len(t, gauges(t, entries), 2)
}

func TestLaterCatalogsWin(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.yaml"), filepath.Join(dir, "second.yaml")
	write(t, first, catalogFile("1"))
	write(t, second, catalogFile("2"))
	assert.Equal(t, "2", start(t, fileConfig(first, second), nil).inputRate())
	assert.Equal(t, "1", start(t, fileConfig(second, first), nil).inputRate())
}

func TestStartRefusesBadFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "prices.yaml")
	good := filepath.Join(dir, "good.yaml")
	write(t, good, catalogFile("1"))
	write(t, path, catalogFile("-1"))
	r := create(t, fileConfig(good, path))
	err := r.Start(t.Context(), testHost(nil))
	require.ErrorIs(t, err, errIncomplete)
	require.ErrorContains(t, err, path+":9: entry \"rocket-1\"", "file, line and entry are named")

	missing := filepath.Join(dir, "missing.csv")
	cfg := fileConfig(good)
	cfg.Accounts = missing
	require.ErrorContains(t, create(t, cfg).Start(t.Context(), testHost(nil)), missing)
}

func TestAccountsAndExchangeRates(t *testing.T) {
	dir := t.TempDir()
	prices, table, rates := filepath.Join(dir, "p.yaml"), filepath.Join(dir, "a.csv"), filepath.Join(dir, "r.csv")
	write(t, prices, catalogFile("4"))
	write(t, table, "provider,account\nacme,org-1\n")
	write(t, rates, "date,from,to,rate\n"+time.Now().UTC().Format(time.DateOnly)+",USD,EUR,0.5\n")
	cfg := fileConfig(prices)
	cfg.Accounts, cfg.ExchangeRates = table, rates
	cfg.Customization.Currency = "EUR"
	r := start(t, cfg, nil)
	assert.Equal(t, "2", r.inputRate())
	account, ok := r.Accounts().Find(accounts.Key{Provider: "acme"})
	assert.True(t, ok)
	assert.Equal(t, "org-1", account.Account)

	write(t, table, "provider,account\nacme,org-2\n")
	assert.Eventually(t, func() bool {
		account, _ := r.Accounts().Find(accounts.Key{Provider: "acme"})
		return account.Account == "org-2"
	}, patience, 10*time.Millisecond)
}

func TestPublicFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "litellm.json")
	write(t, path, `{"acme/rocket-1": {"litellm_provider": "acme", "mode": "chat", "input_cost_per_token": 3e-06, "output_cost_per_token": 1e-05}}`)
	cfg := fileConfig(path)
	cfg.Catalogs[0].Format = "litellm"
	assert.Equal(t, "3", start(t, cfg, nil).inputRate())
}

func TestShutdownIsSafeWithoutStartAndTwice(t *testing.T) {
	r := create(t, createDefaultConfig().(*Config))
	require.NoError(t, r.Shutdown(t.Context()))
	require.NoError(t, r.Shutdown(t.Context()))
}
