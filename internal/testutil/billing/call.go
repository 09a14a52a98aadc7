package billing

import (
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

// Call is one call that a provider charged for.
type Call struct {
	Provider, RequestModel, ResponseModel string
	Tier, Region                          string
	Usage                                 meter.Usage
	// Charged is what the provider itself said that the call cost; nil for most.
	Charged *big.Rat
}

// Calls returns the calls that were charged.
func Calls(t captures.Truth) []Call {
	var calls []Call
	for _, c := range t.Billable() {
		call := Call{
			Provider: t.Provider, RequestModel: c.RequestModel, ResponseModel: c.ResponseModel,
			Tier: c.ServiceTier, Region: c.InferenceGeo, Usage: c.Usage,
		}
		// One client made the captures of OpenAI and of those that speak its API.
		if strings.HasPrefix(c.Path, "/openai/deployments/") {
			call.Provider = "azure.ai.openai"
		}
		if c.Cost != nil {
			call.Provider, call.Charged = "openrouter", c.Cost.Rat()
		}
		calls = append(calls, call)
	}
	return calls
}
