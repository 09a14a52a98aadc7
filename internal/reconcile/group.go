package reconcile

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Dimension is what comparisons are told apart by.
type Dimension string

// The dimensions.
const (
	ByDay        Dimension = "day"
	ByProvider   Dimension = "provider"
	ByAccount    Dimension = "account"
	BySubaccount Dimension = "subaccount"
	ByModel      Dimension = "model"
)

// Dimensions returns all dimensions.
func Dimensions() []Dimension {
	return []Dimension{ByDay, ByProvider, ByAccount, BySubaccount, ByModel}
}

// ParseDimensions reads names of dimensions.
func ParseDimensions(names []string) ([]Dimension, error) {
	by := make([]Dimension, 0, len(names))
	for _, name := range names {
		d := Dimension(strings.TrimSpace(name))
		if !slices.Contains(Dimensions(), d) {
			return nil, fmt.Errorf("unknown dimension %q; known are day, provider, account, subaccount, model", name)
		}
		by = append(by, d)
	}
	return by, nil
}

// Of returns the key's value of the dimension.
func (d Dimension) Of(k *Key) string {
	switch d {
	case ByDay:
		return k.Day.Format(time.DateOnly)
	case ByProvider:
		return k.Provider
	case ByAccount:
		return k.Account
	case BySubaccount:
		return k.Subaccount
	default:
		return k.Model
	}
}

// Group is the sum of the cells that agree in some dimensions, and in the currency.
type Group struct {
	// Values are those of the dimensions, in their order.
	Values   []string
	Currency string
	Comparison
}

// Group adds the cells up, in the order of the currency and the values. Without dimensions there is one group for each currency.
func (r *Report) Group(by ...Dimension) []Group {
	groups := map[string]*Group{}
	for i := range r.Cells {
		c := &r.Cells[i]
		values := make([]string, len(by))
		for j, d := range by {
			values[j] = d.Of(&c.Key)
		}
		key := c.Currency + "\x00" + strings.Join(values, "\x00")
		g, ok := groups[key]
		if !ok {
			g = &Group{Values: values, Currency: c.Currency}
			groups[key] = g
		}
		g.add(&c.Comparison)
	}
	sorted := make([]Group, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		sorted = append(sorted, *groups[key])
	}
	return sorted
}

func (c *Comparison) add(o *Comparison) {
	c.Metered, c.Billed = c.Metered.Add(o.Metered), c.Billed.Add(o.Billed)
	c.MeteredPurchases, c.Invoiced = c.MeteredPurchases.Add(o.MeteredPurchases), c.Invoiced.Add(o.Invoiced)
	c.Bridge.add(&o.Bridge)
	c.MeteredRequests += o.MeteredRequests
	c.UnpricedRequests += o.UnpricedRequests
	c.BilledRequests, c.CountedRequests = c.BilledRequests.Add(o.BilledRequests), c.CountedRequests.Add(o.CountedRequests)
	c.BilledTokens, c.MeteredTokens = c.BilledTokens.Add(o.BilledTokens), c.MeteredTokens.Add(o.MeteredTokens)
	for confidence, amount := range o.Confidence {
		if c.Confidence == nil {
			c.Confidence = map[ledger.Confidence]money.Amount{}
		}
		c.Confidence[confidence] = c.Confidence[confidence].Add(amount)
	}
}

// Drift is the difference of usage in proportion to what was billed, and has the sign of the difference; it is not known where
// nothing was billed.
func (c *Comparison) Drift() (*big.Rat, bool) {
	if c.Billed.IsZero() {
		return new(big.Rat), c.Metered.IsZero()
	}
	return new(big.Rat).Quo(c.Difference().Rat(), abs(c.Billed).Rat()), true
}

// Coverage is how many of the calls that the provider counted telemetry told of.
func (c *Comparison) Coverage() (*big.Rat, bool) {
	return ratio(c.CountedRequests, c.BilledRequests)
}

// TokenCoverage is how many of the tokens that the provider counted were metered.
func (c *Comparison) TokenCoverage() (*big.Rat, bool) {
	return ratio(c.MeteredTokens, c.BilledTokens)
}

func ratio(part, whole money.Quantity) (*big.Rat, bool) {
	if whole.IsZero() {
		return nil, false
	}
	return new(big.Rat).Quo(part.Rat(), whole.Rat()), true
}
