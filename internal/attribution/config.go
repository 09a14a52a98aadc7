package attribution

import "go.opentelemetry.io/collector/config/configopaque"

// Config says how costs are attributed. Its zero value, and no configuration at all, means the conventions for
// team and cost center.
type Config struct {
	// Watch reloads lookup tables when their files change.
	Watch bool `mapstructure:"watch"`

	// HashKey is the secret that dimensions with hash are hashed with.
	HashKey configopaque.String `mapstructure:"hash_key"`

	// ResourceAttributes also writes dimensions on the resource, where all its records agree.
	ResourceAttributes bool `mapstructure:"resource_attributes"`

	// Lookups are tables by name.
	Lookups map[string]LookupConfig `mapstructure:"lookups"`

	// Dimensions by name. Team and cost_center follow the conventions unless they are given here.
	Dimensions map[string]DimensionConfig `mapstructure:"dimensions"`

	// Shares say, by dimension and value, which other values share the cost of that one.
	Shares map[string]map[string][]ShareConfig `mapstructure:"shares"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// NewDefaultConfig returns the configuration that holds where nothing is said.
func NewDefaultConfig() Config { return Config{Watch: true} }

// LookupConfig is a table that leads from attributes to values of dimensions.
type LookupConfig struct {
	// Path of a .csv, .yaml or .yml file.
	Path string `mapstructure:"path"`
	// Keys are the columns to find a row by, which are named like the attributes that are looked up:
	// the record's, or else the resource's. Three names mean what the call says in whatever dialect:
	// model, provider and api_key.
	Keys []string `mapstructure:"keys"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// DimensionConfig is one question about a cost, and where to look for its answer.
type DimensionConfig struct {
	// Sources are asked in order; the first that has a value wins. None means the conventions.
	Sources []SourceConfig `mapstructure:"sources"`
	// Default is the value where no source has one.
	Default string `mapstructure:"default"`

	// Trim, Lower, Pattern and Values change what telemetry says, in this order. Values from tables and
	// the default are taken as they are written.
	Trim  bool `mapstructure:"trim"`
	Lower bool `mapstructure:"lower"`
	// Pattern is a regular expression whose first group, or whole match if it has none, becomes the
	// value. What does not match is no value.
	Pattern string `mapstructure:"pattern"`
	// Values maps values to others; those it does not name stay.
	Values map[string]string `mapstructure:"values"`

	// CardinalityLimit is how many values are told apart; 0 means 1000.
	CardinalityLimit int `mapstructure:"cardinality_limit"`
	// Hash replaces values by a keyed hash of them.
	Hash bool `mapstructure:"hash"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// SourceConfig is one place where a value may stand. Exactly one of its places is given.
type SourceConfig struct {
	// Span is an attribute of the span or log record.
	Span string `mapstructure:"span"`
	// Resource is an attribute of the resource.
	Resource string `mapstructure:"resource"`
	// Scope is an attribute of the instrumentation scope.
	Scope string `mapstructure:"scope"`
	// Baggage is an entry of the baggage that an SDK has copied onto the record.
	Baggage string `mapstructure:"baggage"`
	// Lookup is a table, and Column its column; without Column the one named like the dimension.
	Lookup string `mapstructure:"lookup"`
	Column string `mapstructure:"column"`
	// Expression is an OTTL value expression.
	Expression string `mapstructure:"expression"`
	// APIKey is the id of the API key or project that the telemetry carries.
	APIKey bool `mapstructure:"api_key"`
	// Conventions are the keys under which the dimension commonly stands.
	Conventions bool `mapstructure:"conventions"`

	// When is an OTTL condition; the source is asked only where it holds.
	When string `mapstructure:"when"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// ShareConfig says who shares the cost of a value during a period.
type ShareConfig struct {
	// From and Until bound the calls by their start, [from, until), as a day or an RFC 3339 time in UTC.
	From  Date `mapstructure:"from"`
	Until Date `mapstructure:"until"`
	// Weights are whole numbers by value: a mapping, which is put in the order of weights, or a list of single
	// entries, which stays in its order. Exactly one of Weights and Even is given.
	Weights Weights `mapstructure:"weights"`
	// Even lists values that share alike.
	Even []string `mapstructure:"even"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Date is a day or a time, as text or as the timestamp that YAML makes of it.
type Date any

// Weights are a mapping of values to weights, or a list of such mappings.
type Weights any
