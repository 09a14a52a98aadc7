package genaicostprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// The names of the OpenTelemetry draft for cost on a span, semantic-conventions-genai pull
// request 443. Its text keeps collector-side enrichment out of them, hence opt-in.
const (
	semconvCostAmount   = "gen_ai.usage.cost.amount"
	semconvCostCurrency = "gen_ai.usage.cost.currency"
	semconvCostSource   = "gen_ai.usage.cost.source"
)

const semconvProvider = "gen_ai.provider.name"

// writer puts verdicts on records.
type writer struct {
	detail  Detail
	semconv bool
	// dimensions in the attributor's order.
	dimensions []dimensionNames
}

// dimensionNames are the attributes of one dimension.
type dimensionNames struct{ value, allocation, shares string }

func newWriter(cfg *Config, attributor *attribution.Attributor) *writer {
	w := &writer{detail: cfg.Detail, semconv: cfg.EmitSemconvCost}
	for _, name := range attributor.Names() {
		w.dimensions = append(w.dimensions, dimensionNames{
			value: ledger.Prefix + name, allocation: ledger.AllocationPrefix + name, shares: ledger.SharesPrefix + name,
		})
	}
	return w
}

// write puts the verdict and the dimensions' values on a record.
func (w *writer) write(r *record, v *rating.Verdict, catalog string, t *texts) {
	attrs := r.attrs
	attrs.EnsureCapacity(attrs.Len() + w.growth(r, v))
	w.writeMoney(attrs, v, t)
	if w.detail != DetailMinimal {
		w.writeOrigin(attrs, v)
		writeProvider(r)
		putNonEmpty(attrs, ledger.AttrBillingAccount, r.account.Account)
		putNonEmpty(attrs, ledger.AttrBillingSubaccount, r.account.Subaccount)
		for i := range r.answer.Values {
			w.writeDimension(attrs, i, &r.answer.Values[i])
		}
	}
	if w.detail == DetailFull {
		writeParts(attrs, v, catalog)
	}
	if w.semconv && isBilled(v) {
		attrs.PutDouble(semconvCostAmount, v.Amount.Float64())
		attrs.PutStr(semconvCostCurrency, v.Currency)
		attrs.PutStr(semconvCostSource, "local")
	}
}

// growth is how many attributes the verdict will add. Growing the attribute slice costs more than all
// else that is written, so it is done once, by no more than is needed: what still fits
// into the room that decoding left costs nothing.
func (w *writer) growth(r *record, v *rating.Verdict) int {
	n := 1 + one(v.Reason != "") + one(!v.Savings.IsZero())
	billed := isBilled(v)
	if billed {
		n += 4
	}
	if w.detail != DetailMinimal {
		n += w.dimensionGrowth(r) + one(v.Source != "") + one(v.PricingID != "") + one(v.PricingID != "" && v.Match != pricing.MatchExact) +
			one(r.call.ProviderUnstated) + one(v.Model != "") + one(v.Version != "") + one(v.HasReported) +
			one(r.account.Account != "") + one(r.account.Subaccount != "")
	}
	if w.detail == DetailFull {
		n += 2 + len(v.Lines)
	}
	return n + 3*one(w.semconv && billed)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// isBilled reports whether the verdict carries an amount, be it zero.
func isBilled(v *rating.Verdict) bool {
	return v.Status == ledger.StatusPriced || v.Status == ledger.StatusFree
}

func (w *writer) writeMoney(attrs pcommon.Map, v *rating.Verdict, t *texts) {
	attrs.PutStr(ledger.AttrStatus, string(v.Status))
	if v.Reason != "" {
		attrs.PutStr(ledger.AttrReason, string(v.Reason))
	}
	if !isBilled(v) {
		return
	}
	attrs.PutDouble(ledger.AttrAmount, v.Amount.Float64())
	attrs.PutStr(ledger.AttrCurrency, v.Currency)
	attrs.PutStr(ledger.AttrConfidence, string(v.Confidence))
	t.scratch = ledger.AppendLines(t.scratch[:0], v.Lines)
	attrs.PutStr(ledger.AttrLines, t.take())
	if !v.Savings.IsZero() {
		t.scratch = ledger.AppendSavings(t.scratch[:0], v.Savings)
		attrs.PutStr(ledger.AttrSavings, t.take())
	}
}

// writeOrigin says what the price was taken from.
func (w *writer) writeOrigin(attrs pcommon.Map, v *rating.Verdict) {
	putNonEmpty(attrs, ledger.AttrSource, string(v.Source))
	putNonEmpty(attrs, ledger.AttrPricingID, v.PricingID)
	putNonEmpty(attrs, ledger.AttrModelName, v.Model)
	putNonEmpty(attrs, ledger.AttrModelVersion, v.Version)
	if v.PricingID != "" && v.Match != pricing.MatchExact {
		attrs.PutStr(ledger.AttrPricingMatch, v.Match.String())
	}
	if v.HasReported {
		attrs.PutDouble(ledger.AttrReportedAmount, v.Reported.Float64())
	}
}

// writeProvider names the provider of a record that does not, as the log events of coding agents: without it
// their cost would have no provider in any backend. What a record does say is never changed, and what
// only follows from the model's name is not written: it would no longer look like a guess.
func writeProvider(r *record) {
	if r.call.ProviderUnstated && r.call.Role.IsCall() {
		r.attrs.PutStr(semconvProvider, pricing.CanonicalProvider(r.call.Provider))
	}
}

func putNonEmpty(attrs pcommon.Map, key, value string) {
	if value != "" {
		attrs.PutStr(key, value)
	}
}

// costAttributes are the names of finops.cost.<meter>.
var costAttributes = func() (names [meter.Count]string) {
	for i := range names {
		names[i] = ledger.CostPrefix + meter.Meter(i).String()
	}
	return names
}()

// writeParts breaks the amount down by meter. A meter may have several lines (graduated
// tiers); they are summed exactly before they become a double.
func writeParts(attrs pcommon.Map, v *rating.Verdict, catalog string) {
	if !isBilled(v) {
		return
	}
	var parts [meter.Count]money.Amount
	var used [meter.Count]bool
	for _, line := range v.Lines {
		if cost, ok := line.Effective.Mul(line.Quantity); ok {
			parts[line.Meter], used[line.Meter] = parts[line.Meter].Add(cost), true
		}
	}
	for m, ok := range used {
		if ok {
			attrs.PutDouble(costAttributes[m], parts[m].Float64())
		}
	}
	attrs.PutDouble(ledger.AttrListAmount, v.List.Float64())
	attrs.PutStr(ledger.AttrPricingCatalog, catalog)
}

func removeResults(attrs pcommon.Map) {
	attrs.RemoveIf(func(key string, _ pcommon.Value) bool { return ledger.IsResult(key) })
}
