package focuscheck

import "github.com/otelcol-finops/otelcol-finops/internal/focus"

// Severity is how bad a finding is.
type Severity uint8

// The severities.
const (
	// Must: the file does not conform.
	Must Severity = iota
	// Should: it conforms, and could be better.
	Should
)

// String returns the keyword of the specification.
func (s Severity) String() string {
	if s == Should {
		return "SHOULD"
	}
	return "MUST"
}

// MarshalText is String.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// op is how a clause looks at a value.
type op uint8

const (
	isNull op = iota
	notNull
	// is: one of the values.
	is
	// isNot: none of the values, NULL included.
	isNot
	isZero
	notNegative
	// sameAs, notSameAs: the value of another column.
	sameAs
	notSameAs
	// after: later than the other column's time.
	after
	// product: the product of the two columns that values name, exactly.
	product
)

// clause is a condition on one column.
type clause struct {
	column string
	op     op
	values []string
}

// rule says: when all clauses of when hold, then must hold.
type rule struct {
	id       string
	severity Severity
	// since and until bound the versions, as those of columns do.
	since, until focus.Version
	when         []clause
	then         clause
	text         string
}

func (r *rule) in(v focus.Version) bool { return r.since <= v && (r.until == 0 || v < r.until) }

var (
	usageOrPurchase = clause{"ChargeCategory", is, []string{"Usage", "Purchase"}}
	usage           = clause{"ChargeCategory", is, []string{"Usage"}}
	purchase        = clause{"ChargeCategory", is, []string{"Purchase"}}
	tax             = clause{"ChargeCategory", is, []string{"Tax"}}
	noCorrection    = clause{"ChargeClass", isNot, []string{"Correction"}}
)

func null(column string) clause {
	return clause{column, isNull, nil}
}

func present(column string) clause {
	return clause{column, notNull, nil}
}

// rules are those that look at one row. A rule whose column the file lacks says nothing: whether the column should be there is
// another rule.
var rules = []rule{
	// What a row must say of its account.
	{id: "BillingAccountType-C-004-C", when: []clause{null("BillingAccountId")}, then: null("BillingAccountType"), text: "BillingAccountType is null when BillingAccountId is"},
	{id: "BillingAccountType-C-005-C", when: []clause{present("BillingAccountId")}, then: present("BillingAccountType"), text: "BillingAccountType is not null when BillingAccountId is not"},
	{id: "SubAccountName-C-004-C", when: []clause{null("SubAccountId")}, then: null("SubAccountName"), text: "SubAccountName is null when SubAccountId is"},
	{id: "SubAccountName-C-005-C", when: []clause{present("SubAccountId")}, then: present("SubAccountName"), text: "SubAccountName is not null when SubAccountId is not"},
	{id: "SubAccountType-C-004-C", when: []clause{null("SubAccountId")}, then: null("SubAccountType"), text: "SubAccountType is null when SubAccountId is"},
	{id: "SubAccountType-C-005-C", when: []clause{present("SubAccountId")}, then: present("SubAccountType"), text: "SubAccountType is not null when SubAccountId is not"},

	// Periods.
	{id: "ChargePeriodEnd-C-004-M", then: clause{"ChargePeriodEnd", after, []string{"ChargePeriodStart"}}, text: "ChargePeriodEnd, which is exclusive, is after ChargePeriodStart"},
	{id: "BillingPeriodEnd-C-004-M", then: clause{"BillingPeriodEnd", after, []string{"BillingPeriodStart"}}, text: "BillingPeriodEnd, which is exclusive, is after BillingPeriodStart"},

	// What kind of charge it is.
	{id: "ChargeFrequency-C-004-C", when: []clause{purchase}, then: clause{"ChargeFrequency", isNot, []string{"Usage-Based"}}, text: "a purchase is not Usage-Based"},
	{id: "ChargeDescription-C-003-O", severity: Should, then: present("ChargeDescription"), text: "ChargeDescription is not null"},
	{id: "PricingCategory-C-003-C", when: []clause{tax}, then: null("PricingCategory"), text: "PricingCategory is null for Tax"},
	{id: "PricingCategory-C-004-C", when: []clause{usageOrPurchase, noCorrection}, then: present("PricingCategory"), text: "PricingCategory is not null for Usage and Purchase"},

	// Costs.
	{id: "BilledCost-C-005-C", until: focus.V1_3, when: []clause{{"ProviderName", notSameAs, []string{"InvoiceIssuerName"}}}, then: clause{"BilledCost", isZero, nil}, text: "BilledCost is 0 where somebody other than the provider is paid"},
	{id: "CAU-EffectiveCost-C-017", since: focus.V1_4, when: []clause{{"ChargeCategory", is, []string{"Tax", "Credit"}}}, then: clause{"EffectiveCost", sameAs, []string{"BilledCost"}}, text: "EffectiveCost is BilledCost for Tax and Credit"},
	{id: "EffectiveCost-C-005-C", when: []clause{purchase, present("CommitmentDiscountId")}, then: clause{"EffectiveCost", isZero, nil}, text: "EffectiveCost is 0 for purchases that cover future charges"},
	{id: "ListCost-C-009-C", until: focus.V1_4, when: []clause{present("ListUnitPrice"), present("PricingQuantity"), noCorrection}, then: clause{"ListCost", product, []string{"ListUnitPrice", "PricingQuantity"}}, text: "ListCost is ListUnitPrice x PricingQuantity"},
	{id: "CAU-ListCost-C-011", since: focus.V1_4, when: []clause{present("ListUnitPrice"), present("PricingQuantity")}, then: clause{"ListCost", product, []string{"ListUnitPrice", "PricingQuantity"}}, text: "ListCost is ListUnitPrice x PricingQuantity"},
	{id: "ContractedUnitPrice-C-011-C", until: focus.V1_4, when: []clause{present("ContractedUnitPrice"), present("PricingQuantity"), noCorrection}, then: clause{"ContractedCost", product, []string{"ContractedUnitPrice", "PricingQuantity"}}, text: "ContractedCost is ContractedUnitPrice x PricingQuantity"},
	{id: "CAU-ContractedCost-C-011", since: focus.V1_4, when: []clause{present("ContractedUnitPrice"), present("PricingQuantity")}, then: clause{"ContractedCost", product, []string{"ContractedUnitPrice", "PricingQuantity"}}, text: "ContractedCost is ContractedUnitPrice x PricingQuantity"},

	// Prices.
	{id: "ListUnitPrice-C-004-C", when: []clause{tax}, then: null("ListUnitPrice"), text: "ListUnitPrice is null for Tax"},
	{id: "ListUnitPrice-C-005-C", until: focus.V1_4, when: []clause{usageOrPurchase, noCorrection}, then: present("ListUnitPrice"), text: "ListUnitPrice is not null for Usage and Purchase"},
	{id: "CAU-ListUnitPrice-C-013", since: focus.V1_4, when: []clause{present("SkuPriceId")}, then: present("ListUnitPrice"), text: "ListUnitPrice is not null when SkuPriceId is not"},
	{id: "ListUnitPrice-C-008-M", when: []clause{present("ListUnitPrice")}, then: clause{"ListUnitPrice", notNegative, nil}, text: "ListUnitPrice is not negative"},
	{id: "ContractedUnitPrice-C-005-C", when: []clause{tax}, then: null("ContractedUnitPrice"), text: "ContractedUnitPrice is null for Tax"},
	{id: "ContractedUnitPrice-C-006-C", until: focus.V1_4, when: []clause{usageOrPurchase, noCorrection}, then: present("ContractedUnitPrice"), text: "ContractedUnitPrice is not null for Usage and Purchase"},
	{id: "CAU-ContractedUnitPrice-C-015", since: focus.V1_4, when: []clause{present("SkuPriceId")}, then: present("ContractedUnitPrice"), text: "ContractedUnitPrice is not null when SkuPriceId is not"},
	{id: "ContractedUnitPrice-C-009-C", when: []clause{present("ContractedUnitPrice")}, then: clause{"ContractedUnitPrice", notNegative, nil}, text: "ContractedUnitPrice is not negative"},

	// Quantities and their units.
	{id: "PricingQuantity-C-004-C", when: []clause{tax}, then: null("PricingQuantity"), text: "PricingQuantity is null for Tax"},
	{id: "PricingQuantity-C-005-C", when: []clause{usageOrPurchase, noCorrection}, then: present("PricingQuantity"), text: "PricingQuantity is not null for Usage and Purchase"},
	{id: "PricingUnit-C-005-C", when: []clause{null("PricingQuantity")}, then: null("PricingUnit"), text: "PricingUnit is null when PricingQuantity is"},
	{id: "PricingUnit-C-006-C", when: []clause{present("PricingQuantity")}, then: present("PricingUnit"), text: "PricingUnit is not null when PricingQuantity is not"},
	{id: "ConsumedQuantity-C-004-C", when: []clause{{"ChargeCategory", isNot, []string{"Usage"}}}, then: null("ConsumedQuantity"), text: "ConsumedQuantity is null for all but Usage"},
	{id: "ConsumedQuantity-C-004-C", when: []clause{usage, {"CommitmentDiscountStatus", is, []string{"Unused"}}}, then: null("ConsumedQuantity"), text: "ConsumedQuantity is null for what a commitment leaves unused"},
	{id: "ConsumedQuantity-C-006-C", when: []clause{usage, noCorrection, {"CommitmentDiscountStatus", isNot, []string{"Unused"}}}, then: present("ConsumedQuantity"), text: "ConsumedQuantity is not null for Usage"},
	{id: "ConsumedUnit-C-005-C", when: []clause{null("ConsumedQuantity")}, then: null("ConsumedUnit"), text: "ConsumedUnit is null when ConsumedQuantity is"},
	{id: "ConsumedUnit-C-006-C", when: []clause{present("ConsumedQuantity")}, then: present("ConsumedUnit"), text: "ConsumedUnit is not null when ConsumedQuantity is not"},

	// SKUs.
	{id: "SkuId-C-004-C", when: []clause{tax}, then: null("SkuId"), text: "SkuId is null for Tax"},
	{id: "SkuId-C-005-C", when: []clause{usageOrPurchase, noCorrection}, then: present("SkuId"), text: "SkuId is not null for Usage and Purchase"},
	{id: "SkuMeter-C-004-C", when: []clause{null("SkuId")}, then: null("SkuMeter"), text: "SkuMeter is null when SkuId is"},
	{id: "SkuMeter-C-005-C", severity: Should, when: []clause{present("SkuId")}, then: present("SkuMeter"), text: "SkuMeter is not null when SkuId is not"},
	{id: "SkuPriceId-C-004-C", when: []clause{tax}, then: null("SkuPriceId"), text: "SkuPriceId is null for Tax"},
	{id: "SkuPriceId-C-005-C", when: []clause{usageOrPurchase, noCorrection}, then: present("SkuPriceId"), text: "SkuPriceId is not null for Usage and Purchase"},
	{id: "SkuPriceDetails-C-004-C", when: []clause{null("SkuPriceId")}, then: null("SkuPriceDetails"), text: "SkuPriceDetails is null when SkuPriceId is"},
	{id: "CAU-PricingQuantity-C-011", since: focus.V1_4, when: []clause{null("SkuPriceId")}, then: null("PricingQuantity"), text: "PricingQuantity is null when SkuPriceId is"},
	{id: "CAU-ConsumedQuantity-C-009", since: focus.V1_4, when: []clause{null("SkuPriceId")}, then: null("ConsumedQuantity"), text: "ConsumedQuantity is null when SkuPriceId is"},
	{id: "CAU-PricingCategory-C-012", since: focus.V1_4, when: []clause{null("SkuPriceId")}, then: null("PricingCategory"), text: "PricingCategory is null when SkuPriceId is"},

	// Places and resources.
	{id: "RegionName-C-004-C", when: []clause{null("RegionId")}, then: null("RegionName"), text: "RegionName is null when RegionId is"},
	{id: "RegionName-C-005-C", when: []clause{present("RegionId")}, then: present("RegionName"), text: "RegionName is not null when RegionId is not"},
	{id: "ResourceType-C-004-C", when: []clause{null("ResourceId")}, then: null("ResourceType"), text: "ResourceType is null when ResourceId is"},
	{id: "ResourceType-C-005-C", when: []clause{present("ResourceId")}, then: present("ResourceType"), text: "ResourceType is not null when ResourceId is not"},

	// Commitments.
	{id: "CommitmentDiscountCategory-C-003-C", when: []clause{null("CommitmentDiscountId")}, then: null("CommitmentDiscountCategory"), text: "CommitmentDiscountCategory is null when CommitmentDiscountId is"},
	{id: "CommitmentDiscountCategory-C-004-C", when: []clause{present("CommitmentDiscountId")}, then: present("CommitmentDiscountCategory"), text: "CommitmentDiscountCategory is not null when CommitmentDiscountId is not"},
	{id: "CommitmentDiscountName-C-004-C", when: []clause{null("CommitmentDiscountId")}, then: null("CommitmentDiscountName"), text: "CommitmentDiscountName is null when CommitmentDiscountId is"},
	{id: "CommitmentDiscountType-C-004-C", when: []clause{null("CommitmentDiscountId")}, then: null("CommitmentDiscountType"), text: "CommitmentDiscountType is null when CommitmentDiscountId is"},
	{id: "CommitmentDiscountType-C-005-C", when: []clause{present("CommitmentDiscountId")}, then: present("CommitmentDiscountType"), text: "CommitmentDiscountType is not null when CommitmentDiscountId is not"},
	{id: "CommitmentDiscountStatus-C-003-C", when: []clause{null("CommitmentDiscountId")}, then: null("CommitmentDiscountStatus"), text: "CommitmentDiscountStatus is null when CommitmentDiscountId is"},
	// The model has the opposite condition here, which contradicts the rule before; this is the specification's text.
	{id: "CommitmentDiscountStatus-C-004-C", when: []clause{present("CommitmentDiscountId"), usage}, then: present("CommitmentDiscountStatus"), text: "CommitmentDiscountStatus is not null for Usage with a CommitmentDiscountId"},
	{id: "CommitmentDiscountQuantity-C-007-C", when: []clause{null("CommitmentDiscountId")}, then: null("CommitmentDiscountQuantity"), text: "CommitmentDiscountQuantity is null when CommitmentDiscountId is"},
	{id: "CommitmentDiscountQuantity-C-005-C", when: []clause{present("CommitmentDiscountId"), usageOrPurchase, noCorrection}, then: present("CommitmentDiscountQuantity"), text: "CommitmentDiscountQuantity is not null for Usage and Purchase with a CommitmentDiscountId"},
	{id: "CommitmentDiscountUnit-C-005-C", when: []clause{null("CommitmentDiscountQuantity")}, then: null("CommitmentDiscountUnit"), text: "CommitmentDiscountUnit is null when CommitmentDiscountQuantity is"},
	{id: "CommitmentDiscountUnit-C-006-C", when: []clause{present("CommitmentDiscountQuantity")}, then: present("CommitmentDiscountUnit"), text: "CommitmentDiscountUnit is not null when CommitmentDiscountQuantity is not"},
	{id: "DiscountHandling-A-009-C", when: []clause{{"CommitmentDiscountStatus", is, []string{"Used", "Unused"}}}, then: clause{"BilledCost", isZero, nil}, text: "BilledCost is 0 for what a commitment covers"},
	{id: "CapacityReservationId-C-005-C", when: []clause{{"CapacityReservationStatus", is, []string{"Unused"}}}, then: present("CapacityReservationId"), text: "CapacityReservationId is not null for an unused reservation"},

	// Shared costs, since 1.3.
	{id: "AllocatedMethodId-C-notnull", since: focus.V1_3, when: []clause{present("AllocatedResourceId")}, then: present("AllocatedMethodId"), text: "AllocatedMethodId is not null for an allocated charge"},
	{id: "AllocatedMethodDetails-C-notnull", severity: Should, since: focus.V1_3, when: []clause{present("AllocatedMethodId")}, then: present("AllocatedMethodDetails"), text: "AllocatedMethodDetails is not null for an allocated charge"},

	// Estimates have no invoice.
	{id: "Finops-InvoiceId-C-001", when: []clause{{"x_CostSource", is, []string{focus.SourceEstimate}}}, then: null("InvoiceId"), text: "InvoiceId is null for an estimate"},
}

// pairing says that every value of key goes with one value of value in a dataset.
type pairing struct {
	id         string
	severity   Severity
	key, value string
}

var pairings = []pairing{
	{"ServiceName-C-005-C", Must, "ServiceName", "ServiceCategory"},
	{"ServiceName-C-008-C", Should, "ServiceName", "ServiceSubcategory"},
	{"SkuPriceId-C-008-M", Must, "SkuPriceId", "SkuId"},
	{"SkuPriceDetails-C-013-O", Should, "SkuPriceId", "SkuPriceDetails"},
}
