package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// explanation is how one record's cost came about.
type explanation struct {
	Name    string `json:"name"`
	SpanID  string `json:"span_id,omitempty"`
	TraceID string `json:"trace_id,omitempty"`
	Scope   string `json:"scope"`
	Profile string `json:"profile"`
	// Attributes are those that say something about the price.
	Attributes []attribute  `json:"attributes"`
	Call       string       `json:"call"`
	Usage      string       `json:"usage,omitempty"`
	Gaps       string       `json:"gaps,omitempty"`
	NotTold    []string     `json:"not_told,omitempty"`
	Reported   string       `json:"reported,omitempty"`
	Price      *priceAnswer `json:"price"`
}

type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// explainRecords judges all records as the processor judges a batch.
func explainRecords(engine *pricing.Engine, records []record) []explanation {
	prices := make([]pricing.Price, len(records))
	items := make([]dedup.Item, len(records))
	for i := range records {
		if records[i].call.Role.IsCall() {
			prices[i] = engine.Price(records[i].query())
		}
		items[i] = records[i].item(prices[i].Model)
	}
	verdicts := make([]dedup.Verdict, len(records))
	dedup.New(dedup.NewDefaultConfig(), time.Now).Resolve(items, verdicts)
	rater := rating.New(rating.Options{Currency: engine.Info().Currency})
	out := make([]explanation, 0, len(records))
	for i := range records {
		out = append(out, records[i].explain(engine, rater, &prices[i], verdicts[i]))
	}
	return out
}

func (r *record) query() *pricing.Call {
	query := new(pricing.Call)
	r.payer.describe(query)
	rating.Describe(&r.call, query)
	return query
}

func (r *record) item(canonicalModel string) dedup.Item {
	it := dedup.Item{Trace: r.trace, Span: r.span, Parent: r.parent, Process: r.process, Scope: dedup.Hash(r.scopeName)}
	it.Describe(&r.call, canonicalModel)
	return it
}

func (r *record) explain(engine *pricing.Engine, rater *rating.Rater, price *pricing.Price, resolved dedup.Verdict) explanation {
	e := explanation{
		Name: r.name, SpanID: hexOrEmpty(r.span[:]), TraceID: hexOrEmpty(r.trace[:]), Scope: r.scope,
		Profile: r.call.Profile.Name, Attributes: r.attributes, Call: describeCall(&r.call), Gaps: r.call.Gaps.String(), NotTold: notTold(r.call.Gaps),
		Usage: describeUsage(&r.call), Reported: describeReported(&r.call.Reported),
	}
	verdict := new(rating.Verdict)
	switch {
	case resolved.IsDuplicate():
		verdict.Status, verdict.Reason, verdict.Model = ledger.StatusDuplicate, resolved.Reason(), price.Model
	case resolved == dedup.Aggregate:
		verdict.Status, verdict.Reason = ledger.StatusAggregate, r.call.AggregateReason()
	default:
		rater.Rate(&r.call, price, verdict)
		e.Price = answerOf(verdict)
		e.Price.Steps = stepsFor(engine.Explain(r.query()), &r.call.Usage)
		return e
	}
	e.Price = answerOf(verdict)
	return e
}

// stepsFor leaves out the steps about meters that were not used.
func stepsFor(steps []string, usage *meter.Usage) []string {
	return slices.DeleteFunc(steps, func(step string) bool {
		name, _, ok := strings.Cut(step, ":")
		m, known := meter.Parse(name)
		return ok && known && usage[m].IsZero()
	})
}

var roleNames = map[genai.Role]string{
	genai.RoleCall:      "a model call",
	genai.RoleAgentCall: "an agent call",
	genai.RoleAggregate: "surrounds or repeats calls",
	genai.RoleOther:     "no model call",
}

func describeCall(c *genai.Call) string {
	parts := []string{roleNames[c.Role]}
	for _, p := range []attribute{
		{"provider", c.Provider},
		{"response model", c.ResponseModel},
		{"request model", c.RequestModel},
		{"service tier", c.ServiceTier},
		{"requested tier", c.RequestedTier},
		{"speed", c.Speed},
		{"region", c.Region},
		{"deployment", c.Deployment},
		{"error", c.ErrorType},
	} {
		if p.Value != "" {
			parts = append(parts, p.Key+" "+p.Value)
		}
	}
	if !c.Start.IsZero() {
		parts = append(parts, "at "+c.Start.UTC().Format(time.RFC3339))
	}
	return strings.Join(parts, ", ")
}

func describeUsage(c *genai.Call) string {
	if !c.HasUsage {
		return ""
	}
	var parts []string
	for m := range meter.Meter(meter.Count) {
		if !c.Usage[m].IsZero() {
			parts = append(parts, m.String()+" "+c.Usage[m].String())
		}
	}
	return strings.Join(parts, ", ") + describeInput(&c.Usage)
}

// describeInput adds the input up that was taken apart, so that it is seen whether the attributes counted cached
// tokens within it or beside it.
func describeInput(usage *meter.Usage) string {
	var total money.Quantity
	kinds := 0
	for m := range meter.Meter(meter.Count) {
		if m.IsToken() && m.IsInput() && !usage[m].IsZero() {
			total = total.Add(usage[m])
			kinds++
		}
	}
	if kinds < 2 {
		return ""
	}
	return "; all input " + total.String()
}

func describeReported(r *genai.Reported) string {
	if !r.Present {
		return ""
	}
	by := "the instrumentation"
	if r.ByProvider {
		by = "the provider"
	}
	return fmt.Sprintf("%s %s, by %s", r.Amount, r.Currency, by)
}
