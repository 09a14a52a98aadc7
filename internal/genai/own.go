package genai

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// ownInputs are the finops.request attributes. They win over what dialects say.
type ownInputs struct {
	tier, region, speed string
}

// readOwn reads an attribute whose name begins with finops.: an input, or else somebody's result.
func (f *facts) readOwn(k string, v pcommon.Value) {
	if name, ok := strings.CutPrefix(k, "usage."); ok {
		if m, known := meter.Parse(name); known {
			f.stated = true
			f.fix(m, v)
		}
		return
	}
	switch k {
	case "request.service_tier":
		set(&f.own.tier, v)
	case "request.region":
		set(&f.own.region, v)
	case "request.speed":
		set(&f.own.speed, v)
	case "request.batch":
		if truth(v) && f.own.tier == "" {
			f.own.tier = "batch"
		}
	default:
		f.call.Results = true
		return
	}
	f.stated = true
}

// fix sets the quantity of one meter for good.
func (f *facts) fix(m meter.Meter, v pcommon.Value) {
	q, ok := quantity(v)
	if ok && m.IsToken() {
		_, ok = q.Int64()
	}
	if !ok || q.Sign() < 0 || q.Cmp(maxQuantity) > 0 {
		f.call.Invalid = f.call.Invalid || v.Type() != pcommon.ValueTypeEmpty
		return
	}
	f.call.Usage[m] = q
	f.fixed |= 1 << m
}

var maxQuantity = money.Units(maxTokens)

func quantity(v pcommon.Value) (money.Quantity, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return money.Units(v.Int()), true
	case pcommon.ValueTypeDouble:
		return money.QuantityFromFloat(v.Double())
	case pcommon.ValueTypeStr:
		q, err := money.ParseQuantity(strings.TrimSpace(v.Str()))
		return q, err == nil
	default:
		return money.Quantity{}, false
	}
}

// isFixed reports whether a meter's quantity was stated.
func (f *facts) isFixed(m meter.Meter) bool { return f.fixed&(1<<m) != 0 }

// fixedTokens returns the stated count of a token meter.
func (f *facts) fixedTokens(m meter.Meter) int64 {
	n, _ := f.call.Usage[m].Int64()
	return n
}

// adoptOwn makes stated requests facts of the call.
func (f *facts) adoptOwn() {
	c := f.call
	if f.own.tier != "" {
		c.ServiceTier = f.own.tier
	}
	if f.own.region != "" {
		c.Region = f.own.region
	}
	if f.own.speed != "" {
		c.Speed = f.own.speed
	}
}

// within is the count that a stated meter replaces or refines, for those that map one to one.
var within = [...]struct {
	meter meter.Meter
	tok   tok
}{
	{meter.CacheWrite5m, tokWrite5m},
	{meter.CacheWrite1h, tokWrite1h},
	{meter.Reasoning, tokReasoning},
	{meter.Citation, tokCitation},
	{meter.OutputAudio, tokAudioOut},
	{meter.OutputImage, tokImageOut},
	{meter.InputVideo, tokVideoIn},
	{meter.OutputVideo, tokVideoOut},
	{meter.CacheReadAudio, tokAudioCached},
	{meter.CacheReadImage, tokImageCached},
	{meter.Input, tokUncached},
	{meter.Output, tokPlainOutput},
}

// adoptFixed turns stated meters, which are disjoint, into the counts that settling expects, where
// a whole includes its parts.
func (f *facts) adoptFixed() {
	for _, w := range within {
		if f.isFixed(w.meter) {
			f.state(w.tok, f.fixedTokens(w.meter))
		}
	}
	if f.isFixed(meter.InputAudio) {
		f.state(tokAudioIn, f.fixedTokens(meter.InputAudio)+f.n[tokAudioCached])
	}
	if f.isFixed(meter.InputImage) {
		f.state(tokImageIn, f.fixedTokens(meter.InputImage)+f.n[tokImageCached])
	}
	if f.isFixed(meter.CacheRead) {
		f.state(tokCacheRead, f.fixedTokens(meter.CacheRead)+f.n[tokAudioCached]+f.n[tokImageCached])
	}
}

func (f *facts) state(t tok, n int64) {
	f.n[t] = n
	f.current |= 1 << t
}
