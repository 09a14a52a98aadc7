package importer

import (
	"errors"
	"fmt"
	"maps"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// perMillion are the decimal places between a rate per token and one per million tokens.
const perMillion = 6

// maxTokenRate is the highest believable price of a million tokens. What exceeds it is a
// confusion of units.
var maxTokenRate = mustDecimal("10000")

// rates are unit prices by meter: token meters per million, others per the rate's own Per.
type rates map[meter.Meter]rate

type rate struct {
	amount decimal
	per    string
}

// with copies r and lays over on top.
func (r rates) with(over rates) rates {
	out := make(rates, len(r)+len(over))
	maps.Copy(out, r)
	maps.Copy(out, over)
	return out
}

// tokens are the rates of token meters only.
func (r rates) tokens() rates {
	out := make(rates, len(r))
	for m, v := range r {
		if m.IsToken() {
			out[m] = v
		}
	}
	return out
}

// allZero reports whether there are rates and every one is zero.
func (r rates) allZero() bool {
	for _, v := range r {
		if v.amount.sign() != 0 {
			return false
		}
	}
	return len(r) > 0
}

// equal compares amounts meter by meter.
func (r rates) equal(other rates) bool {
	if len(r) != len(other) {
		return false
	}
	for m, v := range r {
		w, ok := other[m]
		if !ok || v.per != w.per || v.amount.cmp(w.amount) != 0 {
			return false
		}
	}
	return true
}

// spec is the form in which the catalog holds rates.
func (r rates) spec() map[string]pricing.RateSpec {
	if len(r) == 0 {
		return nil
	}
	out := make(map[string]pricing.RateSpec, len(r))
	for m, v := range r {
		out[m.String()] = pricing.RateSpec{Rate: v.amount.String(), Per: v.per}
	}
	return out
}

// checkRate refuses what cannot be a price. places scales a rate to the catalog's unit.
func checkRate(n node, m meter.Meter, places int) (decimal, error) {
	amount, err := n.number()
	if err != nil {
		return decimal{}, err
	}
	amount = amount.shift(places)
	switch {
	case amount.sign() < 0:
		return decimal{}, errors.New("a price cannot be negative")
	case m.IsToken() && amount.cmp(maxTokenRate) > 0:
		return decimal{}, fmt.Errorf("%s per million tokens: probably the rate of another unit", amount)
	default:
		return amount, nil
	}
}
