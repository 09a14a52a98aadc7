package rating

import (
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// applyReported records the cost that the telemetry carried, and takes it in place of the computed one
// when the provider itself stated it in the reporting currency. An instrumentation's estimate is
// only recorded.
func (r *Rater) applyReported(call *genai.Call, v *Verdict) {
	reported := &call.Reported
	if !reported.Present {
		return
	}
	v.Reported, v.HasReported = reported.Amount, true
	if r.includeUpstream {
		v.Reported = v.Reported.Add(reported.Upstream)
	}
	if !reported.ByProvider || v.Reported.Sign() < 0 || v.Reported.IsLimit() {
		return
	}
	if !strings.EqualFold(reportedCurrency(reported), r.currency) {
		v.ReportedReason = ledger.ReasonCurrency
		if v.Status == ledger.StatusUnpriced {
			v.Reason = ledger.ReasonCurrency
		}
		return
	}
	if v.Reported.IsZero() && v.Status == ledger.StatusNotBilled {
		return
	}
	v.take(v.Reported.UnitPrice(), call)
	v.settle(r.currency)
}

// reportedCurrency is the currency that a provider states its cost in; those that do not say so,
// OpenRouter among them, account in US dollars.
func reportedCurrency(reported *genai.Reported) string {
	if reported.Currency == "" {
		return defaultCurrency
	}
	return reported.Currency
}

// take replaces the computed cost by the reported one, which is the unit price of one request and
// rounded as one. The list prices stay the catalog's.
//
// The lines are scaled in proportion to what they cost, by the largest remainder. A unit price has 15
// decimals, so a line of many units cannot carry every share: what is left over, less than
// 1e-15 for each unit, goes to a line of one request. The lines add up to the reported cost exactly.
//
// Without a computed cost the request line carries all of it; the usage is kept at no price.
func (v *Verdict) take(reported money.UnitPrice, call *genai.Call) {
	total, _ := reported.Mul(oneRequest)
	if v.HasComputed {
		v.scale(total)
	} else {
		v.keepUsage(call)
		v.chargeRequest(reported, reported)
		v.List = total
	}
	v.Amount = total
	v.Source, v.Confidence, v.Doubts = ledger.SourceReported, ledger.ConfidenceExact, 0
}

func (v *Verdict) scale(total money.Amount) {
	rest := total
	for i, share := range v.shares(total) {
		line := &v.Lines[i]
		// A quantity with k decimals times a price with 15-k has 15: the rest is one request's price.
		line.Effective, _ = share.Per(line.Quantity, money.UnitPriceDecimals-line.Quantity.Decimals())
		line.Contracted = line.Effective
		cost, _ := line.EffectiveCost()
		rest = rest.Sub(cost)
	}
	if !rest.IsZero() {
		v.chargeRequest(rest.UnitPrice(), money.UnitPrice{})
	}
}

// keepUsage makes lines that cost nothing, so that the tokens of a call without a price are counted.
func (v *Verdict) keepUsage(call *genai.Call) {
	if !call.HasUsage || call.Invalid {
		return
	}
	for m := range meter.Meter(meter.Count) {
		if call.Usage[m].Sign() > 0 {
			v.Lines = append(v.Lines, ledger.Line{Meter: m, Quantity: call.Usage[m]})
		}
	}
}

// shares splits the total over the lines. Lines that all cost nothing tell nothing about shares.
func (v *Verdict) shares(total money.Amount) []money.Amount {
	costs := make([]money.Amount, len(v.Lines))
	for i := range v.Lines {
		costs[i], _ = v.Lines[i].EffectiveCost()
	}
	if v.Amount.IsZero() {
		return make([]money.Amount, len(v.Lines))
	}
	return money.Allocate(total, costs)
}

// chargeRequest adds prices to the line of one request, which is made when there is none.
func (v *Verdict) chargeRequest(effective, list money.UnitPrice) {
	at := slices.IndexFunc(v.Lines, func(l ledger.Line) bool {
		return l.Meter > meter.Request || l.Meter == meter.Request && l.Quantity == oneRequest
	})
	if at < 0 {
		at = len(v.Lines)
	}
	if at == len(v.Lines) || v.Lines[at].Meter != meter.Request {
		v.Lines = slices.Insert(v.Lines, at, ledger.Line{Meter: meter.Request, Quantity: oneRequest})
	}
	line := &v.Lines[at]
	line.Effective, line.List = line.Effective.Add(effective), line.List.Add(list)
	line.Contracted = line.Effective
}
