package dedup

import (
	"cmp"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Describe fills in all that a call says about itself. The identity of the record, its process and its
// scope are the caller's to set, as are Gateway and OtherSignal where configuration decides them. The
// canonical model name makes an alias and its dated version the same model; without one the call's own
// spelling is taken.
func (it *Item) Describe(call *genai.Call, canonicalModel string) {
	it.Start = call.Start.UnixNano()
	it.End = it.Start + int64(call.Duration)
	it.Response = Hash(call.ResponseID)
	it.Model = Hash(cmp.Or(canonicalModel, call.ResponseModel, call.RequestModel))
	it.Role, it.HasUsage, it.Failed = call.Role, call.HasUsage, call.ErrorType != ""
	it.Gateway = it.Gateway || call.Profile.Gateway
	if call.HasUsage {
		it.Inexact = call.Gaps.Inexact()
		it.Input = tokens(call.Usage.InputSize())
		it.Uncached = tokens(call.Usage[meter.Input])
		it.Output = tokens(call.Usage.OutputSize())
	}
}

func tokens(q money.Quantity) int64 {
	n, _ := q.Int64()
	return n
}
