package rating

import (
	"math/bits"

	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Direction is how a cost can be wrong.
type Direction uint8

// The directions. They are bits: a cost that can be wrong in both is Either.
const (
	// Over: the cost is the true one or more.
	Over Direction = 1 << iota
	// Under: the cost is the true one or less.
	Under
	// Either way.
	Either = Over | Under
)

var confidences = [...]ledger.Confidence{
	0:      ledger.ConfidenceExact,
	Over:   ledger.ConfidenceUpperBound,
	Under:  ledger.ConfidenceLowerBound,
	Either: ledger.ConfidenceEstimated,
}

// Rule is one row of the confidence algebra: a fact that is missing or assumed, when it matters,
// and what it does.
type Rule struct {
	// Name is stable, for people and for tests.
	Name string
	// Direction in which the cost can be wrong.
	Direction Direction
	// Why says it in a sentence.
	Why string

	trigger   trigger
	gap       genai.Gap
	condition condition
}

// trigger says where a rule's fact is found.
type trigger uint8

const (
	// byGap: the gap is on the call.
	byGap trigger = iota
	// byPrice: the condition alone, over the price and the lines.
	byPrice
)

// Doubts is a set of rules, by their place in the table.
type Doubts uint64

// Confidence is what the rules do together.
func (d Doubts) Confidence() ledger.Confidence {
	var direction Direction
	for rest := uint64(d); rest != 0; rest &= rest - 1 {
		direction |= rules[bits.TrailingZeros64(rest)].Direction
	}
	return confidences[direction]
}

// Rules returns the rules in the order of the table.
func (d Doubts) Rules() []Rule {
	var out []Rule
	for rest := uint64(d); rest != 0; rest &= rest - 1 {
		out = append(out, rules[bits.TrailingZeros64(rest)])
	}
	return out
}

// AllRules returns the whole table, for documentation.
func AllRules() []Rule { return append([]Rule(nil), rules...) }

// byTrigger indexes the table: the rules of each gap, and those that need none.
var gapRules, priceRules = func() (byGapIndex [32]Doubts, priceIndex Doubts) {
	for i := range rules {
		if rules[i].trigger == byGap {
			byGapIndex[rules[i].gap] |= 1 << i
		} else {
			priceIndex |= 1 << i
		}
	}
	return byGapIndex, priceIndex
}()

// doubts finds the rules that hold for a rated call. Most calls have no gap and a price without
// any doubt: they evaluate nothing.
func doubts(call *genai.Call, price *pricing.Price, v *Verdict) Doubts {
	var candidates Doubts
	for gaps := uint32(call.Gaps); gaps != 0; gaps &= gaps - 1 {
		candidates |= gapRules[bits.TrailingZeros32(gaps)]
	}
	if v.assumed != 0 || doubtful(price) {
		candidates |= priceRules
	}
	var found Doubts
	for rest := uint64(candidates); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if rules[i].condition.holds(call, price, v) {
			found |= 1 << i
		}
	}
	return found
}

// doubtful reports whether any rule by price could hold.
func doubtful(p *pricing.Price) bool {
	return p.TierAssumed || p.SpeedAssumed || p.MatchUncertain || p.Foreign || p.ProviderGuessed || disputed(p)
}
