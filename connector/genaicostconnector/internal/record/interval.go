package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// ReadInterval reads into b what was used in an interval: attrs are those that the processor would have
// written on a span of that usage. It has no identity; whoever measured the interval has made sure that
// it comes once.
func (r *Reader) ReadInterval(resource pcommon.Resource, attrs pcommon.Map, b *Batch, account func(*Batch)) {
	b.enter(resource)
	if rec := r.read(attrs, b, &set{}); rec != nil {
		rec.Interval = true
	}
	b.passOn(account, 1)
}
