// Package ledger holds the contract between the component that prices a call and those that add
// the prices up: attribute names, their values, and the exact ledger line.
//
// The source of every name is the table "what the gen_ai_cost processor writes" in docs/attributes.md.
package ledger

import (
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Attributes of a priced span or log record.
const (
	AttrStatus         = "finops.cost.status"
	AttrReason         = "finops.cost.reason"
	AttrAmount         = "finops.cost.amount"
	AttrCurrency       = "finops.cost.currency"
	AttrConfidence     = "finops.cost.confidence"
	AttrLines          = "finops.cost.lines"
	AttrSource         = "finops.cost.source"
	AttrReportedAmount = "finops.cost.reported_amount"
	// AttrSavings carries the savings that lines alone cannot give back, exact amounts by
	// kind: "service_tier:0.5;cache:1.023". Absent when there are none. The agreement's saving
	// is list minus effective of the lines.
	AttrSavings           = "finops.cost.savings"
	AttrListAmount        = "finops.cost.list_amount"
	AttrPricingID         = "finops.pricing.id"
	AttrPricingMatch      = "finops.pricing.match"
	AttrPricingCatalog    = "finops.pricing.catalog"
	AttrModelName         = "finops.model.name"
	AttrModelVersion      = "finops.model.version"
	AttrTeam              = "finops.team"
	AttrCostCenter        = "finops.cost_center"
	AttrBillingAccount    = "finops.billing.account"
	AttrBillingSubaccount = "finops.billing.subaccount"

	// Prefix begins every attribute that this project writes or reads.
	Prefix = "finops."
	// AllocationPrefix begins finops.allocation.<dimension>.
	AllocationPrefix = "finops.allocation."
	// UsagePrefix begins finops.usage.<meter>, an input.
	UsagePrefix = "finops.usage."
	// RequestPrefix begins finops.request.*, inputs.
	RequestPrefix = "finops.request."
	// CostPrefix begins finops.cost.<meter> of detail full.
	CostPrefix = "finops.cost."

	// Unallocated is the value of a dimension that nothing matched.
	Unallocated = "unallocated"
)

// IsResult tells the results that are written on records from the inputs that share their prefix.
func IsResult(name string) bool {
	return strings.HasPrefix(name, Prefix) && !strings.HasPrefix(name, UsagePrefix) && !strings.HasPrefix(name, RequestPrefix)
}

// Status is the verdict on a call.
type Status string

// The verdicts; docs/attributes.md says what each means.
const (
	StatusPriced    Status = "priced"
	StatusFree      Status = "free"
	StatusUnpriced  Status = "unpriced"
	StatusNotBilled Status = "not_billed"
	StatusDuplicate Status = "duplicate"
	StatusAggregate Status = "aggregate"
)

// Reason says why, for every status but priced.
type Reason string

// Reasons by the status they go with.
const (
	// free
	ReasonZeroPrice    Reason = "zero_price"
	ReasonGatewayCache Reason = "gateway_cache"
	// unpriced
	ReasonUnknownModel Reason = "unknown_model"
	ReasonNoModel      Reason = "no_model"
	ReasonNoUsage      Reason = "no_usage"
	ReasonNoRate       Reason = "no_rate"
	ReasonCurrency     Reason = "currency"
	ReasonInvalidUsage Reason = "invalid_usage"
	// not_billed
	ReasonError Reason = "error"
	// duplicate
	ReasonAncestor   Reason = "ancestor"
	ReasonResponseID Reason = "response_id"
	ReasonSibling    Reason = "sibling"
	ReasonGateway    Reason = "gateway"
	ReasonSignal     Reason = "signal"
	// aggregate: what kind of operation it is
	ReasonAgent     Reason = "agent"
	ReasonWorkflow  Reason = "workflow"
	ReasonTool      Reason = "tool"
	ReasonOperation Reason = "operation"
)

// Confidence says how an amount relates to what the catalog would give for the true facts.
type Confidence string

// The four confidences; only ever one of them.
const (
	ConfidenceExact      Confidence = "exact"
	ConfidenceUpperBound Confidence = "upper_bound"
	ConfidenceLowerBound Confidence = "lower_bound"
	ConfidenceEstimated  Confidence = "estimated"
)

// CostSource says what set the price when it was not the catalog's list price.
type CostSource string

// The sources of finops.cost.source.
const (
	SourceCatalog    CostSource = ""
	SourceOverride   CostSource = "override"
	SourceAgreement  CostSource = "agreement"
	SourceCommitment CostSource = "commitment"
	SourceReported   CostSource = "reported"
)

// Line is one item of a call's cost: a quantity of one meter at three unit prices.
type Line struct {
	Meter    meter.Meter
	Quantity money.Quantity
	// Effective is what the call really cost; Contracted and List are what it would have
	// cost without commitments, and without any agreement.
	Effective, Contracted, List money.UnitPrice
}

// Lines is the exact record of what a call cost, in the order of meters.
type Lines []Line
