package genaicostprocessor

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/dedup"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/rating"
)

// record is one GenAI span or log record of a batch.
type record struct {
	call  genai.Call
	price pricing.Price
	// account pays, if the accounts table says so.
	account accounts.Account
	attrs   pcommon.Map
	answer  attribution.Answer
	ids     identity
	// origin indexes batch.origins.
	origin int
	// scope identifies the instrumentation scope.
	scope uint64
	// keep says that an earlier tier's results stand.
	keep bool
}

// origin is what is known once per resource.
type origin struct {
	service string
	// resource's attributes, where dimensions are written too if all records agree.
	resource pcommon.Map
	// process identifies what made the records.
	process uint64
	gateway bool
	// otherSignal says that another signal counts for the service.
	otherSignal bool
}

// batch is the reusable workspace of one Consume call. What it holds points into the
// batch's data, so it is emptied before it is put back.
type batch struct {
	signal Signal
	// view is the attribution that all records of the batch see.
	view     attribution.View
	context  attributionContext
	records  []record
	origins  []origin
	items    []dedup.Item
	verdicts []dedup.Verdict
	pricing  pricing.Call
	verdict  rating.Verdict
	texts    texts
	// unknown holds the names of unknown billing accounts by provider.
	unknown map[string]string
	tally   tally
	now     time.Time
}

// maxIdleRecords bounds the workspace that is kept for the next batch: a single huge
// batch must not pin its memory for ever.
const maxIdleRecords = 1 << 14

func newBatch() any {
	return &batch{unknown: map[string]string{}}
}

// add returns a record to fill. It may hold remains of an earlier batch.
func (b *batch) add() *record {
	b.records = grow(b.records)
	return &b.records[len(b.records)-1]
}

// drop takes the last record back: it turned out to be of no concern.
func (b *batch) drop() { b.records = b.records[:len(b.records)-1] }

// addOrigin returns an origin to fill. It may hold remains of an earlier batch.
func (b *batch) addOrigin() *origin {
	b.origins = grow(b.origins)
	return &b.origins[len(b.origins)-1]
}

// grow lengthens a slice by one element, which keeps the capacity of what it held before.
func grow[T any](s []T) []T {
	if len(s) < cap(s) {
		return s[:len(s)+1]
	}
	var zero T
	return append(s, zero)
}

// empty forgets everything that points into the batch's data.
func (b *batch) empty() {
	for i := range b.records {
		r := &b.records[i]
		r.answer.Forget()
		r.call, r.price, r.attrs = genai.Call{}, pricing.Price{}, pcommon.Map{}
	}
	for i := range b.origins {
		b.origins[i].service, b.origins[i].resource = "", pcommon.Map{}
	}
	// An idle workspace must not keep tables that have been replaced.
	b.view = attribution.View{}
	b.context.forget()
	b.pricing = pricing.Call{}
	b.records, b.origins = b.records[:0], b.origins[:0]
	b.items, b.verdicts = b.items[:0], b.verdicts[:0]
	b.tally.reset()
}
