package month

import (
	"maps"
	"math/big"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/instrumented"
)

// settle is how long after its end a day's report may still change.
const settle = 72 * time.Hour

// Last returns the first instant of the last month all of whose days are final.
func Last(now time.Time) time.Time {
	t := now.UTC().Add(-settle)
	return time.Date(t.Year(), t.Month()-1, 1, 0, 0, 0, 0, time.UTC)
}

// simulation is what happened in a month.
type simulation struct {
	first  time.Time
	faults []*Fault
	calls  []*call
}

// simulate has all calls of the month, changed by the faults one after the other.
func simulate(first time.Time, faults []*Fault) *simulation {
	s := &simulation{first: first, faults: faults}
	for _, d := range s.days() {
		for i := range services {
			s.calls = append(s.calls, callsOf(&services[i], d)...)
		}
	}
	for _, c := range s.calls {
		for _, f := range faults {
			f.apply(c)
		}
	}
	return s
}

func (s *simulation) days() (days []time.Time) {
	for d := s.first; d.Before(s.first.AddDate(0, 1, 0)); d = d.Add(day) {
		days = append(days, d)
	}
	return days
}

// lineKey is what charges are one line by.
type lineKey struct {
	provider, project, model, kind, item, tier string
	day                                        time.Time
}

// ledger is what the providers charge: one line for each day, project, model, kind of tokens and tier.
func (s *simulation) ledger() fakeproviders.Ledger {
	lines, sums := map[lineKey]*fakeproviders.Line{}, map[lineKey]*big.Rat{}
	var order []lineKey
	for _, c := range s.calls {
		for _, kind := range slices.Sorted(maps.Keys(c.used)) {
			k := lineKey{c.provider, c.project, c.model, kind, itemOf(c.item, kind), c.tier, c.begin.Truncate(day)}
			if lines[k] == nil {
				lines[k], sums[k] = k.line(), new(big.Rat)
				order = append(order, k)
			}
			sums[k].Add(sums[k], c.charge(kind))
			lines[k].Tokens += c.used[kind]
			if kind == fakeproviders.Input { // each call has some
				lines[k].Requests++
			}
		}
	}
	ledger := s.items()
	for _, k := range order {
		lines[k].Amount = Exact(sums[k])
		ledger = append(ledger, *lines[k])
	}
	return ledger
}

func (k *lineKey) line() *fakeproviders.Line {
	return &fakeproviders.Line{
		Provider: k.provider, Day: k.day, Subaccount: k.project, Model: k.model, Kind: k.kind, Item: k.item, Tier: k.tier,
	}
}

// itemOf is the text of a charge that names neither model nor kind in the way that others do.
func itemOf(item, kind string) string {
	if item == "" {
		return ""
	}
	return item + " (" + kind + ")"
}

// items are the charges of the faults that are for no tokens.
func (s *simulation) items() (ledger fakeproviders.Ledger) {
	for _, f := range s.faults {
		for _, d := range s.days() {
			if f.item == nil || !f.covers(d) {
				continue
			}
			ledger = append(ledger, fakeproviders.Line{
				Provider: f.Provider, Day: d, Subaccount: f.item.project, Item: f.item.text,
				Amount: Exact(new(big.Rat).Mul(decimal(f.item.price), big.NewRat(f.item.number+int64(d.Day()), 1))),
			})
		}
	}
	return ledger
}

// billed is what the providers charge in all.
func (s *simulation) billed() *big.Rat {
	sum, ledger := new(big.Rat), s.ledger()
	for provider := range accounts {
		sum.Add(sum, ledger.Total(provider, s.first, s.first.AddDate(0, 1, 0)).Rat())
	}
	return sum
}

// metered is what the collector is bound to say that all calls cost.
func (s *simulation) metered() *big.Rat {
	sum := new(big.Rat)
	for _, c := range s.calls {
		sum.Add(sum, c.told())
	}
	return sum
}

func (s *simulation) difference() *big.Rat { return new(big.Rat).Sub(s.billed(), s.metered()) }

// sizes says of each fault by how much it sets bill and books apart, beyond those before it.
func sizes(first time.Time, faults []*Fault) []*big.Rat {
	sizes := make([]*big.Rat, len(faults))
	before := simulate(first, nil).difference()
	for i := range faults {
		after := simulate(first, faults[:i+1]).difference()
		sizes[i] = new(big.Rat).Sub(after, before)
		before = after
	}
	return sizes
}

// requests are the spans of the month, a request for each day.
func (s *simulation) requests() ([]ptrace.Traces, error) {
	requests := map[time.Time]ptrace.Traces{}
	for _, c := range s.calls {
		if c.instrumentation == "" {
			continue
		}
		spans, err := c.spans()
		if err != nil {
			return nil, err
		}
		d := c.begin.Truncate(day)
		if _, ok := requests[d]; !ok {
			requests[d] = ptrace.NewTraces()
		}
		spans.ResourceSpans().MoveAndAppendTo(requests[d].ResourceSpans())
	}
	days := slices.SortedFunc(maps.Keys(requests), time.Time.Compare)
	sorted := make([]ptrace.Traces, len(days))
	for i, d := range days {
		sorted[i] = requests[d]
	}
	return sorted, nil
}

// spans of the call, as its instrumentation exports them.
func (c *call) spans() (ptrace.Traces, error) {
	spans, err := instrumented.Call{
		Identity: c.identity(), Model: c.model, Begin: c.begin,
		Input: int(c.used[fakeproviders.Input]), CacheRead: int(c.used[fakeproviders.CachedInput]),
		CacheWrite: int(c.used[fakeproviders.CacheWrite]), Output: int(c.used[fakeproviders.Output]),
	}.Spans(c.instrumentation)
	if err != nil {
		return spans, err
	}
	for _, resource := range spans.ResourceSpans().All() {
		resource.Resource().Attributes().PutStr("service.name", c.name)
		resource.Resource().Attributes().PutStr("team", c.team)
	}
	return spans, nil
}
