package pricing

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// rule is one override, agreement or commitment, compiled.
type rule struct {
	kind ledger.CostSource
	// path is the key path of the rule, by which explanations name it.
	path     string
	selector selector
	priority int
	// rates are absolute, in currency; factors scale. One of them has each meter concerned.
	rates    rateTable
	factors  rateTable
	currency string
	final    bool
}

// has reports whether the rule says something of a meter.
func (r *rule) has(m meter.Meter) bool { return r.rates[m] != nil || r.factors[m] != nil }

// selector is a Selector, compiled.
type selector struct {
	interval
	providers, models                   globs
	teams, costCenters, accounts, areas globs
}

// rules are all of a customer's own, by kind.
type rules struct {
	overrides, agreements, commitments []*rule
}

func (r *rules) all() [][]*rule { return [][]*rule{r.overrides, r.agreements, r.commitments} }

// canonical puts the ids of providers in place of spellings that only the catalog's files know.
func (r *rules) canonical(c *Catalog) {
	for _, kind := range r.all() {
		for _, rule := range kind {
			for i, spelling := range rule.selector.providers {
				if p := c.lookupProvider(spelling); p != nil {
					rule.selector.providers[i] = foldProvider(p.id)
				}
			}
		}
	}
}

func compileRules(c *Customization) (*rules, error) {
	var out rules
	var errs []error
	fail := func(path string, err error) {
		for _, one := range eachError(err) {
			errs = append(errs, fmt.Errorf("%s: %w", path, one))
		}
	}
	if !isCurrency(c.reporting()) {
		fail("currency", currencyError(c.Currency))
	}
	for i := range c.Overrides {
		path := fmt.Sprintf("overrides::%d", i)
		r, err := c.Overrides[i].compile(path, c.reporting())
		fail(path, err)
		out.overrides = append(out.overrides, r)
	}
	for i := range c.Agreements {
		path := fmt.Sprintf("agreements::%d", i)
		r, err := c.Agreements[i].compile(path)
		fail(path, err)
		out.agreements = append(out.agreements, r)
	}
	for i := range c.Commitments {
		path := fmt.Sprintf("commitments::%d", i)
		r, err := c.Commitments[i].compile(path, c.reporting())
		fail(path, err)
		out.commitments = append(out.commitments, r)
	}
	for _, name := range sortedKeys(c.Deployments) {
		if c.Deployments[name].Model == "" {
			fail("deployments::"+name, errors.New("must name the model, as provider/model"))
		}
	}
	if len(errs) == 0 {
		for _, kind := range out.all() {
			errs = append(errs, conflicts(kind)...)
		}
	}
	return &out, errors.Join(errs...)
}

// eachError takes joined errors apart, so that each can carry its whole path.
func eachError(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, eachError(one)...)
	}
	return all
}

func currencyError(currency string) error {
	return fmt.Errorf("%q must be an ISO 4217 code of three capitals, such as USD", currency)
}

func (s *Selector) compile() (selector, error) {
	out := selector{
		providers:   newGlobs(s.Provider, func(p string) string { return foldProvider(CanonicalProvider(p)) }),
		models:      newGlobs(s.Model, fold),
		teams:       newGlobs(s.Team, fold),
		costCenters: newGlobs(s.CostCenter, fold),
		accounts:    newGlobs(s.Account, fold),
		areas:       newGlobs(s.Region, fold),
	}
	var errFrom, errTo error
	out.from, errFrom = parseInstant(s.From, minInstant)
	out.to, errTo = parseInstant(s.To, maxInstant)
	switch {
	case errFrom != nil:
		return out, fmt.Errorf("from: %w", errFrom)
	case errTo != nil:
		return out, fmt.Errorf("to: %w", errTo)
	case out.to <= out.from:
		return out, fmt.Errorf("to: %q must lie after from %q", s.To, s.From)
	}
	return out, nil
}

func (o *Override) compile(path, reporting string) (*rule, error) {
	r := &rule{kind: ledger.SourceOverride, path: path, priority: o.Priority, final: o.Final}
	var errSelector, errRates error
	r.selector, errSelector = o.Selector.compile()
	r.rates, r.currency, errRates = compileOwnRates("rates", o.Rates, o.Per, o.Currency, reporting)
	return r, errors.Join(errSelector, errRates)
}

func (a *Agreement) compile(path string) (*rule, error) {
	r := &rule{kind: ledger.SourceAgreement, path: path, priority: a.Priority}
	var errSelector error
	r.selector, errSelector = a.Selector.compile()
	factor, errFactor := a.factor()
	meters, errMeters := parseMeters(a.Meters)
	for _, m := range meters {
		r.factors[m] = factor
	}
	return r, errors.Join(errSelector, errFactor, errMeters)
}

// factor reads the one of the three keys that is given.
func (a *Agreement) factor() (*big.Rat, error) {
	given := 0
	for _, is := range []bool{a.Discount != "", a.Uplift != "", a.Multiplier != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("exactly one of discount, uplift and multiplier must be given")
	}
	switch {
	case a.Discount != "":
		return percentage("discount", a.Discount, -1)
	case a.Uplift != "":
		return percentage("uplift", a.Uplift, 1)
	}
	text, err := numberText(a.Multiplier)
	if err == nil {
		err = checkDecimal(text)
	}
	if err != nil {
		return nil, fmt.Errorf("multiplier: %w", err)
	}
	factor := decimalOrNil(text)
	if factor.Sign() < 0 || factor.Cmp(big.NewRat(maxMultiplier, 1)) > 0 {
		return nil, fmt.Errorf("multiplier: %s must lie between 0 and %d", text, maxMultiplier)
	}
	return factor, nil
}

// percentage returns 1 + sign x the percentage.
func percentage(key, text string, sign int64) (*big.Rat, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	percent := decimalOrNil(strings.TrimSpace(number))
	if !ok || percent == nil || percent.Sign() < 0 || percent.Cmp(big.NewRat(maxMultiplier, 1)) > 0 {
		return nil, fmt.Errorf("%s: %q must be a percentage such as \"15%%\"", key, text)
	}
	factor := percent.Mul(percent, big.NewRat(sign, 100))
	factor.Add(factor, big.NewRat(1, 1))
	if factor.Sign() < 0 {
		return nil, fmt.Errorf("%s: %q is more than the whole price", key, text)
	}
	return factor, nil
}

func parseMeters(names []string) ([]meter.Meter, error) {
	if len(names) == 0 {
		names = []string{multiplierTokens}
	}
	var meters []meter.Meter
	for _, name := range names {
		own, known := meter.Parse(name)
		known = known || name == multiplierTokens || name == multiplierUnits || name == "all"
		if !known {
			return nil, fmt.Errorf("meters: %q must be a meter, tokens, units or all; meters: %s", name, meterNames())
		}
		for m := range meter.Meter(meter.Count) {
			if m.String() == own.String() && name == own.String() || name == "all" ||
				(name == multiplierTokens && m.IsToken()) || (name == multiplierUnits && !m.IsToken()) {
				meters = append(meters, m)
			}
		}
	}
	return meters, nil
}

func (c *Commitment) compile(path, reporting string) (*rule, error) {
	r := &rule{kind: ledger.SourceCommitment, path: path, priority: c.Priority, final: true}
	var errSelector, errRates error
	r.selector, errSelector = c.Selector.compile()
	if c.HourlyCost == nil {
		r.rates, r.currency, errRates = compileOwnRates("effective_rate", c.EffectiveRate, c.Per, c.Currency, reporting)
	} else {
		r.currency = currencyOr(c.Currency, reporting)
		r.rates, errRates = c.hourlyRates()
	}
	return r, errors.Join(errSelector, errRates)
}

// hourlyRates spreads the cost of an hour over what it can serve of each meter.
func (c *Commitment) hourlyRates() (rateTable, error) {
	var table rateTable
	if len(c.EffectiveRate) > 0 {
		return table, errors.New("effective_rate and hourly_cost exclude each other")
	}
	if len(c.Capacity) == 0 {
		return table, errors.New("capacity: must give the units an hour can serve, by meter")
	}
	hour, err := positive(c.HourlyCost, true)
	if err != nil {
		return table, fmt.Errorf("hourly_cost: %w", err)
	}
	for _, name := range sortedKeys(c.Capacity) {
		m, ok := meter.Parse(name)
		if !ok {
			return table, fmt.Errorf("capacity::%s: is not a meter; known: %s", name, meterNames())
		}
		units, err := positive(c.Capacity[name], false)
		if err != nil {
			return table, fmt.Errorf("capacity::%s: %w", name, err)
		}
		table[m] = new(big.Rat).Quo(hour, units)
	}
	return table, nil
}

func currencyOr(currency, reporting string) string {
	if currency == "" {
		return reporting
	}
	return currency
}

// compileOwnRates reads the rates of an override or a commitment with the checks of catalog rates.
func compileOwnRates(key string, rates map[string]any, per Number, currency, reporting string) (rateTable, string, error) {
	var table rateTable
	currency = currencyOr(currency, reporting)
	if !isCurrency(currency) {
		return table, currency, fmt.Errorf("currency: %w", currencyError(currency))
	}
	if len(rates) == 0 {
		return table, currency, fmt.Errorf("%s: %w", key, errNoMeters)
	}
	filePer := ""
	if per != nil {
		n, err := positive(per, false)
		if err != nil {
			return table, currency, fmt.Errorf("per: %w", err)
		}
		filePer = decimalString(n)
	}
	var errs []error
	for _, name := range sortedKeys(rates) {
		m, rate, err := compileOwnRate(name, rates[name], filePer)
		if err == nil {
			limit := new(big.Rat).SetFloat64(limitsFor(currency).of(m))
			if rate.Cmp(limit) > 0 {
				err = fmt.Errorf("%v is more than %s for a single unit; check the unit (per) that the rate is for",
					rates[name], decimalString(limit))
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s::%s: %w", key, name, err))
			continue
		}
		table[m] = rate
	}
	return table, currency, errors.Join(errs...)
}

func compileOwnRate(name string, value any, filePer string) (meter.Meter, *big.Rat, error) {
	m, ok := meter.Parse(name)
	if !ok {
		return m, nil, fmt.Errorf("is not a meter; known: %s", meterNames())
	}
	var ownPer string
	if spec, ok := value.(map[string]any); ok {
		for key := range spec {
			if key != "rate" && key != "per" {
				return m, nil, fmt.Errorf("%s: is not a key; known here: rate, per", key)
			}
		}
		value = spec["rate"]
		if spec["per"] != nil {
			n, err := positive(spec["per"], false)
			if err != nil {
				return m, nil, fmt.Errorf("per: %w", err)
			}
			ownPer = decimalString(n)
		}
	}
	rate, err := positive(value, true)
	if err != nil {
		return m, nil, err
	}
	return m, rate.Quo(rate, decimalOrNil(perOf(m, ownPer, filePer))), nil
}

// positive reads a decimal that must be above zero, or may be zero.
func positive(n any, zero bool) (*big.Rat, error) {
	text, err := numberText(n)
	if err != nil {
		return nil, err
	}
	r, err := parseDecimal(text)
	switch {
	case err != nil:
		return nil, err
	case r.Sign() < 0 && zero:
		return nil, fmt.Errorf("%s must not be below 0", text)
	case r.Sign() < 0 || (r.Sign() == 0 && !zero):
		return nil, fmt.Errorf("%s must be above 0", text)
	}
	return r, nil
}
