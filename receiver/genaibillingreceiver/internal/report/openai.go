package report

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Source: OpenAI's API reference, "Costs" and "Completions" under Usage (openapi.yaml 2.3.0, CostsResult and
// UsageCompletionsResult). The schema says that amount.value is a number; the API has been seen to send
// it in quotes (github.com/steipete/CodexBar/issues/999), so both are read.

type openAIBucket[R any] struct {
	StartTime *int64 `json:"start_time"`
	EndTime   *int64 `json:"end_time"`
	Results   *[]R   `json:"results"`
}

type openAICost struct {
	Amount *struct {
		Value    decimal `json:"value"`
		Currency string  `json:"currency"`
	} `json:"amount"`
	LineItem  *string `json:"line_item"`
	ProjectID *string `json:"project_id"`
}

type openAIUsage struct {
	InputTokens       *quantity `json:"input_tokens"`
	InputCached       quantity  `json:"input_cached_tokens"`
	InputCacheWrite   quantity  `json:"input_cache_write_tokens"`
	OutputTokens      quantity  `json:"output_tokens"`
	InputAudioTokens  quantity  `json:"input_audio_tokens"`
	OutputAudioTokens quantity  `json:"output_audio_tokens"`
	Requests          *quantity `json:"num_model_requests"`
	ProjectID         *string   `json:"project_id"`
	Model             *string   `json:"model"`
	Batch             *bool     `json:"batch"`
	ServiceTier       *string   `json:"service_tier"`
}

func decodeOpenAICosts(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAICost)
}

func decodeOpenAIUsage(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAIUsage)
}

func openAIPage[R any](p *page, body []byte, add func(time.Time, *R) error) (string, error) {
	var l list[openAIBucket[R]]
	if err := decodeJSON(body, &l); err != nil {
		return "", err
	}
	next, err := l.next()
	if err != nil {
		return "", err
	}
	for i := range *l.Data {
		b := &(*l.Data)[i]
		if b.StartTime == nil || b.EndTime == nil || b.Results == nil {
			return "", errors.New("bucket without start_time, end_time or results: the schema has changed")
		}
		start := time.Unix(*b.StartTime, 0)
		if err := p.bucket(start, time.Unix(*b.EndTime, 0)); err != nil {
			return "", err
		}
		for j := range *b.Results {
			if err := add(start, &(*b.Results)[j]); err != nil {
				return "", err
			}
		}
	}
	return next, nil
}

func (p *page) openAICost(start time.Time, r *openAICost) error {
	if r.Amount == nil {
		return errors.New("amount is missing: the schema has changed")
	}
	amount, err := p.amount(string(r.Amount.Value))
	if err != nil {
		return err
	}
	d := billed.Dimensions{Subaccount: or(r.ProjectID), Line: or(r.LineItem)}
	d.Model, d.Meter = openAILine(d.Line)
	return p.charge(start, d, amount, r.Amount.Currency)
}

// openAIKinds are the ends of line items whose meter is known. Costs cannot be grouped by model or meter; the line
// item, "gpt-4o-2024-08-06, cached input", has both.
var openAIKinds = map[string]meter.Meter{
	"input":        meter.Input,
	"cached input": meter.CacheRead,
	"output":       meter.Output,
	"audio input":  meter.InputAudio,
	"audio output": meter.OutputAudio,
}

// openAILine takes a line item apart. Lines of other forms, "file search tool calls", name no model.
func openAILine(line string) (model, kind string) {
	model, rest, ok := strings.Cut(line, ", ")
	if !ok || (!strings.Contains(rest, "input") && !strings.Contains(rest, "output")) {
		return "", ""
	}
	if m, ok := openAIKinds[rest]; ok {
		kind = m.String()
	}
	return model, kind
}

func (p *page) openAIUsage(start time.Time, r *openAIUsage) error {
	if r.InputTokens == nil || r.Requests == nil {
		return errors.New("input_tokens or num_model_requests is missing: the schema has changed")
	}
	d := billed.Dimensions{Subaccount: or(r.ProjectID), Model: or(r.Model), ServiceTier: openAITier(or(r.ServiceTier), r.Batch)}
	if err := p.count(start, d, true, r.Requests.Quantity); err != nil {
		return err
	}
	// input_tokens include cached ones and cache writes.
	input := r.InputTokens.Sub(r.InputCached.Quantity).Sub(r.InputCacheWrite.Quantity)
	for _, c := range []struct {
		meter, line string
		n           money.Quantity
	}{
		{meter.Input.String(), "", input},
		{meter.CacheRead.String(), "", r.InputCached.Quantity},
		{"", "input_cache_write_tokens", r.InputCacheWrite.Quantity},
		{meter.Output.String(), "", r.OutputTokens.Quantity},
		{meter.InputAudio.String(), "", r.InputAudioTokens.Quantity},
		{meter.OutputAudio.String(), "", r.OutputAudioTokens.Quantity},
	} {
		d.Meter, d.Line = c.meter, c.line
		if err := p.count(start, d, false, c.n); err != nil {
			return fmt.Errorf("tokens: %w", err)
		}
	}
	return nil
}

// openAITier says what our names for the tiers are; default is the standard tier.
func openAITier(tier string, batch *bool) string {
	switch {
	case batch != nil && *batch:
		return "batch"
	case tier == "default":
		return "standard"
	default:
		return tier
	}
}
