package pricing

import (
	"sort"
	"strings"
	"time"
)

// FormatVersion is the version of the format that this package reads.
const FormatVersion = "finops/v1"

// Limits of what one file may say. They lie far above any real catalog and keep a hostile
// one from costing memory or time.
const (
	maxModels       = 100_000
	maxNames        = 2_000
	maxNameLen      = 512
	maxPatternLen   = 512
	maxPatternInsts = 2_000
	maxIntervals    = 500
	maxTiers        = 16
	maxVariants     = 48
)

// check reports everything that is wrong with a file.
func check(f *File, r *reporter) {
	checkHead(f, r)
	c := checker{file: f, reporter: r, limits: limitsFor(f.Currency)}
	r.inside("templates", func() {
		for _, name := range sortedKeys(f.Templates) {
			r.inside(name, func() { c.template(name) })
		}
	})
	r.enter("models")
	if len(f.Models) > maxModels {
		r.addf("%d models are more than the limit of %d", len(f.Models), maxModels)
	}
	names := make(map[string]nameUse, 2*len(f.Models))
	for i := range f.Models {
		r.item(i)
		r.entry = f.Models[i].ID
		c.model(&f.Models[i], i, names)
		r.entry = ""
		r.leave()
	}
	r.leave()
}

func checkHead(f *File, r *reporter) {
	r.inside("format", func() {
		if f.Format != FormatVersion {
			r.addf("is %q; must be %q", f.Format, FormatVersion)
		}
	})
	r.inside("provider", func() {
		if foldProvider(f.Provider) == "" {
			r.addf("must name the provider")
		}
	})
	r.inside("currency", func() {
		if f.Currency != "" && !isCurrency(f.Currency) {
			r.addf("%q must be an ISO 4217 code of three capitals, such as USD", f.Currency)
		}
	})
	r.inside("per", func() { checkPer(f.Per, r) })
	for _, name := range sortedKeys(f.Sources) {
		r.inside("sources", func() {
			r.inside(name, func() {
				r.inside("date", func() {
					if _, err := time.Parse(time.DateOnly, f.Sources[name].Date); err != nil {
						r.addf("%q must be a day such as 2026-03-13", f.Sources[name].Date)
					}
				})
			})
		})
	}
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func checkPer(per string, r *reporter) {
	if per == "" {
		return
	}
	if err := checkDecimal(per); err != nil || decimalOrNil(per).Sign() <= 0 {
		r.addf("%q must be a number of units above 0, such as 1000000", per)
	}
}

// checker checks templates and models of one file.
type checker struct {
	*reporter
	file   *File
	limits rateLimits
	// inTemplate relaxes what only a complete price list must have.
	inTemplate bool
}

// nameUse remembers which model took a name.
type nameUse struct {
	model int
	id    string
}

func (c *checker) template(name string) {
	t := c.file.Templates[name]
	if t.From != "" || t.To != "" {
		c.addf("a template has no interval of its own; put from and to into the price list")
	}
	seen := map[string]bool{name: true}
	for next := t.Extends; next != ""; next = c.file.Templates[next].Extends {
		if seen[next] {
			c.inside("extends", func() { c.addf("templates extend each other in a circle through %q", next) })
			break
		}
		seen[next] = true
	}
	c.inTemplate = true
	c.priceList(&t)
	c.inTemplate = false
}

func (c *checker) model(m *Model, index int, names map[string]nameUse) {
	c.inside("id", func() {
		if m.ID == "" {
			c.addf("must name the model")
		}
		c.name(m.ID, index, m.ID, names)
	})
	if n := len(m.Aliases) + len(m.Prefixes) + len(m.Patterns); n > maxNames {
		c.addf("%d names are more than the limit of %d", n, maxNames)
		return
	}
	c.each("aliases", m.Aliases, func(alias string) { c.name(alias, index, m.ID, names) })
	c.each("prefixes", m.Prefixes, func(prefix string) {
		if len(prefix) < 2 || len(prefix) > maxNameLen {
			c.addf("%q must have 2 to %d characters", prefix, maxNameLen)
		}
	})
	c.each("patterns", m.Patterns, c.pattern)
	c.inside("prices", func() { c.prices(m.Prices) })
}

func (c *checker) each(key string, values []string, check func(string)) {
	c.enter(key)
	for i, value := range values {
		c.item(i)
		check(value)
		c.leave()
	}
	c.leave()
}

func (c *checker) name(name string, index int, id string, names map[string]nameUse) {
	folded := fold(name)
	if len(name) > maxNameLen || (name == "" && id != "") {
		c.addf("a name must have 1 to %d characters", maxNameLen)
		return
	}
	if used, ok := names[folded]; ok && used.model != index {
		c.addf("%q is already a name of entry %q", name, used.id)
		return
	}
	names[folded] = nameUse{index, id}
}

func (c *checker) pattern(pattern string) {
	if len(pattern) > maxPatternLen {
		c.addf("a pattern must have at most %d characters", maxPatternLen)
		return
	}
	if err := checkPattern(pattern); err != nil {
		c.addf("%v", err)
	}
}

func (c *checker) prices(prices []PriceList) {
	if len(prices) == 0 || len(prices) > maxIntervals {
		c.addf("must hold 1 to %d price lists", maxIntervals)
		return
	}
	intervals := make([]interval, len(prices))
	for i := range prices {
		c.item(i)
		intervals[i] = c.interval(&prices[i])
		c.priceList(&prices[i])
		c.leave()
	}
	c.overlaps(intervals)
}

func (c *checker) interval(p *PriceList) interval {
	var iv interval
	var err error
	c.inside("from", func() {
		if iv.from, err = parseInstant(p.From, minInstant); err != nil {
			c.addf("%v", err)
		}
	})
	c.inside("to", func() {
		if iv.to, err = parseInstant(p.To, maxInstant); err != nil {
			c.addf("%v", err)
		} else if iv.to <= iv.from {
			c.addf("%q must lie after from %q", p.To, p.From)
		}
	})
	return iv
}

func (c *checker) overlaps(intervals []interval) {
	order := make([]int, len(intervals))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return intervals[order[a]].from < intervals[order[b]].from })
	for k := 1; k < len(order); k++ {
		before, after := order[k-1], order[k]
		if intervals[after].from < intervals[before].to {
			c.item(after)
			c.addf("its interval overlaps that of prices[%d]; end one where the other begins", before)
			c.leave()
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
