package genaipricingextension

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// documentedPrice is what a page says that a million tokens of input of a call cost.
type documentedPrice struct {
	section                     string
	call                        pricing.Call
	list, contracted, effective string
}

// documented are the prices that docs/pricing.md gives.
var documented = []documentedPrice{
	{"Override", pricing.Call{Provider: "openai", ResponseModel: "gpt-4o"}, "2.5", "2", "2"},
	{"Override", pricing.Call{Provider: "openai", ResponseModel: "gpt-4o", ServiceTier: "batch"}, "1.25", "1", "1"},
	{"Agreement", pricing.Call{Provider: "anthropic", ResponseModel: "claude-sonnet-4-6"}, "3", "2.55", "2.55"},
	{"Agreement", pricing.Call{Provider: "anthropic", ResponseModel: "claude-sonnet-4-6", Team: "ads"}, "3", "2.4", "2.4"},
	{"Commitment", pricing.Call{Provider: "azure", ResponseModel: "gpt-4o"}, "2.5", "2.25", "2.25"},
	{"Commitment", pricing.Call{Provider: "azure", ResponseModel: "gpt-4o", Account: "prod-ptu"}, "2.5", "2.25", "1"},
	{"Currency", pricing.Call{Provider: "openai", ResponseModel: "gpt-4o"}, "2.25", "2.25", "2.25"},
	{"Currency", pricing.Call{Provider: "mistral_ai", ResponseModel: "mistral-large-2512"}, "0.45", "0.4", "0.4"},
	{"Deployment", pricing.Call{Provider: "azure", ResponseModel: "prod-chat-eastus"}, "2.5", "2.5", "2.5"},
	{"Deployment", pricing.Call{Provider: "azure", ResponseModel: "reporting-batch"}, "2.75", "2.75", "2.75"},
}

// The examples in the docs are accepted, and cost what is said beside them.
func TestDocumentedPrices(t *testing.T) {
	engines := documentedEngines(t)
	for _, d := range documented {
		t.Run(d.section+"/"+d.call.ResponseModel+d.call.Team+d.call.Account+d.call.ServiceTier, func(t *testing.T) {
			require.Contains(t, engines, d.section)
			d.priced(t, engines[d.section])
		})
	}
}

// exemplified are the prices that examples/own-prices/README.md gives.
var exemplified = []documentedPrice{
	{"gpt-4o", pricing.Call{Provider: "openai", ResponseModel: "gpt-4o"}, "2.16", "1.728", "1.728"},
	{"claude-sonnet-4-6", pricing.Call{Provider: "anthropic", ResponseModel: "claude-sonnet-4-6"}, "2.592", "2.2032", "2.2032"},
	{"team", pricing.Call{Provider: "anthropic", ResponseModel: "claude-sonnet-4-6", Team: "research"}, "2.592", "2.0736", "2.0736"},
	{"account", pricing.Call{Provider: "azure", ResponseModel: "prod-chat-sweden", Account: "ptu-sweden"}, "2.16", "2.16", "0.9"},
	{"own", pricing.Call{Provider: "example-inference", ResponseModel: "llama-70b"}, "0.35", "0.35", "0.35"},
	{"night", pricing.Call{Provider: "example-inference", ResponseModel: "llama-70b", Time: noon.Add(-8 * time.Hour)}, "0.175", "0.175", "0.175"},
}

func TestExamplePrices(t *testing.T) {
	const directory = "../../examples/own-prices"
	text, err := os.ReadFile(directory + "/config.yaml")
	require.NoError(t, err)
	e := start(t, configOf(t, strings.ReplaceAll(string(text), "${env:PRICES_DIRECTORY:-examples/own-prices}", directory), "extensions::gen_ai_pricing"), nil)
	for _, d := range exemplified {
		t.Run(d.section, func(t *testing.T) {
			d.priced(t, e.Engine())
		})
	}
}

// The calls to try the example with are those of its table, at a date for which it has an exchange rate.
func TestExampleCalls(t *testing.T) {
	text, err := os.ReadFile("../../examples/own-prices/calls.json")
	require.NoError(t, err)
	traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
	require.NoError(t, err)
	require.Equal(t, len(exemplified), traces.ResourceSpans().Len())
	for i, want := range exemplified {
		resource := traces.ResourceSpans().At(i)
		span := resource.ScopeSpans().At(0).Spans().At(0)
		model, _ := span.Attributes().Get("gen_ai.response.model")
		assert.Equal(t, want.call.ResponseModel, model.AsString(), want.section)
		at := want.call.Time
		if at.IsZero() {
			at = noon
		}
		assert.Equal(t, at, span.StartTimestamp().AsTime(), want.section)
		team, ok := resource.Resource().Attributes().Get("team")
		assert.Equal(t, want.call.Team != "", ok, want.section)
		if ok {
			assert.Equal(t, want.call.Team, team.AsString())
		}
	}
}

// priced checks the price of a million tokens of input, at noon unless the call has a time.
func (d *documentedPrice) priced(t *testing.T, engine *pricing.Engine) {
	t.Helper()
	usage := &meter.Usage{meter.Input: money.Units(1_000_000)}
	call := d.call
	call.Usage = usage
	if call.Time.IsZero() {
		call.Time = noon
	}
	price := engine.Price(&call)
	require.NotNil(t, price.Sheet, price.Reason)
	rate := price.Sheet.Rates[meter.Input]
	for name, prices := range map[string]struct {
		want string
		got  money.UnitPrice
	}{
		"list": {d.list, rate.List}, "contracted": {d.contracted, rate.Contracted}, "effective": {d.effective, rate.Effective},
	} {
		amount, _ := prices.got.Mul(usage[meter.Input])
		assert.Equal(t, prices.want, amount.String(), name)
	}
}

var codeBlock = regexp.MustCompile("(?s)\n```(yaml|csv)\n(.*?\n)```")

// documentedEngines returns an engine for each example of own prices, by the first word of its heading.
func documentedEngines(t *testing.T) map[string]*pricing.Engine {
	t.Helper()
	page, err := os.ReadFile("../../docs/pricing.md")
	require.NoError(t, err)
	files, err := catalog.Files()
	require.NoError(t, err)
	list, err := pricing.Compile(files...)
	require.NoError(t, err)
	engines := map[string]*pricing.Engine{}
	for _, section := range strings.Split(string(page), "\n### ")[1:] {
		heading, _, _ := strings.Cut(section, "\n")
		name, _, _ := strings.Cut(heading, ":")
		custom := documentedConfig(t, section).Customization
		engines[name], err = pricing.NewEngine(list, custom)
		require.NoError(t, err, heading)
	}
	return engines
}

// documentedConfig is the configuration in a section, with its exchange rates.
func documentedConfig(t *testing.T, section string) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	for _, block := range codeBlock.FindAllStringSubmatch(section, -1) {
		if block[1] == "csv" {
			rates, err := pricing.ParseExchangeRates("rates.csv", []byte(block[2]))
			require.NoError(t, err)
			cfg.Customization.ExchangeRates = rates
			continue
		}
		given := configOf(t, block[2], NewFactory().Type().String())
		given.Customization.ExchangeRates = cfg.Customization.ExchangeRates
		cfg = given
	}
	return cfg
}

// configOf is the configuration under a key of a YAML text, decoded and checked as the Collector does.
func configOf(t *testing.T, text, key string) *Config {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	sub, err := confmap.NewFromStringMap(raw).Sub(key)
	require.NoError(t, err)
	require.NotEmpty(t, sub.AllKeys(), text)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	return cfg
}
