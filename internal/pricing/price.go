package pricing

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Call is what rating needs to know of a model call. Empty strings mean unknown.
type Call struct {
	// Provider as the telemetry spells it.
	Provider string
	// ResponseModel is asked first, RequestModel when the catalog does not know it.
	ResponseModel, RequestModel string
	// Time is when the call started.
	Time time.Time
	// ServiceTier is the tier that served the call, or else the requested one.
	ServiceTier string
	Speed       string
	Region      string
	Deployment  string
	// Team, CostCenter and Account select agreements.
	Team, CostCenter, Account string
	// Usage is read during Price only.
	Usage *meter.Usage
}

// Price is the outcome of looking up and selecting a price. It points into the engine
// that made it and is valid as long as it is held.
type Price struct {
	// Reason is empty when every used meter has a rate; otherwise why there is no price
	// (ledger.ReasonNoModel, ReasonUnknownModel or ReasonNoRate). A call without a rate for the
	// request meter has a price: most providers charge no fee for the request itself.
	Reason ledger.Reason
	// Model and Version are the canonical names; set whenever the model is known, priced or not.
	Model, Version string
	// Match is how the model's name was matched.
	Match Match
	// MatchUncertain is set when the match is below exact and the price could be another: a
	// snapshot that the catalog does not list although it lists others at other prices, a
	// preview, a prefix, a pattern, or a model of one vendor under another provider.
	MatchUncertain bool
	// Foreign is set when the provider does not list the model and the price is that of the
	// vendor whose name the model carries.
	Foreign bool
	// ProviderGuessed is set when the call names no provider and it was derived from the model.
	ProviderGuessed bool
	// Region is the region that prices were selected by: the one that the model's name carries, such
	// as us. of a Bedrock inference profile, or else the call's.
	Region string
	// Sheet holds the unit prices; nil when Reason is set.
	Sheet *Sheet
	// Upper is the sheet for the quantity above Threshold when the tier is graduated, else nil.
	Upper     *Sheet
	Threshold money.Quantity
	// UpperByOutput says that Threshold counts output; else it counts input.
	UpperByOutput bool
	// TierAssumed says that the requested or served service tier is not in the entry and the
	// standard rates were taken for it.
	TierAssumed bool
	// SpeedAssumed says the same of the speed.
	SpeedAssumed bool
}

// Match is the rule by which a model's name was found in the catalog.
type Match uint8

// The rules in the order in which they are tried.
const (
	MatchNone Match = iota
	MatchExact
	MatchNormalized
	MatchPrefix
	MatchPattern
)

// Sheet is a complete set of unit prices: one entry at one date under one combination of
// tier, variants, agreement and exchange rate. Sheets are immutable and shared.
type Sheet struct {
	// ID is finops.pricing.id.
	ID string
	// Source is finops.cost.source; empty for the catalog's list price.
	Source ledger.CostSource
	// Free is set when the catalog declares the model free.
	Free bool
	// Rates by meter.
	Rates [meter.Count]Rate
	// Entry describes what the price could have depended on, for the confidence.
	Entry *Entry
	// Trace explains, step by step for people, how the rates came about; made on demand.
	Trace func() []string
}

// Rate is what one meter costs under a sheet.
type Rate struct {
	// Known is false when the meter has no rate, not even through its parents.
	Known bool
	// Assumed is set when the rate came through a fallback that lowers the confidence.
	Assumed bool
	// Effective, Contracted and List are FOCUS's three unit prices.
	Effective, Contracted, List money.UnitPrice
	// Uncached is the list price of the same tier had nothing been cached; Standard is
	// that at the standard service tier and speed. Savings are measured from them.
	Uncached, Standard money.UnitPrice
}

// Entry says which facts about a call the entry's price depends on.
type Entry struct {
	Provider, Model string
	// Disputed is the catalog's reason for doubt, or empty.
	Disputed string
	// ServiceTiers lists the service tiers that have prices of their own.
	ServiceTiers []string
	// Speeds, Regions and Deployments say whether such variants exist.
	Speeds, Regions, Deployments bool
	// ToolFees has the tool meters that the entry charges for.
	ToolFees []meter.Meter
	// ContextTiers says whether the price depends on the size of the call.
	ContextTiers bool
}
