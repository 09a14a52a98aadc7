package reconcile

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// sentences say for each kind what was found and what to look at. %s is what the finding is of.
//
//nolint:gosec // G101 takes a token for a secret.
var sentences = map[Kind]string{
	Bypassing:                  "The provider counted %s of which no telemetry told: something calls it past the collector.",
	MissingUsage:               "The provider counted %s of calls that did not say what they used: have their instrumentation report usage, for streams too.",
	Understated:                "The provider counted %s more than telemetry told of, in as many calls.",
	NotOnBill:                  "Telemetry told of %s that the provider did not count: calls counted twice, of another account, or not charged.",
	DayShift:                   "The provider counted tokens on the day before or after that of the call.",
	OtherSubaccount:            "Telemetry and the bill have this usage under different subaccounts, or one of them under none: %s.",
	NotCharged:                 "The provider counted %s and charged nothing for it: paid in advance, within an allowance, or free, which our prices do not know.",
	WrongPrice:                 "The bill has other rates than our prices: %s.",
	NoPrice:                    "Our prices have no rate for what was used: %s.",
	TierNotVisible:             "Tokens were billed under another service tier than telemetry says: %s.",
	CacheNotVisible:            "Tokens were billed under another cache action than telemetry says: %s.",
	ModalityNotVisible:         "Tokens were billed as of another modality than telemetry says: %s.",
	Tool:                       "What was charged for %s differs from what was metered.",
	Fee:                        "A fee that is for no usage that telemetry tells of.",
	Kind(Rounding.String()):    "Below the precision of the bill or of unit prices.",
	Kind(Unexplained.String()): "The provider reports no quantity for these charges, so volume and price cannot be told apart.",
	Kind(Purchases.String()):   "A purchase on the bill; those in our own books are set against it.",
	Kind(Credits.String()):     "Credits and adjustments.",
	Kind(Tax.String()):         "Tax.",
}

// sentence says the finding for people.
func (f *Finding) sentence() string {
	if f.Kind == Kind(Unparsed.String()) {
		if f.BillLine == "" {
			return "Metered of models that no line of the bill names; set against the lines that name no model."
		}
		return "A line of the bill that names neither a model nor a meter."
	}
	if f.Kind == WrongPrice && len(f.Rates) == 0 {
		return "The bill has other rates than our prices, and does not tell them apart by meter: it is " + cmp.Or(f.Ratio, "an unknown number of") + " times what ours give."
	}
	if f.Line == Purchases && f.BillLine == "" && f.Amount.Sign() < 0 {
		return "Purchases in our own books, which those of the bill are set against."
	}
	text := sentences[f.Kind]
	if !strings.Contains(text, "%s") {
		return text
	}
	text = fmt.Sprintf(text, f.subject())
	if f.Ratio != "" {
		text += " All of them are " + f.Ratio + " times ours."
	}
	return text
}

// subject lists the quantities, or the rates of prices.
func (f *Finding) subject() string {
	if f.Kind == Tool {
		return f.BillLine
	}
	parts := make([]string, 0, len(f.Rates)+1)
	if !f.Requests.IsZero() {
		parts = append(parts, f.Requests.String()+" calls")
	}
	for i := range f.Rates {
		parts = append(parts, f.Rates[i].phrase(f.Kind))
	}
	if len(parts) == 0 {
		return "tokens"
	}
	return strings.Join(parts, ", ")
}

func (r *RateFinding) phrase(kind Kind) string {
	name := string(r.Meter)
	if r.Tier != "" {
		name += " (" + r.Tier + ")"
	}
	if r.Mixed {
		name += " (of all tiers)"
	}
	switch kind {
	case WrongPrice:
		return fmt.Sprintf("%s %s instead of %s for %s", name, orUnknown(r.BilledRate), orUnknown(r.OurRate), r.Unit)
	case NoPrice:
		return fmt.Sprintf("%s, which the bill has at %s for %s", name, orUnknown(r.BilledRate), r.Unit)
	case TierNotVisible, CacheNotVisible, ModalityNotVisible, OtherSubaccount:
		return name + " " + withSign(whole(r.Quantity))
	default:
		return strings.TrimPrefix(whole(r.Quantity), "-") + " " + name
	}
}

// whole writes a quantity for people: divided among causes, it has fractions that mean nothing.
func whole(q money.Quantity) string {
	if text := q.Rat().FloatString(0); text != "0" && text != "-0" {
		return text
	}
	return q.String()
}

func orUnknown(rate string) string {
	if rate == "" {
		return "an unknown rate"
	}
	return rate
}

func withSign(number string) string {
	if strings.HasPrefix(number, "-") {
		return number
	}
	return "+" + number
}
