package page

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// verdict says how it stands in a sentence or two. Badge is what it comes to, with a sign beside the colour.
type verdict struct {
	Class, Sign, Badge string
	Sentences          []string
}

// judge holds the whole and each account of a provider against the limits.
func judge(c *reconcile.Comparison, currency string, o *Options, accounts []reconcile.Group) verdict {
	v := verdict{Class: "differs", Sign: "\u2260", Badge: "Differs"}
	limits := limitWords(c, o, accounts)
	switch {
	case len(limits) > 0:
		v.Class, v.Sign, v.Badge = "beyond", "!", "Beyond the limit"
	case c.Difference().IsZero():
		v.Class, v.Sign, v.Badge = "agrees", "\u2713", "Agrees"
	case o.MaxDrift != nil:
		v.Class, v.Sign, v.Badge = "agrees", "\u2713", "Within the limit"
	}
	v.Sentences = append([]string{headline(c, currency)}, limits...)
	if explained := explanation(c, currency); explained != "" {
		v.Sentences = append(v.Sentences, explained)
	}
	return v
}

// headline compares both amounts.
func headline(c *reconcile.Comparison, currency string) string {
	d := c.Difference()
	size := withCurrency(currency, round(absolute(d)))
	switch {
	case d.IsZero() && c.Billed.IsZero():
		return "Nothing was metered and nothing was billed."
	case d.IsZero():
		return "What was billed is what was metered, to the last digit."
	case c.Billed.IsZero():
		return amount(c.Metered, currency).Text + " was metered, and nothing was billed."
	case c.Metered.IsZero():
		return amount(c.Billed, currency).Text + " was billed, and nothing was metered."
	case d.Sign() > 0:
		return fmt.Sprintf("The bill is %s higher than what was metered: a drift of %s.", size, driftOf(c))
	default:
		return fmt.Sprintf("The bill is %s lower than what was metered: a drift of %s.", size, driftOf(c))
	}
}

// explanation names the largest line and what is left without one.
func explanation(c *reconcile.Comparison, currency string) string {
	largest := reconcile.Lines
	var size money.Amount
	for l := range reconcile.Unexplained {
		if a := absolute(c.Bridge[l]); a.Cmp(size) > 0 {
			largest, size = l, a
		}
	}
	left := c.Bridge[reconcile.Unexplained]
	switch {
	case largest == reconcile.Lines && left.IsZero():
		return ""
	case largest == reconcile.Lines:
		return "Nothing explains the difference."
	}
	text := fmt.Sprintf("The largest cause is %s (%s): %s.", strings.ToLower(lineWords[largest].Name), withCurrency(currency, signed(c.Bridge[largest])), lineWords[largest].Meaning)
	if left.IsZero() {
		return text + " Nothing is left unexplained."
	}
	return text + fmt.Sprintf(" %s is left unexplained.", withCurrency(currency, signed(left)))
}

// limitWords says what is beyond the limits: the whole, and accounts.
func limitWords(c *reconcile.Comparison, o *Options, accounts []reconcile.Group) (words []string) {
	if o.MaxDrift != nil {
		words = appendLimit(words, "Drift is beyond the limit of "+limit(o.MaxDrift), c, accounts, func(c *reconcile.Comparison) bool { return beyondDrift(c, o) })
	}
	if o.MinCoverage != nil {
		words = appendLimit(words, "Coverage is below the limit of "+limit(o.MinCoverage), c, accounts, func(c *reconcile.Comparison) bool { return beyondCoverage(c, o) })
	}
	return words
}

func appendLimit(words []string, text string, c *reconcile.Comparison, accounts []reconcile.Group, beyond func(*reconcile.Comparison) bool) []string {
	var where []string
	if beyond(c) {
		where = append(where, "in total")
	}
	n := 0
	for i := range accounts {
		if beyond(&accounts[i].Comparison) {
			n++
		}
	}
	if n > 0 {
		where = append(where, "for "+count(int64(n))+" of "+plural(int64(len(accounts)), "account"))
	}
	if len(where) == 0 {
		return words
	}
	return append(words, text+" "+strings.Join(where, " and ")+".")
}

func ratio(part, whole money.Amount) *big.Rat {
	return new(big.Rat).Quo(part.Rat(), whole.Rat())
}
