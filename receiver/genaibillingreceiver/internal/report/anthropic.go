package report

import (
	"errors"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Source: platform.claude.com/docs, "Usage and Cost API" and the references of cost_report and
// usage_report/messages. Costs are decimal strings in cents. Costs of the Priority Tier are not in the report;
// code execution is in the costs and not in the usage. workspace_id is null for the default workspace. Results of the usage
// report count searches too (server_tool_use.web_search_requests), which are neither tokens nor requests and not read; what they cost
// is a line of the costs. Arrays are asked for as group_by[], as the documentation's examples and the SDK (PyPI anthropic 2.12.0) do.

type anthropicBucket[R any] struct {
	StartingAt *time.Time `json:"starting_at"`
	EndingAt   *time.Time `json:"ending_at"`
	Results    *[]R       `json:"results"`
}

type anthropicCost struct {
	Amount       *string `json:"amount"`
	Currency     string  `json:"currency"`
	CostType     *string `json:"cost_type"`
	TokenType    *string `json:"token_type"`
	Description  *string `json:"description"`
	Model        *string `json:"model"`
	ServiceTier  *string `json:"service_tier"`
	WorkspaceID  *string `json:"workspace_id"`
	InferenceGeo *string `json:"inference_geo"`
}

type anthropicUsage struct {
	Uncached      *quantity `json:"uncached_input_tokens"`
	CacheRead     quantity  `json:"cache_read_input_tokens"`
	CacheCreation struct {
		Ephemeral1h quantity `json:"ephemeral_1h_input_tokens"`
		Ephemeral5m quantity `json:"ephemeral_5m_input_tokens"`
	} `json:"cache_creation"`
	Output      *quantity `json:"output_tokens"`
	Model       *string   `json:"model"`
	ServiceTier *string   `json:"service_tier"`
	WorkspaceID *string   `json:"workspace_id"`
	Context     *string   `json:"context_window"`
	Geo         *string   `json:"inference_geo"`
}

// anthropicMeters lead from token types, and from cost types that are no tokens.
var anthropicMeters = map[string]meter.Meter{
	"uncached_input_tokens":                    meter.Input,
	"output_tokens":                            meter.Output,
	"cache_read_input_tokens":                  meter.CacheRead,
	"cache_creation.ephemeral_5m_input_tokens": meter.CacheWrite5m,
	"cache_creation.ephemeral_1h_input_tokens": meter.CacheWrite1h,
	"web_search":                               meter.WebSearch,
	"code_execution":                           meter.CodeExecution,
}

func decodeAnthropicCosts(p *page, body []byte) (string, error) {
	return anthropicPage(p, body, p.anthropicCost)
}

func decodeAnthropicUsage(p *page, body []byte) (string, error) {
	return anthropicPage(p, body, p.anthropicUsage)
}

func anthropicPage[R any](p *page, body []byte, add func(time.Time, *R) error) (string, error) {
	var l list[anthropicBucket[R]]
	if err := decodeJSON(body, &l); err != nil {
		return "", err
	}
	next, err := l.next()
	if err != nil {
		return "", err
	}
	for i := range *l.Data {
		b := &(*l.Data)[i]
		if b.StartingAt == nil || b.EndingAt == nil || b.Results == nil {
			return "", errors.New("bucket without starting_at, ending_at or results: the schema has changed")
		}
		if err := p.bucket(*b.StartingAt, *b.EndingAt); err != nil {
			return "", err
		}
		for j := range *b.Results {
			if err := add(*b.StartingAt, &(*b.Results)[j]); err != nil {
				return "", err
			}
		}
	}
	return next, nil
}

func (p *page) anthropicCost(start time.Time, r *anthropicCost) error {
	amount, err := p.cents(or(r.Amount))
	if err != nil {
		return err
	}
	d := billed.Dimensions{
		Subaccount: or(r.WorkspaceID), Model: or(r.Model), ServiceTier: or(r.ServiceTier),
		Region: anthropicRegion(r.InferenceGeo), Line: or(r.Description),
	}
	for _, kind := range []string{or(r.TokenType), or(r.CostType)} {
		if m, ok := anthropicMeters[kind]; ok {
			d.Meter = m.String()
			break
		}
	}
	return p.charge(start, billed.Charge{Dimensions: d, Amount: amount, Currency: r.Currency})
}

func (p *page) anthropicUsage(start time.Time, r *anthropicUsage) error {
	if r.Uncached == nil || r.Output == nil {
		return errors.New("uncached_input_tokens or output_tokens is missing: the schema has changed")
	}
	d := billed.Dimensions{
		Subaccount: or(r.WorkspaceID), Model: or(r.Model), ServiceTier: or(r.ServiceTier), Region: anthropicRegion(r.Geo), Line: or(r.Context),
	}
	for _, c := range []struct {
		meter meter.Meter
		n     money.Quantity
	}{
		{meter.Input, r.Uncached.Quantity},
		{meter.CacheRead, r.CacheRead.Quantity},
		{meter.CacheWrite5m, r.CacheCreation.Ephemeral5m.Quantity},
		{meter.CacheWrite1h, r.CacheCreation.Ephemeral1h.Quantity},
		{meter.Output, r.Output.Quantity},
	} {
		d.Meter = c.meter.String()
		if err := p.count(start, d, false, c.n); err != nil {
			return err
		}
	}
	return nil
}

// anthropicRegion is empty for models that do not let one choose where they run.
func anthropicRegion(geo *string) string {
	if region := or(geo); region != "not_available" {
		return region
	}
	return ""
}
