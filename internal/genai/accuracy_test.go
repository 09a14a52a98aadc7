package genai_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/captures"
)

// TestNothingIsSilentlyWrong prices every call of the corpus that a span tells of, and the call that the
// provider billed, at the builtin catalog: an exact cost is the billed one, a bound is on its side.
func TestNothingIsSilentlyWrong(t *testing.T) {
	p := newPricer(t)
	reader := genai.NewReader()
	cases, err := captures.Load("../../testdata/captures")
	require.NoError(t, err)
	seen := map[ledger.Confidence]int{}
	for _, c := range cases {
		for _, rs := range c.Traces.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				scope := reader.Scope(ss.Scope())
				for _, span := range ss.Spans().All() {
					seen[p.check(t, c, scope, span)]++
				}
			}
		}
	}
	t.Logf("confidence of spans: %v", seen)
	assert.Positive(t, seen[ledger.ConfidenceExact])
	assert.Positive(t, seen[ledger.ConfidenceLowerBound])
	assert.Positive(t, seen[ledger.ConfidenceEstimated])
}

type pricer struct {
	engine *pricing.Engine
	rater  *rating.Rater
}

func newPricer(t *testing.T) *pricer {
	files, err := catalog.Files()
	require.NoError(t, err)
	compiled, err := pricing.Compile(files...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(t, err)
	return &pricer{engine: engine, rater: rating.New(rating.Options{})}
}

func (p *pricer) rate(call *genai.Call) rating.Verdict {
	var what pricing.Call
	rating.Describe(call, &what)
	price := p.engine.Price(&what)
	var v rating.Verdict
	p.rater.Rate(call, &price, &v)
	return v
}

// billed is what the provider charged.
func (p *pricer) billed(c captures.Case, api captures.APICall, like *genai.Call) money.Amount {
	if api.Cost != nil {
		return *api.Cost
	}
	v := p.rate(&genai.Call{
		Role: genai.RoleCall, Provider: c.Truth.Provider, RequestModel: api.RequestModel, ResponseModel: api.ResponseModel,
		ServiceTier: api.ServiceTier, Region: api.InferenceGeo, Start: like.Start,
		Usage: api.Usage, HasUsage: true, Profile: like.Profile,
	})
	return v.Amount
}

func (p *pricer) check(t *testing.T, c captures.Case, scope *genai.ScopeReader, span ptrace.Span) ledger.Confidence {
	var call genai.Call
	if scope.ReadSpan(span, &call) != genai.RoleCall {
		return ""
	}
	v := p.rate(&call)
	id := c.ID() + " " + span.Name()
	if c.Truth.BillableCalls == 0 {
		assert.Equal(t, ledger.StatusNotBilled, v.Status, id)
		return ""
	}
	if v.Status != ledger.StatusPriced {
		assert.Equal(t, ledger.StatusUnpriced, v.Status, id)
		return ""
	}
	// A span of a case with several calls tells of one of them.
	right := false
	for _, api := range c.Truth.Billable() {
		right = right || honest(v.Confidence, v.Amount.Cmp(p.billed(c, api, &call)))
	}
	assert.True(t, right, "%s costs %s %s, which was not billed; gaps: %s", id, v.Confidence, v.Amount, call.Gaps)
	return v.Confidence
}

// honest reports whether a confidence covers a cost that is over, at or under what was billed.
func honest(c ledger.Confidence, over int) bool {
	switch c {
	case ledger.ConfidenceExact:
		return over == 0
	case ledger.ConfidenceUpperBound:
		return over >= 0
	case ledger.ConfidenceLowerBound:
		return over <= 0
	default:
		return true
	}
}
