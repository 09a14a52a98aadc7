package pricing

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// list is a PriceList with its templates applied, in the form that rates are computed from.
type list struct {
	interval
	// label is provider/model@date, the beginning of finops.pricing.id.
	label    string
	source   Source
	currency string
	free     bool
	base     *rateTable
	parents  parentTable
	tiers    []tier
	variants []variant
	// steps are the thresholds of all tiers, those of variants too, from the highest down.
	steps []threshold
	info  Entry
	// windowed says that the time of the week matters.
	windowed bool
	// sized says that the size of the call matters, byOutput that of its output.
	sized, byOutput bool
}

// tierKey identifies a threshold: a variant's tier replaces the list's tier of the same key.
type tierKey struct {
	metric string
	tokens int64
}

func (t *Tier) key() tierKey {
	if t.Metric == "" {
		return tierKey{metricInput, t.Threshold}
	}
	return tierKey{t.Metric, t.Threshold}
}

type tier struct {
	key       tierKey
	name      string
	inclusive bool
	graduated bool
	rates     *rateTable
	factors   *factorTable
}

type variant struct {
	name     string
	class    variantClass
	cond     condition
	rates    *rateTable
	factors  *factorTable
	tiers    []tier
	excludes uint64
	source   Source
}

// threshold is one tier key with everything that defines a tier there.
type threshold struct {
	key  tierKey
	size money.Quantity
	// base is the list's own tier; variants those of variants, in their order.
	base     *tier
	variants []variantTier
}

type variantTier struct {
	bit  uint64
	tier *tier
}

// at returns the tier that counts for a set of variants: that of the last one applied.
func (s *threshold) at(mask uint64) *tier {
	for _, v := range slices.Backward(s.variants) {
		if mask&v.bit != 0 {
			return v.tier
		}
	}
	return s.base
}

func compileList(m *Model, provider string, f *File, p PriceList, names *nameTable) *list {
	p = f.resolve(p)
	l := &list{
		source:   f.Sources[p.Source],
		currency: cmp.Or(f.Currency, "USD"),
		free:     p.Free,
		base:     compileRates(p.Rates, f.Per),
		parents:  parentsWith(p.Fallbacks),
	}
	l.tiers = compileTiers(p.Tiers, f.Per, &l.parents)
	l.from, _ = parseInstant(p.From, minInstant)
	l.to, _ = parseInstant(p.To, maxInstant)
	l.label = provider + "/" + m.ID
	switch {
	case p.From != "":
		l.label += "@" + dayLabel(l.from)
	case l.source.Date != "":
		l.label += "@" + l.source.Date
	}
	l.compileVariants(p.Variants, f, names, m.Region != "")
	l.compileSteps()
	l.info = l.describe(p.Disputed)
	l.info.Provider, l.info.Model = provider, m.ID
	return l
}

// resolve applies the templates that a price list extends.
func (f *File) resolve(p PriceList) PriceList {
	// More steps than templates would be a circle, which the check refuses.
	for range f.Templates {
		t, ok := f.Templates[p.Extends]
		if !ok {
			break
		}
		p = p.over(t)
	}
	return p
}

// over fills what p does not say from t, and goes on extending what t extends.
func (p PriceList) over(t PriceList) PriceList {
	p.Extends = t.Extends
	p.Source = cmp.Or(p.Source, t.Source)
	p.Disputed = cmp.Or(p.Disputed, t.Disputed)
	if p.Free {
		return p
	}
	p.Free = t.Free && len(p.Rates) == 0
	p.Rates = mergeMaps(p.Rates, t.Rates)
	p.Fallbacks = mergeMaps(p.Fallbacks, t.Fallbacks)
	if p.Tiers == nil {
		p.Tiers = t.Tiers
	}
	own := p.Variants
	p.Variants = slices.Clone(own)
	for _, v := range t.Variants {
		if !slices.ContainsFunc(own, func(o Variant) bool { return o.Name == v.Name }) {
			p.Variants = append(p.Variants, v)
		}
	}
	return p
}

func mergeMaps[V any](own, inherited map[string]V) map[string]V {
	if len(inherited) == 0 {
		return own
	}
	merged := make(map[string]V, len(own)+len(inherited))
	maps.Copy(merged, inherited)
	maps.Copy(merged, own)
	return merged
}

func compileTiers(tiers []Tier, filePer string, parents *parentTable) []tier {
	out := make([]tier, len(tiers))
	for i := range tiers {
		t := &tiers[i]
		out[i] = tier{
			key:       t.key(),
			name:      cmp.Or(t.Name, defaultTierName),
			inclusive: t.Op == opGreaterEqual,
			graduated: t.Mode == modeGraduated,
			rates:     compileRates(t.Rates, filePer),
			factors:   compileFactors(t.Multipliers, parents),
		}
	}
	return out
}

// compileVariants puts the variants into the order in which they are applied: by class, then
// the less specific first, so that the order in the file does not matter.
func (l *list) compileVariants(variants []Variant, f *File, names *nameTable, regional bool) {
	ordered := slices.Clone(variants)
	if regional {
		ordered = slices.DeleteFunc(ordered, func(v Variant) bool { return v.When.class() == classResidency })
	}
	slices.SortFunc(ordered, func(a, b Variant) int {
		return cmp.Or(cmp.Compare(a.When.class(), b.When.class()), cmp.Compare(a.When.kinds(), b.When.kinds()), cmp.Compare(a.Name, b.Name))
	})
	bits := make(map[string]uint64, len(ordered))
	for i := range ordered {
		bits[ordered[i].Name] = 1 << i
	}
	l.variants = make([]variant, len(ordered))
	for i := range ordered {
		v := &ordered[i]
		l.variants[i] = variant{
			name:    v.Name,
			class:   v.When.class(),
			cond:    compileCondition(&v.When, names.tiers),
			rates:   compileRates(v.Rates, f.Per),
			factors: compileFactors(v.Multipliers, &l.parents),
			tiers:   compileTiers(v.Tiers, f.Per, &l.parents),
			source:  f.Sources[v.Source],
		}
		for _, name := range v.Excludes {
			l.variants[i].excludes |= bits[name]
		}
		l.windowed = l.windowed || len(v.When.Windows) > 0
	}
}

func (l *list) compileSteps() {
	at := func(key tierKey) *threshold {
		for i := range l.steps {
			if l.steps[i].key == key {
				return &l.steps[i]
			}
		}
		l.steps = append(l.steps, threshold{key: key, size: money.Units(key.tokens)})
		return &l.steps[len(l.steps)-1]
	}
	for i := range l.tiers {
		at(l.tiers[i].key).base = &l.tiers[i]
	}
	for i := range l.variants {
		for k := range l.variants[i].tiers {
			t := &l.variants[i].tiers[k]
			s := at(t.key)
			s.variants = append(s.variants, variantTier{1 << i, t})
		}
	}
	slices.SortFunc(l.steps, func(a, b threshold) int {
		return cmp.Or(cmp.Compare(b.key.tokens, a.key.tokens), strings.Compare(a.key.metric, b.key.metric))
	})
	l.sized = len(l.steps) > 0
	l.byOutput = slices.ContainsFunc(l.steps, func(s threshold) bool { return s.key.metric == metricOutput })
}

func (l *list) describe(disputed string) Entry {
	e := Entry{Disputed: disputed, ContextTiers: l.sized}
	for i := range l.variants {
		v := &l.variants[i]
		e.ServiceTiers = append(e.ServiceTiers, v.cond.tiers...)
		e.Speeds = e.Speeds || v.cond.speeds != nil
		e.Regions = e.Regions || v.cond.regions != nil || v.cond.notRegions != nil
		e.Deployments = e.Deployments || v.cond.deployments != nil
	}
	slices.Sort(e.ServiceTiers)
	e.ServiceTiers = slices.Compact(e.ServiceTiers)
	for _, t := range []meter.Meter{meter.WebSearch, meter.FileSearch, meter.CodeExecution, meter.RerankSearch} {
		if rate := l.base[t]; rate != nil && rate.Sign() > 0 {
			e.ToolFees = append(e.ToolFees, t)
		}
	}
	return e
}

// choose returns the set of variants that apply to a call.
func (l *list) choose(f *facts) uint64 {
	var mask uint64
	for i := range l.variants {
		if l.variants[i].cond.holds(f) {
			mask |= 1 << i
		}
	}
	if mask&(mask-1) != 0 {
		mask = l.exclude(mask)
	}
	return mask
}

// exclude drops variants that do not apply together: the first class wins, and within one
// class the more specific variant, which is the later one.
func (l *list) exclude(mask uint64) uint64 {
	for i := range l.variants {
		for k := i + 1; k < len(l.variants) && mask&(1<<i) != 0; k++ {
			a, b := &l.variants[i], &l.variants[k]
			if mask&(1<<k) == 0 || (a.excludes&(1<<k) == 0 && b.excludes&(1<<i) == 0) {
				continue
			}
			if a.class == b.class {
				mask &^= 1 << i
			} else {
				mask &^= 1 << k
			}
		}
	}
	return mask
}

// stepOf returns the index of the tier that a call falls in, or -1.
func (l *list) stepOf(mask uint64, usage *meter.Usage) int {
	var output money.Quantity
	if l.byOutput {
		output = outputSize(usage)
	}
	return l.step(l.exclude(mask), usage.InputSize(), output)
}

// outputSize is what tiers by output are chosen by: every kind of output token.
func outputSize(u *meter.Usage) money.Quantity {
	size := u[meter.Output]
	for _, m := range []meter.Meter{meter.Reasoning, meter.Citation, meter.OutputAudio, meter.OutputImage, meter.OutputVideo} {
		size = size.Add(u[m])
	}
	return size
}

// step returns the index of the tier that a call of those sizes falls in, or -1.
func (l *list) step(mask uint64, input, output money.Quantity) int {
	for i := range l.steps {
		s := &l.steps[i]
		t := s.at(mask)
		if t == nil {
			continue
		}
		size := input
		if s.key.metric == metricOutput {
			size = output
		}
		if c := size.Cmp(s.size); c > 0 || (c == 0 && t.inclusive) {
			return i
		}
	}
	return -1
}

// below returns the next lower tier that counts for a set of variants, or -1. Tiers of another
// metric are no lower ones.
func (l *list) below(mask uint64, step int) int {
	for i := step + 1; i < len(l.steps); i++ {
		if l.steps[i].key.metric == l.steps[step].key.metric && l.steps[i].at(mask) != nil {
			return i
		}
	}
	return -1
}

// speedAssumed tells whether a speed other than the standard one has no price of its own.
func (l *list) speedAssumed(speed string) bool {
	if speed == "" || strings.EqualFold(speed, tierStandard) {
		return false
	}
	for i := range l.variants {
		if containsFold(l.variants[i].cond.speeds, speed) {
			return false
		}
	}
	return true
}
