package focus

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Values of x_CostSource.
const (
	// SourceEstimate: made from telemetry; no invoice is behind it.
	SourceEstimate = "estimate"
	// SourceProvider: what the provider's report says.
	SourceProvider = "provider"
	// SourceTrueUp: added when a month was closed, to reach the invoice.
	SourceTrueUp = "true_up"
)

// UnknownAccount is the BillingAccountId, which is never null, of charges whose account no table names.
const UnknownAccount = "unknown"

// NamedAccount returns a BillingAccountId, and "" for one that says that nobody knows the account: unknown, and unknown:<provider> as
// calls bear it that an accounts table does not name.
func NamedAccount(id string) string {
	if id == UnknownAccount || strings.HasPrefix(id, UnknownAccount+":") {
		return ""
	}
	return id
}

// Charge identifies a row: everything that two quantities must have in common to be added up. It is
// comparable but for Tags; [Charge.AppendKey] gives a key for maps and storage.
type Charge struct {
	// Start and End are the charge period, in UTC.
	Start, End time.Time
	// Provider is the canonical provider, as telemetry names it: aws.bedrock.
	Provider string
	// Account and Subaccount are who pays; Account may be empty.
	Account, Subaccount string
	// Model and Version are canonical; Version may be empty.
	Model, Version string
	Meter          meter.Meter
	// Status is priced, free or unpriced; Reason goes with the latter two.
	Status ledger.Status
	Reason ledger.Reason
	// ServiceTier and Region are those that the price depends on, empty where it does not.
	ServiceTier, Region string
	// PricingID is finops.pricing.id, dated.
	PricingID  string
	Currency   string
	Confidence ledger.Confidence
	Source     ledger.CostSource
	// Effective, Contracted and List are prices of single units.
	Effective, Contracted, List money.UnitPrice
	// Commitment names what covers the usage, when Source is commitment and the configuration says so.
	Commitment Commitment
	// Shared says that the charge is a part of one that several share; its zero value that it is whole.
	Shared Shared
	// Late marks what arrived after its files were closed.
	Late bool
	// Tags are the dimensions, sorted by key, each key once.
	Tags []Tag
}

// Tag is a dimension and its value.
type Tag struct{ Key, Value string }

// Commitment is prepaid capacity or spend.
type Commitment struct {
	// ID is unique within the provider; Name is for people; Type is what the provider calls it.
	ID, Name, Type string
	// Spend tells a committed amount from committed usage.
	Spend bool
	// HourlyCost is what an hour of committed usage costs, by which costs become hours. It is no part of a key.
	HourlyCost money.UnitPrice
}

// Shared is one part of a cost that is split among values of a dimension.
type Shared struct {
	// Dimension is empty when nothing is split.
	Dimension string
	Value     string
	// Weight of Total is the part.
	Weight uint32
	Total  uint64
}

// Amounts are what is added up for a [Charge].
type Amounts struct {
	Quantity money.Quantity
	// Requests counts the calls whose first line belongs to the charge.
	Requests int64
}

// ErrRange is wrapped by the errors of charges whose cost or quantity is beyond what a row can hold.
var ErrRange = errors.New("out of range")

// Row returns the row of the charge. Costs are unit price x quantity, without rounding.
func (c *Charge) Row(routes *Routes, sum Amounts) (Row, error) {
	unit := UnitOf(c.Meter)
	r := Row{
		ChargePeriodStart: c.Start.UTC(), ChargePeriodEnd: c.End.UTC(),
		ChargeCategory: "Usage", ChargeFrequency: "Usage-Based",
		// The accounts table has one name for each account; columns of names must not be null where ids are not.
		BillingAccountId: c.Account, BillingAccountName: c.Account, SubAccountId: c.Subaccount, SubAccountName: c.Subaccount,
		ServiceCategory: "AI and Machine Learning", ServiceSubcategory: "Generative AI",
		ConsumedUnit: unit.Consumed, RegionId: c.Region, RegionName: c.Region,
		Tags: FormatTags(c.Tags),

		XProvider: c.Provider, XModel: c.Model, XModelVersion: c.Version, XServiceTier: c.ServiceTier,
		XCostStatus: string(c.Status), XCostReason: string(c.Reason), XLate: c.Late,
	}
	r.BillingPeriodStart, r.BillingPeriodEnd = BillingPeriod(c.Start)
	fallback(&r.BillingAccountId, UnknownAccount)
	fallback(&r.BillingAccountName, UnknownAccount)
	r.XRequests, _ = consumed(money.Units(sum.Requests))
	routes.Find(c.Provider, c.Model).fill(&r)
	c.describe(&r)
	c.share(&r)
	var ok bool
	if r.ConsumedQuantity, ok = consumed(sum.Quantity); !ok {
		return Row{}, c.rangeError("quantity", sum.Quantity)
	}
	if !c.Status.HasAmount() {
		if sum.Quantity.IsZero() { // calls without usage: how much it was is not known, and unknown is not zero
			r.ConsumedQuantity, r.ConsumedUnit = Number{}, ""
		}
		return r, nil
	}
	if !c.price(&r, unit, sum.Quantity) {
		return Row{}, c.rangeError("cost of", sum.Quantity)
	}
	return r, nil
}

func (c *Charge) rangeError(what string, q money.Quantity) error {
	return fmt.Errorf("%s: %s %s: %w", c.SkuID(), what, q, ErrRange)
}

// price fills in all that depends on money.
func (c *Charge) price(r *Row, unit Unit, q money.Quantity) bool {
	r.BillingCurrency = c.Currency
	r.PricingUnit, r.PricingCategory = unit.Pricing, "Standard"
	r.SkuPriceId, r.SkuPriceDetails = c.SkuPriceID(), c.skuPriceDetails()
	r.XCostSource, r.XConfidence, r.XPricingId = SourceEstimate, string(c.Confidence), c.PricingID
	r.XPriceSource = string(c.Source)
	if c.Source == ledger.SourceCatalog {
		r.XPriceSource = "catalog"
	}
	quantity, ok1 := unit.quantity(q)
	list, ok2 := unit.price(c.List)
	contracted, ok3 := unit.price(c.Contracted)
	r.PricingQuantity, r.ListUnitPrice, r.ContractedUnitPrice = quantity, list, contracted
	listCost, ok4 := c.List.Mul(q)
	contractedCost, ok5 := c.Contracted.Mul(q)
	effectiveCost, ok6 := c.Effective.Mul(q)
	r.ListCost, r.ContractedCost, r.EffectiveCost = NumberOf(listCost), NumberOf(contractedCost), NumberOf(effectiveCost)
	r.BilledCost = r.ContractedCost
	if c.Source == ledger.SourceCommitment {
		c.commit(r)
	}
	return ok1 && ok2 && ok3 && ok4 && ok5 && ok6
}

// commit marks usage that a commitment covers: paid when it was bought, so nothing is billed now.
func (c *Charge) commit(r *Row) {
	r.BilledCost, r.PricingCategory = Zero(), "Committed"
	if c.Commitment.ID == "" {
		return
	}
	c.Commitment.fill(r)
	r.CommitmentDiscountStatus = "Used"
	c.Commitment.Measure(r)
}

// Measure says in the commitment's unit, which must be the same in all of its rows, how much of it the row's EffectiveCost is: hours, or
// money if an amount is committed.
func (k *Commitment) Measure(r *Row) {
	if k.Spend || k.HourlyCost.Sign() <= 0 {
		r.CommitmentDiscountQuantity, r.CommitmentDiscountUnit = r.EffectiveCost, r.BillingCurrency
		return
	}
	hours, err := money.RoundUnitPrice(new(big.Rat).Quo(r.EffectiveCost.Amount().Rat(), k.HourlyCost.Rat()))
	if err != nil {
		return // more hours than there are
	}
	quantity, ok := hours.Mul(money.Units(1))
	if ok {
		r.CommitmentDiscountQuantity, r.CommitmentDiscountUnit = NumberOf(quantity), UnitHours
	}
}

// UnitHours is the unit of capacity.
const UnitHours = "Hours"

func (k *Commitment) fill(r *Row) {
	r.CommitmentDiscountId, r.CommitmentDiscountName, r.CommitmentDiscountType = k.ID, k.Name, k.Type
	r.CommitmentDiscountCategory = "Usage"
	if k.Spend {
		r.CommitmentDiscountCategory = "Spend"
	}
}
