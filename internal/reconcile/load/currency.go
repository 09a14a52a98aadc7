package load

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/billed"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// accountDay is a day of an account.
type accountDay struct {
	account
	day time.Time
}

// currencies are those that accounts are billed in.
type currencies struct {
	// usage are those of usage charges, by day; always those of any day, any those of any charge.
	usage       map[accountDay][]string
	always, any map[account][]string
}

func (l *loader) currencies(of func(account) account) *currencies {
	c := &currencies{map[accountDay][]string{}, map[account][]string{}, map[account][]string{}}
	for n := range l.charges {
		a := of(account{n.Provider, n.Account})
		note(c.any, a, n.Currency)
		if n.Category == billed.Usage {
			note(c.always, a, n.Currency)
			note(c.usage, accountDay{a, n.Day}, n.Currency)
		}
	}
	return c
}

func note[K comparable](m map[K][]string, k K, currency string) {
	if i, found := slices.BinarySearch(m[k], currency); !found {
		m[k] = slices.Insert(m[k], i, currency)
	}
}

// of returns the currency in which usage of a day is compared: that of the day's charges, or else of other days'. own
// is what the usage was metered in.
func (c *currencies) of(a account, day time.Time, own string) (string, error) {
	switch list := c.usage[accountDay{a, day}]; len(list) {
	case 0:
	case 1:
		return list[0], nil
	default:
		return "", fmt.Errorf(
			"%s is billed for usage in %s on %s: what was metered cannot be divided between them; give each its own account in the gen_ai_billing receiver, or leave them out with --account or --provider",
			a, strings.Join(list, " and "), day.Format(time.DateOnly))
	}
	for _, list := range [][]string{c.always[a], c.any[a]} {
		if slices.Contains(list, own) {
			return own, nil
		}
		if len(list) > 0 {
			return list[0], nil
		}
	}
	return own, nil
}

// String names the account in messages.
func (a account) String() string { return strings.TrimSpace(a.provider + " " + a.account) }

// convert turns an amount into another currency, at the rate of the day.
func (l *loader) convert(amount money.Amount, from, to string, a account, day time.Time) (money.Amount, error) {
	if from == to {
		return amount, nil
	}
	rate, ok := l.ExchangeRates.Convert(from, to, day)
	if !ok {
		return amount, fmt.Errorf("%s is metered in %s and billed in %s: no exchange rate for %s; add it to --exchange-rates",
			a, from, to, day.Format(time.DateOnly))
	}
	converted, err := money.RoundAmount(new(big.Rat).Mul(amount.Rat(), rate))
	if err != nil {
		return amount, fmt.Errorf("%s on %s: %w", a, day.Format(time.DateOnly), err)
	}
	return converted, nil
}

// sortedKeys returns the keys of a set in their order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
