package rating

import (
	"strings"

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
// When the client gave up waiting, the provider may have worked, and billed, to the end: that is not
// known, so it is not called free.
func neverBilled(call *genai.Call) bool {
	return call.ErrorType != "" && !call.OutputStarted && !gaveUp(call.ErrorType)
}

// giveUps are parts of the names that SDKs give to errors of the client's own making: a deadline, a
// cancelled request, an aborted connection. HTTP 499 is the same seen from a proxy.
//
// Sources: Python asyncio and httpx (TimeoutError, CancelledError, ReadTimeout), the OpenAI and Anthropic SDKs
// (APITimeoutError, APIUserAbortError), JavaScript (AbortError), Go (context canceled, context deadline
// exceeded), gRPC (CANCELLED, DEADLINE_EXCEEDED).
var giveUps = []string{"timeout", "timed out", "cancel", "deadline", "abort"}

func gaveUp(errorType string) bool {
	if errorType == "499" {
		return true
	}
	for _, part := range giveUps {
		if containsFold(errorType, part) {
			return true
		}
	}
	return false
}

// containsFold is strings.Contains without regard to case and without an allocation. Error types
// are short; what lies beyond the first 256 bytes is not one.
func containsFold(s, part string) bool {
	s = s[:min(len(s), 256)]
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
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
