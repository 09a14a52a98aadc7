package page

import (
	"math/big"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// finding is a cause of the difference, as it is shown.
type finding struct {
	Title, Line, Model string
	Currency           string
	Amount             figure
	Class, Arrow       string
	Text, Todo         string
	Facts              []fact
	Rates              []rate
	// Entries is set where a rate is of an entry of the catalog.
	Entries bool
}

type fact struct{ Name, Value string }

// rate compares what one meter costs.
type rate struct {
	Meter, Tier, Quantity, Unit string
	Ours, Billed, Change        string
	PricingID                   string
	Amount                      figure
}

func newFinding(f *reconcile.Finding) finding {
	words := wordsOf(f)
	shown := finding{
		Title: words.Title, Model: f.Model, Currency: f.Currency, Text: f.Text, Todo: words.Todo,
		Amount: difference(f.Amount, f.Currency), Class: direction(f.Amount), Facts: facts(f),
	}
	if f.Line < reconcile.Lines {
		shown.Line = lineWords[f.Line].Name
	}
	switch f.Amount.Sign() {
	case 1:
		shown.Arrow = "\u25b2"
	case -1:
		shown.Arrow = "\u25bc"
	}
	for i := range f.Rates {
		shown.Rates = append(shown.Rates, newRate(&f.Rates[i]))
	}
	shown.Entries = slices.ContainsFunc(shown.Rates, func(r rate) bool { return r.PricingID != "" })
	return shown
}

func facts(f *reconcile.Finding) []fact {
	all := []fact{
		{"Provider", f.Provider},
		{"Account", f.Account},
		{"Subaccount", f.Subaccount},
		{"Days", span(f.First, f.Last, f.Days)},
		{"Line of the bill", f.BillLine},
		{"Billed of our rates", ratioWords(f.Ratio)},
	}
	if !f.Requests.IsZero() {
		all = append(all, fact{"Calls", quantity(f.Requests)})
	}
	return slices.DeleteFunc(all, func(one fact) bool { return one.Value == "" || one.Value == none })
}

// ratioWords writes 0.9 as 90 %. What is no decimal is left as it is.
func ratioWords(ratio string) string {
	a, err := money.ParseAmount(ratio)
	if err != nil {
		return ratio
	}
	return limit(a.Rat())
}

func newRate(r *reconcile.RateFinding) rate {
	return rate{
		Meter: string(r.Meter), Tier: r.Tier, Quantity: quantity(r.Quantity), Unit: r.Unit,
		Ours: rateText(r.OurRate), Billed: rateText(r.BilledRate), Change: changeOf(r.OurRate, r.BilledRate),
		PricingID: r.PricingID, Amount: difference(r.Amount, ""),
	}
}

// rateText keeps every digit, as rates are compared by them, and has two decimals at least.
func rateText(s string) string {
	a, err := money.ParseAmount(s)
	switch {
	case s == "":
		return none
	case err != nil:
		return s
	default:
		return decorate(padded(a.String()))
	}
}

// changeOf says by how much the bill's rate is another.
func changeOf(ours, billed string) string {
	from, err := money.ParseAmount(ours)
	if err != nil || from.IsZero() {
		return ""
	}
	to, err := money.ParseAmount(billed)
	if err != nil {
		return ""
	}
	return percent(new(big.Rat).Quo(to.Sub(from).Rat(), from.Rat()))
}
