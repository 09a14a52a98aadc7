package pricing

import (
	_ "embed"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed names.yaml
var namesYAML []byte

// names is the builtin table of spellings.
type namesFile struct {
	Providers    []providerNames   `yaml:"providers"`
	Unspecified  []string          `yaml:"unspecified"`
	Vendors      []string          `yaml:"vendors"`
	Geographies  []string          `yaml:"geographies"`
	Profiles     string            `yaml:"inference_profiles"`
	ServiceTiers map[string]string `yaml:"service_tiers"`
	Suffixes     struct {
		Pointers []string `yaml:"pointers"`
		Previews []string `yaml:"previews"`
		Routing  []string `yaml:"routing"`
	} `yaml:"suffixes"`
	ModelWords []string `yaml:"model_words"`
	SizeWords  []string `yaml:"size_words"`
}

type providerNames struct {
	ID       string   `yaml:"id"`
	Origin   bool     `yaml:"origin"`
	Synonyms []string `yaml:"synonyms"`
	Fallback []string `yaml:"fallback"`
}

// nameTable is the table in the form that look-ups use.
type nameTable struct {
	providers []providerNames
	// canonical maps folded spellings to provider ids.
	canonical   map[string]string
	unspecified map[string]bool
	// vendors are the folded words that can stand before a model's name and a dot.
	vendors     map[string]bool
	geographies map[string]bool
	profiles    string
	tiers       []tierSynonym
	pointers    map[string]bool
	previews    map[string]bool
	routing     map[string]bool
	modelWords  map[string]bool
	sizes       map[string]bool
}

// builtinNames panics on a table that does not parse, which a test rules out.
var builtinNames = sync.OnceValue(func() *nameTable {
	var f namesFile
	if err := yaml.Unmarshal(namesYAML, &f); err != nil {
		panic(err)
	}
	t := &nameTable{
		providers:   f.Providers,
		canonical:   make(map[string]string),
		unspecified: setOf(f.Unspecified, foldProvider),
		vendors:     setOf(f.Vendors, foldProvider),
		geographies: setOf(f.Geographies, strings.ToLower),
		profiles:    f.Profiles,
		pointers:    setOf(f.Suffixes.Pointers, strings.ToLower),
		previews:    setOf(f.Suffixes.Previews, strings.ToLower),
		routing:     setOf(f.Suffixes.Routing, strings.ToLower),
		modelWords:  setOf(append(f.ModelWords, f.SizeWords...), strings.ToLower),
		sizes:       setOf(f.SizeWords, strings.ToLower),
	}
	for _, p := range f.Providers {
		for _, spelling := range append(p.Synonyms, p.ID) {
			t.canonical[foldProvider(spelling)] = p.ID
		}
	}
	for _, tier := range sortedKeys(f.ServiceTiers) {
		t.tiers = append(t.tiers, tierSynonym{tier, f.ServiceTiers[tier]})
	}
	return t
})

func setOf(words []string, fold func(string) string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[fold(w)] = true
	}
	return set
}

// CanonicalProvider returns the id under which catalogs hold a provider, given any spelling
// of it that telemetry is known to use; a spelling that is not known is returned as it is.
func CanonicalProvider(spelling string) string {
	if id, ok := builtinNames().canonical[foldProvider(spelling)]; ok {
		return id
	}
	return spelling
}

// CanonicalTier returns the catalogs' word for a service tier, given any spelling of it that telemetry is known to use,
// and "" for one that says nothing; a spelling that is not known is returned as it is.
func CanonicalTier(spelling string) string { return canonicalTier(spelling, builtinNames().tiers) }

// isVendor tells whether a word is the name of somebody who makes or serves models.
func (t *nameTable) isVendor(word string) bool {
	folded := foldProvider(word)
	_, ok := t.canonical[folded]
	return ok || t.vendors[folded]
}

// foldProvider makes spellings comparable: x.AI, x_ai and x-ai are one.
func foldProvider(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '.' || r == ' ' || r == '/':
			return '-'
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		default:
			return r
		}
	}, strings.TrimSpace(s))
}

const tierStandard = "standard"

type tierSynonym struct{ synonym, canonical string }

// canonicalTier returns the catalogs' word for a service tier, and "" for one that says nothing. Tiers
// are compared without case, so that nothing has to be allocated here.
func canonicalTier(tier string, synonyms []tierSynonym) string {
	if tier == "" {
		return ""
	}
	for i := range synonyms {
		if s := &synonyms[i]; len(s.synonym) == len(tier) && strings.EqualFold(s.synonym, tier) {
			return s.canonical
		}
	}
	return tier
}
