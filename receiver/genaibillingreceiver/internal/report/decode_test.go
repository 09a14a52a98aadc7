package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

func newPage() *page {
	return &page{
		report: &Report{}, provider: "test", seen: map[time.Time]bool{}, tokensOf: map[requester]bool{},
		span: Span{november, november.Add(30 * day)},
	}
}

func dollars(t *testing.T, s string) money.Amount {
	t.Helper()
	a, err := money.ParseAmount(s)
	require.NoError(t, err)
	return a
}

// Amounts are the digits of the wire, whatever form they have.
func TestAmountsAreExact(t *testing.T) {
	p := newPage()
	for wire, want := range map[string]string{
		`0.06`: "0.06", `"12.50"`: "12.5", `1.5e-7`: "0.00000015", `0.0000300000000000000000000000000000`: "0.00003",
		`9007199254740993.25`: "", `123456789.123456789012345678`: "123456789.123456789012345678",
	} {
		var d decimal
		require.NoError(t, d.UnmarshalJSON([]byte(wire)))
		got, err := p.amount(string(d))
		if want == "" {
			assert.Error(t, err, wire)
			continue
		}
		require.NoError(t, err, wire)
		assert.Equal(t, want, got.String())
	}
	assert.Zero(t, p.report.Rounded)

	cents, err := p.cents("123.45")
	require.NoError(t, err)
	assert.Equal(t, dollars(t, "1.2345"), cents)
	_, err = p.cents("1e3")
	assert.Error(t, err)

	_, err = p.amount("0.1234567890123456789012345")
	require.NoError(t, err)
	assert.Equal(t, 1, p.report.Rounded)
}

func TestCurrenciesAreThoseOfISO4217(t *testing.T) {
	for text, want := range map[string]string{
		"usd": "USD", "EUR": "EUR", "XCG": "XCG", "ves": "VES",
		"": "", "ZZZ": "", "BTC": "", "credits": "", "US$": "", "U\u017FD": "", "XXX": "", "XTS": "",
	} {
		got, err := currencyCode(text)
		assert.Equal(t, want, got, text)
		if want == "" {
			assert.ErrorContains(t, err, "no ISO 4217 code", text)
		}
	}
}

func TestAnthropicCosts(t *testing.T) {
	p := newPage()
	_, err := decodeAnthropicCosts(p, []byte(`{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[
		{"amount":"123.45","currency":"USD","cost_type":"tokens","token_type":"cache_creation.ephemeral_1h_input_tokens","model":"claude-sonnet-4-5",
		 "description":"Claude Sonnet 4.5 Usage","service_tier":"batch","workspace_id":"wrkspc_1","inference_geo":"us","context_window":"0-200k"},
		{"amount":"5","currency":"USD","cost_type":"web_search","description":"Web Search Usage","workspace_id":null},
		{"amount":"7","currency":"USD","cost_type":"session_usage","description":"Something new","inference_geo":"not_available"}]}],"has_more":false,"next_page":null}`))
	require.NoError(t, err)
	charges := p.report.Charges
	require.Len(t, charges, 3)
	assert.Equal(t, dollars(t, "1.2345"), charges[0].Amount)
	assert.Equal(t, "cache_write_1h", charges[0].Meter)
	assert.Equal(t, "batch", charges[0].ServiceTier)
	assert.Equal(t, "us", charges[0].Region)
	assert.Equal(t, "web_search", charges[1].Meter)
	assert.Empty(t, charges[1].Subaccount, "the default workspace")
	assert.Empty(t, charges[2].Meter, "the money stays, whatever it is for")
	assert.Empty(t, charges[2].Region, "a model that does not let one choose")
}

func TestAnthropicUsageSaysWhere(t *testing.T) {
	p := newPage()
	_, err := decodeAnthropicUsage(p, []byte(`{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[
		{"uncached_input_tokens":5,"output_tokens":0,"model":"claude-opus-4-5","inference_geo":"us","server_tool_use":{"web_search_requests":10}},
		{"uncached_input_tokens":7,"output_tokens":0,"model":"claude-sonnet-4-5","inference_geo":"not_available"}]}],"has_more":false,"next_page":null}`))
	require.NoError(t, err)
	require.Len(t, p.report.Counts, 2, "searches are neither tokens nor requests")
	assert.Equal(t, "us", p.report.Counts[0].Region)
	assert.Empty(t, p.report.Counts[1].Region)
}

func TestOpenRouterLeavesTheCustomersOwnKeysOut(t *testing.T) {
	p := newPage()
	_, err := decodeOpenRouter(p, []byte(`{"data":[{"date":"2026-11-01","model":"openai/gpt-4.1","model_permaslug":"openai/gpt-4.1-2025-04-14",
		"provider_name":"OpenAI","usage":0.015,"byok_usage_inference":0.012,"requests":5,"prompt_tokens":50,"completion_tokens":125}]}`))
	require.NoError(t, err)
	require.Len(t, p.report.Charges, 1)
	c := p.report.Charges[0]
	assert.Equal(t, dollars(t, "0.015"), c.Amount)
	assert.Equal(t, "openai/gpt-4.1-2025-04-14", c.Model)
	assert.Equal(t, "OpenAI", c.HostProvider)
}

func TestLiteLLMKeepsWhatHasNoModel(t *testing.T) {
	for name, tc := range map[string]struct{ spend, want, wrong string }{
		"tools":           {spend: "1.5", want: "0.5"},
		"noise of floats": {spend: "1.0000000000000002"},
		"less":            {spend: "0.5", wrong: "the models cost 0.5 more than the day"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage()
			_, err := decodeLiteLLM(p, []byte(`{"results":[{"date":"2026-11-01","metrics":{"spend":`+tc.spend+`},
				"breakdown":{"models":{"gpt-4o":{"metrics":{"spend":0.75,"flat_cost":0.25,"api_requests":2}}}}}]}`))
			if tc.wrong != "" {
				require.ErrorContains(t, err, tc.wrong)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, dollars(t, "1"), p.report.Charges[0].Amount)
			if tc.want == "" {
				assert.Len(t, p.report.Charges, 1)
				return
			}
			assert.Equal(t, dollars(t, tc.want), p.report.Charges[1].Amount)
			assert.Equal(t, "without a model", p.report.Charges[1].Line)
		})
	}
}

// The example of the documentation, whose models have no key metrics.
func TestLiteLLMReadsTheDocumentedForm(t *testing.T) {
	p := newPage()
	_, err := decodeLiteLLM(p, []byte(`{"results":[{"date":"2026-11-01",
		"metrics":{"spend":0.0177072,"prompt_tokens":111,"completion_tokens":1711,"total_tokens":1822,"api_requests":11},
		"breakdown":{"models":{"gpt-4o-mini":{"spend":1.095e-05,"prompt_tokens":37,"completion_tokens":9,"total_tokens":46,"api_requests":1}},
			"providers":{"openai":{}},"api_keys":{"3126b6eaf1":{}}}}],
		"metadata":{"total_spend":0.7274667,"total_prompt_tokens":280990,"total_completion_tokens":376674,"total_api_requests":14}}`))
	require.NoError(t, err)
	require.Len(t, p.report.Charges, 2)
	assert.Equal(t, "gpt-4o-mini", p.report.Charges[0].Model)
	assert.Equal(t, dollars(t, "0.00001095"), p.report.Charges[0].Amount)
	assert.Equal(t, dollars(t, "0.01769625"), p.report.Charges[1].Amount, "what the example leaves out")
	require.Len(t, p.report.Counts, 3)
	assert.Equal(t, money.Units(1), p.report.Counts[0].Quantity)
	assert.Equal(t, money.Units(37), p.report.Counts[1].Quantity)
	assert.Equal(t, money.Units(9), p.report.Counts[2].Quantity)
}

func TestLiteLLMModelsMustHaveMetrics(t *testing.T) {
	_, err := decodeLiteLLM(newPage(), []byte(`{"results":[{"date":"2026-11-01","metrics":{"spend":1},"breakdown":{"models":{"gpt-4o":{"prompt_tokens":1}}}}]}`))
	assert.EqualError(t, err, `2026-11-01: model "gpt-4o": metrics is missing: the schema has changed`)
}

// fuzz checks what holds for every answer: no panic, no charge below zero, no day that was not asked for.
func fuzz(f *testing.F, decode func(*page, []byte) (string, error), seeds ...string) {
	f.Helper()
	for _, s := range append(seeds, `{}`, `{"data":null}`, `{"data":[{}],"has_more":true}`) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := newPage()
		if _, err := decode(p, body); err != nil {
			return
		}
		for i := range p.report.Charges {
			c := &p.report.Charges[i]
			require.GreaterOrEqual(t, c.Amount.Sign(), 0)
			require.GreaterOrEqual(t, c.Quantity.Sign(), 0)
			require.True(t, p.span.contains(c.Start))
			require.Len(t, c.Currency, 3)
		}
		for i := range p.report.Counts {
			require.Equal(t, 1, p.report.Counts[i].Quantity.Sign())
		}
	})
}

func FuzzOpenAICosts(f *testing.F) {
	fuzz(f, decodeOpenAICosts, `{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"amount":{"value":"0.06","currency":"usd"},"line_item":"gpt-4o, input","project_id":null}]}]}`,
		`{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"amount":{"value":1,"currency":"usd"},"line_item":"priority | gpt-audio audio, cached_input_tokens, long context","quantity":1.5e3,"quantity_unit":"1000_tokens"}]}]}`)
}

func FuzzOpenAIUsage(f *testing.F) {
	fuzz(f, decodeOpenAIUsage, `{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"input_tokens":1e3,"output_tokens":1,"num_model_requests":1}]}]}`,
		`{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"input_tokens":9,"input_cached_tokens":4,"input_cached_audio_tokens":1,"input_cache_write_tokens":2,"input_uncached_tokens":3,"output_tokens":5,"output_image_tokens":1,"num_model_requests":1}]}]}`)
}

func FuzzOpenAIEmbeddings(f *testing.F) {
	fuzz(f, decodeOpenAIEmbeddings, `{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"input_tokens":8,"num_model_requests":2,"model":"text-embedding-3-small"}]}]}`)
}

func FuzzOpenAIRequests(f *testing.F) {
	fuzz(f, decodeOpenAIRequests, `{"data":[{"start_time":1793491200,"end_time":1793577600,"results":[{"images":8,"num_model_requests":2,"model":"dall-e-3"}]}]}`)
}

func FuzzAnthropicCosts(f *testing.F) {
	fuzz(f, decodeAnthropicCosts, `{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[{"amount":"1.5","currency":"USD"}]}]}`)
}

func FuzzAnthropicUsage(f *testing.F) {
	fuzz(f, decodeAnthropicUsage, `{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[{"uncached_input_tokens":1,"output_tokens":2}]}]}`)
}

func FuzzOpenRouter(f *testing.F) {
	fuzz(f, decodeOpenRouter, `{"data":[{"date":"2026-11-01 00:00:00","usage":0.1,"requests":1}]}`)
}

func FuzzLiteLLM(f *testing.F) {
	fuzz(f, decodeLiteLLM, `{"results":[{"date":"2026-11-01","metrics":{"spend":1},"breakdown":{"models":{"a":{"metrics":{"spend":1}}}}}]}`,
		`{"results":[{"date":"2026-11-01","metrics":{"spend":1},"breakdown":{"models":{"a":{"spend":1,"api_requests":1}}}}]}`)
}
