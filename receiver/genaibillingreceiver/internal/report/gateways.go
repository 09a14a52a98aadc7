package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Source: openrouter.ai/docs, "Get user activity grouped by endpoint" and ActivityItem. usage is in USD. What calls
// with the customer's own keys cost upstream, byok_usage_inference, is on the upstream provider's bill and
// not added.
type openRouterItem struct {
	Date             string    `json:"date"`
	Model            string    `json:"model"`
	ModelPermaslug   string    `json:"model_permaslug"`
	ProviderName     string    `json:"provider_name"`
	Usage            decimal   `json:"usage"`
	Requests         *quantity `json:"requests"`
	PromptTokens     quantity  `json:"prompt_tokens"`
	CompletionTokens quantity  `json:"completion_tokens"`
}

func decodeOpenRouter(p *page, body []byte) (string, error) {
	var answer struct {
		Data *[]openRouterItem `json:"data"`
	}
	if err := decodeJSON(body, &answer); err != nil {
		return "", err
	}
	if answer.Data == nil {
		return "", errors.New("data is missing: the schema has changed")
	}
	for i := range *answer.Data {
		if err := p.openRouter(&(*answer.Data)[i]); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (p *page) openRouter(r *openRouterItem) error {
	start, err := p.date(r.Date)
	if err != nil {
		return err
	}
	if r.Requests == nil {
		return errors.New("requests is missing: the schema has changed")
	}
	amount, err := p.amount(string(r.Usage))
	if err != nil {
		return err
	}
	d := billed.Dimensions{HostProvider: r.ProviderName, Model: r.ModelPermaslug, Line: r.Model}
	if d.Model == "" {
		d.Model = r.Model
	}
	if err := p.charge(start, billed.Charge{Dimensions: d, Amount: amount, Currency: "USD"}); err != nil {
		return err
	}
	return p.totals(start, d, r.Requests.Quantity, r.PromptTokens.Quantity, r.CompletionTokens.Quantity)
}

// totals adds what gateways count. Their prompt tokens hold cached ones for some models: no meter is named.
func (p *page) totals(start time.Time, d billed.Dimensions, requests, prompt, completion money.Quantity) error {
	d.Line = ""
	if err := p.count(start, d, true, requests); err != nil {
		return err
	}
	d.Line = "prompt_tokens"
	if err := p.count(start, d, false, prompt); err != nil {
		return err
	}
	d.Line = "completion_tokens"
	return p.count(start, d, false, completion)
}

// date reads the day of an answer that was asked for by date.
func (p *page) date(s string) (time.Time, error) {
	if len(s) > len(time.DateOnly) {
		s = s[:len(time.DateOnly)] // a time of midnight may follow
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("date %q is not a day: the schema has changed", s)
	}
	if !p.span.contains(d) {
		return time.Time{}, fmt.Errorf("day %s was not asked for", s)
	}
	return d, nil
}

// Source: BerriAI/litellm, litellm/types/proxy/management_endpoints/common_daily_activity.py
// (SpendAnalyticsPaginatedResponse) and docs.litellm.ai/docs/proxy/cost_tracking, "Daily Spend Breakdown API". The
// aggregated form has the whole range in one answer, where pages of the other hold parts of a day: it is for proxies that have
// no aggregated form. Spend is what the proxy computed, in USD; it is a sum of doubles.
type liteLLMAnswer struct {
	Results  *[]liteLLMDay `json:"results"`
	Metadata struct {
		Page    int  `json:"page"`
		HasMore bool `json:"has_more"`
	} `json:"metadata"`
}

type liteLLMDay struct {
	Date      string          `json:"date"`
	Metrics   *liteLLMMetrics `json:"metrics"`
	Breakdown struct {
		Models map[string]liteLLMModel `json:"models"`
	} `json:"breakdown"`
}

// liteLLMModel has its metrics under a key of their own, as the types of the proxy have them, or directly, as in the
// example of its documentation.
type liteLLMModel struct {
	Metrics *liteLLMMetrics `json:"metrics"`
	liteLLMMetrics
}

// metrics returns nil if there are none.
func (m *liteLLMModel) metrics() *liteLLMMetrics {
	if m.Metrics == nil && m.Spend != "" {
		return &m.liteLLMMetrics
	}
	return m.Metrics
}

type liteLLMMetrics struct {
	Spend            decimal  `json:"spend"`
	FlatCost         decimal  `json:"flat_cost"`
	PromptTokens     quantity `json:"prompt_tokens"`
	CompletionTokens quantity `json:"completion_tokens"`
	APIRequests      quantity `json:"api_requests"`
}

func decodeLiteLLM(p *page, body []byte) (string, error) {
	var answer liteLLMAnswer
	if err := decodeJSON(body, &answer); err != nil {
		return "", err
	}
	return "", p.liteLLMDays(&answer)
}

// decodeLiteLLMPage takes the same day again from a later page, not from the same. A page that comes twice is
// known by its number: the cursor that follows from it repeats itself.
func decodeLiteLLMPage(p *page, body []byte) (string, error) {
	var answer liteLLMAnswer
	if err := decodeJSON(body, &answer); err != nil {
		return "", err
	}
	meta := &answer.Metadata
	if meta.Page > 1 {
		delete(p.seen, p.span.From)
	}
	if err := p.liteLLMDays(&answer); err != nil || !meta.HasMore {
		return "", err
	}
	if meta.Page < 1 {
		return "", errors.New("has_more without page: the schema has changed")
	}
	return strconv.Itoa(meta.Page + 1), nil
}

func (p *page) liteLLMDays(answer *liteLLMAnswer) error {
	if answer.Results == nil {
		return errors.New("results is missing: the schema has changed")
	}
	for i := range *answer.Results {
		r := &(*answer.Results)[i]
		start, err := p.date(r.Date)
		if err != nil {
			return err
		}
		if err := p.bucket(start, start.Add(day)); err != nil {
			return err
		}
		if err := p.liteLLMDay(start, r); err != nil {
			return fmt.Errorf("%s: %w", r.Date, err)
		}
	}
	return nil
}

// liteLLMDay adds the models of a day, and what the day has beyond them: calls of tools have no model.
func (p *page) liteLLMDay(start time.Time, r *liteLLMDay) error {
	if r.Metrics == nil {
		return errors.New("metrics is missing: the schema has changed")
	}
	rest, err := p.liteLLMCost(r.Metrics)
	if err != nil {
		return err
	}
	for _, model := range sortedKeys(r.Breakdown.Models) {
		entry := r.Breakdown.Models[model]
		m := entry.metrics()
		if m == nil {
			return fmt.Errorf("model %q: metrics is missing: the schema has changed", model)
		}
		cost, err := p.liteLLMCost(m)
		if err != nil {
			return fmt.Errorf("model %q: %w", model, err)
		}
		rest = rest.Sub(cost)
		d := billed.Dimensions{Model: model, Line: model}
		if err := p.charge(start, billed.Charge{Dimensions: d, Amount: cost, Currency: "USD"}); err != nil {
			return err
		}
		if err := p.totals(start, d, m.APIRequests.Quantity, m.PromptTokens.Quantity, m.CompletionTokens.Quantity); err != nil {
			return err
		}
	}
	return p.liteLLMRest(start, rest)
}

// noise is the most that sums of doubles differ by.
var noise = must(money.ParseAmount("0.00000001"))

func (p *page) liteLLMRest(start time.Time, rest money.Amount) error {
	switch {
	case rest.Cmp(noise) > 0:
		return p.charge(start, billed.Charge{Dimensions: billed.Dimensions{Line: "without a model"}, Amount: rest, Currency: "USD"})
	case rest.Cmp(noise.Neg()) < 0:
		return fmt.Errorf("the models cost %s more than the day", rest.Neg())
	default:
		return nil
	}
}

// liteLLMCost adds the flat cost of provisioned capacity, which spend does not hold.
func (p *page) liteLLMCost(m *liteLLMMetrics) (money.Amount, error) {
	spend, err := p.amount(string(m.Spend))
	if err != nil || m.FlatCost == "" {
		return spend, err
	}
	flat, err := p.amount(string(m.FlatCost))
	return spend.Add(flat), err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
