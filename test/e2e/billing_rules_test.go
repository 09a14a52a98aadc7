package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

const billingRules = "../../examples/billing/rules/finops-billing.yaml"

// A real Prometheus evaluates every rule, on series that have the names which a collector gives them. Months are
// tested with promtool: here none goes by.
func TestBillingRulesOnACollector(t *testing.T) {
	t.Parallel()
	targets, grpc := startBillingExample(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	text, err := os.ReadFile(billingRules)
	require.NoError(t, err)
	text = regexp.MustCompile(`interval: \dm`).ReplaceAll(text, []byte("interval: 1s"))
	require.NoError(t, os.WriteFile(rules, text, 0o600))
	server := startPrometheusOn(t, fmt.Sprintf(`
global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs: [{job_name: finops, static_configs: [{targets: [%s]}]}]
rule_files: [%q]
`, strings.Join(targets, ", "), rules))
	server.awaitValue(t, "sum(up)", float64(len(targets)))
	require.NoError(t, dial(t, grpc).send(t.Context(), calls(1, 100)))

	const thisMonth = " and on (billing_period) period:finops_hours:count1h"
	server.awaitValue(t, `provider_period:finops_billed_cost_USD:month_to_date{gen_ai_provider_name="openai"}`+thisMonth, 12.75)
	server.awaitValue(t, `count(provider_period:finops_billed_cost_USD:month_to_date)`, 1)
	server.awaitValue(t, `count(provider_period:finops_cost_USD:increase1h{gen_ai_provider_name="openai"} > 0`+thisMonth+`)`, 1)
	// One report was read, and one never was.
	server.awaitValue(t, `count(otelcol_receiver_gen_ai_billing_age{source="openai"} < 600)`, 1)
	server.awaitValue(t, `count(ALERTS{alertname="FinopsBillNotRead", alertstate="pending", source="anthropic"})`, 1)
	server.awaitValue(t, `count(ALERTS{alertname="FinopsBillNotRead"})`, 1)
	assertHealthy(t, server)
}

// startBillingExample runs the collector of examples/billing, with providers that charge for today.
func startBillingExample(t *testing.T) (targets []string, grpc string) {
	t.Helper()
	today := time.Now().UTC().Truncate(24 * time.Hour)
	api := httptest.NewServer(&fakeproviders.Server{Key: "secret", Now: time.Now, Ledger: fakeproviders.Ledger{
		{Provider: "openai", Day: today, Subaccount: "a", Model: "gpt-4o", Kind: "input", Amount: "12.5", Tokens: 1, Requests: 1},
		{Provider: "openai", Day: today, Subaccount: "b", Model: "gpt-4o", Kind: "output", Amount: "0.25", Tokens: 1},
		{Provider: "litellm", Day: today, Model: "gpt-4o", Kind: "input", Amount: "12.5", Tokens: 1, Requests: 1},
	}})
	t.Cleanup(api.Close)
	addresses, err := otelcol.FreeAddresses(t.Context(), 5)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	process, err := otelcol.StartMerged(ctx, executable(t, "OTELCOL_FINOPS"),
		[]string{"../../examples/billing/config.yaml", "testdata/billing.yaml"},
		"STATE_DIRECTORY="+t.TempDir(), "FOCUS_DIRECTORY="+t.TempDir(), "E2E_PROVIDERS="+api.URL,
		"E2E_GRPC="+addresses[0], "E2E_HTTP="+addresses[1], "E2E_HEALTH="+addresses[2],
		"E2E_PROMETHEUS="+addresses[3], "E2E_TELEMETRY_PORT="+addresses[4][strings.LastIndex(addresses[4], ":")+1:])
	require.NoError(t, err)
	t.Cleanup(func() {
		process.Kill()
		assertCleanLog(t, process)
	})
	return addresses[3:], addresses[0]
}

// assertHealthy holds when every rule was evaluated without an error.
func assertHealthy(t *testing.T, server *prometheusServer) {
	t.Helper()
	var loaded struct {
		Groups []struct {
			Rules []struct {
				Name, Health, LastError string
			}
		}
	}
	server.get(t, "rules", &loaded)
	require.NotEmpty(t, loaded.Groups)
	for _, group := range loaded.Groups {
		for _, rule := range group.Rules {
			assert.Equal(t, "ok", rule.Health, "%s: %s", rule.Name, rule.LastError)
		}
	}
}
