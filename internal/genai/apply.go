package genai

import (
	"maps"
	"slices"
	"strings"
)

// applied is what a profile says about one record.
type applied struct {
	provider         string
	form             form
	reasoning        reasoning
	drops            factSet
	flaws            flawSet
	totalIsProviders bool
}

// apply lets the profile speak: its base first, then every rule that matches.
func (f *facts) apply(s *shape, name string) {
	p := f.scope.profile
	s.take(&p.Rule)
	if len(p.Rules) == 0 {
		return
	}
	v := f.scope.version
	if f.version != "" {
		v = parseVersion(f.version)
	}
	for i := range p.Rules {
		if r := &p.Rules[i]; f.meets(&r.When, s.operation, name, v) {
			s.take(r)
		}
	}
}

func (s *shape) take(r *Rule) {
	if r.form != formUnknown {
		s.form = r.form
	}
	if r.reasoning != reasoningUnknown {
		s.reasoning = r.reasoning
	}
	if r.Provider != "" {
		s.provider = r.Provider
	}
	s.drops = (s.drops | r.drops) &^ r.shows
	s.flaws |= r.flaws
	s.totalIsProviders = s.totalIsProviders || r.TotalIsProviders
	if r.role.set {
		s.role, s.reason = r.role.role, r.role.reason
	}
}

func (f *facts) meets(w *When, operation, name string, v version) bool {
	c := f.call
	return is(w.Stream, c.Stream) && is(w.Usage, f.hasUsage()) && is(w.CacheRead, f.has(tokCacheRead)) &&
		w.operations.matches(operation) && w.spans.matches(name) && w.versions.has(v) &&
		w.apis.matches(f.api) && w.providers.matches(c.Provider) && (w.models.matches(c.ResponseModel) || w.models.matches(c.RequestModel))
}

func is(want *bool, got bool) bool { return want == nil || *want == got }

// names lists the keys of a table for a message.
func names[K ~string, V any](table map[K]V) string {
	list := make([]string, 0, len(table))
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if k != "" {
			list = append(list, string(k))
		}
	}
	return strings.Join(list, ", ")
}
