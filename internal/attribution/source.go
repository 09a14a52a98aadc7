package attribution

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// addSource compiles one source into the steps of every signal in which it has a meaning.
func (c *compiler) addSource(path string, d *dimension, index int, cfg *SourceConfig, steps map[signals.Signal][]*step) {
	before := len(c.errs)
	c.checkSource(path, d, cfg)
	value, when := c.programs(path, cfg)
	column := c.column(path, d, cfg)
	if len(c.errs) > before {
		return
	}
	warned := new(atomic.Bool)
	for signal, p := range c.attributor.plans {
		own := c.steps(d, cfg, p, value, column)
		if cfg.When != "" {
			own = p.conditioned(own, when)
		}
		for _, s := range own {
			s.source, s.warned, s.expression, s.when.text = index, warned, cfg.Expression, cfg.When
			p.settle(s)
		}
		steps[signal] = append(steps[signal], own...)
	}
}

func (c *compiler) checkSource(path string, d *dimension, cfg *SourceConfig) {
	if given := cfg.given(); len(given) != 1 {
		c.refuse(path, "give exactly one of span, resource, scope, baggage, lookup, expression, api_key, conventions; here are %d: %s",
			len(given), strings.Join(given, ", "))
	}
	if name := cfg.Span + cfg.Baggage; ledger.IsResult(name) {
		c.refuse(path, "%s is dropped from records before sources are asked, because results that telemetry brings along are nobody's word; "+
			"have the application name its attribute otherwise", name)
	}
	if cfg.Column != "" && cfg.Lookup == "" {
		c.refuse(path+"::column", "only a lookup has columns")
	}
	if _, ok := conventions[d.name]; cfg.Conventions && !ok {
		c.refuse(path, "no conventions are known for %s, only for %s; name its sources", d.name, conventional())
	}
}

// programs compiles the expression and the condition of a source.
func (c *compiler) programs(path string, cfg *SourceConfig) (value program[any], when program[bool]) {
	var err error
	if cfg.Expression != "" {
		if value, err = c.parsers.value(cfg.Expression); err != nil {
			c.refuse(path+"::expression", "%w", err)
		}
	}
	if cfg.When != "" {
		if when, err = c.parsers.condition(cfg.When); err != nil {
			c.refuse(path+"::when", "%w", err)
		}
	}
	return value, when
}

// given lists the places that a source names.
func (s *SourceConfig) given() []string {
	var names []string
	for _, place := range []struct {
		name  string
		given bool
	}{
		{"span", s.Span != ""},
		{"resource", s.Resource != ""},
		{"scope", s.Scope != ""},
		{"baggage", s.Baggage != ""},
		{"lookup", s.Lookup != ""},
		{"expression", s.Expression != ""},
		{"api_key", s.APIKey},
		{"conventions", s.Conventions},
	} {
		if place.given {
			names = append(names, place.name)
		}
	}
	return names
}

// column returns the index of the column that a lookup asks for.
func (c *compiler) column(path string, d *dimension, cfg *SourceConfig) int {
	if cfg.Lookup == "" {
		return 0
	}
	t, ok := c.tables[cfg.Lookup]
	if !ok {
		c.refuse(path+"::lookup", "there is no table %q under lookups; there are: %s", cfg.Lookup, strings.Join(slices.Sorted(maps.Keys(c.tables)), ", "))
		return 0
	}
	ref := columnRef{table: t, name: cfg.Column, path: path + "::column"}
	if ref.name == "" {
		ref.name, ref.path = d.name, path+"::lookup"
	}
	c.attributor.columns = append(c.attributor.columns, ref)
	return len(c.attributor.columns) - 1
}

// steps are those of one source for records of one signal, without its condition.
func (c *compiler) steps(d *dimension, cfg *SourceConfig, p *plan, value program[any], column int) []*step {
	switch {
	case cfg.Span != "":
		return []*step{p.recordStep(cfg.Span)}
	case cfg.Baggage != "":
		return p.recordSteps(baggage(cfg.Baggage))
	case cfg.Resource != "":
		return []*step{{place: onResource, key: cfg.Resource, fixed: true}}
	case cfg.Scope != "":
		p.scopes = true
		return []*step{{place: onScope, key: cfg.Scope, fixed: true}}
	case cfg.Expression != "":
		evaluate, resourceOnly := value.of(p.signal)
		if evaluate == nil {
			return nil
		}
		return []*step{{place: inExpression, evaluate: evaluate, fixed: resourceOnly}}
	case cfg.Lookup != "":
		p.useTable(c.tables[cfg.Lookup], c.cfg.Lookups[cfg.Lookup].Keys)
		return []*step{{place: inTable, column: column}}
	case cfg.APIKey:
		return p.keySteps()
	default:
		return append(p.recordSteps(conventions[d.name].record), resourceSteps(conventions[d.name].resource)...)
	}
}

// baggage lists the attributes that baggage processors copy an entry to: those of Datadog's tracers put a prefix
// before it, those of OpenTelemetry do not.
func baggage(entry string) []string { return []string{"baggage." + entry, entry} }

func (p *plan) recordStep(key string) *step { return &step{place: onRecord, slot: p.slot(key)} }

func (p *plan) recordSteps(keys []string) []*step {
	steps := make([]*step, len(keys))
	for i, key := range keys {
		steps[i] = p.recordStep(key)
	}
	return steps
}

func resourceSteps(keys []string) []*step {
	steps := make([]*step, len(keys))
	for i, key := range keys {
		steps[i] = &step{place: onResource, key: key, fixed: true}
	}
	return steps
}

// keySteps look at every attribute that names a key.
func (p *plan) keySteps() []*step {
	var steps []*step
	for _, k := range keyAttributes {
		if k.resource {
			steps = append(steps, &step{place: onResource, key: k.name, fixed: true})
		} else {
			steps = append(steps, p.recordStep(k.name))
		}
	}
	return steps
}

func (p *plan) attributesOfKeys() (k tableKey) {
	for _, a := range keyAttributes {
		if a.resource {
			k.resource = append(k.resource, a.name)
		} else {
			k.slots = append(k.slots, p.slot(a.name))
		}
	}
	return k
}

// useTable finds out where the keys of a table stand.
func (p *plan) useTable(table int, names []string) {
	if p.keys[table] != nil {
		return
	}
	keys := make([]tableKey, len(names))
	for i, name := range names {
		switch name {
		case "model":
			keys[i].call = callModel
		case "provider":
			keys[i].call = callProvider
		case "api_key":
			keys[i] = p.apiKey
		default:
			keys[i] = tableKey{slots: []int{p.slot(name)}, resource: []string{name}}
		}
	}
	p.keys[table] = keys
}

// conditioned gives the steps of a source their condition. There are none where that has no meaning for the signal.
func (p *plan) conditioned(steps []*step, when program[bool]) []*step {
	holds, resourceOnly := when.of(p.signal)
	if holds == nil {
		return nil
	}
	for _, s := range steps {
		s.when = condition{holds: holds, resourceOnly: resourceOnly, index: p.conditions}
		s.fixed = s.fixed && resourceOnly
	}
	if resourceOnly {
		p.conditions++
	}
	return steps
}

// settle notes what a step means for the plan. An attribute of the record is asked for only where it is there,
// whatever its condition; all else that a record decides must be asked for each.
func (p *plan) settle(s *step) {
	asked := s.when.holds != nil && !s.when.resourceOnly
	if s.place == inExpression && !s.fixed || asked && s.place != onRecord {
		p.late = true
	}
}
