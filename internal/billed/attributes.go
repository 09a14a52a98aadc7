package billed

// Metrics of the gen_ai_billing receiver.
const (
	// MetricCost is what the report charges: gauge points whose start and end are the charge period, unit
	// the currency. For ledgers, not for Prometheus, which would see them at their own time.
	MetricCost = "finops.billed.cost"
	// MetricTokens and MetricRequests are the usage that the provider counted, as points like those of
	// MetricCost: what telemetry is compared with for coverage.
	MetricTokens   = "finops.billed.tokens"
	MetricRequests = "finops.billed.requests"
	// MetricMonthToDate is the sum of the month's charges, stamped at the time of reading, for dashboards
	// and rules.
	MetricMonthToDate = "finops.billed.month_to_date"
)

// Attributes of the data points, next to finops.billing.account, finops.billing.subaccount and
// finops.cost.currency. One that the report does not say is absent.
const (
	// AttrProvider is whose report it is.
	AttrProvider = "gen_ai.provider.name"
	// AttrHostProvider is who served the calls, where the provider is a reseller or gateway.
	AttrHostProvider = "finops.billed.host_provider"
	// AttrModel is the model as the report spells it.
	AttrModel = "gen_ai.response.model"
	// AttrMeter is the meter, where the report tells tokens of one kind from another.
	AttrMeter = "finops.meter"
	// AttrServiceTier is standard, batch, flex or priority.
	AttrServiceTier = "finops.billed.service_tier"
	// AttrRegion is the region or residency as the report spells it.
	AttrRegion = "finops.billed.region"
	// AttrLine is the report's own text for the charge.
	AttrLine = "finops.billed.line"
	// AttrCategory is the FOCUS ChargeCategory: Usage, Purchase, Tax, Credit, Adjustment.
	AttrCategory = "finops.billed.charge_category"
	// AttrInvoice is the id of the invoice that the charge is on.
	AttrInvoice = "finops.billed.invoice"
	// AttrAmount is the exact amount, a plain decimal.
	AttrAmount = "finops.billed.amount"
	// AttrQuantity is the exact quantity that was charged, a plain decimal; AttrUnit says of what.
	AttrQuantity = "finops.billed.quantity"
	AttrUnit     = "finops.billed.unit"

	// AttrSource names the entry of the receiver's configuration: snapshots of two sources never
	// replace each other.
	AttrSource = "finops.billed.source"
	// AttrDay is the UTC day that the snapshot is of, as 2026-11-23.
	AttrDay = "finops.billed.day"
	// AttrReadTime is when the report was read, in RFC 3339. Of two snapshots of a day the one read
	// later counts.
	AttrReadTime = "finops.billed.read_time"
	// AttrSnapshot is the number of rows of the snapshot within the metric.
	AttrSnapshot = "finops.billed.snapshot"
	// AttrRow is the place of the row, from 0.
	AttrRow = "finops.billed.row"
	// AttrFinal is true when the day will not be read again.
	AttrFinal = "finops.billed.final"

	// AttrBillingPeriod is the month of MetricMonthToDate, as 2026-11.
	AttrBillingPeriod = "billing_period"
)

// Values of [AttrCategory], those of the FOCUS column ChargeCategory.
const (
	Usage      = "Usage"
	Purchase   = "Purchase"
	Tax        = "Tax"
	Credit     = "Credit"
	Adjustment = "Adjustment"
)
