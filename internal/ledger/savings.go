package ledger

import "github.com/otelcol-finops/otelcol-finops/internal/money"

// Savings are the parts of (standard-tier list price with nothing cached) - list that
// lines alone cannot give back. A premium is negative.
type Savings struct {
	ServiceTier money.Amount
	Cache       money.Amount
}

// IsZero reports whether there is nothing to record.
func (s Savings) IsZero() bool { return s.ServiceTier.IsZero() && s.Cache.IsZero() }
