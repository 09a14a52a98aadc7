package pricing

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// offer is a model at a provider together with the own rules that can apply to it. It caches sheets.
type offer struct {
	entry *entry
	// name is finops.model.name.
	name string
	// provider is the folded id by which own rules select; not the entry's after a fallback.
	provider string
	rules    rules
	// asks says which facts the rules select by; others are kept out of keys.
	asks selectorAsks
	// regions has the offers of entries that hold the price of one region.
	regions map[string]*offer
	// plain serves when no rule asks for facts of a call.
	plain *selection

	mu         sync.Mutex
	selections atomic.Pointer[map[selectionKey]*selection]
}

// selectorAsks has the facts of a call that some rule of an offer asks about.
type selectorAsks struct{ team, costCenter, account, region bool }

type selectionKey struct{ team, costCenter, account, region string }

// selection is the rules of an offer that apply to calls of one team, cost center, account and region.
type selection struct {
	rules rules
	// bounds are the instants at which some rule begins or ends.
	bounds []int64

	mu sync.Mutex
	// first is the first sheet made, which in most selections is the one for nearly all calls.
	first  atomic.Pointer[keyedSheet]
	sheets atomic.Pointer[map[sheetKey]*keyedSheet]
}

// keyedSheet is a sheet, or the lack of one, in a cache.
type keyedSheet struct {
	key sheetKey
	// sheet is nil when prices cannot be converted.
	sheet *Sheet
	// unknown has the meters without a rate.
	unknown []uint8
	upper   *Sheet
}

// Limits of the caches. Reaching one empties that cache; nothing is lost but time.
const (
	maxSelections = 1024
	maxSheets     = 256
)

func newOffer(e *entry, provider string, all *rules) *offer {
	o := &offer{entry: e, provider: provider}
	o.name, _ = e.canonical()
	names := []string{fold(e.model.ID), fold(o.name)}
	keep := func(in []*rule) []*rule {
		var out []*rule
		for _, r := range in {
			s := &r.selector
			if s.providers.match(provider) && slices.ContainsFunc(names, s.models.match) {
				out = append(out, r)
				o.asks.add(s)
			}
		}
		return out
	}
	o.rules = rules{keep(all.overrides), keep(all.agreements), keep(all.commitments)}
	if o.asks == (selectorAsks{}) {
		o.plain = newSelection(o.rules)
	}
	for region, regional := range e.regions {
		if o.regions == nil {
			o.regions = make(map[string]*offer, len(e.regions))
		}
		o.regions[region] = newOffer(regional, provider, all)
	}
	return o
}

// in returns the offer of the region that served, where that has an entry of its own.
func (o *offer) in(region string) *offer {
	if o.regions != nil && region != "" {
		if regional := o.regions[strings.ToLower(region)]; regional != nil {
			return regional
		}
	}
	return o
}

func (a *selectorAsks) add(s *selector) {
	a.team = a.team || len(s.teams) > 0
	a.costCenter = a.costCenter || len(s.costCenters) > 0
	a.account = a.account || len(s.accounts) > 0
	a.region = a.region || len(s.areas) > 0
}

// selection returns the rules for a call; region is the one that prices are selected by.
func (o *offer) selection(c *Call, region string) *selection {
	if o.plain != nil {
		return o.plain
	}
	key := o.asks.key(c, region)
	if known := o.selections.Load(); known != nil {
		if s, ok := (*known)[key]; ok {
			return s
		}
	}
	return o.addSelection(key)
}

func (a selectorAsks) key(c *Call, region string) selectionKey {
	var key selectionKey
	if a.team {
		key.team = c.Team
	}
	if a.costCenter {
		key.costCenter = c.CostCenter
	}
	if a.account {
		key.account = c.Account
	}
	if a.region {
		key.region = region
	}
	return key
}

func (o *offer) addSelection(key selectionKey) *selection {
	o.mu.Lock()
	defer o.mu.Unlock()
	next := copyBounded(&o.selections, maxSelections)
	if s, ok := next[key]; ok {
		return s
	}
	// The strings belong to the telemetry that is being read.
	key = selectionKey{
		strings.Clone(key.team), strings.Clone(key.costCenter), strings.Clone(key.account), strings.Clone(key.region),
	}
	s := newSelection(o.rules.forFacts(key))
	next[key] = s
	o.selections.Store(&next)
	return s
}

// copyBounded returns a copy to add to, empty when the limit is reached.
func copyBounded[K comparable, V any](published *atomic.Pointer[map[K]V], limit int) map[K]V {
	old := published.Load()
	if old == nil || len(*old) >= limit {
		return make(map[K]V, 1)
	}
	next := make(map[K]V, len(*old)+1)
	maps.Copy(next, *old)
	return next
}

func (r *rules) forFacts(key selectionKey) rules {
	team, costCenter := fold(key.team), fold(key.costCenter)
	account, region := fold(key.account), fold(key.region)
	keep := func(in []*rule) []*rule {
		var out []*rule
		for _, r := range in {
			s := &r.selector
			if s.teams.match(team) && s.costCenters.match(costCenter) && s.accounts.match(account) && s.areas.match(region) {
				out = append(out, r)
			}
		}
		return out
	}
	return rules{keep(r.overrides), keep(r.agreements), keep(r.commitments)}
}

func newSelection(r rules) *selection {
	s := &selection{rules: r}
	for _, kind := range r.all() {
		for _, rule := range kind {
			for _, bound := range []int64{rule.selector.from, rule.selector.to} {
				if bound != minInstant && bound != maxInstant {
					s.bounds = append(s.bounds, bound)
				}
			}
		}
	}
	slices.Sort(s.bounds)
	s.bounds = slices.Compact(s.bounds)
	return s
}

// segment returns the index of the span of time between bounds.
func (s *selection) segment(instant int64) int32 {
	if len(s.bounds) == 0 {
		return 0
	}
	i, found := slices.BinarySearch(s.bounds, instant)
	if found {
		i++
	}
	return int32(i)
}

// terms returns the rules that apply at an instant.
func (s *selection) terms(instant int64) *terms {
	keep := func(in []*rule) []*rule {
		var out []*rule
		for _, r := range in {
			if r.selector.holds(instant) {
				out = append(out, r)
			}
		}
		return out
	}
	return &terms{keep(s.rules.overrides), keep(s.rules.agreements), keep(s.rules.commitments)}
}

// cached returns what is known for a key. It writes nothing that other processors read.
func (s *selection) cached(key *sheetKey) *keyedSheet {
	if first := s.first.Load(); first != nil && first.key == *key {
		return first
	}
	if known := s.sheets.Load(); known != nil {
		return (*known)[*key]
	}
	return nil
}

func (s *selection) add(made *keyedSheet) *keyedSheet {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := copyBounded(&s.sheets, maxSheets)
	if known, ok := next[made.key]; ok {
		return known
	}
	next[made.key] = made
	s.first.CompareAndSwap(nil, made)
	s.sheets.Store(&next)
	return made
}

// dayOf returns the charge date as days since 1970-01-01.
func dayOf(t time.Time) int32 { return int32(t.Unix() / secondsPerDay) }

// foreign tells whether a rule states rates in another currency than that.
func (s *selection) foreign(reporting string) bool {
	for _, kind := range [][]*rule{s.rules.overrides, s.rules.commitments} {
		for _, r := range kind {
			if r.currency != reporting {
				return true
			}
		}
	}
	return false
}
