package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// handledElsewhere are price fields that are not plain rates per token.
var handledElsewhere = map[string]bool{
	"provider_specific_entry": true, "tiered_pricing": true, "off_peak_pricing": true,
	"regional_processing_uplift_multiplier_us": true, "regional_processing_uplift_multiplier_eu": true,
	"regional_endpoint_uplift_multiplier": true, "search_context_cost_per_query": true, "search_free_requests": true,
	"input_cost_per_second": true, "output_cost_per_second": true, "input_cost_per_query": true,
	"input_cost_per_request": true, "ocr_cost_per_page": true, "input_cost_per_character": true,
	"output_cost_per_image": true, "input_cost_per_image": true, "code_interpreter_cost_per_session": true,
	"file_search_cost_per_1k_calls": true, "output_cost_per_video_per_second": true, "input_cost_per_audio_per_second": true,
	"output_cost_per_character": true,
}

// special reads what changes the price of all tokens: uplifts, ranges and hours.
func (c *liteLLMCard) special(fields map[string]node) error {
	return errors.Join(
		c.uplift(fields, "regional_processing_uplift_multiplier_us", "residency_us", pricing.Condition{Region: []string{"us"}}),
		c.uplift(fields, "regional_processing_uplift_multiplier_eu", "residency_eu", pricing.Condition{Region: []string{"eu"}}),
		c.uplift(fields, "regional_endpoint_uplift_multiplier", "regional", pricing.Condition{NotRegion: []string{"global"}}),
		c.providerSpecific(fields["provider_specific_entry"]),
		c.tieredPricing(fields["tiered_pricing"]),
		c.offPeakPricing(fields["off_peak_pricing"]),
	)
}

func (c *liteLLMCard) uplift(fields map[string]node, key, name string, when pricing.Condition) error {
	n, ok := fields[key]
	if !ok || n.isNull() {
		return nil
	}
	factor, err := n.number()
	if err != nil || factor.sign() <= 0 {
		return fmt.Errorf("%s: %s is not a multiplier", key, n.raw)
	}
	c.multiply(name, when, factor)
	return nil
}

func (c *liteLLMCard) multiply(name string, when pricing.Condition, factor decimal) {
	if factor.cmp(mustDecimal("1")) == 0 {
		return
	}
	c.variants = append(c.variants, pricing.Variant{
		Name: name, When: when, Multipliers: pricing.Multipliers{"tokens": factor.String()},
	})
}

// providerSpecific reads Anthropic's multipliers: `fast` for the speed, two letters for the
// geography that inference stays in. Other members are not about prices.
func (c *liteLLMCard) providerSpecific(n node) error {
	if n.kind() != '{' {
		return nil
	}
	members, err := c.at.doc.object(n)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.key != "fast" && len(m.key) != 2 {
			continue
		}
		factor, err := m.number()
		if err != nil || factor.sign() <= 0 {
			return fmt.Errorf("provider_specific_entry.%s: %s is not a multiplier", m.key, m.raw)
		}
		if m.key == "fast" {
			c.multiply("fast", pricing.Condition{Speed: []string{"fast"}}, factor)
		} else {
			c.multiply("residency_"+m.key, pricing.Condition{Region: []string{m.key}}, factor)
		}
	}
	return nil
}

// tieredPricing reads a table of ranges lo < n <= hi, which replaces all other token rates.
func (c *liteLLMCard) tieredPricing(n node) error {
	if n.kind() != '[' {
		return nil
	}
	elements, err := c.at.doc.array(n)
	if err != nil {
		return err
	}
	byThreshold := map[int64]tierRates{}
	for _, element := range elements {
		tier, ok, err := c.rangeTier(element.node)
		if err != nil {
			return fmt.Errorf("tiered_pricing: %w", err)
		}
		if ok {
			byThreshold[tier.threshold] = tier
		}
	}
	tiers := sortedTiers(byThreshold)
	if len(tiers) == 0 {
		return nil
	}
	if tiers[0].threshold != 0 {
		return fmt.Errorf("tiered_pricing: the first range begins at %d, not at 0", tiers[0].threshold)
	}
	c.level("").base = c.level("").base.with(tiers[0].rates)
	c.ranges = tiers[1:]
	return nil
}

func (c *liteLLMCard) rangeTier(n node) (tierRates, bool, error) {
	members, err := c.at.doc.object(n)
	if err != nil {
		return tierRates{}, false, err
	}
	low, found := int64(0), false
	own, err := nestedRates(members, func(m member) {
		if m.key != "range" {
			c.at.unexpressed("tiered_pricing."+m.key, string(m.raw), "the table is not by tokens")
			return
		}
		low, found = c.rangeStart(m.node)
	})
	return tierRates{threshold: low, rates: own}, found && len(own) > 0, err
}

func (c *liteLLMCard) rangeStart(n node) (int64, bool) {
	bounds, err := c.at.doc.array(n)
	if err != nil || len(bounds) != 2 {
		return 0, false
	}
	low, err := bounds[0].number()
	if err != nil || low.exp < 0 || low.sign() < 0 || !low.rat().Num().IsInt64() {
		return 0, false
	}
	return low.rat().Num().Int64(), true
}

// offPeak are rates that replace all others, thresholds included, at certain hours.
type offPeak struct {
	rates   rates
	windows []pricing.Window
}

func (o *offPeak) variant(base card) pricing.Variant {
	flat := card{rates: base.rates.tokens().with(o.rates)}
	if !hasMeter(o.rates, meter.Reasoning) && !hasMeter(base.rates, meter.Reasoning) {
		delete(flat.rates, meter.Reasoning)
	}
	return flat.variant(base, "off_peak", pricing.Condition{Windows: o.windows})
}

func (c *liteLLMCard) offPeakPricing(n node) error {
	if n.kind() != '{' {
		return nil
	}
	members, err := c.at.doc.object(n)
	if err != nil {
		return err
	}
	block := map[string]node{}
	own, err := nestedRates(members, func(m member) { block[m.key] = m.node })
	if err != nil {
		return fmt.Errorf("off_peak_pricing: %w", err)
	}
	o := &offPeak{rates: own}
	if o.windows, err = c.windows(block["hours_utc"], nil); err != nil {
		return err
	}
	if zone, ok := block["weekday_timezone"].text(); ok && zone != "UTC" && len(block["windows"].raw) > 0 {
		c.at.unexpressed("off_peak_pricing.weekday_timezone", zone, "hours are in UTC and weekdays in another zone; weekdays are taken in UTC")
	}
	if block["windows"].kind() == '[' {
		rules, err := c.at.doc.array(block["windows"])
		if err != nil {
			return err
		}
		for _, rule := range rules {
			windows, err := c.weekdayWindows(rule.node)
			if err != nil {
				return err
			}
			o.windows = append(o.windows, windows...)
		}
	}
	if len(o.windows) > 0 && len(own) > 0 {
		c.offPeak = o
	}
	return nil
}

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (c *liteLLMCard) weekdayWindows(n node) ([]pricing.Window, error) {
	members, err := c.at.doc.object(n)
	if err != nil {
		return nil, err
	}
	var hours node
	var days []string
	for _, m := range members {
		switch m.key {
		case "hours_utc":
			hours = m.node
		case "weekdays":
			if days, err = c.weekdayNames(m.node); err != nil {
				return nil, err
			}
		}
	}
	return c.windows(hours, days)
}

func (c *liteLLMCard) weekdayNames(n node) ([]string, error) {
	elements, err := c.at.doc.array(n)
	if err != nil {
		return nil, err
	}
	var days []string
	for _, e := range elements {
		day, err := e.number()
		if err != nil || day.exp < 0 || day.cmp(mustDecimal("1")) < 0 || day.cmp(mustDecimal("7")) > 0 {
			return nil, fmt.Errorf("off_peak_pricing: weekday %s is not 1 (Monday) to 7", e.raw)
		}
		days = append(days, weekdays[day.rat().Num().Int64()-1])
	}
	return days, nil
}

// windows reads one "HH:MM-HH:MM" or a list of them. The same time twice is the whole day.
func (c *liteLLMCard) windows(n node, days []string) ([]pricing.Window, error) {
	var texts []string
	if s, ok := n.text(); ok {
		texts = []string{s}
	} else if n.kind() == '[' {
		elements, err := c.at.doc.array(n)
		if err != nil {
			return nil, err
		}
		for _, e := range elements {
			s, _ := e.text()
			texts = append(texts, s)
		}
	}
	var out []pricing.Window
	for _, text := range texts {
		from, to, ok := strings.Cut(text, "-")
		if !ok || len(from) != 5 || len(to) != 5 {
			return nil, fmt.Errorf("off_peak_pricing: %q is not HH:MM-HH:MM", text)
		}
		if to == "00:00" {
			to = "24:00"
		}
		out = append(out, pricing.Window{Weekdays: slices.Clone(days), From: from, To: to})
	}
	return out, nil
}
