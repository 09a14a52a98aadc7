package pricing

import (
	"errors"
	"fmt"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// within reports whether every call that s selects is selected by other too.
func (s *selector) within(other *selector) bool {
	return s.from >= other.from && s.to <= other.to &&
		s.providers.within(other.providers) && s.models.within(other.models) &&
		s.teams.within(other.teams) && s.costCenters.within(other.costCenters) &&
		s.accounts.within(other.accounts) && s.areas.within(other.areas)
}

// meets reports whether some call can be selected by both.
func (s *selector) meets(other *selector) bool {
	return s.from < other.to && other.from < s.to &&
		s.providers.meets(other.providers) && s.models.meets(other.models) &&
		s.teams.meets(other.teams) && s.costCenters.meets(other.costCenters) &&
		s.accounts.meets(other.accounts) && s.areas.meets(other.areas)
}

// narrower reports whether r is for a part of what other is for, and not the same.
func (r *rule) narrower(other *rule) bool {
	return r.selector.within(&other.selector) && !other.selector.within(&r.selector)
}

// beats decides between two rules for the same call and meter: the narrower wins, else the priority.
func (r *rule) beats(other *rule) bool {
	if r.narrower(other) {
		return true
	}
	return !other.narrower(r) && r.priority > other.priority
}

// conflicts returns an error for every two rules that neither containment nor priority decides between.
func conflicts(rules []*rule) []error {
	var errs []error
	for i, a := range rules {
		for _, b := range rules[i+1:] {
			if !a.beats(b) && !b.beats(a) && a.selector.meets(&b.selector) && a.sharesMeter(b) {
				errs = append(errs, fmt.Errorf(
					"%s: can apply to the same call as %s and neither is the narrower; give one of them a higher priority", b.path, a.path))
			}
		}
	}
	return errs
}

func (r *rule) sharesMeter(other *rule) bool {
	for m := range meter.Meter(meter.Count) {
		if r.has(m) && other.has(m) {
			return true
		}
	}
	return false
}

// pick returns the rule that counts for a meter: of those that no other is narrower than, the one with the
// highest priority. Never are two applied.
func pick(rules []*rule, m meter.Meter) *rule {
	var best *rule
	for _, r := range rules {
		if !r.has(m) || hasNarrower(rules, r, m) {
			continue
		}
		if best == nil || r.priority > best.priority {
			best = r
		}
	}
	return best
}

func hasNarrower(rules []*rule, than *rule, m meter.Meter) bool {
	for _, r := range rules {
		if r.has(m) && r.narrower(than) {
			return true
		}
	}
	return false
}

var errNoCatalog = errors.New("an engine needs a catalog")
