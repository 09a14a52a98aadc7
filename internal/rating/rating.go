package rating

import (
	"fmt"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Pricer finds the price of a call; *pricing.Engine is one.
type Pricer interface {
	Price(call *pricing.Call) pricing.Price
}

// BYOK says what becomes of the cost that an upstream provider charged to the customer's own key when a
// gateway reports it beside its own charge.
type BYOK string

const (
	// BYOKExclude leaves it out: the upstream provider bills it, and its own telemetry or bill has it.
	BYOKExclude BYOK = "exclude"
	// BYOKInclude adds it to the reported cost.
	BYOKInclude BYOK = "include"
)

// Validate refuses values other than exclude and include; empty means exclude.
func (b BYOK) Validate() error {
	switch b {
	case "", BYOKExclude, BYOKInclude:
		return nil
	default:
		return fmt.Errorf("unknown value %q; use %s or %s", string(b), BYOKExclude, BYOKInclude)
	}
}

// Options of a [Rater].
type Options struct {
	// Currency is the reporting currency that the prices are in, ISO 4217. Default USD.
	Currency string
	// BYOK is about the upstream part of reported costs. Default exclude.
	BYOK BYOK
}

const defaultCurrency = "USD"

// Rater rates calls.
type Rater struct {
	currency        string
	includeUpstream bool
}

// New returns a rater with the given options.
func New(o Options) *Rater {
	r := &Rater{currency: strings.ToUpper(o.Currency), includeUpstream: o.BYOK == BYOKInclude}
	if r.currency == "" {
		r.currency = defaultCurrency
	}
	return r
}

// Verdict is what was found about one call. Its zero value is ready for [Rater.Rate].
type Verdict struct {
	Status ledger.Status
	// Reason is empty when the call is priced.
	Reason ledger.Reason
	// Confidence, Currency, Lines, Amount, List, Savings and Source are set when the status
	// has an amount, else empty.
	Confidence ledger.Confidence
	Currency   string
	// Lines are valid until the verdict is used again.
	Lines ledger.Lines
	// Amount is the sum of the lines' effective costs, List that of their list costs.
	Amount, List money.Amount
	Savings      ledger.Savings
	Source       ledger.CostSource
	// Doubts are the rules that lowered the confidence.
	Doubts Doubts

	// PricingID, Match, Model and Version say which price was taken.
	PricingID      string
	Match          pricing.Match
	Model, Version string

	// Reported is the cost that the telemetry carried, in its own currency, when HasReported.
	Reported    money.Amount
	HasReported bool
	// ReportedReason says why a cost that the provider reported was not taken: currency.
	ReportedReason ledger.Reason
	// Computed is the cost by the catalog, when HasComputed. It is Amount unless a
	// reported cost was taken.
	Computed    money.Amount
	HasComputed bool

	// assumed has a bit for each meter whose rate is a stand-in.
	assumed meterSet
}

// meterSet is a set of meters.
type meterSet uint32

func (s *meterSet) add(m meter.Meter)   { *s |= 1 << m }
func (s meterSet) has(of meterSet) bool { return s&of != 0 }
func metersOf(ms ...meter.Meter) meterSet {
	var s meterSet
	for _, m := range ms {
		s.add(m)
	}
	return s
}

// Describe fills in what a pricer needs to know of the call. Team, cost center and account are left
// as they are.
func Describe(call *genai.Call, out *pricing.Call) {
	out.Provider = call.Provider
	out.ResponseModel, out.RequestModel = call.ResponseModel, call.RequestModel
	out.Time = call.Start
	out.ServiceTier = serviceTier(call)
	out.Speed, out.Region, out.Deployment = call.Speed, call.Region, call.Deployment
	out.Usage = &call.Usage
}

// serviceTier is the tier that served the call, or else the one asked for.
func serviceTier(call *genai.Call) string {
	if call.ServiceTier != "" {
		return call.ServiceTier
	}
	return call.RequestedTier
}

// Rate puts into v what the call cost at that price. It overwrites all of v and keeps nothing of the
// call.
func (r *Rater) Rate(call *genai.Call, price *pricing.Price, v *Verdict) {
	v.reset(price)
	switch {
	case call.Role == genai.RoleAggregate || call.Role == genai.RoleOther:
		v.Status, v.Reason = ledger.StatusAggregate, call.Reason
	case call.GatewayCacheHit:
		v.Status, v.Reason = ledger.StatusFree, ledger.ReasonGatewayCache
		v.Currency, v.Confidence = r.currency, ledger.ConfidenceExact
	default:
		r.compute(call, price, v)
		r.applyReported(call, v)
	}
}

func (v *Verdict) reset(price *pricing.Price) {
	*v = Verdict{Lines: v.Lines[:0], Match: price.Match, Model: price.Model, Version: price.Version}
}

// compute rates the call by its price.
func (r *Rater) compute(call *genai.Call, price *pricing.Price, v *Verdict) {
	status, reason := judge(call, price)
	if status == ledger.StatusPriced {
		if reason = v.fill(&call.Usage, price); reason != "" {
			status = ledger.StatusUnpriced
		}
	}
	if status != ledger.StatusPriced {
		v.withdraw(status, reason)
		return
	}
	v.Computed, v.HasComputed = v.Amount, true
	v.PricingID, v.Source = price.Sheet.ID, price.Sheet.Source
	if price.Upper != nil {
		v.PricingID = price.Upper.ID
	}
	v.settle(r.currency)
	v.Doubts = doubts(call, price, v)
	v.Confidence = v.Doubts.Confidence()
}

// settle marks the call as priced, or as free when all of its unit prices are zero.
func (v *Verdict) settle(currency string) {
	v.Status, v.Reason, v.Currency = ledger.StatusPriced, "", currency
	if v.Amount.IsZero() {
		v.Status, v.Reason = ledger.StatusFree, ledger.ReasonZeroPrice
	}
}

// withdraw takes back what was found of a cost.
func (v *Verdict) withdraw(status ledger.Status, reason ledger.Reason) {
	v.Status, v.Reason = status, reason
	v.Lines = v.Lines[:0]
	v.Amount, v.List, v.Savings = money.Amount{}, money.Amount{}, ledger.Savings{}
}
