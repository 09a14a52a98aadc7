package main

import (
	"math/big"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// outcome is everything about one capture that the page shows.
type outcome struct {
	capture *capture
	verdict billing.Verdict
	// billed is nil when a call's price is not known; counted is what the collector added up.
	billed, counted, naive *big.Rat
	carried                carried
}

func evaluate(captures []*capture, claims map[pcommon.TraceID][]billing.Claim, p *prices) []outcome {
	outcomes := make([]outcome, len(captures))
	for i, c := range captures {
		var said []billing.Claim
		for trace := range c.traces {
			said = append(said, claims[trace]...)
		}
		bills := make([]billing.Bill, len(c.calls))
		for j, call := range c.calls {
			bills[j] = p.Bill(call, c.start)
		}
		outcomes[i] = outcome{
			capture: c, verdict: billing.Judge(said, bills, len(c.spans)),
			billed: total(bills), counted: counted(said), naive: p.naive(c),
			carried: p.carried(c),
		}
	}
	return outcomes
}

func total(bills []billing.Bill) *big.Rat {
	sum := new(big.Rat)
	for _, b := range bills {
		if b.Amount == nil {
			return nil
		}
		sum.Add(sum, b.Amount)
	}
	return sum
}

func counted(claims []billing.Claim) *big.Rat {
	sum := new(big.Rat)
	for _, c := range claims {
		if c.Status == "priced" || c.Status == "free" {
			sum.Add(sum, c.Amount)
		}
	}
	return sum
}

// group is the outcomes of one instrumentation.
type group struct {
	name     string
	scopes   []string
	outcomes []outcome
}

func grouped(outcomes []outcome) []group {
	var groups []group
	for _, o := range outcomes {
		name := o.capture.Instrumentation
		if len(groups) == 0 || groups[len(groups)-1].name != name {
			groups = append(groups, group{name: name})
		}
		g := &groups[len(groups)-1]
		g.outcomes = append(g.outcomes, o)
		for _, scope := range o.capture.scopes {
			if !slices.Contains(g.scopes, scope) {
				g.scopes = append(g.scopes, scope)
			}
		}
	}
	return groups
}

func (g group) count(c billing.Class) int { return countOf(g.outcomes, c) }

func countOf(outcomes []outcome, c billing.Class) int {
	n := 0
	for _, o := range outcomes {
		if o.verdict.Class == c {
			n++
		}
	}
	return n
}

// comparable says whether the true amount is known, so that sums can be compared.
func (o outcome) comparable() bool { return o.billed != nil && o.verdict.Class != billing.Unseen }

// naiveWrong reports whether the naive sum of a capture is not what was billed.
func (o outcome) naiveWrong() bool { return o.comparable() && o.naive.Cmp(o.billed) != 0 }

// sums adds up the captures whose true amount is known.
func sums(outcomes []outcome) (billed, counted, naive *big.Rat, naiveWrong int) {
	billed, counted, naive = new(big.Rat), new(big.Rat), new(big.Rat)
	for _, o := range outcomes {
		if !o.comparable() {
			continue
		}
		billed.Add(billed, o.billed)
		counted.Add(counted, o.counted)
		naive.Add(naive, o.naive)
		if o.naiveWrong() {
			naiveWrong++
		}
	}
	return billed, counted, naive, naiveWrong
}

// carriers counts the captures whose spans carry what the price needs, the exact ones among those and
// among the others, and the captures that do not say the tier of a model that has several.
func carriers(outcomes []outcome) (carrying, exactOfThem, exactOthers, tierUnsaid int) {
	for _, o := range outcomes {
		isExact := o.verdict.Class == billing.Exact
		switch {
		case o.verdict.Class == billing.Unseen:
		case !o.carried.facts && isExact, o.carried.facts && !o.carried.tier && isExact:
			exactOthers++
		case o.carried.facts && !o.carried.tier:
			tierUnsaid++
		case o.carried.facts:
			carrying++
			if isExact {
				exactOfThem++
			}
		}
	}
	return carrying, exactOfThem, exactOthers, tierUnsaid
}

// flags counts the captures that carry each flag.
func flags(outcomes []outcome) map[string]int {
	counts := map[string]int{}
	for _, o := range outcomes {
		if o.verdict.Class != billing.Flagged {
			continue
		}
		seen := map[string]bool{}
		for _, why := range o.verdict.Why {
			if !seen[why] {
				seen[why] = true
				counts[why]++
			}
		}
	}
	return counts
}
