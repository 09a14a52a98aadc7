package attribution

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// compiler makes an Attributor of a configuration, and collects all that is wrong with it.
type compiler struct {
	cfg     *Config
	parsers parsers
	errs    []error

	attributor *Attributor
	tables     map[string]int
}

// refuse notes an error below a key.
func (c *compiler) refuse(path, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...)))
}

func (c *compiler) compile() *Attributor {
	a := &Attributor{plans: map[signals.Signal]*plan{}}
	c.attributor, c.tables = a, map[string]int{}
	for _, signal := range []signals.Signal{signals.Traces, signals.Logs, signals.Metrics} {
		p := &plan{signal: signal, keys: make([][]tableKey, len(c.cfg.Lookups))}
		p.apiKey = p.attributesOfKeys()
		a.plans[signal] = p
	}
	c.addTables()
	for _, name := range c.names() {
		c.addDimension(name)
	}
	c.addShares()
	a.edition.Store(emptyEdition(a))
	return a
}

// always are the dimensions that are answered whatever is configured.
var always = []string{"team", "cost_center"}

// names are the dimensions, in the order of answers.
func (c *compiler) names() []string {
	names := slices.Clone(always)
	for _, name := range slices.Sorted(maps.Keys(c.cfg.Dimensions)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (c *compiler) addTables() {
	for _, name := range slices.Sorted(maps.Keys(c.cfg.Lookups)) {
		cfg, path := c.cfg.Lookups[name], "lookups::"+name
		if cfg.Path == "" {
			c.refuse(path+"::path", "required: a .csv, .yaml or .yml file")
		}
		if len(cfg.Keys) == 0 {
			c.refuse(path+"::keys", "required: the columns to find a row by, named like attributes, or model, provider, api_key")
		}
		for i, key := range cfg.Keys {
			if key == "" || slices.Contains(cfg.Keys[:i], key) {
				c.refuse(fmt.Sprintf("%s::keys::%d", path, i), "%q is empty or given before", key)
			}
		}
		c.tables[name] = len(c.attributor.tables)
		c.attributor.tables = append(c.attributor.tables, &table{name: name, path: cfg.Path, keys: cfg.Keys})
	}
}

// reserved are the names of finops attributes that are no dimensions, and of the groups of such names.
var reserved = []string{
	"allocation", "billing", "cost", "meter", "model", "pricing", "request", "savings", "shares", "usage",
}

var dimensionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func (c *compiler) addDimension(name string) {
	path := "dimensions::" + name
	if !dimensionName.MatchString(name) {
		c.refuse(path, "a name consists of lower case letters, digits and _, at most 63, and begins with a letter, as cost_center does")
	}
	if slices.Contains(reserved, name) {
		c.refuse(path, "the name is reserved, because finops.%s.* says something else; reserved are %s", name, strings.Join(reserved, ", "))
	}
	cfg := c.cfg.Dimensions[name]
	d := &dimension{name: name, fallback: cfg.Default, guard: c.guard(path, &cfg)}
	c.attributor.dimensions = append(c.attributor.dimensions, d)
	sources := cfg.Sources
	if len(sources) == 0 {
		sources = []SourceConfig{{Conventions: true}}
	}
	steps := map[signals.Signal][]*step{}
	for i := range sources {
		c.addSource(fmt.Sprintf("%s::sources::%d", path, i), d, i, &sources[i], steps)
	}
	for signal, p := range c.attributor.plans {
		p.steps = append(p.steps, steps[signal])
	}
}

func (c *compiler) guard(path string, cfg *DimensionConfig) *guard {
	g := &guard{
		trim: cfg.Trim, lower: cfg.Lower, mapping: cfg.Values, limit: cfg.CardinalityLimit,
		free: map[string]bool{cfg.Default: true}, told: map[string]verdict{}, written: map[string]verdict{}, admitted: map[string]bool{},
	}
	if g.limit == 0 {
		g.limit = defaultCardinalityLimit
	}
	if g.limit < 1 || g.limit > maxCardinalityLimit {
		c.refuse(path+"::cardinality_limit", "%d is not between 1 and %d", cfg.CardinalityLimit, maxCardinalityLimit)
	}
	if cfg.Pattern != "" {
		var err error
		if g.pattern, err = regexp.Compile(cfg.Pattern); err != nil {
			c.refuse(path+"::pattern", "%w", err)
		}
	}
	for _, value := range cfg.Values {
		g.free[value] = true
	}
	if cfg.Hash {
		// The key is never part of a message.
		g.hashKey, g.free = []byte(c.cfg.HashKey), map[string]bool{cfg.Default: true}
		if len(g.hashKey) < minHashKey {
			c.refuse("hash_key", "%s::hash needs a secret of at least %d bytes, from the environment: hash_key: ${env:FINOPS_HASH_KEY}", path, minHashKey)
		}
	}
	return g
}

// addShares checks and compiles who shares what.
func (c *compiler) addShares() {
	for _, name := range slices.Sorted(maps.Keys(c.cfg.Shares)) {
		path, values := "shares::"+name, c.cfg.Shares[name]
		i := c.attributor.Index(name)
		if i < 0 {
			c.refuse(path, "there is no dimension of that name; there are %s", strings.Join(c.attributor.Names(), ", "))
			continue
		}
		d := c.attributor.dimensions[i]
		if c.cfg.Dimensions[name].Hash {
			c.refuse(path, "the dimension is hashed, so nobody could tell who shares; remove hash or the shares")
		}
		d.splits = make(map[string]split, len(values))
		for _, value := range slices.Sorted(maps.Keys(values)) {
			c.addSplit(path, d, value, values)
		}
		for _, p := range c.attributor.plans {
			p.shares = true
		}
	}
}

func (c *compiler) addSplit(path string, d *dimension, value string, values map[string][]ShareConfig) {
	path += "::" + value
	s, errs := compileSplit(values[value])
	for _, err := range errs {
		c.errs = append(c.errs, fmt.Errorf("%s%w", path, err))
	}
	for i := range s {
		for _, share := range s[i].shares {
			d.guard.free[share.Value] = true
			if _, shared := values[share.Value]; shared && share.Value != value {
				c.refuse(path, "%s is shared itself; name those who bear the cost in the end", share.Value)
			}
		}
	}
	d.guard.free[value] = true
	d.splits[value] = s
}
