package rating

import (
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

var (
	// freeRate is the rate of every meter of a model that the catalog declares free.
	freeRate   = pricing.Rate{Known: true}
	oneRequest = money.Units(1)
)

// fill makes the lines, their sums and the savings, or returns why there can be none.
func (v *Verdict) fill(usage *meter.Usage, price *pricing.Price) ledger.Reason {
	if price.Upper == nil {
		return v.fillLines(usage, nil, price)
	}
	above := aboveThreshold(usage, price)
	return v.fillLines(usage, &above, price)
}

// fillLines makes one line for each meter, and a second one for what lies above the threshold of
// a graduated tier.
func (v *Verdict) fillLines(usage, above *meter.Usage, price *pricing.Price) ledger.Reason {
	for m := range meter.Meter(meter.Count) {
		q := usage[m]
		if m == meter.Request {
			q = requests(q, price.Sheet)
		}
		if q.IsZero() {
			continue
		}
		if q.Sign() < 0 {
			return ledger.ReasonInvalidUsage
		}
		if above != nil && !above[m].IsZero() {
			q = q.Sub(above[m])
		}
		if reason := v.add(m, q, price.Sheet); reason != "" {
			return reason
		}
		if above == nil {
			continue
		}
		if reason := v.add(m, above[m], price.Upper); reason != "" {
			return reason
		}
	}
	if v.Amount.IsLimit() || v.List.IsLimit() {
		return ledger.ReasonInvalidUsage
	}
	return ""
}

// requests is the quantity of the request meter. A call is one request when the price has a fee for
// it; where it has none, the number of requests does not cost anything.
func requests(stated money.Quantity, sheet *pricing.Sheet) money.Quantity {
	rate := &sheet.Rates[meter.Request]
	switch {
	case !rate.Known:
		return money.Quantity{}
	case stated.IsZero() && (!rate.Effective.IsZero() || !rate.List.IsZero()):
		return oneRequest
	default:
		return stated
	}
}

func (v *Verdict) add(m meter.Meter, q money.Quantity, sheet *pricing.Sheet) ledger.Reason {
	if q.IsZero() {
		return ""
	}
	rate := &sheet.Rates[m]
	if !rate.Known {
		if !sheet.Free {
			return ledger.ReasonNoRate
		}
		rate = &freeRate
	}
	// What does not fit leaves the limit of the range behind, which fillLines looks for.
	effective, _ := rate.Effective.Mul(q)
	list := effective
	if rate.List != rate.Effective {
		list, _ = rate.List.Mul(q)
	}
	v.Amount, v.List = v.Amount.Add(effective), v.List.Add(list)
	if rate.Assumed {
		v.assumed.add(m)
	}
	v.save(q, rate, list)
	line := v.newLine()
	line.Meter, line.Quantity = m, q
	line.Effective, line.Contracted, line.List = rate.Effective, rate.Contracted, rate.List
	return ""
}

// newLine adds a line whose fields are all to be set. It spares clearing and copying one.
func (v *Verdict) newLine() *ledger.Line {
	n := len(v.Lines)
	if n == cap(v.Lines) {
		v.Lines = append(v.Lines, ledger.Line{})
	}
	v.Lines = v.Lines[:n+1]
	return &v.Lines[n]
}

// save adds what the service tier and the cache saved: from the standard tier's price without a
// cache, to the served tier's, to the list price that holds.
func (v *Verdict) save(q money.Quantity, rate *pricing.Rate, list money.Amount) {
	if rate.Standard == rate.Uncached && rate.Uncached == rate.List {
		return
	}
	standard, _ := rate.Standard.Mul(q)
	uncached, _ := rate.Uncached.Mul(q)
	v.Savings.ServiceTier = v.Savings.ServiceTier.Add(standard.Sub(uncached))
	v.Savings.Cache = v.Savings.Cache.Add(uncached.Sub(list))
}
