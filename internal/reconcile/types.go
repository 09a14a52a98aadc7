package reconcile

import (
	"encoding/json"
	"math/big"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Key says what a cell is of. Model is the canonical name, or what the bill says where the catalog does not know
// it; empty for what no model is named of. Account and Subaccount are empty where the two sides cannot be told apart by
// them.
type Key struct {
	// Day is the first instant of a UTC day.
	Day                                  time.Time
	Provider, Account, Subaccount, Model string
	Currency                             string
}

// Meter is the name of a meter, or one of those that only bills have.
type Meter string

// What only bills have.
const (
	// Prompt and Completion are totals that gateways count, which hold several meters.
	Prompt     Meter = "prompt"
	Completion Meter = "completion"
	// FeeMeter is of charges for no unit of usage.
	FeeMeter Meter = "fee"
)

// Slot is what has one rate within a cell. A tier that nobody names is the standard one, and empty.
type Slot struct {
	Meter Meter
	Tier  string
}

// Metered is usage that telemetry told of, and what it was estimated to cost.
type Metered struct {
	Key
	Slot
	PricingID  string
	Confidence ledger.Confidence
	Quantity   money.Quantity
	// Committed is the part of the quantity that a commitment has paid for: its cost is in the purchase.
	Committed money.Quantity
	Cost      money.Amount
	// List is what it costs at list prices, 0 where that is not known.
	List money.Amount
	// Requests are the calls whose first line this is.
	Requests int64
	// Purchase is set for what a commitment costs, which is no usage.
	Purchase bool
}

// Unpriced is usage that telemetry told of and nobody could price.
type Unpriced struct {
	Key
	Slot
	Reason ledger.Reason
	// Quantity is 0 where the usage itself is not known.
	Quantity money.Quantity
	Requests int64
}

// Charge is a line of a bill.
type Charge struct {
	Key
	// Slot has no meter where the line names none. A line of usage that has neither a model nor the meter of a tool or fee is
	// unparsed.
	Slot
	// Category is the ChargeCategory of FOCUS.
	Category string
	// Line is the bill's own text.
	Line string
	Cost money.Amount
}

// Count is usage that the provider counted.
type Count struct {
	Key
	Slot
	// Requests tells calls from the units of the slot's meter.
	Requests bool
	// Uncharged is set for what is counted and on no bill of usage, such as a tier that is paid in advance.
	Uncharged bool
	Quantity  money.Quantity
}

// Input is all that is compared. Rows with the same key and slot are added up.
type Input struct {
	Metered  []Metered
	Unpriced []Unpriced
	Charges  []Charge
	Counts   []Count
	// Excluded is what was left out, and why.
	Excluded []Exclusion
	// Warnings are for people: what was assumed.
	Warnings []string
	// Rates say what usage costs that telemetry has no like of; it may be nil.
	Rates Rates
}

// Rates are asked for the price of a single unit. They are safe for use by one goroutine.
type Rates interface {
	Rate(Key, Slot) (Rate, bool)
}

// Rate is the price of a single unit.
type Rate struct {
	PerUnit *big.Rat
	// PricingID is the entry of the catalog; empty for the average of several.
	PricingID string
}

// Exclusion is what was metered or billed and is not compared.
type Exclusion struct {
	Reason           ExclusionReason `json:"reason"`
	Provider         string          `json:"provider"`
	Account          string          `json:"account,omitempty"`
	Currency         string          `json:"currency,omitempty"`
	First            Date            `json:"first_day"`
	Last             Date            `json:"last_day"`
	Days             int             `json:"days"`
	Metered          money.Amount    `json:"metered"`
	Billed           money.Amount    `json:"billed"`
	MeteredRequests  int64           `json:"metered_requests,omitempty"`
	UnpricedRequests int64           `json:"unpriced_requests,omitempty"`
	// CountedRequests and CountedTokens are what the provider counted.
	CountedRequests money.Quantity `json:"counted_requests,omitzero"`
	CountedTokens   money.Quantity `json:"counted_tokens,omitzero"`
	// Text says it for people.
	Text string `json:"text"`
}

// ExclusionReason says why something is not compared.
type ExclusionReason string

// Why something is not compared.
const (
	// NotFinal: the provider may still revise the day.
	NotFinal ExclusionReason = "not_final"
	// NotBilled: there is no bill of the provider at all.
	NotBilled ExclusionReason = "no_bill"
	// OutsideBill: the bill does not have the day.
	OutsideBill ExclusionReason = "day_not_in_bill"
	// BeyondPeriod: the bill charges the day together with others that are not in the period.
	BeyondPeriod ExclusionReason = "beyond_period"
)

// Date is a UTC day, written as 2026-11-23.
type Date struct{ time.Time }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalJSON writes the day as text: that of the embedded time would win over MarshalText.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	d.Time = time.Time{}
	if text == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	d.Time = day
	return err
}

// String returns the day as 2026-11-23, "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}
