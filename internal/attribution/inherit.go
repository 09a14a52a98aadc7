package attribution

import "context"

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
	b.apiKeys = b.apiKeys[:0]
	for _, key := range p.apiKey.resource {
		if id := attribute(attrs, key); id != "" {
			b.apiKeys = append(b.apiKeys, id)
		}
	}
	for i, keys := range p.keys {
		for j := range keys {
			b.keys[i][j] = firstOf(attrs, keys[j].resource)
		}
	}
}

func (v *View) inheritConditions(ctx context.Context, r *Record, b *Base) {
	known := 0
	for d, steps := range v.plan.steps {
		for _, st := range steps {
			// The steps of a source follow each other, and so do the indices of conditions.
			if st.when.resourceOnly && st.when.index == known {
				b.holds[known] = v.evaluateCondition(ctx, r, d, st)
				known++
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
