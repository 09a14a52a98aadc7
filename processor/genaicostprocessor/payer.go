package genaicostprocessor

import (
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// unknownAccount begins the billing account of calls whose payer no table names.
const unknownAccount = "unknown"

// maxUnknown and maxUnknownLength bound the names that are kept for reuse: providers of calls that cannot be
// priced are whatever telemetry says.
const (
	maxUnknown       = 256
	maxUnknownLength = 64
)

// provider is the canonical provider of a record's call, as far as it is known.
func provider(r *record) string {
	if sheet := r.price.Sheet; sheet != nil && sheet.Entry != nil {
		return sheet.Entry.Provider
	}
	return r.call.Provider
}

// assumeAccount names the payer of a call that counts if the accounts table did not: visibly unknown, by
// provider, so that what is missing in the table shows in every bill.
func (c *costing) assumeAccount(b *batch, r *record) {
	if r.account.Account != "" {
		return
	}
	b.tally.unknownAccounts++
	if c.cfg.Detail == DetailMinimal {
		return
	}
	r.account.Account = b.unknownAccount(provider(r))
}

func (b *batch) unknownAccount(provider string) string {
	if provider == "" {
		return unknownAccount
	}
	name, ok := b.unknown[provider]
	if !ok {
		name = unknownAccount + ":" + pricing.CanonicalProvider(provider)
		if len(b.unknown) < maxUnknown && len(name) <= maxUnknownLength {
			b.unknown[strings.Clone(provider)] = name
		}
	}
	return name
}
