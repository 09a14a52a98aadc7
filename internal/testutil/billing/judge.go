package billing

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Bill is what one call cost in truth.
type Bill struct {
	// Amount is nil when no price list can tell.
	Amount *big.Rat
	// AtLeast is set when the true price is above the one in the price list, by an amount that is in
	// a contract only.
	AtLeast bool
	// Tiered is set when the model has prices for several service tiers that a call can ask for.
	Tiered bool
}

// Claim is what the collector said about one span or log record.
type Claim struct {
	Status, Reason, Confidence string
	Amount                     *big.Rat
	What                       string
}

// Class is the outcome for one capture.
type Class string

const (
	// Exact means that every billed call is there at its very price, said to be exact; nothing else is.
	Exact Class = "exact"
	// Flagged means that what is not exact is marked, and in the right direction.
	Flagged Class = "flagged"
	// Wrong is a number that is not right and does not say so.
	Wrong Class = "silently wrong"
	// Unseen means that the instrumentation exported nothing for a billed call, so nothing could be said.
	Unseen Class = "nothing sent"
)

// Verdict is the outcome with what explains it: the flags, or the mistakes.
type Verdict struct {
	Class Class
	Why   []string
}

// Judge compares what the collector said about a capture with what the provider billed. Claims of an exact
// price are settled first: each must be some call's very price. Of what is left, each priced
// span needs a call of its own that agrees with its flag, and each call that is then left a span that
// says that its price is not known.
func Judge(claims []Claim, bills []Bill, spans int) Verdict {
	if spans == 0 && len(bills) > 0 {
		return Verdict{Unseen, []string{"no span was exported"}}
	}
	var flags, unpriced []Claim
	left := slices.Clone(bills)
	var mistakes []string
	for _, c := range claims {
		switch {
		case c.Status == "unpriced":
			unpriced = append(unpriced, c)
		case c.Status != "priced" && c.Status != "free":
		case c.Confidence != "exact":
			flags = append(flags, c)
		case !settle(&left, c):
			mistakes = append(mistakes, fmt.Sprintf("%s says exactly %s, billed %s", c.What, USD(c.Amount), billText(bills)))
		}
	}
	mistakes = append(mistakes, open(left, flags, unpriced)...)
	if len(mistakes) > 0 {
		return Verdict{Wrong, mistakes}
	}
	if why := reasons(flags, unpriced); len(why) > 0 {
		return Verdict{Flagged, why}
	}
	return Verdict{Class: Exact}
}

// settle removes the bill that an exact claim states.
func settle(left *[]Bill, c Claim) bool {
	for i, b := range *left {
		if b.Amount != nil && !b.AtLeast && b.Amount.Cmp(c.Amount) == 0 {
			*left = slices.Delete(*left, i, i+1)
			return true
		}
	}
	return false
}

// open returns what is wrong with the claims that are marked and the bills that no exact claim settled.
func open(left []Bill, flags, unpriced []Claim) []string {
	if len(flags) > len(left) {
		return []string{fmt.Sprintf("%d spans are priced beyond the %d calls that were billed", len(flags)-len(left), len(left))}
	}
	if missing := len(left) - len(flags) - len(unpriced); missing > 0 {
		return []string{fmt.Sprintf("%d billed calls are missing, and no span says so", missing)}
	}
	if !assign(flags, left) {
		return []string{fmt.Sprintf("flags in the wrong direction: %s, billed %s", claimText(flags), billText(left))}
	}
	return nil
}

// assign looks for a call of its own for each claim, by trying; captures hold few.
func assign(flags []Claim, left []Bill) bool {
	if len(flags) == 0 {
		return true
	}
	for i, b := range left {
		if flags[0].agrees(b) && assign(flags[1:], slices.Delete(slices.Clone(left), i, i+1)) {
			return true
		}
	}
	return false
}

// agrees reports whether the claim's flag points in the direction of the truth.
func (c Claim) agrees(b Bill) bool {
	if b.Amount == nil {
		return true
	}
	switch c.Confidence {
	case "upper_bound":
		return !b.AtLeast && c.Amount.Cmp(b.Amount) >= 0
	case "lower_bound":
		return c.Amount.Cmp(b.Amount) <= 0
	default:
		return c.Confidence == "estimated"
	}
}

func reasons(flags, unpriced []Claim) []string {
	var why []string
	for _, c := range flags {
		why = append(why, c.Confidence)
	}
	for _, c := range unpriced {
		why = append(why, "unpriced, "+c.Reason)
	}
	return why
}

func billText(bills []Bill) string {
	if len(bills) == 0 {
		return "nothing"
	}
	texts := make([]string, len(bills))
	for i, b := range bills {
		texts[i] = USD(b.Amount)
		if b.AtLeast {
			texts[i] = "at least " + texts[i]
		}
	}
	return strings.Join(texts, " + ")
}

func claimText(claims []Claim) string {
	texts := make([]string, len(claims))
	for i, c := range claims {
		texts[i] = c.Confidence + " " + USD(c.Amount)
	}
	return strings.Join(texts, " + ")
}

// USD prints an amount, "?" for one that is not known.
func USD(amount *big.Rat) string {
	if amount == nil {
		return "?"
	}
	text := amount.FloatString(8)
	text = strings.TrimRight(text, "0")
	return strings.TrimSuffix(text, ".")
}
