package pricing

import "strings"

// resolution is what a provider and a model's name mean.
type resolution struct {
	entry *entry
	match Match
	// uncertain, foreign and guessed become the fields of Price of these names.
	uncertain, foreign, guessed bool
	// region is the one that the name carries.
	region string
	// version is the one that the name carries.
	version string
	// deployment is the kind of deployment that a deployments map knows.
	deployment string
	// rule tells people how the name was matched.
	rule string
}

// maxVendorPrefixes bounds names such as openrouter/anthropic/claude-sonnet-4.5.
const maxVendorPrefixes = 3

// maxModelName is the length beyond which a text is taken for no model's name.
const maxModelName = 1024

// resolve finds the model that a call names; the result's entry is nil if there is none.
func (c *Catalog) resolve(providerName, modelName string) resolution {
	folded := foldProvider(providerName)
	p := c.lookupProvider(folded)
	unspecified := p == nil && (folded == "" || c.names.unspecified[folded])
	name := fold(modelName)
	if name == "" || len(name) > maxModelName {
		return resolution{}
	}
	r := c.resolveIn(p, name, maxVendorPrefixes)
	switch {
	case r.entry == nil && unspecified:
		r = c.guess(name)
	case r.entry != nil && p == nil:
		// The vendor's name before the model's said more than the provider did.
		r.guessed, r.foreign = unspecified, !unspecified
	}
	r.uncertain = r.uncertain || r.foreign
	if r.entry != nil {
		r.version = c.version(r.entry, name)
	}
	return r
}

// operations are what AI SDKs append to a provider's name: openai.chat.
var operations = []string{"-chat", "-responses", "-messages", "-completion", "-completions", "-embedding", "-embeddings", "-image", "-images"}

func (c *Catalog) lookupProvider(folded string) *provider {
	if p, ok := c.spellings[folded]; ok {
		return p
	}
	for _, op := range operations {
		if base, ok := strings.CutSuffix(folded, op); ok {
			return c.spellings[base]
		}
	}
	return nil
}

// resolveIn looks for a name at a provider and its fallbacks, then at the vendor whose name stands
// before the model's.
func (c *Catalog) resolveIn(p *provider, name string, depth int) resolution {
	if p != nil {
		if r := p.findWithFallback(name, c.names); r.entry != nil {
			return r
		}
	}
	head, rest, ok := strings.Cut(name, "/")
	if !ok || depth == 0 {
		return resolution{}
	}
	vendor := c.lookupProvider(foldProvider(head))
	if vendor == nil {
		return resolution{}
	}
	r := c.resolveIn(vendor, rest, depth-1)
	if r.entry == nil {
		return r
	}
	r.match = max(r.match, MatchNormalized)
	r.rule = "without " + head + "/: " + r.rule
	r.foreign = r.foreign || (p != nil && vendor != p)
	return r
}

func (p *provider) findWithFallback(name string, names *nameTable) resolution {
	r := p.find(name, names)
	for i := 0; r.entry == nil && i < len(p.fallback); i++ {
		if r = p.fallback[i].find(name, names); r.entry != nil {
			r.rule += "; " + p.id + " falls back to " + p.fallback[i].id
		}
	}
	return r
}

// guess finds the one provider that can be meant when none is named: the only one among those that
// make models, or the only one at all that lists the exact name.
func (c *Catalog) guess(name string) resolution {
	if p := c.providers[c.names.profiles]; p != nil && isProfileName(name, c.names) {
		if r := p.find(name, c.names); r.entry != nil {
			r.guessed = true
			return r
		}
	}
	best, unique := resolution{}, true
	for _, p := range c.origins {
		r := p.find(name, c.names)
		switch {
		case r.entry == nil || (best.entry != nil && r.match > best.match):
		case best.entry == nil || r.match < best.match:
			best, unique = r, true
		default:
			unique = false
		}
	}
	if best.match != MatchExact {
		if r, ok := c.onlyExact(name); ok {
			best, unique = r, true
		}
	}
	if best.entry == nil || !unique {
		return resolution{}
	}
	best.guessed = true
	best.rule += "; only " + best.entry.provider.id + " can be meant"
	return best
}

// isProfileName tells names in the form of one provider's inference profiles.
func isProfileName(name string, names *nameTable) bool {
	_, arn := unwrapARN(bare{name: name})
	_, geography := dropGeography(bare{name: name}, names)
	_, vendor := dropVendor(bare{name: name}, names)
	return arn || geography || vendor
}

func (c *Catalog) onlyExact(name string) (resolution, bool) {
	var found *entry
	for _, p := range c.providers {
		e, ok := p.exact[name]
		if ok && found != nil {
			return resolution{}, false
		}
		if ok {
			found = e
		}
	}
	return resolution{entry: found, match: MatchExact, rule: "exact"}, found != nil
}

// find looks for a folded name in the order exact, normalised, prefix, pattern.
func (p *provider) find(name string, names *nameTable) resolution {
	if e, ok := p.exact[name]; ok {
		return resolution{entry: e, match: MatchExact, rule: "exact"}
	}
	forms := bares(name, names)
	for _, b := range forms {
		if r := p.findVersions(b, names); r.entry != nil {
			return r
		}
	}
	for _, b := range forms {
		if r := p.findPrefix(b, names); r.entry != nil {
			return r
		}
	}
	for _, b := range forms {
		if r := p.findPattern(b, names); r.entry != nil {
			return r
		}
	}
	for _, b := range forms {
		if r := p.findEndings(b, names, suffixRouting); r.entry != nil {
			return r
		}
	}
	return resolution{}
}

// findVersions looks for the name in other spellings, then without its versions.
func (p *provider) findVersions(b bare, names *nameTable) resolution {
	key := canon(b.name)
	if e := p.loose[key]; e != nil {
		return resolution{entry: e, match: MatchNormalized, region: b.region, rule: "normalised to " + b.name}
	}
	return p.findEndings(b, names, suffixVersion)
}

// findEndings takes suffixes of up to that kind off the name until it is known.
func (p *provider) findEndings(b bare, names *nameTable, most suffixKind) resolution {
	key := canon(b.name)
	worst := suffixNone
	for {
		rest, _, kind := cutSuffix(key, names)
		if kind == suffixNone || kind > most {
			return resolution{}
		}
		key, worst = rest, max(worst, kind)
		e := p.loose[key]
		if e == nil {
			continue
		}
		r := resolution{entry: e, match: MatchNormalized, region: b.region, rule: "normalised to " + b.name[:len(key)]}
		r.uncertain = p.dated[e]
		if worst > suffixVersion {
			r.match, r.uncertain, r.rule = MatchPrefix, true, "longest prefix "+b.name[:len(key)]
		}
		return r
	}
}

// findPrefix looks for the longest declared prefix, or else the name without what says that it is a preview.
func (p *provider) findPrefix(b bare, names *nameTable) resolution {
	key := canon(b.name)
	for end := len(key); end > 1 && len(p.prefixes) > 0; end-- {
		e, ok := p.prefixes[key[:end]]
		if ok && sameModel(key[:end], key[end:], names) {
			return resolution{
				entry: e, match: MatchPrefix, uncertain: end < len(key), region: b.region,
				rule: "longest prefix " + b.name[:end],
			}
		}
	}
	return p.findEndings(b, names, suffixPreview)
}

// boundaries part the words of a name in canonical spelling.
const boundaries = "-:/"

// firstWord returns the first word, and whether a boundary comes before it.
func firstWord(s string) (word string, bounded bool) {
	if s != "" && strings.IndexByte(boundaries, s[0]) >= 0 {
		s, bounded = s[1:], true
	}
	if i := strings.IndexAny(s, boundaries); i >= 0 {
		s = s[:i]
	}
	return s, bounded
}

// sameModel tells whether what follows a prefix leaves it the same model: nothing, or something
// after a boundary whose first word does not make another model of it.
func sameModel(prefix, rest string, names *nameTable) bool {
	if rest == "" {
		return true
	}
	word, bounded := firstWord(rest)
	if !bounded && !endsInBoundary(prefix) {
		return false
	}
	// A number of one or two digits is another generation, claude-sonnet-4-5 after claude-sonnet-4, unless it
	// goes on with a date.
	return !names.modelWords[word] && (len(word) > 2 || !digits(word) || endsInYear(prefix))
}

func endsInBoundary(s string) bool { return s != "" && strings.IndexByte(boundaries, s[len(s)-1]) >= 0 }

func endsInYear(prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "-")
	year := prefix[strings.LastIndexByte(prefix, '-')+1:]
	return len(year) == 4 && strings.HasPrefix(year, "20") && digits(year)
}

func (p *provider) findPattern(b bare, names *nameTable) resolution {
	for i := range p.patterns {
		pattern := &p.patterns[i]
		if !pattern.match(b.name) {
			continue
		}
		r := resolution{entry: pattern.entry, match: MatchPattern, region: b.region, rule: "pattern " + pattern.text}
		if pattern.open {
			literal, rest := canon(pattern.literal), canon(pattern.rest(b.name))
			// However open a pattern is, it does not take one size of a model for another.
			if word, bounded := firstWord(rest); names.sizes[word] && (bounded || endsInBoundary(literal)) {
				continue
			}
			r.uncertain = !sameModel(literal, rest, names)
		}
		return r
	}
	return resolution{}
}

// version is the one that the entry is for, or else the one that the name carries.
func (c *Catalog) version(e *entry, name string) string {
	base, own := e.canonical()
	if own != "" {
		return own
	}
	rest, version := cutVersion(canon(name), c.names)
	if version == "" || (!isFullDate(version) && !strings.HasSuffix(rest, canon(fold(base)))) {
		return ""
	}
	return versionOf(name, rest, version)
}
