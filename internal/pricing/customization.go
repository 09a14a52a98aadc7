package pricing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Customization is what a customer pays differently from the list: their own prices, discounts,
// prepaid capacity and currency.
type Customization struct {
	// Currency is the ISO 4217 code that all prices are converted into. Default USD.
	Currency string `mapstructure:"currency"`
	// Overrides are absolute contracted rates.
	Overrides []Override `mapstructure:"overrides"`
	// Agreements are discounts and uplifts on the list price.
	Agreements []Agreement `mapstructure:"agreements"`
	// Commitments are prepaid capacity.
	Commitments []Commitment `mapstructure:"commitments"`
	// Deployments say which model a name means that only its owner knows: an Azure deployment, the ARN of
	// an application inference profile.
	Deployments map[string]Deployment `mapstructure:"deployments"`
	// ExchangeRates are needed for prices in another currency than Currency.
	ExchangeRates *ExchangeRates `mapstructure:"-"`
}

// Number is a decimal, as text or as a YAML number.
type Number any

// Selector says which calls and meters something is for. Names are compared without case, a *
// stands for any text, one of several suffices, and what is absent matches all.
type Selector struct {
	Provider   []string `mapstructure:"provider"`
	Model      []string `mapstructure:"model"`
	Team       []string `mapstructure:"team"`
	CostCenter []string `mapstructure:"cost_center"`
	Account    []string `mapstructure:"account"`
	Region     []string `mapstructure:"region"`
	// From and To bound the calls by their start: [from, to), a day or an RFC 3339 time, UTC.
	From string `mapstructure:"from"`
	To   string `mapstructure:"to"`
	// Priority decides between two that match the same call when neither is contained in the other;
	// the higher wins.
	Priority int `mapstructure:"priority"`
}

// Override sets the contracted rates of meters.
type Override struct {
	Selector `mapstructure:",squash"`
	// Rates by meter: a decimal, or {rate, per}. Token rates are per 1,000,000 unless Per or
	// the rate says otherwise, others per 1.
	Rates map[string]any `mapstructure:"rates"`
	Per   Number         `mapstructure:"per"`
	// Currency of the rates. Default: the reporting currency.
	Currency string `mapstructure:"currency"`
	// Final rates hold however the call was served; others are base rates, which tiers
	// and variants scale as they scale the list price.
	Final bool `mapstructure:"final"`
}

// Agreement scales the list price.
type Agreement struct {
	Selector `mapstructure:",squash"`
	// Discount and Uplift are percentages such as "15%"; Multiplier is a factor such as 0.85. Exactly one
	// must be given.
	Discount   string `mapstructure:"discount"`
	Uplift     string `mapstructure:"uplift"`
	Multiplier Number `mapstructure:"multiplier"`
	// Meters are names of meters, "tokens", "units" or "all". Default: tokens.
	Meters []string `mapstructure:"meters"`
}

// Commitment says what calls really cost that are served from prepaid capacity.
type Commitment struct {
	Selector `mapstructure:",squash"`
	// EffectiveRate by meter, as in an override.
	EffectiveRate map[string]any `mapstructure:"effective_rate"`
	Per           Number         `mapstructure:"per"`
	Currency      string         `mapstructure:"currency"`
	// HourlyCost over Capacity, the units of a meter that one hour can serve, is the other way to state
	// effective rates: those of full use.
	HourlyCost Number            `mapstructure:"hourly_cost"`
	Capacity   map[string]Number `mapstructure:"capacity"`
}

// Deployment is the model behind a name. In configuration it is `model`, `provider/model` or a mapping.
type Deployment struct {
	Provider string `mapstructure:"provider"`
	Model    string `mapstructure:"model"`
	// Region and Kind stand in for what the call does not say.
	Region string `mapstructure:"region"`
	Kind   string `mapstructure:"kind"`
}

// UnmarshalText reads `provider/model`; without a slash the provider is the call's.
func (d *Deployment) UnmarshalText(text []byte) error {
	provider, model, ok := strings.Cut(string(text), "/")
	if !ok {
		provider, model = "", provider
	}
	if model == "" {
		return fmt.Errorf("%q must be provider/model", text)
	}
	*d = Deployment{Provider: provider, Model: model}
	return nil
}

// Validate reports everything that is wrong, each with its key path.
func (c *Customization) Validate() error {
	_, err := compileRules(c)
	return err
}

// reporting returns the reporting currency.
func (c *Customization) reporting() string {
	if c.Currency == "" {
		return "USD"
	}
	return c.Currency
}

// numberText returns a Number as text. A float's shortest decimal is what was typed.
func numberText(n any) (string, error) {
	switch n := n.(type) {
	case string:
		return strings.TrimSpace(n), nil
	case int:
		return strconv.Itoa(n), nil
	case int64:
		return strconv.FormatInt(n, 10), nil
	case uint64:
		return strconv.FormatUint(n, 10), nil
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64), nil
	default:
		return "", fmt.Errorf("%v must be a decimal number such as \"2.50\"", n)
	}
}

var errNoMeters = errors.New("must give rates by meter")
