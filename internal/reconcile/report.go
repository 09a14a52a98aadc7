package reconcile

import (
	"fmt"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Line is a line of the bridge.
type Line uint8

// The lines, in the order in which they lead from what was metered to the invoice.
const (
	Volume Line = iota
	Price
	TierAndCache
	ToolsAndFees
	Rounding
	Unparsed
	Unexplained
	// Purchases, Credits (with adjustments) and Tax are beyond usage.
	Purchases
	Credits
	Tax

	// Lines is their number.
	Lines
)

var lineNames = [Lines]string{
	"volume", "price", "tier_and_cache", "tools_and_fees", "rounding", "unparsed", "unexplained", "purchases", "credits", "tax",
}

// String returns the name: tier_and_cache.
func (l Line) String() string { return lineNames[l] }

// MarshalText implements encoding.TextMarshaler.
func (l Line) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Line) UnmarshalText(text []byte) error {
	i := slices.Index(lineNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown line %q of a bridge", text)
	}
	*l = Line(i)
	return nil
}

// OfUsage reports whether the line explains the difference of usage, as opposed to that of the invoice.
func (l Line) OfUsage() bool { return l < Purchases }

// Bridge has the amount of each line.
type Bridge [Lines]money.Amount

// Usage is the sum of the lines that explain usage.
func (b *Bridge) Usage() (sum money.Amount) {
	for l := range Purchases {
		sum = sum.Add(b[l])
	}
	return sum
}

// Total is the sum of all lines.
func (b *Bridge) Total() (sum money.Amount) {
	for _, amount := range b {
		sum = sum.Add(amount)
	}
	return sum
}

func (b *Bridge) add(other *Bridge) {
	for l := range b {
		b[l] = b[l].Add(other[l])
	}
}

// Comparison is what was metered and what was billed, of a cell or a group of cells.
type Comparison struct {
	// Metered and Billed are usage charges, before tax and credits.
	Metered, Billed money.Amount
	// MeteredPurchases is what commitments cost by our own books.
	MeteredPurchases money.Amount
	// Invoiced is everything that the bill has.
	Invoiced money.Amount
	// Bridge explains Billed - Metered by its lines of usage, and Invoiced - Metered - MeteredPurchases by all.
	Bridge Bridge
	// MeteredRequests are the calls that telemetry told of, UnpricedRequests those of them without a price.
	MeteredRequests, UnpricedRequests int64
	// BilledRequests are those that the provider counted, where it counts requests: CountedRequests is the number of
	// calls that telemetry told of there.
	BilledRequests, CountedRequests money.Quantity
	// BilledTokens and MeteredTokens compare likewise what the provider counted by tokens.
	BilledTokens, MeteredTokens money.Quantity
	// Confidence divides Metered by how sure it is.
	Confidence map[ledger.Confidence]money.Amount
}

// Difference is what was billed beyond what was metered, of usage.
func (c *Comparison) Difference() money.Amount { return c.Billed.Sub(c.Metered) }

// InvoiceDifference is what was invoiced beyond what was metered, of everything.
func (c *Comparison) InvoiceDifference() money.Amount {
	return c.Invoiced.Sub(c.Metered).Sub(c.MeteredPurchases)
}

// Cell is the comparison of one key.
type Cell struct {
	Key
	Comparison
}

// Report is what came of a comparison.
type Report struct {
	// First and Last are the days that are compared, zero if there are none.
	First, Last Date
	// Cells are sorted by currency, provider, account, subaccount, model and day.
	Cells []Cell
	// Findings are sorted by the size of their amounts, the largest first.
	Findings []Finding
	Excluded []Exclusion
	Warnings []string
}

// Finding is a cause of a difference.
type Finding struct {
	Line       Line         `json:"line"`
	Kind       Kind         `json:"kind"`
	Provider   string       `json:"provider"`
	Account    string       `json:"account,omitempty"`
	Subaccount string       `json:"subaccount,omitempty"`
	Model      string       `json:"model,omitempty"`
	Currency   string       `json:"currency"`
	Amount     money.Amount `json:"amount"`
	First      Date         `json:"first_day"`
	Last       Date         `json:"last_day"`
	// Days counts those on which it was found.
	Days int `json:"days"`
	// BillLine is the text of a line of the bill.
	BillLine string `json:"bill_line,omitempty"`
	// Requests are the calls that are missing, where the provider counts them.
	Requests money.Quantity `json:"requests,omitzero"`
	// Ratio is what the bill charges of what our rates give, where it is the same for several rates: 0.9.
	Ratio string `json:"ratio,omitempty"`
	// ListRatio is what the bill charges of list prices, where that is known and another ratio.
	ListRatio string `json:"list_ratio,omitempty"`
	// Rates say of each meter what it is about.
	Rates []RateFinding `json:"rates,omitempty"`
	// Text says it for people.
	Text string `json:"text"`
}

// RateFinding is what a finding has of one meter and tier.
type RateFinding struct {
	Meter Meter  `json:"meter"`
	Tier  string `json:"tier,omitempty"`
	// Quantity is 0 where nobody counted it.
	Quantity money.Quantity `json:"quantity,omitzero"`
	Unit     string         `json:"unit"`
	// Mixed is set where charges do not tell tiers apart that were counted: the rates are averages of theirs.
	Mixed bool `json:"mixed_tiers,omitempty"`
	// OurRate and BilledRate are prices of Unit, plain decimals; empty where they are not known.
	OurRate    string `json:"our_rate,omitempty"`
	BilledRate string `json:"billed_rate,omitempty"`
	// PricingID is the entry that our rate is of, where it is one.
	PricingID string       `json:"pricing_id,omitempty"`
	Amount    money.Amount `json:"amount"`
}

// Kind says what a finding is.
type Kind string

// The kinds, by their lines. Those of other lines bear the line's name.
const (
	// Bypassing: calls that the provider counted and no telemetry told of.
	Bypassing Kind = "bypassing"
	// MissingUsage: calls that telemetry told of without saying what they used.
	MissingUsage Kind = "missing_usage"
	// Understated: as many calls as the provider counted, with less usage.
	Understated Kind = "understated"
	// NotOnBill: usage that telemetry told of and the provider did not count.
	NotOnBill Kind = "not_on_bill"
	// DayShift: usage that the provider counted on the day before or after that of the call, as it does of calls at midnight and of
	// batches. It adds up to nothing unless prices differ between the two.
	DayShift Kind = "day_shift"
	// OtherSubaccount: usage that both sides have on the same day, under different subaccounts. It adds up to nothing like DayShift.
	OtherSubaccount Kind = "subaccount"

	// WrongPrice: the bill has another rate than we have.
	WrongPrice Kind = "wrong_price"
	// NotCharged: usage that the provider counted and has no charge for, as it is paid in advance or within an allowance.
	NotCharged Kind = "not_charged"
	// Agreement: the same ratio at all models of an account.
	Agreement Kind = "agreement"
	// NoPrice: usage that we have no rate for.
	NoPrice Kind = "no_price"

	// TierNotVisible: tokens billed under another tier than telemetry says.
	TierNotVisible Kind = "tier"
	// CacheNotVisible: tokens billed under another cache action.
	CacheNotVisible Kind = "cache"
	// ModalityNotVisible: tokens billed as audio or images that telemetry counts as text, or the other way round.
	ModalityNotVisible Kind = "modality"

	// Tool: a charge for a tool or another unit that is no token.
	Tool Kind = "tool"
	// Fee: a charge for no unit of usage.
	Fee Kind = "fee"
)
