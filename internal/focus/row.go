package focus

import (
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Row is one charge: a value for every column that any version has. Empty strings, zero times and zero Numbers are
// NULL. Fields are named as their columns are, with X for x_; the columns of a version are those of [Columns].
type Row struct {
	AllocatedMethodId                   string
	AllocatedMethodDetails              string
	AllocatedResourceId                 string
	AllocatedResourceName               string
	AllocatedTags                       string
	AvailabilityZone                    string
	BilledCost                          Number
	BillingAccountId                    string
	BillingAccountName                  string
	BillingAccountType                  string
	BillingCurrency                     string
	BillingPeriodEnd                    time.Time
	BillingPeriodStart                  time.Time
	CapacityReservationId               string
	CapacityReservationStatus           string
	ChargeCategory                      string
	ChargeClass                         string
	ChargeDescription                   string
	ChargeFrequency                     string
	ChargePeriodEnd                     time.Time
	ChargePeriodStart                   time.Time
	CommitmentDiscountCategory          string
	CommitmentDiscountId                string
	CommitmentDiscountName              string
	CommitmentDiscountQuantity          Number
	CommitmentDiscountStatus            string
	CommitmentDiscountType              string
	CommitmentDiscountUnit              string
	CommitmentProgramEligibilityDetails string
	ConsumedQuantity                    Number
	ConsumedUnit                        string
	ContractApplied                     string
	ContractedCost                      Number
	ContractedUnitPrice                 Number
	EffectiveCost                       Number
	HostProviderName                    string
	InvoiceDetailId                     string
	InvoiceId                           string
	InvoiceIssuerName                   string
	ListCost                            Number
	ListUnitPrice                       Number
	PricingCategory                     string
	PricingCurrency                     string
	PricingCurrencyContractedUnitPrice  Number
	PricingCurrencyEffectiveCost        Number
	PricingCurrencyListUnitPrice        Number
	PricingQuantity                     Number
	PricingUnit                         string
	ProviderName                        string
	PublisherName                       string
	RegionId                            string
	RegionName                          string
	ResourceId                          string
	ResourceName                        string
	ResourceType                        string
	ServiceCategory                     string
	ServiceName                         string
	ServiceProviderName                 string
	ServiceSubcategory                  string
	SkuId                               string
	SkuMeter                            string
	SkuPriceDetails                     string
	SkuPriceId                          string
	SubAccountId                        string
	SubAccountName                      string
	SubAccountType                      string
	Tags                                string

	XAllocatedMethodDetails string
	XAllocatedMethodId      string
	XAllocatedResourceId    string
	XAllocatedResourceName  string
	XConfidence             string
	XCostSource             string
	XCostStatus             string
	XCostReason             string
	XLate                   bool
	XModel                  string
	XModelVersion           string
	XPriceSource            string
	XPricingId              string
	XProvider               string
	XProviderLine           string
	XPublisherName          string
	XRequests               Number
	XServiceTier            string
	XSnapshotTime           time.Time
}

// IsQuantity reports whether the row is one that we wrote to state a quantity and no cost, as those of [Unpriced] and [BilledUsage]. Rows of
// others without a cost are mistakes.
func (r *Row) IsQuantity() bool {
	return r.BilledCost.IsNull() && (r.XCostStatus == string(ledger.StatusUnpriced) || !r.XSnapshotTime.IsZero())
}
