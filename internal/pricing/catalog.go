package pricing

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Catalog is a set of catalog files merged entry by entry and indexed by name. It is immutable; prices
// are compiled when they are first asked for.
type Catalog struct {
	names     *nameTable
	providers map[string]*provider // by id
	spellings map[string]*provider // by folded spelling
	origins   []*provider
	files     []*File
	entries   int
	hash      string
	date      string
}

// provider is one provider's models under all their names.
type provider struct {
	id       string
	name     string
	origin   bool
	fallback []*provider
	entries  map[string]*entry // by folded id
	exact    map[string]*entry // by folded id or alias
	loose    map[string]*entry // by canonical spelling; nil where two models share one
	prefixes map[string]*entry // by canonical spelling
	patterns []pattern
	// dated has the models of which some snapshots have entries of their own.
	dated map[*entry]bool
	order []*entry
}

// entry is one model.
type entry struct {
	provider *provider
	model    *Model
	file     *File
	names    *nameTable
	// aliases, prefixes and patterns are those of the model and of entries that it replaced.
	aliases, prefixes, patterns []string
	// regions has the entries that hold the price of this model in one region.
	regions map[string]*entry
	// canonical returns finops.model.name and finops.model.version.
	canonical func() (name, version string)

	compile sync.Once
	lists   []*lazyList
}

// lazyList is a price list that is compiled when first used: most models have several, of which
// one is in force.
type lazyList struct {
	interval
	prices PriceList
	// compiled is set once: sheets are known by it.
	compiled atomic.Pointer[list]
}

// Compile merges files, of which later ones win entry by entry: a model takes the place of one
// with the same provider and id, keeping the names of both. It fails on files that do not pass the
// checks of [CheckFile].
func Compile(files ...*File) (*Catalog, error) {
	c := &Catalog{
		names:     builtinNames(),
		providers: make(map[string]*provider),
		spellings: make(map[string]*provider),
	}
	var errs []error
	sum := sha256.New()
	files = slices.DeleteFunc(slices.Clone(files), func(f *File) bool { return f == nil })
	for i, f := range files {
		if !f.checked {
			checked, err := CheckFile(f.Provider, f, ParseOptions{})
			if err != nil {
				errs = append(errs, err)
				continue
			}
			f, files[i] = checked, checked
		}
		c.add(f)
		if err := digest(sum, f); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c.files = files
	c.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	c.link(files)
	return c, nil
}

// digest adds a file's content to the hash of the catalog. JSON sorts the keys of maps, so equal
// content has an equal hash.
func digest(sum hash.Hash, f *File) error {
	if f.digest != nil {
		_, err := sum.Write(f.digest)
		return err
	}
	if err := json.NewEncoder(sum).Encode(f); err != nil {
		return fmt.Errorf("provider %s: %w", f.Provider, err)
	}
	return nil
}

func (c *Catalog) add(f *File) {
	p := c.provider(cmp.Or(c.names.canonical[foldProvider(f.Provider)], f.Provider))
	p.name = cmp.Or(f.Name, p.name)
	p.origin = p.origin || f.Origin
	for i := range f.Models {
		p.add(&f.Models[i], f, c.names)
	}
	for _, source := range f.Sources {
		c.date = max(c.date, source.Date)
	}
}

func (c *Catalog) provider(id string) *provider {
	p, ok := c.providers[id]
	if !ok {
		p = &provider{id: id, name: id, entries: make(map[string]*entry)}
		c.providers[id] = p
	}
	return p
}

func (p *provider) add(m *Model, f *File, names *nameTable) {
	e := &entry{
		provider: p, model: m, file: f, names: names,
		aliases: m.Aliases, prefixes: m.Prefixes, patterns: m.Patterns,
	}
	id := fold(m.ID)
	if old, ok := p.entries[id]; ok {
		e.aliases = union(e.aliases, old.aliases)
		e.prefixes = union(e.prefixes, old.prefixes)
		e.patterns = union(e.patterns, old.patterns)
		p.order = slices.DeleteFunc(p.order, func(other *entry) bool { return other == old })
	}
	p.order = append(p.order, e)
	p.entries[id] = e
}

func union(own, inherited []string) []string {
	if len(inherited) == 0 {
		return own
	}
	all := append(slices.Clone(own), inherited...)
	slices.Sort(all)
	return slices.Compact(all)
}

// link completes what needs all files: indices by name, synonyms and fallbacks.
func (c *Catalog) link(files []*File) {
	for _, spelling := range sortedKeys(c.names.canonical) {
		if p, ok := c.providers[c.names.canonical[spelling]]; ok {
			c.spellings[spelling] = p
		}
	}
	for _, f := range files {
		p := c.providers[cmp.Or(c.names.canonical[foldProvider(f.Provider)], f.Provider)]
		c.spellings[foldProvider(f.Provider)] = p
		for _, synonym := range f.Synonyms {
			c.spellings[foldProvider(synonym)] = p
		}
	}
	for _, id := range sortedKeys(c.providers) {
		p := c.providers[id]
		c.entries += len(p.order)
		p.index(c.names)
	}
	c.linkFallbacks(files)
	for _, known := range c.names.providers {
		if p, ok := c.providers[known.ID]; ok && known.Origin {
			p.origin = true
		}
	}
	for _, id := range sortedKeys(c.providers) {
		if c.providers[id].origin {
			c.origins = append(c.origins, c.providers[id])
		}
	}
}

// linkFallbacks puts the fallbacks that files declare before the builtin ones.
func (c *Catalog) linkFallbacks(files []*File) {
	link := func(p *provider, names []string) {
		for _, name := range names {
			to := c.spellings[foldProvider(name)]
			if to != nil && p != nil && to != p && !slices.Contains(p.fallback, to) {
				p.fallback = append(p.fallback, to)
			}
		}
	}
	for _, f := range files {
		link(c.spellings[foldProvider(f.Provider)], f.Fallback)
	}
	for _, known := range c.names.providers {
		if len(known.Fallback) > 0 {
			// A provider without any file can still fall back.
			p := c.provider(known.ID)
			for spelling, id := range c.names.canonical {
				if id == known.ID {
					c.spellings[spelling] = p
				}
			}
			link(p, known.Fallback)
		}
	}
}

// index makes the maps by name. Ids go before aliases, and of aliases the first file's are replaced by
// those of later ones.
func (p *provider) index(names *nameTable) {
	p.exact = make(map[string]*entry, 2*len(p.order))
	p.loose = make(map[string]*entry, 2*len(p.order))
	p.prefixes = make(map[string]*entry)
	for _, e := range p.order {
		for _, alias := range e.aliases {
			p.exact[fold(alias)] = e
		}
		for _, prefix := range e.prefixes {
			p.prefixes[canon(fold(prefix))] = e
		}
		for _, text := range e.patterns {
			p.patterns = append(p.patterns, newPattern(text, e))
		}
	}
	for _, e := range p.order {
		p.exact[fold(e.model.ID)] = e
	}
	p.indexLoose()
	p.indexSnapshots(names)
	for _, e := range p.order {
		e.canonical = sync.OnceValues(func() (string, string) { return p.canonicalName(e, names) })
		// An entry of one region is the price there of the entry without it.
		if base := p.entries[withoutRegion(e.model)]; base != nil && base != e {
			if base.regions == nil {
				base.regions = make(map[string]*entry)
			}
			base.regions[fold(e.model.Region)] = e
		}
	}
}

// indexLoose maps canonical spellings. One that is the id of a model means that model; one that
// several models share means none of them.
func (p *provider) indexLoose() {
	put := func(key string, e *entry) {
		if other, ok := p.loose[key]; ok && other != e {
			e = nil
		}
		p.loose[key] = e
	}
	ids := make(map[string]bool, len(p.order))
	for _, e := range p.order {
		key := canon(fold(e.model.ID))
		ids[key] = true
		put(key, e)
	}
	for _, e := range p.order {
		for _, alias := range e.aliases {
			if key := canon(fold(alias)); !ids[key] {
				put(key, e)
			}
		}
	}
}

// indexSnapshots finds the models whose snapshots do not all cost the same.
func (p *provider) indexSnapshots(names *nameTable) {
	p.dated = make(map[*entry]bool)
	for _, e := range p.order {
		rest, _, kind := cutSuffix(canon(fold(e.model.ID)), names)
		if base := p.loose[rest]; kind == suffixVersion && base != nil && base != e {
			p.dated[base] = true
		}
	}
}

// canonicalName takes the version off an entry's id: gpt-4o-2024-05-13 is gpt-4o of that version. What
// only looks like a version counts when there is a model of the name that would be left.
func (p *provider) canonicalName(e *entry, names *nameTable) (name, version string) {
	id := cmp.Or(plainName(e.model, names), e.model.ID)
	if v := e.model.Version; v != "" {
		if base, ok := strings.CutSuffix(id, v); ok && len(base) > 1 && strings.ContainsAny(base[len(base)-1:], "-@:_.") {
			return base[:len(base)-1], v
		}
		return id, v
	}
	folded := fold(id)
	if len(folded) != len(id) {
		id = folded // positions must agree
	}
	if rest, _, kind := cutSuffix(canon(folded), names); kind == suffixVersion && strings.Contains(folded[len(rest):], ":") {
		folded, id = folded[:len(rest)], id[:len(rest)] // nova-pro-v1:0 is called nova-pro
	}
	rest, version := cutVersion(canon(folded), names)
	if version == "" || (!isFullDate(version) && p.loose[rest] == nil) {
		return id, ""
	}
	return id[:len(rest)], versionOf(id, rest, version)
}

// plainName takes off the region, the path, the geography and the vendor that are in front of an id: the
// same model has one name at every provider.
func plainName(m *Model, names *nameTable) string {
	forms := bares(withoutRegion(m), names)
	name := forms[len(forms)-1].name
	if short, _, _ := cutSuffix(name, names); letters(short) < 2 && len(forms) > 1 {
		name = forms[len(forms)-2].name // deepseek.r1 is not called r1
	}
	for {
		vendor, rest, ok := strings.Cut(name, "/")
		if !ok || rest == "" || !names.isVendor(vendor) {
			break
		}
		name = rest
	}
	// In the case of the id, of which the name is the end.
	id := strings.TrimSpace(m.ID)
	if at := len(id) - len(name); at >= 0 && strings.EqualFold(id[at:], name) {
		return id[at:]
	}
	return name
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if r >= 'a' && r <= 'z' {
			n++
		}
	}
	return n
}

// withoutRegion returns the folded id of a model less the region that it begins with.
func withoutRegion(m *Model) string {
	id, region := fold(m.ID), fold(m.Region)
	if rest, ok := strings.CutPrefix(id, region); region != "" && ok && len(rest) > 1 && (rest[0] == '.' || rest[0] == '/') {
		return rest[1:]
	}
	return id
}

// cutVersion takes off suffixes up to and with the first version.
func cutVersion(name string, names *nameTable) (rest, version string) {
	for {
		cut, v, kind := cutSuffix(name, names)
		if kind == suffixNone {
			return name, ""
		}
		if v != "" {
			return cut, v
		}
		name = cut
	}
}

// versionOf returns the version as the name itself spells it.
func versionOf(name, rest, version string) string {
	at := len(rest) + 1
	return name[at : at+len(version)]
}

// at returns the entry's price list at an instant.
func (e *entry) at(instant int64) *list {
	e.compile.Do(func() {
		for _, prices := range e.model.PriceLists() {
			l := &lazyList{prices: prices}
			l.from, _ = parseInstant(prices.From, minInstant)
			l.to, _ = parseInstant(prices.To, maxInstant)
			e.lists = append(e.lists, l)
		}
		// The latest first, since most calls are recent.
		slices.SortStableFunc(e.lists, func(a, b *lazyList) int { return cmp.Compare(b.from, a.from) })
	})
	for _, l := range e.lists {
		if l.holds(instant) {
			if compiled := l.compiled.Load(); compiled != nil {
				return compiled
			}
			l.compiled.CompareAndSwap(nil, compileList(e.model, e.provider.id, e.file, l.prices, e.names))
			return l.compiled.Load()
		}
	}
	return nil
}

// ModelInfo is one entry of a catalog, for listings.
type ModelInfo struct {
	Provider, ID, Name, Version string
	Aliases                     []string
}

// Models lists the models of a catalog by provider and id.
func (c *Catalog) Models() []ModelInfo {
	out := make([]ModelInfo, 0, c.entries)
	for _, id := range sortedKeys(c.providers) {
		p := c.providers[id]
		for _, name := range sortedKeys(p.entries) {
			e := p.entries[name]
			info := ModelInfo{Provider: id, ID: e.model.ID, Aliases: slices.Clone(e.aliases)}
			info.Name, info.Version = e.canonical()
			out = append(out, info)
		}
	}
	return out
}
