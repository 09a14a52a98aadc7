package genaicostprocessor

import (
	"context"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/attribution"
	"github.com/otelcol-finops/otelcol-finops/internal/genai"
)

// attributionContext is where in its batch the record stands that is attributed.
type attributionContext struct {
	record  attribution.Record
	base    attribution.Base
	scratch attribution.Scratch
	// inherited says that base is that of the record's resource and scope. It is made for the first
	// GenAI record: most resources have none.
	inherited bool
}

// inResource begins a resource.
func (a *attributionContext) inResource() *attribution.Record {
	a.inherited = false
	return &a.record
}

// inScope begins a scope.
func (a *attributionContext) inScope(view *attribution.View) *attribution.Record {
	a.inherited = a.inherited && !view.AsksScopes()
	return &a.record
}

// begin begins a GenAI record.
func (a *attributionContext) begin(ctx context.Context, view *attribution.View, call *genai.Call) {
	if !a.inherited {
		view.Inherit(ctx, &a.scratch, &a.record, &a.base)
		a.inherited = true
	}
	a.record.At, a.record.Provider, a.record.Model = call.Start, call.Provider, call.ResponseModel
	if a.record.Model == "" {
		a.record.Model = call.RequestModel
	}
	view.Start(&a.scratch)
}

// forget lets go of everything that belongs to the batch.
func (a *attributionContext) forget() {
	a.record, a.inherited = attribution.Record{}, false
	a.base.Forget()
	a.scratch.Forget()
}

// writeDimension says who pays, how that is known, and who shares it.
func (w *writer) writeDimension(attrs pcommon.Map, i int, value *attribution.Value) {
	names := &w.dimensions[i]
	attrs.PutStr(names.value, value.Shown())
	putNonEmpty(attrs, names.allocation, value.Allocation.String())
	putNonEmpty(attrs, names.shares, value.Shares)
}

func (w *writer) dimensionGrowth(r *record) int {
	n := len(w.dimensions)
	for i := range r.answer.Values {
		value := &r.answer.Values[i]
		n += one(value.Allocation != attribution.Direct) + one(value.Shares != "")
	}
	return n
}

// writeResources puts dimensions on the resource too, where all its GenAI records agree. Where they do not,
// or an earlier tier answered for some, nothing stays there that somebody else has put: it would claim what is
// not so.
func (w *writer) writeResources(b *batch) {
	for first := 0; first < len(b.records); {
		last := first + 1
		for last < len(b.records) && b.records[last].origin == b.records[first].origin {
			last++
		}
		w.writeResource(b.origins[b.records[first].origin].resource, b.records[first:last])
		first = last
	}
}

func (w *writer) writeResource(resource pcommon.Map, records []record) {
	for i := range records {
		if records[i].keep {
			return
		}
	}
	for d := range w.dimensions {
		if agree(records, d) {
			w.writeDimension(resource, d, &records[0].answer.Values[d])
			continue
		}
		names := &w.dimensions[d]
		for _, name := range []string{names.value, names.allocation, names.shares} {
			resource.Remove(name)
		}
	}
}

// agree reports whether all records have the same answer.
func agree(records []record, dimension int) bool {
	first := &records[0].answer.Values[dimension]
	for i := range records[1:] {
		other := &records[i+1].answer.Values[dimension]
		if other.Shown() != first.Shown() || other.Allocation != first.Allocation || other.Shares != first.Shares {
			return false
		}
	}
	return true
}
