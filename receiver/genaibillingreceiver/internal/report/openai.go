package report

import (
	"errors"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
)

// Source: OpenAI's API reference, "Usage", as the types of its SDK have it (PyPI openai 3.54.0,
// types/admin/organization/usage_*_response.py). The SDK asks for several groups as group_by[]=a&group_by[]=b
// (Querystring(array_format="brackets")). The schema says that amount.value is a number; the API has been seen to
// send it in quotes (github.com/steipete/CodexBar/issues/999), so both are read.

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
	LineItem     *string `json:"line_item"`
	ProjectID    *string `json:"project_id"`
	Quantity     decimal `json:"quantity"`
	QuantityUnit *string `json:"quantity_unit"`
}

func decodeOpenAICosts(p *page, body []byte) (string, error) {
	return openAIPage(p, body, p.openAICost)
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
	line := readOpenAILine(or(r.LineItem), or(r.QuantityUnit))
	c := billed.Charge{
		Dimensions: billed.Dimensions{
			Subaccount: or(r.ProjectID), Line: or(r.LineItem), Model: line.model, Meter: line.meter, ServiceTier: line.tier,
		},
		Amount: amount, Currency: r.Amount.Currency,
	}
	if err := p.openAIQuantity(&c, r); err != nil {
		return err
	}
	return p.charge(start, c)
}

// gibibyteHours are what storage is charged by.
const gibibyteHours = "GiB-Hours"

// openAIUnits are what quantities are of, and how many of them a unit is (cost_quantity_unit.py). The names are those
// of internal/focus, and for storage that of the FOCUS unit format.
var openAIUnits = map[string]struct {
	name  string
	block int64
}{
	"tokens":           {"Tokens", 1},
	"1000_tokens":      {"Tokens", 1000},
	"characters":       {"Characters", 1},
	"images":           {"Images", 1},
	"duration_seconds": {"Seconds", 1},
	"duration_minutes": {"Seconds", 60},
	"duration_hours":   {"Seconds", 3600},
	"gibibyte_hours":   {gibibyteHours, 1},
}

// openAIQuantity adds how much was charged for. Lines that no single unit applies to have none; units that the SDK does not
// know are left out, because what they count could only be guessed.
func (p *page) openAIQuantity(c *billed.Charge, r *openAICost) error {
	unit, ok := openAIUnits[or(r.QuantityUnit)]
	if !ok || r.Quantity == "" {
		return nil
	}
	quantity, err := p.units(string(r.Quantity), unit.block)
	c.Quantity, c.Unit = quantity, unit.name
	return err
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
