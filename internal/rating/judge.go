package rating

import (
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// judge says whether the call can be priced, and if not, what it is instead. Usage decides before the
// error does: what was used is billed whatever became of the call afterwards.
func judge(call *genai.Call, price *pricing.Price) (ledger.Status, ledger.Reason) {
	switch {
	case call.Invalid:
		return ledger.StatusUnpriced, ledger.ReasonInvalidUsage
	case !used(call) && neverBilled(call):
		return ledger.StatusNotBilled, ledger.ReasonError
	case !used(call) && !chargesOnlyRequests(price):
		return ledger.StatusUnpriced, ledger.ReasonNoUsage
	case price.Reason != "":
		return ledger.StatusUnpriced, price.Reason
	case price.Sheet == nil:
		return ledger.StatusUnpriced, ledger.ReasonUnknownModel
	default:
		return ledger.StatusPriced, ""
	}
}

func used(call *genai.Call) bool { return call.HasUsage && !call.Usage.IsZero() }

// neverBilled reports whether a call without usage failed before its provider had anything to bill.
// When the client gave up waiting, or lost the provider, the answer may have been made and billed to
// the end: that is not known, so it is not called free.
func neverBilled(call *genai.Call) bool {
	return call.ErrorType != "" && !call.OutputStarted && !call.Interrupted
}

// chargesOnlyRequests reports whether the price is one per request and nothing else, so that it is
// known without any usage.
func chargesOnlyRequests(price *pricing.Price) bool {
	if price.Sheet == nil || !price.Sheet.Rates[meter.Request].Known {
		return false
	}
	for m := range meter.Meter(meter.Count) {
		if m != meter.Request && price.Sheet.Rates[m].Known {
			return false
		}
	}
	return true
}
