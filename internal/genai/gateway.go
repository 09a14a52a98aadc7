package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// readGateway reads what gateways add under gen_ai.
func (f *facts) readGateway(k string, v pcommon.Value) {
	switch k {
	case "cost.total_cost":
		f.reported(v, costTotal)
		f.call.Reported.Currency = usd
	case "cost.input_cost", "cost.output_cost":
		f.reportedPart(v)
	}
}

// readLiteLLM reads an attribute whose name begins with litellm.
func (f *facts) readLiteLLM(k string, v pcommon.Value) {
	switch k {
	case "cost.total":
		f.reported(v, costTotal)
		f.call.Reported.Currency = usd
	case "cache_hit":
		f.call.GatewayCacheHit = f.call.GatewayCacheHit || truth(v)
	}
}

// liteLLMHidden finds the cache flag in LiteLLM's hidden parameters. A cached answer still carries
// the cost of the answer that was cached.
func (f *facts) liteLLMHidden(v pcommon.Value) {
	s := v.Str()
	if len(s) > maxJSON {
		return
	}
	_, rest, ok := strings.Cut(s, `cache_hit"`)
	if !ok {
		return
	}
	rest = strings.TrimLeft(rest, " :\"")
	if len(rest) >= 4 && strings.EqualFold(rest[:4], "true") {
		f.call.GatewayCacheHit = true
	}
}
