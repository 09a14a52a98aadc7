package attribution

import (
	"context"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

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
	a.nameKeys(s, v.plan.apiKey.slots, b)
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

// nameKeys collects the ids of keys, those of the record first.
func (a *Answer) nameKeys(s *Scratch, slots []int, b *Base) {
	a.APIKeys = a.APIKeys[:0]
	if s.hits > 0 {
		for _, slot := range slots {
			if id := s.slots[slot]; id != "" {
				a.APIKeys = append(a.APIKeys, id)
			}
		}
	}
	a.APIKeys = append(a.APIKeys, b.apiKeys...)
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
