package closing

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// balance is a total with what its true-up rows are made of.
type balance struct {
	Total
	party   Party
	weights map[string]money.Amount
}

// balances returns the totals of the month, of the accounts that are wanted.
func (b *books) balances(wanted func(Party) bool, rates *pricing.ExchangeRates) ([]balance, error) {
	b.match()
	if err := b.checkAccounts(wanted); err != nil {
		return nil, err
	}
	var all []balance
	for _, p := range b.sorted() {
		if !wanted(p) {
			continue
		}
		of, err := b.balancesOf(p, rates)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		all = append(all, of...)
	}
	return all, nil
}

// String names the party in messages.
func (p Party) String() string {
	if p.Account == "" {
		return p.Provider
	}
	return p.Provider + ", account " + p.Account
}

func (b *books) balancesOf(p Party, rates *pricing.ExchangeRates) ([]balance, error) {
	bill, invoiced, err := b.invoice(p, rates)
	if err != nil {
		return nil, err
	}
	costs := map[string]map[string]money.Amount{}
	if m, ok := b.metered[p]; ok {
		costs = m.costs
	}
	currencies := maps.Clone(bill)
	for currency := range costs {
		currencies[currency] = bill[currency]
	}
	_, isBilled := b.billed[p]
	var all []balance
	for _, currency := range slices.Sorted(maps.Keys(currencies)) {
		s := balance{party: p, weights: costs[currency]}
		s.Total = Total{Provider: p.Provider, Account: p.Account, Currency: currency, Status: NotBilled, Metered: sum(s.weights)}
		if isBilled {
			amount := currencies[currency]
			residual := amount.Sub(s.Metered)
			s.Status, s.Billed, s.Residual, s.Invoiced = Closed, &amount, &residual, invoiced[currency]
			if residual.IsLimit() {
				return nil, errRange
			}
		}
		all = append(all, s)
	}
	return all, nil
}

func sum(parts map[string]money.Amount) (total money.Amount) {
	for _, part := range parts {
		total = total.Add(part)
	}
	return total
}

// invoice returns what was invoiced to a party by the currency that it is charged in, and what of each of those the invoice has in
// other currencies. A day's charges in one currency are converted together, and rounded once.
func (b *books) invoice(p Party, rates *pricing.ExchangeRates) (bill map[string]money.Amount, invoiced map[string][]Invoiced, err error) {
	bill, invoiced = map[string]money.Amount{}, map[string][]Invoiced{}
	l, ok := b.billed[p]
	if !ok {
		return bill, invoiced, nil
	}
	for _, on := range slices.SortedFunc(maps.Keys(l.amounts), compareCharged) {
		to, err := b.chargedIn(p, on.currency)
		if err != nil {
			return nil, nil, err
		}
		amount, err := exchange(l.amounts[on], on, to, rates)
		if err != nil {
			return nil, nil, err
		}
		if bill[to] = bill[to].Add(amount); bill[to].IsLimit() {
			return nil, nil, errRange
		}
		invoiced[to] = addInvoiced(invoiced[to], on.currency, l.amounts[on])
	}
	for to, amounts := range invoiced {
		if len(amounts) == 1 && amounts[0].Currency == to {
			delete(invoiced, to) // nothing was converted
		}
	}
	return bill, invoiced, nil
}

// addInvoiced adds to the last, since charges come in the order of their currencies.
func addInvoiced(amounts []Invoiced, currency string, amount money.Amount) []Invoiced {
	if n := len(amounts); n > 0 && amounts[n-1].Currency == currency {
		amounts[n-1].Amount = amounts[n-1].Amount.Add(amount)
		return amounts
	}
	return append(amounts, Invoiced{currency, amount})
}

// exchange returns what was charged in another currency, rounded half to even to the last digit that a row has.
func exchange(amount money.Amount, on chargedOn, to string, rates *pricing.ExchangeRates) (money.Amount, error) {
	if to == on.currency {
		return amount, nil
	}
	if rates == nil {
		return amount, fmt.Errorf("invoiced in %s and metered in %s; give --exchange-rates to charge the invoice in %s", on.currency, to, to)
	}
	rate, ok := rates.Convert(on.currency, to, on.day)
	if !ok {
		return amount, fmt.Errorf("no rate from %s to %s on %s; add it to --exchange-rates", on.currency, to, on.day.Format(time.DateOnly))
	}
	return money.RoundAmount(new(big.Rat).Mul(amount.Rat(), rate))
}

func compareCharged(a, b chargedOn) int {
	return cmp.Or(strings.Compare(a.currency, b.currency), a.day.Compare(b.day))
}

// chargedIn returns the currency in which teams are charged what was invoiced to a party in another: that of the invoice if anything of the
// party was metered in it, else the one that it was metered in, or that everything else was.
func (b *books) chargedIn(p Party, invoiced string) (string, error) {
	currencies := slices.Sorted(maps.Keys(b.currencies))
	if m, ok := b.metered[p]; ok {
		currencies = slices.Sorted(maps.Keys(m.costs))
	}
	if slices.Contains(currencies, invoiced) || len(currencies) == 0 {
		return invoiced, nil
	}
	if len(currencies) > 1 {
		return "", fmt.Errorf("invoiced in %s and metered in %s: which of them teams are charged in is not clear; leave it out by --provider or --account",
			invoiced, strings.Join(currencies, " and "))
	}
	return currencies[0], nil
}
