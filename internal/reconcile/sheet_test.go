package reconcile

import (
	"math/big"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func amount(text string) money.Amount {
	a, err := money.ParseAmount(text)
	if err != nil {
		panic(err)
	}
	return a
}

// priceList has what a million tokens cost, by model and then by meter, with the tier after a slash.
type priceList map[string]map[string]string

func (l priceList) Rate(k Key, s Slot) (Rate, bool) {
	name := string(s.Meter)
	if s.Tier != "" {
		name += "/" + s.Tier
	}
	text, ok := l[k.Model][name]
	if !ok {
		return Rate{}, false
	}
	return Rate{PerUnit: new(big.Rat).Quo(amount(text).Rat(), big.NewRat(1_000_000, 1)), PricingID: k.Model}, true
}

var prices = priceList{
	"gpt":    {"input": "2.5", "cache_read": "1.25", "output": "10", "input/batch": "1.25", "input_audio": "40"},
	"mini":   {"input": "0.25", "output": "2"},
	"wholes": {"prompt": "2.5", "completion": "10"},
	"haiku":  {"input": "1", "output": "5"},
}

// sheet is an input in the making: of one day, provider and account, which rows are short for.
type sheet struct{ Input }

func key(model string) Key {
	return Key{Day: monday, Provider: "openai", Account: "org", Model: model, Currency: "USD"}
}

func cost(k Key, s Slot, tokens int64) money.Amount {
	rate, ok := prices.Rate(k, s)
	if !ok {
		panic("no rate")
	}
	return times(rate.PerUnit, money.Units(tokens).Rat())
}

// metered adds a call that telemetry told of, at our price.
func (s *sheet) metered(model string, meter Meter, tokens, requests int64) *sheet {
	slot := Slot{Meter: meter}
	s.Metered = append(s.Metered, Metered{
		Key: key(model), Slot: slot, PricingID: model, Confidence: ledger.ConfidenceExact, Quantity: money.Units(tokens), Cost: cost(key(model), slot, tokens),
		Requests: requests,
	})
	return s
}

func (s *sheet) unpriced(model string, meter Meter, tokens, requests int64) *sheet {
	s.Unpriced = append(s.Unpriced, Unpriced{Key: key(model), Slot: Slot{Meter: meter}, Reason: ledger.ReasonNoUsage, Quantity: money.Units(tokens), Requests: requests})
	return s
}

func (s *sheet) counted(model string, slot Slot, tokens int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Slot: slot, Quantity: money.Units(tokens)})
	return s
}

// meteredIn is metered of a tier.
func (s *sheet) meteredIn(model string, slot Slot, tokens, requests int64) *sheet {
	s.metered(model, slot.Meter, 0, requests)
	m := &s.Metered[len(s.Metered)-1]
	m.Slot, m.Quantity, m.Cost = slot, money.Units(tokens), cost(key(model), slot, tokens)
	return s
}

// committed adds a call that a commitment has paid for.
func (s *sheet) committed(model string, meter Meter, tokens int64) *sheet {
	q := money.Units(tokens)
	s.Metered = append(s.Metered, Metered{Key: key(model), Slot: Slot{Meter: meter}, PricingID: model, Quantity: q, Committed: q, Requests: 1})
	return s
}

// uncharged adds a count that no bill of usage has a charge for.
func (s *sheet) uncharged(model string, slot Slot, tokens int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Slot: slot, Quantity: money.Units(tokens), Uncharged: true})
	return s
}

func (s *sheet) requests(model string, n int64) *sheet {
	s.Counts = append(s.Counts, Count{Key: key(model), Requests: true, Quantity: money.Units(n)})
	return s
}

func (s *sheet) charged(model string, slot Slot, usd string) *sheet {
	return s.charge("Usage", model, slot, model+" "+string(slot.Meter), usd)
}

func (s *sheet) charge(category, model string, slot Slot, line, usd string) *sheet {
	s.Charges = append(s.Charges, Charge{Key: key(model), Slot: slot, Category: category, Line: line, Cost: amount(usd)})
	return s
}

// found is a finding in short.
type found struct {
	kind          Kind
	model, amount string
}

func input() *sheet { return &sheet{Input{Rates: prices}} }

const (
	in  Meter = "input"
	out Meter = "output"
	hit Meter = "cache_read"
)
