package importer

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// genAIVariant is a partial price for requests that were made in a certain way.
type genAIVariant struct {
	name string
	when pricing.Condition
	constrained
}

// genAIWhen are the keys that tell how a request was made, and what they are here.
var genAIWhen = map[string]func(value string) pricing.Condition{
	"processing":    func(v string) pricing.Condition { return pricing.Condition{ServiceTier: []string{v}} },
	"service_tier":  func(v string) pricing.Condition { return pricing.Condition{ServiceTier: []string{v}} },
	"speed":         func(v string) pricing.Condition { return pricing.Condition{Speed: []string{v}} },
	"inference_geo": func(v string) pricing.Condition { return pricing.Condition{Region: []string{v}} },
	"region":        func(v string) pricing.Condition { return pricing.Condition{Region: []string{v}} },
}

// variants reads price_variants, which newer data has.
func (r *genAIReader) variants(at entry, n node) ([]genAIVariant, error) {
	if n.kind() != '[' {
		return nil, nil
	}
	elements, err := r.doc.array(n)
	if err != nil {
		return nil, err
	}
	var out []genAIVariant
	for _, element := range elements {
		v, ok, err := r.variant(at, element.node)
		if err != nil {
			return nil, fmt.Errorf("price_variants: %w", err)
		}
		if ok {
			out = append(out, v)
		}
	}
	return out, nil
}

func (r *genAIReader) variant(at entry, n node) (genAIVariant, bool, error) {
	var v genAIVariant
	fields, err := r.fields(n)
	if err != nil {
		return v, false, err
	}
	if v.card, err = r.plainCard(at, fields["prices"]); err != nil {
		return v, false, err
	}
	if constraint, ok := fields["constraint"]; ok && !constraint.isNull() {
		if err := r.constraint(constraint, &v.constrained); err != nil {
			return v, false, err
		}
	}
	if len(v.card.rates) == 0 {
		// It changes nothing: the source lists the values that a request can have.
		return v, false, nil
	}
	v.name, v.when, err = r.when(fields["when"])
	if err != nil || v.window != nil {
		at.unexpressed("price_variants", string(n.raw), "the catalog does not know this condition")
		return v, false, nil
	}
	return v, true, nil
}

// when reads one condition; none of the public data joins two.
func (r *genAIReader) when(n node) (string, pricing.Condition, error) {
	members, err := r.doc.object(n)
	if err != nil {
		return "", pricing.Condition{}, err
	}
	if len(members) != 1 || genAIWhen[members[0].key] == nil {
		return "", pricing.Condition{}, errors.New("not one known condition")
	}
	value, ok := members[0].text()
	if !ok || value == "" {
		return "", pricing.Condition{}, errors.New("not a text")
	}
	return value, genAIWhen[members[0].key](value), nil
}

// variantsFrom are the variants in force from start on, over the base that holds then. Of
// two for the same requests the first one wins, meter by meter.
func variantsFrom(all []genAIVariant, start string, base card) []pricing.Variant {
	var names []string
	overrides := map[string]card{}
	when := map[string]pricing.Condition{}
	for _, v := range all {
		if v.start > start {
			continue
		}
		key := v.name
		if other, taken := when[key]; taken && len(other.Speed) != len(v.when.Speed) {
			key += "_speed"
		}
		if _, have := overrides[key]; !have {
			names = append(names, key)
			when[key] = v.when
		}
		overrides[key] = overrides[key].under(v.card)
	}
	var out []pricing.Variant
	for _, name := range names {
		out = append(out, base.override(overrides[name]).variant(base, name, when[name]))
	}
	return out
}

// under adds what c leaves open from another card.
func (c card) under(other card) card {
	out := card{rates: other.rates.with(c.rates)}
	byThreshold := map[int64]tierRates{}
	for _, from := range []card{other, c} {
		for _, t := range from.tiers {
			byThreshold[t.threshold] = tierRates{t.threshold, t.inclusive, byThreshold[t.threshold].rates.with(t.rates)}
		}
	}
	out.tiers = sortedTiers(byThreshold)
	return out
}

// override replaces the prices of the meters that the other card names, with all their tiers.
func (c card) override(other card) card {
	out := card{rates: c.rates.with(other.rates)}
	thresholds := map[int64]tierRates{}
	for _, t := range slices.Concat(c.tiers, other.tiers) {
		own := maps.Clone(other.ratesAt(t.threshold))
		maps.DeleteFunc(own, func(m meter.Meter, _ rate) bool { return !hasMeter(other.rates, m) })
		thresholds[t.threshold] = tierRates{t.threshold, t.inclusive, c.ratesAt(t.threshold).with(own)}
	}
	out.tiers = sortedTiers(thresholds)
	return out
}
