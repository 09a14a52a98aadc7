package pricing

import (
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// Explain tells step by step how a call's model was found and how the unit prices of what it used came
// about, or why there are none.
func (e *Engine) Explain(c *Call) []string {
	l := e.lookup(c)
	switch {
	case l == nil:
		return []string{"model: the call names none"}
	case l.offer == nil:
		return []string{"model: " + l.model + " is not in the catalog, nor is it under the provider's fallbacks"}
	}
	p := e.Price(c)
	steps := []string{"model: " + l.model + " is " + l.entry.provider.id + "/" + l.entry.model.ID + " (" + l.rule + ")"}
	if p.Region != "" && p.Region != c.Region {
		steps = append(steps, "region: "+p.Region+", from the model's name or deployment")
	}
	if p.TierAssumed {
		steps = append(steps, "service tier: no price for "+c.ServiceTier+", standard rates taken")
	}
	if p.SpeedAssumed {
		steps = append(steps, "speed: no price for "+c.Speed+", standard rates taken")
	}
	if p.Sheet == nil {
		return append(steps, e.missing(c, l, &p))
	}
	steps = append(steps, used(p.Sheet.Trace(), c.Usage)...)
	if p.Upper != nil {
		steps = append(steps, "above "+p.Threshold.String()+":")
		steps = append(steps, used(p.Upper.Trace(), c.Usage)...)
	}
	return steps
}

// missing says what keeps a known model from having a price.
func (e *Engine) missing(c *Call, l *lookup, p *Price) string {
	made := e.selectSheet(c, l, p)
	switch {
	case made == nil:
		return "no price list holds at " + c.Time.UTC().Format(time.RFC3339)
	case made.sheet == nil:
		return "no exchange rate into " + e.reporting + " within a week before " + c.Time.UTC().Format(time.DateOnly)
	}
	var names []string
	for _, m := range made.unknown {
		if !c.Usage[m].IsZero() {
			names = append(names, meter.Meter(m).String())
		}
	}
	return "no rate for " + strings.Join(names, ", ") + " at " + made.sheet.ID
}

// used drops the lines of meters that a call did not use.
func used(trace []string, usage *meter.Usage) []string {
	if usage == nil || usage.IsZero() {
		return trace
	}
	var out []string
	for _, line := range trace {
		name, _, _ := strings.Cut(line, ":")
		if m, ok := meter.Parse(name); !ok || !usage[m].IsZero() {
			out = append(out, line)
		}
	}
	return out
}
