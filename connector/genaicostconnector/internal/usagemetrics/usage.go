package usagemetrics

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Usage is what a batch adds for one set of attributes.
type Usage struct {
	// Attributes are those of the points, under the names of the semantic conventions, without the ones that
	// only tell the kinds of tokens apart.
	Attributes pcommon.Map
	Scope      pcommon.InstrumentationScope
	// Time is the end of the interval.
	Time pcommon.Timestamp
	// Points is how many points it is made of.
	Points int64
	// Meters is the usage. Clamped says that parts exceeded their whole.
	Meters  meter.Usage
	Clamped bool
	// WriteSplitUnknown says that there are cache writes, which metrics never tell apart by lifetime.
	WriteSplitUnknown bool

	form  form
	parts [parts]quantities
}

// quantities by modality.
type quantities [modalities]money.Quantity

const parts = int(partToolInput) + 1

// settle makes disjoint meters of the parts.
func (u *Usage) settle() {
	input := u.parts[partInput]
	input.add(&u.parts[partToolInput])
	output := u.parts[partOutput]
	if u.form.cacheInInput {
		u.Clamped = input.take(&u.parts[partCacheRead])
		u.Clamped = input.take(&u.parts[partCacheWrite]) || u.Clamped
	}
	if u.form.reasoningInOutput {
		u.Clamped = output.take(&u.parts[partReasoning]) || u.Clamped
	}
	for m := range modalities {
		u.put(inputMeters[m], input[m])
		u.put(outputMeters[m], output[m])
		u.put(cacheReadMeters[m], u.parts[partCacheRead][m])
		u.put(meter.CacheWrite5m, u.parts[partCacheWrite][m])
		u.put(meter.Reasoning, u.parts[partReasoning][m])
	}
	u.WriteSplitUnknown = !u.Meters[meter.CacheWrite5m].IsZero()
}

func (u *Usage) put(m meter.Meter, q money.Quantity) { u.Meters[m] = u.Meters[m].Add(q) }

func (q *quantities) add(more *quantities) {
	for m := range q {
		q[m] = q[m].Add(more[m])
	}
}

// take takes parts out of their whole, of the same modality first, because parts are told apart by
// modality less often than the whole. It reports whether there was not enough.
func (q *quantities) take(within *quantities) (clamped bool) {
	var debt money.Quantity
	for m := range q {
		debt = debt.Add(takeUpTo(&q[m], within[m]))
	}
	for _, m := range [...]modality{modalityOther, modalityText, modalityAudio, modalityImage, modalityVideo} {
		debt = takeUpTo(&q[m], debt)
	}
	return !debt.IsZero()
}

// takeUpTo takes n from q, as far as there is any, and returns the rest of n.
func takeUpTo(q *money.Quantity, n money.Quantity) (rest money.Quantity) {
	if q.Cmp(n) >= 0 {
		*q = q.Sub(n)
		return money.Quantity{}
	}
	rest = n.Sub(*q)
	*q = money.Quantity{}
	return rest
}
