package attribution

import (
	"context"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// ask returns the answer of one step, if its condition holds.
func (v *View) ask(ctx context.Context, s *Scratch, r *Record, b *Base, d int, st *step) Value {
	said, isAttribute := st.read(s, r)
	// The attribute comes first: conventions are many, and a condition on what is not there would only cost.
	if isAttribute && said == "" || st.when.holds != nil && !v.holds(ctx, r, b, d, st) {
		return Value{}
	}
	dim := v.attributor.dimensions[d]
	var answer verdict
	allocation := Direct
	switch st.place {
	case inExpression:
		answer = dim.guard.tell(v.evaluate(ctx, r, d, st))
	case inTable:
		answer, allocation = dim.guard.write(v.cell(s, r, b, st)), FromLookup
	default:
		answer = dim.guard.tell(said)
	}
	value := Value{Text: answer.text, Overflow: answer.overflow, Allocation: allocation}
	if dim.splits != nil && !answer.overflow {
		value.split = dim.splits[answer.text]
	}
	return value
}

// read returns what the attribute says that the step looks at, if it looks at one.
func (st *step) read(s *Scratch, r *Record) (said string, isAttribute bool) {
	switch st.place {
	case onRecord:
		return s.slots[st.slot], true
	case onResource:
		return attribute(r.resource.Attributes(), st.key), true
	case onScope:
		return attribute(r.scope.Attributes(), st.key), true
	default:
		return "", false
	}
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
		v.attributor.fail(v.attributor.dimensions[d], st, st.when.text, err)
		return false
	}
	return holds
}

// evaluate takes an expression that fails, or that gives neither text nor a whole number, for no value.
func (v *View) evaluate(ctx context.Context, r *Record, d int, st *step) string {
	result, err := st.evaluate(ctx, r)
	if err != nil {
		v.attributor.fail(v.attributor.dimensions[d], st, st.expression, err)
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
