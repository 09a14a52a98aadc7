package main

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// bill is what one call cost in truth.
type bill struct {
	// amount is nil when no price list can tell.
	amount *big.Rat
	// atLeast is set when the true price is above the one in the price list, by an amount that is in
	// a contract only.
	atLeast bool
	// tiered is set when the model has prices for several service tiers.
	tiered bool
}

// claim is what the collector said about one span or log record.
type claim struct {
	status, reason, confidence string
	amount                     *big.Rat
	what                       string
}

// class is the outcome for one capture.
type class string

const (
	// exact: every billed call is there at its very price, said to be exact; nothing else is.
	exact class = "exact"
	// flagged: what is not exact is marked, and in the right direction.
	flagged class = "flagged"
	// wrong: a number that is not right and does not say so.
	wrong class = "silently wrong"
	// unseen: the instrumentation exported nothing for a billed call, so nothing could be said.
	unseen class = "nothing sent"
)

type verdict struct {
	class class
	why   []string
}

// judge compares what the collector said about a capture with what the provider billed. Claims of an exact
// price are settled first: each must be some call's very price. Of what is left, each priced
// span needs a call of its own that agrees with its flag, and each call that is then left a span that
// says that its price is not known.
func judge(claims []claim, bills []bill, spans int) verdict {
	if spans == 0 && len(bills) > 0 {
		return verdict{unseen, []string{"no span was exported"}}
	}
	var flags, unpriced []claim
	left := slices.Clone(bills)
	var mistakes []string
	for _, c := range claims {
		switch {
		case c.status == "unpriced":
			unpriced = append(unpriced, c)
		case c.status != "priced" && c.status != "free":
		case c.confidence != "exact":
			flags = append(flags, c)
		case !settle(&left, c):
			mistakes = append(mistakes, fmt.Sprintf("%s says exactly %s, billed %s", c.what, usd(c.amount), billText(bills)))
		}
	}
	mistakes = append(mistakes, open(left, flags, unpriced)...)
	if len(mistakes) > 0 {
		return verdict{wrong, mistakes}
	}
	if why := reasons(flags, unpriced); len(why) > 0 {
		return verdict{flagged, why}
	}
	return verdict{class: exact}
}

// settle removes the bill that an exact claim states.
func settle(left *[]bill, c claim) bool {
	for i, b := range *left {
		if b.amount != nil && !b.atLeast && b.amount.Cmp(c.amount) == 0 {
			*left = slices.Delete(*left, i, i+1)
			return true
		}
	}
	return false
}

// open returns what is wrong with the claims that are marked and the bills that no exact claim settled.
func open(left []bill, flags, unpriced []claim) []string {
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
func assign(flags []claim, left []bill) bool {
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
func (c claim) agrees(b bill) bool {
	if b.amount == nil {
		return true
	}
	switch c.confidence {
	case "upper_bound":
		return !b.atLeast && c.amount.Cmp(b.amount) >= 0
	case "lower_bound":
		return c.amount.Cmp(b.amount) <= 0
	default:
		return c.confidence == "estimated"
	}
}

func reasons(flags, unpriced []claim) []string {
	var why []string
	for _, c := range flags {
		why = append(why, c.confidence)
	}
	for _, c := range unpriced {
		why = append(why, "unpriced, "+c.reason)
	}
	return why
}

func billText(bills []bill) string {
	if len(bills) == 0 {
		return "nothing"
	}
	texts := make([]string, len(bills))
	for i, b := range bills {
		texts[i] = usd(b.amount)
		if b.atLeast {
			texts[i] = "at least " + texts[i]
		}
	}
	return strings.Join(texts, " + ")
}

func claimText(claims []claim) string {
	texts := make([]string, len(claims))
	for i, c := range claims {
		texts[i] = c.confidence + " " + usd(c.amount)
	}
	return strings.Join(texts, " + ")
}

// usd prints an amount, "?" for one that is not known.
func usd(amount *big.Rat) string {
	if amount == nil {
		return "?"
	}
	text := amount.FloatString(8)
	text = strings.TrimRight(text, "0")
	return strings.TrimSuffix(text, ".")
}
