package result

import (
	"fmt"
	"math"
	"strconv"
)

// Budget is one promise about performance and what was measured of it.
type Budget struct {
	Work   string
	Budget string
	// Measured and Peers say it in words and figures; Met only where it was measured.
	Measured string
	Peers    string
	Met      bool
	Known    bool
}

// Names of our benchmarks and of those that they are held against.
const (
	oursMinimal  = "gen_ai_cost_minimal"
	oursStandard = "gen_ai_cost_standard"
	ours         = "gen_ai_cost"
)

// Entries are the sizes of the price lists in the benchmark PriceEntries.
var Entries = []int{20, 200, 2000, 20000}

// noAllocation is what a batch may allocate on average and still count as nothing per span: a few of
// the batch itself, over 512 spans.
const noAllocation = 0.02

// Budgets evaluates all of them.
func (r *Result) Budgets() []Budget {
	return []Budget{
		r.overFloor("price a GenAI span, `detail: minimal`", oursMinimal, 400),
		r.overFloor("price a GenAI span, `detail: standard`", oursStandard, 800),
		r.entries(),
		r.plain(),
		r.metrics(),
		r.whole(),
	}
}

func (r *Result) overFloor(work, name string, extra float64) Budget {
	b := Budget{Work: work, Budget: fmt.Sprintf("floor + %.1f us", extra/1000), Peers: r.peers("Price/genai/transform_where", "Price200/genai/transform_where")}
	floor, ok1 := r.Ns("Price/genai/floor")
	us, ok2 := r.Ns("Price/genai/" + name)
	if b.Known = ok1 && ok2; !b.Known {
		return b
	}
	over := us.Median - floor.Median
	b.Measured = fmt.Sprintf("%s = floor %s %+.2f us (%.1fx)", micros(us), micros(floor), over/1000, us.Median/floor.Median)
	b.Met = over <= extra
	return b
}

func (r *Result) peers(twenty, twoHundred string) string {
	t, ok1 := r.Ns(twenty)
	h, ok2 := r.Ns(twoHundred)
	if !ok1 || !ok2 {
		return ""
	}
	return fmt.Sprintf("transform: %s (20 models), %s (200)", micros(t), micros(h))
}

func (r *Result) entries() Budget {
	b := Budget{Work: "from 20 to 20,000 price entries, 50 models called", Budget: "within 10 %", Known: true}
	least, most := math.Inf(1), 0.0
	for _, n := range Entries {
		s, ok := r.Ns("PriceEntries/" + strconv.Itoa(n))
		if !ok {
			return Budget{Work: b.Work, Budget: b.Budget}
		}
		least, most = min(least, s.Median), max(most, s.Median)
		b.Measured += fmt.Sprintf("%d: %s; ", n, micros(s))
	}
	b.Measured += fmt.Sprintf("within %.0f %%", (most/least-1)*100)
	b.Met = most/least <= 1.10
	return b
}

func (r *Result) plain() Budget {
	return r.absolute("a non-GenAI span", "Price/plain/"+oursStandard, 60, "Price/plain/transform_where", "Price/plain/floor")
}

func (r *Result) metrics() Budget {
	return r.absolute("a priced span into metrics, known series", "Metrics/genai/"+ours, 500, "Metrics/genai/signal_to_metrics", "Metrics/genai/floor")
}

func (r *Result) absolute(work, name string, limit float64, peer, floor string) Budget {
	b := Budget{Work: work, Budget: fmt.Sprintf("<= %.2f us, 0 allocations", limit/1000)}
	us, ok1 := r.Ns(name)
	allocs, ok2 := r.Allocs(name)
	p, ok3 := r.Ns(peer)
	f, ok4 := r.Ns(floor)
	if b.Known = ok1 && ok2 && ok3 && ok4; !b.Known {
		return b
	}
	b.Measured = fmt.Sprintf("%s, %s allocations; floor %s", micros(us), trim(allocs.Median), micros(f))
	b.Peers = fmt.Sprintf("%s (%.0fx ours)", micros(p), p.Median/us.Median)
	b.Met = us.Median <= limit && allocs.Median < noAllocation
	return b
}

func (r *Result) whole() Budget {
	b := Budget{Work: "whole collector: price, attribute, metrics on a Prometheus page", Budget: "<= 1.5x receiver -> nop"}
	nop, ok1 := r.CPU("genai", "nop")
	us, ok2 := r.CPU("genai", ours)
	peer, ok3 := r.CPU("genai", "transform + signal_to_metrics")
	if b.Known = ok1 && ok2 && ok3; !b.Known {
		return b
	}
	b.Measured = fmt.Sprintf("%.2fx: %.2f against %.2f CPU s per million spans", us.Median/nop.Median, us.Median, nop.Median)
	b.Peers = fmt.Sprintf("%.2fx: %.2f", peer.Median/nop.Median, peer.Median)
	b.Met = us.Median <= 1.5*nop.Median
	return b
}

func micros(s Spread) string { return fmt.Sprintf("%.3g us", s.Median/1000) }

func trim(v float64) string {
	if v < noAllocation {
		return "0"
	}
	return fmt.Sprintf("%.2g", v)
}
