package attribution

import (
	"context"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Inherit finds out what the records of r's resource, and of its scope if scopes are asked, inherit.
func (v *View) Inherit(ctx context.Context, s *Scratch, r *Record, b *Base) {
	p := v.plan
	v.Start(s)
	// Rows of the record before are none of this resource's.
	s.rows = s.rows[:0]
	b.size(p)
	b.inheritKeys(p, r)
	v.inheritConditions(ctx, r, b)
	for i := range p.keys {
		b.rows[i] = found{}
		if len(p.keys[i]) > 0 && !p.isLate(v.edition, i) {
			b.rows[i] = v.row(s, r, b, i)
		}
	}
	for d := range p.steps {
		b.fixed[d] = v.fix(ctx, s, r, b, d)
		if !v.late {
			b.values[d] = v.resolve(ctx, s, r, b, d)
		}
	}
}

func (b *Base) size(p *plan) {
	b.values, b.fixed = resize(b.values, len(p.steps)), resize(b.fixed, len(p.steps))
	b.holds, b.rows, b.keys = resize(b.holds, p.conditions), resize(b.rows, len(p.keys)), resize(b.keys, len(p.keys))
	for i, keys := range p.keys {
		b.keys[i] = resize(b.keys[i], len(keys))
	}
}

// resize keeps what the elements hold, for it to be used again.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(s[:cap(s)], make([]T, n-cap(s))...)
	}
	return s[:n]
}

func (b *Base) inheritKeys(p *plan, r *Record) {
	attrs := r.resource.Attributes()
	b.apiKey = firstOf(attrs, p.apiKey.resource)
	for i, keys := range p.keys {
		for j := range keys {
			b.keys[i][j] = firstOf(attrs, keys[j].resource)
		}
	}
}

func firstOf(attrs pcommon.Map, keys []string) string {
	for _, key := range keys {
		if s := attribute(attrs, key); s != "" {
			return s
		}
	}
	return ""
}

func attribute(attrs pcommon.Map, key string) string {
	if v, ok := attrs.Get(key); ok {
		return text(v)
	}
	return ""
}

// text is a value as a dimension has it: strings as they are, numbers in decimal, nothing else.
func text(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return v.Str()
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(v.Int(), 10)
	default:
		return ""
	}
}

func (v *View) inheritConditions(ctx context.Context, r *Record, b *Base) {
	for d, steps := range v.plan.steps {
		for _, st := range steps {
			if st.when.resourceOnly {
				b.holds[st.when.index] = v.evaluateCondition(ctx, r, d, st)
			}
		}
	}
}

// fix returns the answer of the first step that only resource and scope decide.
func (v *View) fix(ctx context.Context, s *Scratch, r *Record, b *Base, d int) ranked {
	steps := v.plan.steps[d]
	for i, st := range steps {
		if st.fixed {
			if value := v.ask(ctx, s, r, b, d, st); value.Text != "" {
				return ranked{value, i}
			}
		}
	}
	dim := v.attributor.dimensions[d]
	if dim.fallback == "" {
		return ranked{step: len(steps)}
	}
	return ranked{Value{Text: dim.fallback, Allocation: FromDefault, split: dim.splits[dim.fallback]}, len(steps)}
}

// Start begins a record.
func (v *View) Start(s *Scratch) {
	if s.hits == 0 && len(s.slots) == v.plan.slots {
		return
	}
	s.slots = resize(s.slots, v.plan.slots)
	clear(s.slots)
	s.hits = 0
}

// Wants reports whether an attribute of that key could be part of an answer. It is small enough to be inlined
// into the loop over a record's attributes, nearly all of which end here.
func (v *View) Wants(key string) bool {
	return key != "" && v.plan.firsts>>(key[0]&63)&(v.plan.lengths>>lengthIndex(key))&1 != 0
}

// Offer shows one attribute of the record.
func (v *View) Offer(s *Scratch, key string, value pcommon.Value) {
	for _, c := range v.plan.captures[lengthIndex(key)] {
		if c.key != key {
			continue
		}
		if t := text(value); t != "" {
			s.slots[c.slot] = t
			s.hits++
		}
		return
	}
}

// Answer completes a record whose attributes have been offered.
func (v *View) Answer(ctx context.Context, s *Scratch, r *Record, b *Base, a *Answer) {
	a.APIKey = s.first(v.plan.apiKey.slots)
	if a.APIKey == "" {
		a.APIKey = b.apiKey
	}
	if s.hits == 0 && !v.late {
		a.Values = append(a.Values[:0], b.values...)
	} else {
		s.rows = resize(s.rows, len(v.plan.keys))
		clear(s.rows)
		a.Values = resize(a.Values, len(v.plan.steps))
		for d := range a.Values {
			a.Values[d] = v.resolve(ctx, s, r, b, d)
		}
	}
	if v.plan.shares {
		a.share(r)
	}
}

// share finds out who shares the costs at the time of the call.
func (a *Answer) share(r *Record) {
	for i := range a.Values {
		value := &a.Values[i]
		if shares := value.split.at(r.At); shares != "" {
			value.Shares, value.Allocation = shares, Split
		}
	}
}

// first returns the first of the slots that holds something.
func (s *Scratch) first(slots []int) string {
	for _, slot := range slots {
		if s.slots[slot] != "" {
			return s.slots[slot]
		}
	}
	return ""
}

// resolve asks the steps that come before the fixed answer.
func (v *View) resolve(ctx context.Context, s *Scratch, r *Record, b *Base, d int) Value {
	fixed := &b.fixed[d]
	for _, st := range v.plan.steps[d][:fixed.step] {
		if st.fixed || st.place == onRecord && s.slots[st.slot] == "" {
			continue
		}
		if value := v.ask(ctx, s, r, b, d, st); value.Text != "" {
			return value
		}
	}
	return fixed.value
}

// ask returns the answer of one step, if its condition holds.
func (v *View) ask(ctx context.Context, s *Scratch, r *Record, b *Base, d int, st *step) Value {
	if st.when.holds != nil && !v.holds(ctx, r, b, d, st) {
		return Value{}
	}
	dim := v.attributor.dimensions[d]
	var answer verdict
	allocation := Direct
	switch st.place {
	case onRecord:
		answer = dim.guard.tell(s.slots[st.slot])
	case onResource:
		answer = dim.guard.tell(attribute(r.resource.Attributes(), st.key))
	case onScope:
		answer = dim.guard.tell(attribute(r.scope.Attributes(), st.key))
	case inExpression:
		answer = dim.guard.tell(v.evaluate(ctx, r, d, st))
	case inTable:
		answer, allocation = dim.guard.write(v.cell(s, r, b, st)), FromLookup
	}
	value := Value{Text: answer.text, Overflow: answer.overflow, Allocation: allocation}
	if dim.splits != nil && !answer.overflow {
		value.split = dim.splits[answer.text]
	}
	return value
}

func (v *View) holds(ctx context.Context, r *Record, b *Base, d int, st *step) bool {
	if st.when.resourceOnly {
		return b.holds[st.when.index]
	}
	return v.evaluateCondition(ctx, r, d, st)
}

// evaluateCondition takes a condition that fails for one that does not hold.
func (v *View) evaluateCondition(ctx context.Context, r *Record, d int, st *step) bool {
	holds, err := st.when.holds(ctx, r)
	if err != nil {
		v.attributor.fail(v.attributor.dimensions[d], st, err)
		return false
	}
	return holds
}

// evaluate takes an expression that fails, or that gives neither text nor a whole number, for no value.
func (v *View) evaluate(ctx context.Context, r *Record, d int, st *step) string {
	result, err := st.evaluate(ctx, r)
	if err != nil {
		v.attributor.fail(v.attributor.dimensions[d], st, err)
		return ""
	}
	switch value := result.(type) {
	case string:
		return value
	case int64:
		return strconv.FormatInt(value, 10)
	case pcommon.Value:
		return text(value)
	default:
		return ""
	}
}

// cell returns what a table says.
func (v *View) cell(s *Scratch, r *Record, b *Base, st *step) string {
	table := v.attributor.columns[st.column].table
	found := v.row(s, r, b, table)
	if !found.is {
		return ""
	}
	return found.row.Value(v.edition.columns[st.column])
}

// row returns the row of a table for the record. It is looked for once, and not at all if the record says nothing
// that its resource does not.
func (v *View) row(s *Scratch, r *Record, b *Base, table int) found {
	if table < len(s.rows) && s.rows[table].done {
		return s.rows[table]
	}
	own := v.gather(s, r, b, table)
	if !own && b.rows[table].done {
		return b.rows[table]
	}
	f := found{done: true}
	f.row, f.is = v.edition.tables[table].Find(s.keys, r.At)
	if table < len(s.rows) {
		s.rows[table] = f
	}
	return f
}

// gather puts the keys of a table together, and reports whether the record itself has one of them.
func (v *View) gather(s *Scratch, r *Record, b *Base, table int) (own bool) {
	keys := v.plan.keys[table]
	s.keys = resize(s.keys, len(keys))
	for i := range keys {
		switch k := &keys[i]; k.call {
		case callModel:
			s.keys[i] = r.Model
		case callProvider:
			s.keys[i] = s.provider(r.Provider)
		default:
			if s.keys[i] = s.first(k.slots); s.keys[i] != "" {
				own = true
			} else {
				s.keys[i] = b.keys[table][i]
			}
		}
	}
	return own
}

// provider returns the name under which catalogs know a provider.
func (s *Scratch) provider(spelling string) string {
	if spelling != s.spelled {
		s.spelled, s.canonical = spelling, pricing.CanonicalProvider(spelling)
	}
	return s.canonical
}
