package genai

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

// Form says how an instrumentation counts input that was cached.
type Form string

// The forms.
const (
	// FormUnknown leaves it to the rule of the semantic conventions, with a gap where it matters.
	FormUnknown Form = ""
	// FormInclusive counts cached tokens within the input.
	FormInclusive Form = "inclusive"
	// FormAdditive counts cached tokens beside the input.
	FormAdditive Form = "additive"
	// FormProvider passes on what the provider's API counts.
	FormProvider Form = "provider"
)

// form is a Form compiled.
type form uint8

const (
	formUnknown form = iota
	formInclusive
	formAdditive
	formProvider
)

var forms = map[Form]form{
	FormUnknown: formUnknown, FormInclusive: formInclusive, FormAdditive: formAdditive, FormProvider: formProvider,
}

// reasoning is where reasoning tokens are counted.
type reasoning uint8

const (
	reasoningUnknown reasoning = iota
	reasoningInside
	reasoningOutside
)

var reasonings = map[string]reasoning{
	"": reasoningUnknown, "inside": reasoningInside, "outside": reasoningOutside,
}

// Fact is something about a call that its price can depend on.
type Fact string

// The facts that an instrumentation can drop.
const (
	FactCacheRead   Fact = "cache_read"
	FactCacheWrite  Fact = "cache_write"
	FactServiceTier Fact = "service_tier"
	FactReasoning   Fact = "reasoning"
	FactModality    Fact = "modality"
	// FactToolFees is how often tools were used that the provider runs and charges for. It matters for
	// calls that were offered such tools.
	FactToolFees Fact = "tool_fees"
	// FactTools is which tools a call was offered: without it, fees can never be excluded.
	FactTools  Fact = "tools"
	FactRegion Fact = "region"
)

// Flaw is a figure that an instrumentation gets wrong.
type Flaw string

// The known flaws.
const (
	// FlawOutput is an output count that is known to be wrong.
	FlawOutput Flaw = "output"
	// FlawEstimated is a count that the instrumentation may have made itself.
	FlawEstimated Flaw = "estimated"
	// FlawModel is a model name that is no model name.
	FlawModel Flaw = "model"
	// FlawServiceTier is a service tier that is not the one that the provider stated.
	FlawServiceTier Flaw = "service_tier"
	// FlawServerAddress is a server address that is not the one that was called.
	FlawServerAddress Flaw = "server_address"
)

// Profile is what is known about one instrumentation beyond the record itself: a row of the
// profile table, builtin or added by configuration.
type Profile struct {
	// Name stands for the profile in messages.
	Name string `mapstructure:"name" yaml:"name"`
	// Scopes are patterns for the names of instrumentation scopes, with * at either end.
	Scopes []string `mapstructure:"scopes" yaml:"scopes"`
	// Events are the names of log events that are each one model call, of any scope.
	Events []string `mapstructure:"events" yaml:"events,omitempty"`
	// Versions limits the profile to a range of scope versions, as in ">=1.2 <2".
	Versions string `mapstructure:"versions" yaml:"versions,omitempty"`
	// Source is where this was learned.
	Source string `mapstructure:"source" yaml:"source"`
	// Rule holds for all records of the instrumentation.
	Rule `mapstructure:",squash" yaml:",inline"`
	// Unprefixed says that usage stands under bare names such as input_tokens.
	Unprefixed bool `mapstructure:"unprefixed" yaml:"unprefixed,omitempty"`
	// Gateway says that the records are made by a gateway, for calls that its callers may report too.
	Gateway bool `mapstructure:"gateway" yaml:"gateway,omitempty"`
	// CallRegion says that cloud.region on a record is the region that was called.
	CallRegion bool `mapstructure:"call_region" yaml:"call_region,omitempty"`
	// Rules refine the profile, all that match, in order.
	Rules []Rule `mapstructure:"rules" yaml:"rules,omitempty"`

	scopes   patterns
	versions versionRange
	unknown  bool
}

// Rule is what a profile says about the records that meet its condition.
type Rule struct {
	// When selects records; an empty condition selects all.
	When When `mapstructure:"when" yaml:"when,omitempty"`
	// Form says how cached input is counted.
	Form Form `mapstructure:"form" yaml:"form,omitempty"`
	// Reasoning says whether reasoning tokens are counted inside the output or outside.
	Reasoning string `mapstructure:"reasoning" yaml:"reasoning,omitempty"`
	// Drops are facts that the instrumentation never puts on such a record, though the provider
	// states them.
	Drops []Fact `mapstructure:"drops" yaml:"drops,omitempty"`
	// Shows takes facts back that the profile drops otherwise.
	Shows []Fact `mapstructure:"shows" yaml:"shows,omitempty"`
	// Flaws are figures that cannot be trusted.
	Flaws []Flaw `mapstructure:"flaws" yaml:"flaws,omitempty"`
	// TotalIsProviders says that a total token count is the provider's own and no sum made by the
	// instrumentation, so that nothing is missing when the parts add up to it.
	TotalIsProviders bool `mapstructure:"total_is_providers" yaml:"total_is_providers,omitempty"`
	// Provider is the provider of records that name none.
	Provider string `mapstructure:"provider" yaml:"provider,omitempty"`
	// Role overrides what the record is: call, aggregate, other or none.
	Role string `mapstructure:"role" yaml:"role,omitempty"`
	// Note explains the rule to people.
	Note string `mapstructure:"note" yaml:"note,omitempty"`

	drops, shows factSet
	flaws        flawSet
	form         form
	reasoning    reasoning
	role         roleChange
}

// When is a condition on a record. All of its parts must hold; within one, any pattern may.
type When struct {
	Spans      []string `mapstructure:"spans" yaml:"spans,omitempty"`
	Operations []string `mapstructure:"operations" yaml:"operations,omitempty"`
	Providers  []string `mapstructure:"providers" yaml:"providers,omitempty"`
	Models     []string `mapstructure:"models" yaml:"models,omitempty"`
	// APIs are values of openai.api.type.
	APIs []string `mapstructure:"apis" yaml:"apis,omitempty"`
	// Versions limits by the version that the scope or the record tells.
	Versions string `mapstructure:"versions" yaml:"versions,omitempty"`
	// Stream, Usage and CacheRead ask whether the call was streamed, has usage, has a cache
	// read count.
	Stream    *bool `mapstructure:"stream" yaml:"stream,omitempty"`
	Usage     *bool `mapstructure:"usage" yaml:"usage,omitempty"`
	CacheRead *bool `mapstructure:"cache_read" yaml:"cache_read,omitempty"`

	spans, operations, providers, models, apis patterns

	versions versionRange
}

type (
	factSet uint8
	flawSet uint8
)

var (
	factBits = map[Fact]factSet{
		FactCacheRead: dropCacheRead, FactCacheWrite: dropCacheWrite, FactServiceTier: dropServiceTier,
		FactReasoning: dropReasoning, FactModality: dropModality, FactToolFees: dropToolFees,
		FactRegion: dropRegion, FactTools: dropTools,
	}
	flawBits = map[Flaw]flawSet{
		FlawOutput: flawOutput, FlawEstimated: flawEstimated, FlawModel: flawModel,
		FlawServiceTier: flawServiceTier, FlawServerAddress: flawServerAddress,
	}
)

const (
	dropCacheRead factSet = 1 << iota
	dropCacheWrite
	dropServiceTier
	dropReasoning
	dropModality
	dropToolFees
	dropTools
	dropRegion
)

const (
	flawOutput flawSet = 1 << iota
	flawEstimated
	flawModel
	flawServiceTier
	flawServerAddress
)

// roleChange is a profile's word on the role; the zero value leaves it.
type roleChange struct {
	set    bool
	role   Role
	reason ledger.Reason
}

var roleChanges = map[string]roleChange{
	"":          {},
	"call":      {set: true, role: RoleCall},
	"agent":     {set: true, role: RoleAggregate, reason: ledger.ReasonAgent},
	"aggregate": {set: true, role: RoleAggregate, reason: ledger.ReasonWorkflow},
	"tool":      {set: true, role: RoleOther, reason: ledger.ReasonTool},
	"other":     {set: true, role: RoleOther, reason: ledger.ReasonOperation},
	"none":      {set: true, role: RoleNone},
}

func (p *Profile) matches(scope string, v version) bool {
	return len(p.scopes) > 0 && p.scopes.matches(scope) && p.versions.has(v)
}

// compileProfiles checks profiles and prepares them for use.
func compileProfiles(list []Profile) ([]*Profile, error) {
	out := make([]*Profile, 0, len(list))
	for i := range list {
		p := list[i]
		if err := p.compile(); err != nil {
			return nil, fmt.Errorf("[%d] (%s): %w", i, p.Name, err)
		}
		out = append(out, &p)
	}
	return out, nil
}

func (p *Profile) compile() (err error) {
	if p.Name == "" || len(p.Scopes)+len(p.Events) == 0 {
		return errors.New("a profile needs a name, and scopes or events that it is for")
	}
	if p.scopes, err = compilePatterns("scopes", p.Scopes); err != nil {
		return err
	}
	if p.versions, err = parseVersionRange(p.Versions); err != nil {
		return fmt.Errorf("versions: %w", err)
	}
	if err := p.Rule.compile(); err != nil {
		return err
	}
	p.Rules = append([]Rule(nil), p.Rules...)
	for i := range p.Rules {
		if err = p.Rules[i].compile(); err != nil {
			return fmt.Errorf("rules[%d]: %w", i, err)
		}
	}
	return nil
}

func (r *Rule) compile() (err error) {
	var known bool
	if r.form, known = forms[r.Form]; !known {
		return fmt.Errorf("form %q must be inclusive, additive or provider", r.Form)
	}
	if r.reasoning, known = reasonings[r.Reasoning]; !known {
		return fmt.Errorf("reasoning %q must be inside or outside", r.Reasoning)
	}
	if r.drops, err = compileFacts("drops", r.Drops); err != nil {
		return err
	}
	if r.shows, err = compileFacts("shows", r.Shows); err != nil {
		return err
	}
	for _, flaw := range r.Flaws {
		bit, ok := flawBits[flaw]
		if !ok {
			return fmt.Errorf("flaws: %q is unknown; it must be one of %s", flaw, names(flawBits))
		}
		r.flaws |= bit
	}
	var ok bool
	if r.role, ok = roleChanges[r.Role]; !ok {
		return fmt.Errorf("role %q must be one of %s", r.Role, names(roleChanges))
	}
	return r.When.compile()
}

func (w *When) compile() (err error) {
	for _, list := range []struct {
		key  string
		from []string
		to   *patterns
	}{
		{"spans", w.Spans, &w.spans},
		{"operations", w.Operations, &w.operations},
		{"providers", w.Providers, &w.providers},
		{"models", w.Models, &w.models},
		{"apis", w.APIs, &w.apis},
	} {
		if *list.to, err = compilePatterns("when::"+list.key, list.from); err != nil {
			return err
		}
	}
	if w.versions, err = parseVersionRange(w.Versions); err != nil {
		return fmt.Errorf("when::versions: %w", err)
	}
	return nil
}

func compilePatterns(key string, list []string) (patterns, error) {
	out := make(patterns, 0, len(list))
	for _, s := range list {
		if s == "" || strings.Contains(strings.Trim(s, "*"), "*") {
			return nil, fmt.Errorf("%s: pattern %q must have text, with * at its beginning or end only", key, s)
		}
		out = append(out, pattern(s))
	}
	return out, nil
}

func compileFacts(key string, list []Fact) (factSet, error) {
	var set factSet
	for _, fact := range list {
		bit, ok := factBits[fact]
		if !ok {
			return 0, fmt.Errorf("%s: %q is unknown; it must be one of %s", key, fact, names(factBits))
		}
		set |= bit
	}
	return set, nil
}
