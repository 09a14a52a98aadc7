package pricing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// unitPrices writes effective/contracted/list per million, shortened where they are the same.
func unitPrices(s *Sheet, m meter.Meter) string {
	r := s.Rates[m]
	million := func(p money.UnitPrice) string { return decimalString(perMillion(p.Rat(), m)) }
	switch {
	case !r.Known:
		return "none"
	case r.Effective == r.List && r.Contracted == r.List:
		return million(r.List)
	default:
		return million(r.Effective) + "/" + million(r.Contracted) + "/" + million(r.List)
	}
}

const ownPrices = `{rates: {input: "10", cache_read: "1", output: "40", web_search: "0.01"},
  tiers: [{threshold: 1000, multipliers: "2"}],
  variants: [{name: batch, when: {service_tier: batch}, rates: {input: "4", cache_read: "1", output: "20"}}, {name: us, when: {region: us}, multipliers: "1.1"}]}`

func TestOwnPrices(t *testing.T) {
	all := Selector{Provider: []string{"P"}, Model: []string{"m*"}}
	at := func(s Selector, from, to string) Selector { s.From, s.To = from, to; return s }
	for _, tt := range []struct {
		name   string
		custom Customization
		call   Call
		input  int64
		want   map[meter.Meter]string
		source ledger.CostSource
	}{
		{
			name: "an override replaces rates, others stay at list", custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"input": "8"}}}},
			want: map[meter.Meter]string{meter.Input: "8/8/10", meter.Output: "40", meter.CacheRead: "1"}, source: ledger.SourceOverride,
		},
		{
			name:   "a meter without a rate of its own follows the one it falls back to",
			custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"output": 30}}}},
			want:   map[meter.Meter]string{meter.Output: "30/30/40", meter.Reasoning: "30/30/40", meter.Input: "10"}, source: ledger.SourceOverride,
		},
		{
			name: "tiers and variants scale an override as they scale the list", call: Call{Region: "us"}, input: 1001,
			custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"input": 8.5}}}},
			want:   map[meter.Meter]string{meter.Input: "18.7/18.7/22"}, source: ledger.SourceOverride,
		},
		{
			name: "also where the variant has rates of its own", call: Call{ServiceTier: "batch"},
			custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"input": "5"}}}},
			want:   map[meter.Meter]string{meter.Input: "2/2/4"}, source: ledger.SourceOverride,
		},
		{
			name: "a final override holds however the call was served", call: Call{ServiceTier: "batch", Region: "us"}, input: 1001,
			custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"input": "5"}, Final: true}}},
			want:   map[meter.Meter]string{meter.Input: "5/5/22"}, source: ledger.SourceOverride,
		},
		{
			name:   "rates with units of their own",
			custom: Customization{Overrides: []Override{{Selector: all, Per: "1000", Rates: map[string]any{"input": "0.008", "web_search": map[string]any{"rate": "5", "per": 1000}}}}},
			want:   map[meter.Meter]string{meter.Input: "8/8/10", meter.WebSearch: "0.005/0.005/0.01"}, source: ledger.SourceOverride,
		},
		{
			name:   "an agreement is for tokens only",
			custom: Customization{Agreements: []Agreement{{Selector: all, Discount: "15%"}}},
			want:   map[meter.Meter]string{meter.Input: "8.5/8.5/10", meter.CacheRead: "0.85/0.85/1", meter.WebSearch: "0.01"}, source: ledger.SourceAgreement,
		},
		{
			name:   "unless it says otherwise",
			custom: Customization{Agreements: []Agreement{{Selector: all, Uplift: "2.5 %", Meters: []string{"units", "output"}}}},
			want:   map[meter.Meter]string{meter.Input: "10", meter.Output: "41/41/40", meter.WebSearch: "0.01025/0.01025/0.01"}, source: ledger.SourceAgreement,
		},
		{
			name:   "an override goes before an agreement, meter by meter",
			custom: Customization{Overrides: []Override{{Selector: all, Rates: map[string]any{"input": "8"}}}, Agreements: []Agreement{{Selector: all, Multiplier: 0.5}}},
			want:   map[meter.Meter]string{meter.Input: "8/8/10", meter.Output: "20/20/40"}, source: ledger.SourceOverride,
		},
		{
			name: "of two agreements the one contained in the other", call: Call{Team: "Search"},
			custom: Customization{Agreements: []Agreement{
				{Selector: Selector{Provider: []string{"p"}, Priority: 99}, Discount: "10%"},
				{Selector: Selector{Provider: []string{"p"}, Team: []string{"search"}}, Discount: "20%"},
			}},
			want: map[meter.Meter]string{meter.Input: "8/8/10"}, source: ledger.SourceAgreement,
		},
		{
			name: "which is not for other teams", call: Call{Team: "ads"},
			custom: Customization{Agreements: []Agreement{
				{Selector: Selector{Provider: []string{"p"}}, Discount: "10%"},
				{Selector: Selector{Provider: []string{"p"}, Team: []string{"search"}}, Discount: "20%"},
			}},
			want: map[meter.Meter]string{meter.Input: "9/9/10"}, source: ledger.SourceAgreement,
		},
		{
			name: "else the one with the higher priority", call: Call{Team: "search", Account: "a1"},
			custom: Customization{Agreements: []Agreement{
				{Selector: Selector{Team: []string{"search"}, Priority: 1}, Discount: "10%"},
				{Selector: Selector{Account: []string{"a1"}, Priority: 2}, Discount: "20%"},
			}},
			want: map[meter.Meter]string{meter.Input: "8/8/10"}, source: ledger.SourceAgreement,
		},
		{
			name:   "by region and cost center, between dates",
			call:   Call{Region: "us", CostCenter: "4711"},
			custom: Customization{Agreements: []Agreement{{Selector: at(Selector{Region: []string{"us*"}, CostCenter: []string{"4711"}}, "2026-11-01", "2026-11-02"), Discount: "50%"}}},
			want:   map[meter.Meter]string{meter.Input: "5.5/5.5/11"}, source: ledger.SourceAgreement,
		},
		{
			name:   "not after the last day",
			custom: Customization{Agreements: []Agreement{{Selector: at(all, "2026-10-01", "2026-11-01"), Discount: "50%"}}},
			want:   map[meter.Meter]string{meter.Input: "10"},
		},
		{
			name:   "a commitment changes what is effective, not what is contracted",
			custom: Customization{Agreements: []Agreement{{Selector: all, Discount: "10%"}}, Commitments: []Commitment{{Selector: all, EffectiveRate: map[string]any{"input": "0", "output": "7"}}}},
			want:   map[meter.Meter]string{meter.Input: "0/9/10", meter.Output: "7/36/40", meter.Reasoning: "7/36/40", meter.CacheRead: "0.9/0.9/1"}, source: ledger.SourceCommitment,
		},
		{
			name:   "hourly cost over capacity",
			custom: Customization{Commitments: []Commitment{{Selector: all, HourlyCost: 12, Capacity: map[string]Number{"input": "6000000", "output": 1_000_000}}}},
			want:   map[meter.Meter]string{meter.Input: "2/10/10", meter.Output: "12/40/40"}, source: ledger.SourceCommitment,
		},
		{
			name:   "another provider's",
			custom: Customization{Agreements: []Agreement{{Selector: Selector{Provider: []string{"q"}}, Discount: "10%"}}, Overrides: []Override{{Selector: Selector{Model: []string{"n"}}, Rates: map[string]any{"input": 1}}}},
			want:   map[meter.Meter]string{meter.Input: "10"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := tt.call
			call.Provider, call.RequestModel, call.Time = "p", "m", instant(t, "2026-11-01T12:00:00Z")
			call.Usage = tokens(map[meter.Meter]int64{meter.Input: max(tt.input, 1)})
			e := pricer(t, ownPrices, tt.custom)
			for range 2 { // computed, then from the cache
				p := e.Price(&call)
				require.Empty(t, p.Reason)
				got := make(map[meter.Meter]string)
				for m := range tt.want {
					got[m] = unitPrices(p.Sheet, m)
				}
				assert.Equal(t, tt.want, got)
				assert.Equal(t, tt.source, p.Sheet.Source)
			}
		})
	}
}

func TestOverridesOfUnlistedModels(t *testing.T) {
	e := pricer(t, `{rates: {input: "1"}}`, Customization{Overrides: []Override{{
		Selector: Selector{Provider: []string{"vllm"}, Model: []string{"our-llama"}, Team: []string{"research"}},
		Rates:    map[string]any{"input": "0.2", "output": "0.4"},
	}}})
	call := &Call{Provider: "vllm", RequestModel: "our-llama", Team: "research", Time: instant(t, "2026-11-01T12:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1, meter.Reasoning: 1})}
	p := e.Price(call)
	require.Empty(t, p.Reason)
	assert.Equal(t, "0.2", unitPrices(p.Sheet, meter.Input))
	assert.Equal(t, "0.4", unitPrices(p.Sheet, meter.Reasoning))
	assert.Equal(t, "vllm/our-llama", p.Sheet.ID)
	call.Team = "ads"
	p = e.Price(call)
	assert.Equal(t, ledger.ReasonNoRate, p.Reason)
	assert.Equal(t, 1, e.Info().Entries)
}

func TestRulesKnowTheSynonymsOfFiles(t *testing.T) {
	c, err := Compile(parse(t, gateway))
	require.NoError(t, err)
	e, err := NewEngine(c, Customization{Agreements: []Agreement{{Selector: Selector{Provider: []string{"Acme Gateway"}}, Discount: "50%"}}})
	require.NoError(t, err)
	p := e.Price(&Call{Provider: "acme", RequestModel: "in-house", Time: instant(t, "2026-11-01T12:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})})
	require.Empty(t, p.Reason)
	assert.Equal(t, "0.5/0.5/1", unitPrices(p.Sheet, meter.Input))
}

// An agreement follows the provider that is called, not the one whose prices stand in.
func TestAgreementsFollowTheCalledProvider(t *testing.T) {
	e := engine(t, Customization{Agreements: []Agreement{{Selector: Selector{Provider: []string{"azure"}}, Discount: "50%"}}})
	for provider, want := range map[string]string{"azure.ai.openai": "1.25/1.25/2.5", "openai": "2.5", "": "2.5"} {
		p := e.Price(&Call{Provider: provider, RequestModel: "gpt-4o", Time: instant(t, "2026-11-01T12:00:00Z"), Usage: tokens(map[meter.Meter]int64{meter.Input: 1})})
		require.Empty(t, p.Reason)
		assert.Equal(t, want, unitPrices(p.Sheet, meter.Input), provider)
	}
}

func TestCustomizationErrors(t *testing.T) {
	rates := map[string]any{"input": "1"}
	for _, tt := range []struct {
		custom Customization
		want   string
	}{
		{Customization{Currency: "usd"}, `currency: "usd" must be an ISO 4217 code`},
		{Customization{Overrides: []Override{{}}}, "overrides::0: rates: must give rates by meter"},
		{Customization{Overrides: []Override{{Rates: map[string]any{"inputs": 1}}}}, "overrides::0: rates::inputs: is not a meter; known: input,"},
		{Customization{Overrides: []Override{{Rates: map[string]any{"input": "-1"}}}}, "overrides::0: rates::input: -1 must not be below 0"},
		{Customization{Overrides: []Override{{Rates: map[string]any{"input": true}}}}, `overrides::0: rates::input: true must be a decimal number such as "2.50"`},
		{Customization{Overrides: []Override{{Rates: map[string]any{"input": map[string]any{"rates": 1}}}}}, "overrides::0: rates::input: rates: is not a key; known here: rate, per"},
		{Customization{Overrides: []Override{{Rates: map[string]any{"input": map[string]any{"rate": 1, "per": 0}}}}}, "overrides::0: rates::input: per: 0 must be above 0"},
		{Customization{Overrides: []Override{{Rates: map[string]any{"input": map[string]any{"rate": "2.5", "per": 1}}}}}, "check the unit (per) that the rate is for"},
		{Customization{Overrides: []Override{{Rates: rates, Currency: "dollar"}}}, `overrides::0: currency: "dollar" must be`},
		{Customization{Overrides: []Override{{Rates: rates, Per: "x"}}}, `overrides::0: per: "x" is not a decimal number`},
		{Customization{Overrides: []Override{{Rates: rates, Selector: Selector{From: "tomorrow"}}}}, `overrides::0: from: "tomorrow" must be a day`},
		{Customization{Overrides: []Override{{Rates: rates, Selector: Selector{To: "2026-13-01"}}}}, `overrides::0: to: "2026-13-01" must be a day`},
		{Customization{Overrides: []Override{{Rates: rates, Selector: Selector{From: "2026-02-01", To: "2026-01-01"}}}}, `overrides::0: to: "2026-01-01" must lie after from "2026-02-01"`},
		{Customization{Agreements: []Agreement{{}}}, "agreements::0: exactly one of discount, uplift and multiplier must be given"},
		{Customization{Agreements: []Agreement{{Discount: "5%", Uplift: "5%"}}}, "agreements::0: exactly one of"},
		{Customization{Agreements: []Agreement{{Discount: "15"}}}, `agreements::0: discount: "15" must be a percentage such as "15%"`},
		{Customization{Agreements: []Agreement{{Discount: "101%"}}}, `agreements::0: discount: "101%" is more than the whole price`},
		{Customization{Agreements: []Agreement{{Multiplier: -1}}}, "agreements::0: multiplier: -1 must lie between 0 and 1000"},
		{Customization{Agreements: []Agreement{{Multiplier: "x"}}}, `agreements::0: multiplier: "x" is not a decimal number`},
		{Customization{Agreements: []Agreement{{Discount: "5%", Meters: []string{"token"}}}}, `agreements::0: meters: "token" must be a meter, tokens, units or all`},
		{Customization{Commitments: []Commitment{{}}}, "commitments::0: effective_rate: must give rates by meter"},
		{Customization{Commitments: []Commitment{{HourlyCost: 1}}}, "commitments::0: capacity: must give the units an hour can serve"},
		{Customization{Commitments: []Commitment{{HourlyCost: 1, Capacity: map[string]Number{"tokens": 1}}}}, "commitments::0: capacity::tokens: is not a meter"},
		{Customization{Commitments: []Commitment{{HourlyCost: 1, Capacity: map[string]Number{"input": 0}}}}, "commitments::0: capacity::input: 0 must be above 0"},
		{Customization{Commitments: []Commitment{{HourlyCost: 1, EffectiveRate: rates}}}, "commitments::0: effective_rate and hourly_cost exclude each other"},
		{Customization{Deployments: map[string]Deployment{"x": {}}}, "deployments::x: must name the model"},
		{
			Customization{Agreements: []Agreement{{Selector: Selector{Team: []string{"a"}}, Discount: "1%"}, {Selector: Selector{Account: []string{"b"}}, Discount: "2%"}}},
			"agreements::1: can apply to the same call as agreements::0 and neither is the narrower; give one of them a higher priority",
		},
		{
			Customization{Overrides: []Override{{Selector: Selector{Model: []string{"gpt-4*"}}, Rates: rates}, {Selector: Selector{Model: []string{"*-mini"}}, Rates: rates}}},
			"overrides::1: can apply to the same call as overrides::0",
		},
		{
			Customization{Agreements: []Agreement{{Discount: "1%"}, {Discount: "1%"}}},
			"agreements::1: can apply to the same call as agreements::0",
		},
	} {
		err := tt.custom.Validate()
		require.Error(t, err, tt.want)
		assert.Contains(t, err.Error(), tt.want)
		_, err = NewEngine(readCatalog(t), tt.custom)
		assert.Error(t, err)
	}
}

func TestRulesThatDoNotConflict(t *testing.T) {
	rates := map[string]any{"input": "1"}
	for _, custom := range []Customization{
		{Agreements: []Agreement{{Selector: Selector{Team: []string{"a"}}, Discount: "1%"}, {Selector: Selector{Team: []string{"b"}, Account: []string{"c"}}, Discount: "1%"}}},
		{Agreements: []Agreement{{Discount: "1%"}, {Discount: "1%", Meters: []string{"units"}}}},
		{Agreements: []Agreement{{Discount: "1%", Selector: Selector{To: "2026-01-01"}}, {Discount: "2%", Selector: Selector{From: "2026-01-01"}}}},
		{Overrides: []Override{{Rates: rates}, {Rates: map[string]any{"output": 1}}}},
		{Overrides: []Override{{Rates: rates, Selector: Selector{Model: []string{"gpt-*"}}}, {Rates: rates, Selector: Selector{Model: []string{"gpt-4*", "gpt-5"}}}}},
		{Overrides: []Override{{Rates: rates}}, Agreements: []Agreement{{Discount: "1%"}}, Commitments: []Commitment{{EffectiveRate: rates}}},
	} {
		assert.NoError(t, custom.Validate(), "%+v", custom)
	}
}

func TestDeploymentText(t *testing.T) {
	for text, want := range map[string]Deployment{
		"azure/gpt-4o":            {Provider: "azure", Model: "gpt-4o"},
		"gpt-4o":                  {Model: "gpt-4o"},
		"openrouter/openai/gpt-4": {Provider: "openrouter", Model: "openai/gpt-4"},
	} {
		var got Deployment
		require.NoError(t, got.UnmarshalText([]byte(text)))
		assert.Equal(t, want, got)
	}
	assert.Error(t, new(Deployment).UnmarshalText([]byte("azure/")))
	assert.Error(t, new(Deployment).UnmarshalText(nil))
}
