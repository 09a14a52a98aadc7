package usagemetrics

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Counts is what became of the points that are in no usage, and what had to be assumed.
type Counts struct {
	// Seeded, Replayed and Resets are the points that [Tracker.Advance] says so of; resets are in a usage.
	Seeded, Replayed, Resets int64
	// Invalid points carry no number of tokens: negative, not a number, beyond belief, no monotonic sum.
	Invalid int64
	// Superseded points report calls that another metric of their scope reports in more detail.
	Superseded int64
	// Repeated points sum up others, such as those of type total.
	Repeated int64
	// UnknownType points count a kind of token that is not known.
	UnknownType int64
}

// Reader reads metrics. Its state is guarded by the lock of its tracker.
type Reader struct {
	tracker *Tracker
	// families remembers by scope what counts there, because the metrics of one export may come in several
	// batches.
	families *simplelru.LRU[StreamID, family]
}

// maxScopes bounds the scopes, of one resource each, that are remembered.
const maxScopes = 1 << 13

// NewReader returns a reader that remembers streams in tracker.
func NewReader(tracker *Tracker) *Reader {
	r := &Reader{tracker: tracker}
	// It refuses only a size that is not positive.
	r.families, _ = simplelru.NewLRU[StreamID, family](maxScopes, nil)
	return r
}

// Has reports whether any of the metrics is one that is known.
func Has(rm pmetric.ResourceMetrics) bool {
	for _, sm := range rm.ScopeMetrics().All() {
		for _, m := range sm.Metrics().All() {
			if _, ok := sources[m.Name()]; ok {
				return true
			}
		}
	}
	return false
}

// Points returns the number of points of known metrics.
func Points(rm pmetric.ResourceMetrics) (n int64) {
	for _, sm := range rm.ScopeMetrics().All() {
		for _, m := range sm.Metrics().All() {
			if _, ok := sources[m.Name()]; ok {
				for range points(m) {
					n++
				}
			}
		}
	}
	return n
}

// Read returns what the metrics of one resource add to the usage. The caller holds the tracker's lock.
func (r *Reader) Read(rm pmetric.ResourceMetrics, counts *Counts) []*Usage {
	b := batch{reader: r, counts: counts, byKey: map[string]*Usage{}}
	resource := appendMap(nil, rm.Resource().Attributes(), nil)
	for _, sm := range rm.ScopeMetrics().All() {
		b.scope = sm.Scope()
		b.prefix = appendScope(slices.Clone(resource), sm.Scope())
		r.readScope(&b, sm.Metrics())
	}
	for _, u := range b.usages {
		u.settle()
	}
	return b.usages
}

// batch is the work on the metrics of one resource.
type batch struct {
	reader *Reader
	counts *Counts
	scope  pcommon.InstrumentationScope
	// prefix identifies resource and scope.
	prefix []byte
	byKey  map[string]*Usage
	usages []*Usage
}

func (r *Reader) readScope(b *batch, metrics pmetric.MetricSlice) {
	counted := r.family(hash(b.prefix), metrics)
	for _, m := range metrics.All() {
		src, ok := sources[m.Name()]
		if !ok {
			continue
		}
		for p := range points(m) {
			if src.family < counted {
				b.counts.Superseded++
				continue
			}
			b.read(m.Name(), &src, &p)
		}
	}
}

// family returns which of the families that a scope has reported counts.
func (r *Reader) family(scope StreamID, metrics pmetric.MetricSlice) family {
	before, _ := r.families.Get(scope)
	counted := before
	for _, m := range metrics.All() {
		if src, ok := sources[m.Name()]; ok {
			counted = max(counted, src.family)
		}
	}
	if counted != before {
		r.families.Add(scope, counted)
	}
	return counted
}

func (b *batch) read(metric string, src *source, p *point) {
	kind, ok := src.kind(p.attributes)
	switch {
	case !ok:
		b.counts.UnknownType++
		return
	case kind == partIgnored:
		b.counts.Repeated++
		return
	case !p.valid():
		b.counts.Invalid++
		return
	}
	id := hash(appendMap(append(appendText(slices.Clone(b.prefix), metric), p.temporality), p.attributes, nil))
	added, step := b.reader.tracker.Advance(id, p.Point)
	switch step {
	case StepSeeded:
		b.counts.Seeded++
		return
	case StepReplayed:
		b.counts.Replayed++
		return
	case StepReset:
		b.counts.Resets++
	}
	u := b.usage(src, p)
	u.Points++
	u.Time = max(u.Time, pcommon.Timestamp(p.Time))
	q := &u.parts[kind][modalityOf(p.attributes)]
	*q = q.Add(added)
}

// kind returns what the point counts. A point without a type where one belongs counts nothing known.
func (src *source) kind(attrs pcommon.Map) (part, bool) {
	if src.part != partIgnored {
		return src.part, true
	}
	for _, name := range src.typeAttributes {
		if v, ok := attrs.Get(name); ok {
			kind, known := src.types[v.AsString()]
			return kind, known
		}
	}
	return partIgnored, false
}

func modalityOf(attrs pcommon.Map) modality {
	for _, name := range modalityAttributes {
		if v, ok := attrs.Get(name); ok {
			if m, known := modalityNames[v.AsString()]; known {
				return m
			}
			return modalityOther
		}
	}
	return modalityText
}

// usage returns what points of the same scope and attributes add up in.
func (b *batch) usage(src *source, p *point) *Usage {
	skip := func(name string) bool {
		return slices.Contains(src.typeAttributes, name) || slices.Contains(modalityAttributes, name)
	}
	key := appendMap(append(slices.Clone(b.prefix), byte(src.family)), p.attributes, skip)
	if u, ok := b.byKey[string(key)]; ok {
		return u
	}
	u := &Usage{Attributes: pcommon.NewMap(), Scope: b.scope, form: src.form}
	for name, value := range p.attributes.All() {
		if skip(name) || isResult(name) {
			continue
		}
		if known, ok := src.names[name]; ok {
			name = known
		}
		value.CopyTo(u.Attributes.PutEmpty(name))
	}
	u.addProvider(src.provider)
	b.byKey[string(key)] = u
	b.usages = append(b.usages, u)
	return u
}

func (u *Usage) addProvider(provider string) {
	if provider == "" {
		return
	}
	for _, name := range [...]string{"gen_ai.provider.name", "gen_ai.system"} {
		if v, ok := u.Attributes.Get(name); ok && v.AsString() != "" {
			return
		}
	}
	u.Attributes.PutStr("gen_ai.provider.name", provider)
}

// isResult tells attributes that only we may write.
func isResult(name string) bool {
	rest, ours := strings.CutPrefix(name, ledger.Prefix)
	if !ours {
		return false
	}
	group, _, _ := strings.Cut(rest, ".")
	switch group {
	case "cost", "model", "pricing", "usage", "billing", "allocation", "meter", "savings":
		return true
	default:
		return false
	}
}

func hash(b []byte) (id StreamID) {
	sum := sha256.Sum256(b)
	copy(id[:], sum[:])
	return id
}
