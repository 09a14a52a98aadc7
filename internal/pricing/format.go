package pricing

// File is one catalog file of the `finops` format: the prices of one provider.
//
// All rates are decimal strings in Currency per Per units, so that no price passes
// through a binary float.
type File struct {
	// Format is the version of the format: "finops/v1".
	Format string `yaml:"format" json:"format,omitempty"`
	// Provider is the canonical provider id, the gen_ai.provider.name value where OpenTelemetry
	// defines one.
	Provider string `yaml:"provider" json:"provider,omitempty"`
	// Name is the provider's name for people.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Synonyms are other spellings of the provider that telemetry uses.
	Synonyms []string `yaml:"synonyms,omitempty" json:"synonyms,omitempty"`
	// Origin says that the provider makes the models it lists, so that a model named without
	// any provider can be taken for one of its own.
	Origin bool `yaml:"origin,omitempty" json:"origin,omitempty"`
	// Fallback lists providers that are asked, in order, for a model that this one does not list.
	Fallback []string `yaml:"fallback,omitempty" json:"fallback,omitempty"`
	// Currency is the ISO 4217 code of all rates in the file. Default USD.
	Currency string `yaml:"currency,omitempty" json:"currency,omitempty"`
	// Per is the number of tokens that a token rate is for. Default 1000000. Unit meters
	// are per 1 unless the rate says otherwise.
	Per string `yaml:"per,omitempty" json:"per,omitempty"`
	// Sources are the places that prices were read from, by a short name that prices refer to.
	Sources map[string]Source `yaml:"sources,omitempty" json:"sources,omitempty"`
	// Templates are price lists that entries can build on with `extends`.
	Templates map[string]PriceList `yaml:"templates,omitempty" json:"templates,omitempty"`
	// Models are the provider's models.
	Models []Model `yaml:"models" json:"models,omitempty"`

	// checked is set once the file passed every check.
	checked bool
	// digest is the hash of the text that the file was read from.
	digest []byte
}

// Source is where a price was read, and when.
type Source struct {
	URL   string `yaml:"url,omitempty" json:"url,omitempty"`
	Title string `yaml:"title,omitempty" json:"title,omitempty"`
	// Date is the day on which the source stated the price, YYYY-MM-DD.
	Date string `yaml:"date" json:"date,omitempty"`
}

// Model is one model of a provider, with every name it is called by.
type Model struct {
	// ID is the canonical name, unique within the provider; finops.model.name.
	ID string `yaml:"id" json:"id,omitempty"`
	// Version is finops.model.version when the entry is for one version only.
	Version string `yaml:"version,omitempty" json:"version,omitempty"`
	// Aliases match exactly, after case folding.
	Aliases []string `yaml:"aliases,omitempty" json:"aliases,omitempty"`
	// Prefixes match the beginning of a name up to a boundary (one of - _ . : @ / or the end).
	Prefixes []string `yaml:"prefixes,omitempty" json:"prefixes,omitempty"`
	// Patterns are RE2 expressions that must match the whole name.
	Patterns []string `yaml:"patterns,omitempty" json:"patterns,omitempty"`
	// Region is set for entries that hold the price of one region already ("us.", "azure/eu"):
	// residency variants are not applied on top.
	Region string `yaml:"region,omitempty" json:"region,omitempty"`
	// Prices are the model's price lists over time; their intervals must not overlap.
	Prices []PriceList `yaml:"prices" json:"prices,omitempty"`
	// Note is for people.
	Note string `yaml:"note,omitempty" json:"note,omitempty"`

	// packed has the prices of a model from a packed catalog, in place of Prices.
	packed []byte
}

// PriceList is what a model costs during one interval of time.
type PriceList struct {
	// Extends names a template whose fields apply where this list is silent.
	Extends string `yaml:"extends,omitempty" json:"extends,omitempty"`
	// From and To bound the interval [from, to) in UTC: a date or an RFC 3339 time.
	// Empty: unbounded.
	From string `yaml:"from,omitempty" json:"from,omitempty"`
	To   string `yaml:"to,omitempty" json:"to,omitempty"`
	// Source is a key of the file's sources.
	Source string `yaml:"source,omitempty" json:"source,omitempty"`
	// Disputed says why the price is not certain, usually that sources disagree. It
	// lowers the confidence of every cost computed from it.
	Disputed string `yaml:"disputed,omitempty" json:"disputed,omitempty"`
	// Free declares the model free of charge. Rates must be absent.
	Free bool `yaml:"free,omitempty" json:"free,omitempty"`
	// Rates are the base rates by meter.
	Rates map[string]RateSpec `yaml:"rates,omitempty" json:"rates,omitempty"`
	// Fallbacks are parents of meters that this list declares, beyond the general ones; a
	// rate found through a declared fallback keeps the confidence.
	Fallbacks map[string]string `yaml:"fallbacks,omitempty" json:"fallbacks,omitempty"`
	// Tiers reprice by the size of the call.
	Tiers []Tier `yaml:"tiers,omitempty" json:"tiers,omitempty"`
	// Variants reprice by how the call was served.
	Variants []Variant `yaml:"variants,omitempty" json:"variants,omitempty"`
}

// RateSpec is a decimal rate and the number of units it is for. In YAML it is either a
// string ("2.50") or a mapping {rate: "10", per: "1000"}.
type RateSpec struct {
	Rate string `yaml:"rate" json:"rate,omitempty"`
	Per  string `yaml:"per,omitempty" json:"per,omitempty"`
}

// Tier reprices a call whose size passes a threshold.
type Tier struct {
	// Name stands in finops.pricing.id. Default: long_context.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Metric that is compared: total_input (default) or output.
	Metric string `yaml:"metric,omitempty" json:"metric,omitempty"`
	// Op is gt (default) or gte.
	Op string `yaml:"op,omitempty" json:"op,omitempty"`
	// Threshold is the number of tokens.
	Threshold int64 `yaml:"threshold" json:"threshold,omitempty"`
	// Mode is cliff (default: the whole call is repriced) or graduated (only what lies above).
	Mode string `yaml:"mode,omitempty" json:"mode,omitempty"`
	// Rates by meter; meters without a rate fall to Multipliers, then to the tier's parent
	// meter, then to the base tier.
	Rates       map[string]RateSpec `yaml:"rates,omitempty" json:"rates,omitempty"`
	Multipliers Multipliers         `yaml:"multipliers,omitempty" json:"multipliers,omitempty"`
}

// Variant reprices a call that was served in a certain way.
type Variant struct {
	// Name stands in finops.pricing.id and must be unique within the price list.
	Name string `yaml:"name" json:"name,omitempty"`
	// When must hold for the variant to apply; its conditions are joined by "and".
	When Condition `yaml:"when" json:"when"`
	// Rates replace the base rates meter by meter; Multipliers scale what they do not name.
	Rates       map[string]RateSpec `yaml:"rates,omitempty" json:"rates,omitempty"`
	Multipliers Multipliers         `yaml:"multipliers,omitempty" json:"multipliers,omitempty"`
	// Tiers replace the list's tiers of the same threshold under this variant.
	Tiers []Tier `yaml:"tiers,omitempty" json:"tiers,omitempty"`
	// Excludes names variants that do not apply together with this one; the variant that
	// comes first in the order service tier, speed, residency, window wins.
	Excludes []string `yaml:"excludes,omitempty" json:"excludes,omitempty"`
	// Source is a key of the file's sources, where the variant was read elsewhere than the list.
	Source string `yaml:"source,omitempty" json:"source,omitempty"`
}

// Condition selects calls. Values are compared without case; within one key any may match.
type Condition struct {
	// ServiceTier: standard, batch, flex, priority or a provider's own.
	ServiceTier []string `yaml:"service_tier,omitempty" json:"service_tier,omitempty"`
	// Speed: fast, ultrafast.
	Speed []string `yaml:"speed,omitempty" json:"speed,omitempty"`
	// Region as the provider spells it: us, eu, global, us-east-1. A trailing * is a wildcard.
	Region []string `yaml:"region,omitempty" json:"region,omitempty"`
	// NotRegion applies the variant in every known region but these.
	NotRegion []string `yaml:"not_region,omitempty" json:"not_region,omitempty"`
	// Deployment kind: standard, global, data_zone, provisioned.
	Deployment []string `yaml:"deployment,omitempty" json:"deployment,omitempty"`
	// Windows are times of the week; any may match.
	Windows []Window `yaml:"windows,omitempty" json:"windows,omitempty"`
}

// Window is a time of day on some weekdays. A window whose To is not after its From wraps
// past midnight and belongs to the day on which it begins.
type Window struct {
	Zone     string   `yaml:"zone,omitempty" json:"zone,omitempty"`         // IANA; default UTC
	Weekdays []string `yaml:"weekdays,omitempty" json:"weekdays,omitempty"` // mon..sun; default all
	From     string   `yaml:"from" json:"from,omitempty"`                   // HH:MM
	To       string   `yaml:"to" json:"to,omitempty"`                       // HH:MM, exclusive; 24:00 allowed
}

// Multipliers scale rates: by meter name, or "tokens" and "units" for all meters of that kind. A
// plain string in YAML means tokens.
type Multipliers map[string]string
