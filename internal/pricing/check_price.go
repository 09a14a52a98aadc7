package pricing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// maxMultiplier is the largest factor of a variant or tier; real ones lie below 12.
const maxMultiplier = 1000

func (c *checker) priceList(p *PriceList) {
	c.inside("extends", func() {
		if _, ok := c.file.Templates[p.Extends]; p.Extends != "" && !ok {
			c.addf("template %q is not in the file; known: %s", p.Extends, strings.Join(sortedKeys(c.file.Templates), ", "))
		}
	})
	c.source(p.Source)
	if p.Free && (len(p.Rates) > 0 || len(p.Tiers) > 0 || len(p.Variants) > 0) {
		c.addf("is declared free and must not have rates, tiers or variants")
	}
	if !p.Free && !c.inTemplate && len(p.Rates) == 0 && p.Extends == "" {
		c.addf("must have rates; say free: true if the model costs nothing")
	}
	c.rates(p.Rates)
	c.fallbacks(p.Fallbacks)
	c.tiers(p.Tiers)
	c.variants(p.Variants)
	c.excludes(p)
}

// excludes checks the names of excluded variants, which can be those of a template.
func (c *checker) excludes(p *PriceList) {
	var known map[string]bool
	c.enter("variants")
	for i := range p.Variants {
		c.item(i)
		c.each("excludes", p.Variants[i].Excludes, func(name string) {
			if known == nil {
				known = make(map[string]bool)
				for _, v := range c.file.resolve(*p).Variants {
					known[v.Name] = true
				}
			}
			if !known[name] && !c.inTemplate {
				c.addf("there is no variant %q in the list", name)
			}
		})
		c.leave()
	}
	c.leave()
}

func (c *checker) source(name string) {
	if _, ok := c.file.Sources[name]; name != "" && !ok {
		c.inside("source", func() {
			c.addf("source %q is not in the file; known: %s", name, strings.Join(sortedKeys(c.file.Sources), ", "))
		})
	}
}

func (c *checker) rates(rates map[string]RateSpec) {
	c.enter("rates")
	for _, name := range sortedKeys(rates) {
		c.enter(name)
		c.rate(name, rates[name])
		c.leave()
	}
	c.leave()
}

func (c *checker) rate(name string, spec RateSpec) {
	m, ok := meter.Parse(name)
	if !ok {
		c.addf("is not a meter; known: %s", meterNames())
		return
	}
	if err := checkDecimal(spec.Rate); err != nil {
		c.addf("%v", err)
		return
	}
	c.inside("per", func() { checkPer(spec.Per, c.reporter) })
	if strings.HasPrefix(spec.Rate, "-") {
		c.addf("the rate %s is negative", spec.Rate)
		return
	}
	per := perOf(m, spec.Per, c.file.Per)
	// A float is good enough to tell a rate from one a million times as high.
	rate, _ := strconv.ParseFloat(spec.Rate, 64)
	units, _ := strconv.ParseFloat(per, 64)
	if limit := c.limits.of(m); units > 0 && rate/units > limit {
		c.addf("%s per %s is more than %g for a single unit; check the unit (per) that the rate is for", spec.Rate, per, limit)
	}
}

const defaultPer = "1000000"

// perOf returns the number of units that a rate of meter m is for.
func perOf(m meter.Meter, own, file string) string {
	switch {
	case own != "":
		return own
	case !m.IsToken():
		return "1"
	case file != "":
		return file
	default:
		return defaultPer
	}
}

func meterNames() string {
	names := make([]string, meter.Count)
	for i := range names {
		names[i] = meter.Meter(i).String()
	}
	return strings.Join(names, ", ")
}

func (c *checker) fallbacks(fallbacks map[string]string) {
	c.enter("fallbacks")
	defer c.leave()
	for _, name := range sortedKeys(fallbacks) {
		c.enter(name)
		_, known := meter.Parse(name)
		_, parentKnown := meter.Parse(fallbacks[name])
		if !known || !parentKnown {
			c.addf("%q -> %q: both must be meters; known: %s", name, fallbacks[name], meterNames())
		}
		c.leave()
	}
	parents := parentsWith(fallbacks)
	for m := range meter.Meter(meter.Count) {
		steps := 0
		for p := parents[m]; p.ok && steps <= meter.Count; p = parents[p.meter] {
			steps++
		}
		if steps > meter.Count {
			c.addf("the fallbacks of %s lead in a circle", m)
			return
		}
	}
}

func (c *checker) tiers(tiers []Tier) {
	c.enter("tiers")
	defer c.leave()
	if len(tiers) > maxTiers {
		c.addf("%d tiers are more than the limit of %d", len(tiers), maxTiers)
		return
	}
	seen := make(map[tierKey]bool, len(tiers))
	graduated := 0
	for i := range tiers {
		c.item(i)
		t := &tiers[i]
		c.tier(t)
		if key := t.key(); seen[key] {
			c.addf("there is another tier at %d", t.Threshold)
		} else {
			seen[key] = true
		}
		if t.Mode == modeGraduated {
			graduated++
		}
		c.leave()
	}
	if graduated > 1 {
		c.addf("only one tier of a price list can be graduated")
	}
}

func (c *checker) tier(t *Tier) {
	c.oneOf("metric", t.Metric, "", metricInput, metricOutput)
	c.oneOf("op", t.Op, "", opGreater, opGreaterEqual)
	c.oneOf("mode", t.Mode, "", modeCliff, modeGraduated)
	c.inside("name", func() { c.label(t.Name) })
	c.inside("threshold", func() {
		if t.Threshold <= 0 {
			c.addf("must be a number of tokens above 0")
		}
	})
	if len(t.Rates) == 0 && len(t.Multipliers) == 0 {
		c.addf("must have rates or multipliers")
	}
	c.rates(t.Rates)
	c.multipliers(t.Multipliers)
}

func (c *checker) oneOf(key, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	c.inside(key, func() {
		c.addf("%q must be one of %s", value, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	})
}

// label keeps names fit for finops.pricing.id.
func (c *checker) label(name string) {
	if strings.ContainsAny(name, "@#+/; \t\n") || len(name) > 64 {
		c.addf("%q must have at most 64 characters and none of @ # + / ; or blanks", name)
	}
}

func (c *checker) multipliers(multipliers Multipliers) {
	c.enter("multipliers")
	for _, name := range sortedKeys(multipliers) {
		c.enter(name)
		if _, ok := meter.Parse(name); !ok && name != multiplierTokens && name != multiplierUnits {
			c.addf("is neither a meter nor %q or %q; known meters: %s", multiplierTokens, multiplierUnits, meterNames())
		}
		text := multipliers[name]
		factor, _ := strconv.ParseFloat(text, 64)
		if err := checkDecimal(text); err != nil {
			c.addf("%v", err)
		} else if factor < 0 || factor > maxMultiplier {
			c.addf("%s must lie between 0 and %d", text, maxMultiplier)
		}
		c.leave()
	}
	c.leave()
}

func (c *checker) variants(variants []Variant) {
	c.enter("variants")
	defer c.leave()
	if len(variants) > maxVariants {
		c.addf("%d variants are more than the limit of %d", len(variants), maxVariants)
		return
	}
	names := make(map[string]bool, len(variants))
	for i := range variants {
		if name := variants[i].Name; names[name] {
			c.item(i)
			c.addf("the name %q is taken by another variant of the list", name)
			c.leave()
		}
		names[variants[i].Name] = true
	}
	for i := range variants {
		c.item(i)
		c.variant(&variants[i])
		c.leave()
	}
}

func (c *checker) variant(v *Variant) {
	c.inside("name", func() {
		if v.Name == "" {
			c.addf("must be given")
		}
		c.label(v.Name)
	})
	c.inside("when", func() {
		if v.When.isZero() {
			c.addf("must have a condition, or the variant would always apply")
		}
		c.inside("windows", func() {
			for i, w := range v.When.Windows {
				c.item(i)
				if _, err := compileWindow(w); err != nil {
					c.addf("%v", err)
				}
				c.leave()
			}
		})
	})
	c.source(v.Source)
	if len(v.Rates) == 0 && len(v.Multipliers) == 0 && len(v.Tiers) == 0 {
		c.addf("must have rates, multipliers or tiers")
	}
	c.rates(v.Rates)
	c.multipliers(v.Multipliers)
	c.tiers(v.Tiers)
}
