package focusexporter

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/exporter/focusexporter/internal/publish"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// CommitmentConfig is capacity that is paid for by the hour, used or not. Its prices are the pricing extension's; here is what makes rows of
// its purchase.
type CommitmentConfig struct {
	// ID is unique; CommitmentDiscountId.
	ID string `mapstructure:"id"`
	// Name is for people; the ID if it is empty.
	Name string `mapstructure:"name"`
	// Type is what the provider calls it.
	Type string `mapstructure:"type"`
	// Provider, Account and Model say which usage it covers, of that which was priced by a commitment. Empty ones, and * in a model,
	// match all.
	Provider string `mapstructure:"provider"`
	Account  string `mapstructure:"account"`
	Model    string `mapstructure:"model"`
	// HourlyCost is a decimal, in Currency.
	HourlyCost string `mapstructure:"hourly_cost"`
	Currency   string `mapstructure:"currency"`
	// From and To bound the time for which it is paid: days, or RFC 3339 times, in UTC; To is not included.
	From string `mapstructure:"from"`
	To   string `mapstructure:"to"`
	// prevent unkeyed literal initialization
	_ struct{}
}

const (
	defaultCommitmentType = "Provisioned Throughput"
	defaultCurrency       = "USD"
)

// validate reports the first mistake, by its key.
func (c *CommitmentConfig) validate() error {
	_, err := c.resolve()
	return err
}

// resolve returns what the configuration means.
func (c *CommitmentConfig) resolve() (publish.Commitment, error) {
	resolved := publish.Commitment{
		Commitment: focus.Commitment{ID: c.ID, Name: c.Name, Type: c.Type},
		Provider:   pricing.CanonicalProvider(c.Provider), Account: c.Account, Model: c.Model, Currency: c.Currency,
	}
	if c.ID == "" {
		return resolved, errors.New("id is empty; write a name that no other commitment has")
	}
	if c.Provider == "" {
		return resolved, errors.New("provider is empty; write whose capacity it is, like azure.ai.openai")
	}
	if resolved.Name == "" {
		resolved.Name = c.ID
	}
	if resolved.Type == "" {
		resolved.Type = defaultCommitmentType
	}
	if resolved.Currency == "" {
		resolved.Currency = defaultCurrency
	}
	if len(resolved.Currency) != len(defaultCurrency) || strings.Trim(resolved.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return resolved, fmt.Errorf("currency is %q; use an ISO 4217 code like USD", c.Currency)
	}
	if _, err := path.Match(c.Model, ""); err != nil {
		return resolved, fmt.Errorf("model: %q: %w", c.Model, err)
	}
	var err error
	if resolved.HourlyCost, err = money.ParseUnitPrice(c.HourlyCost); err != nil || resolved.HourlyCost.Sign() <= 0 {
		return resolved, fmt.Errorf(`hourly_cost is %q; use a decimal above 0, like "36.50"`, c.HourlyCost)
	}
	err = c.resolveTimes(&resolved)
	return resolved, err
}

func (c *CommitmentConfig) resolveTimes(resolved *publish.Commitment) (err error) {
	if resolved.From, err = parseTime(c.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	if resolved.To, err = parseTime(c.To); err != nil {
		return fmt.Errorf("to: %w", err)
	}
	if !resolved.To.IsZero() && !resolved.From.Before(resolved.To) {
		return fmt.Errorf("to is %s, which is not after from, %s", c.To, c.From)
	}
	return nil
}

func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; use 2026-11-24 or 2026-11-24T13:00:00Z", text)
}

func (c *Config) validateCommitments() error {
	var errs []error
	seen := map[string]bool{}
	for i := range c.Commitments {
		commitment := &c.Commitments[i]
		err := commitment.validate()
		if err == nil && seen[commitment.ID] {
			err = fmt.Errorf("id %q is used twice; rename one", commitment.ID)
		}
		seen[commitment.ID] = true
		if err != nil {
			errs = append(errs, fmt.Errorf("commitments[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

// commitments are valid in a configuration that is.
func (c *Config) commitments() []publish.Commitment {
	var all []publish.Commitment
	for i := range c.Commitments {
		if resolved, err := c.Commitments[i].resolve(); err == nil {
			all = append(all, resolved)
		}
	}
	return all
}
