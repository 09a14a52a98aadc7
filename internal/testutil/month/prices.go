package month

import (
	"fmt"
	"math/big"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

// rates are USD for a million tokens, by kind.
type rates map[string]string

// published are the standard prices that the providers state, read on 2026-11-23. They are not taken from the catalog, so
// that a mistake there shows.
//
//   - OpenAI: openai.com/api/pricing and the pages of the models at developers.openai.com
//   - Anthropic: claude.com/pricing, "Base input tokens", "5m cache writes", "Cache hits", "Output tokens"
var published = map[string]rates{
	"gpt-4o-2024-08-06":       {fakeproviders.Input: "2.50", fakeproviders.CachedInput: "1.25", fakeproviders.Output: "10.00"},
	"gpt-4o-mini-2024-07-18":  {fakeproviders.Input: "0.15", fakeproviders.CachedInput: "0.075", fakeproviders.Output: "0.60"},
	"gpt-4.1-2025-04-14":      {fakeproviders.Input: "2.00", fakeproviders.CachedInput: "0.50", fakeproviders.Output: "8.00"},
	"gpt-4.1-mini-2025-04-14": {fakeproviders.Input: "0.40", fakeproviders.CachedInput: "0.10", fakeproviders.Output: "1.60"},
	"gpt-4.1-nano-2025-04-14": {fakeproviders.Input: "0.10", fakeproviders.CachedInput: "0.025", fakeproviders.Output: "0.40"},
	"gpt-5-mini-2025-08-07":   {fakeproviders.Input: "0.25", fakeproviders.CachedInput: "0.025", fakeproviders.Output: "2.00"},
	"claude-opus-4-5-20251101": {
		fakeproviders.Input: "5", fakeproviders.CacheWrite: "6.25", fakeproviders.CachedInput: "0.50", fakeproviders.Output: "25",
	},
	"claude-sonnet-4-5-20250929": {
		fakeproviders.Input: "3", fakeproviders.CacheWrite: "3.75", fakeproviders.CachedInput: "0.30", fakeproviders.Output: "15",
	},
	"claude-haiku-4-5-20251001": {
		fakeproviders.Input: "1", fakeproviders.CacheWrite: "1.25", fakeproviders.CachedInput: "0.10", fakeproviders.Output: "5",
	},
}

const (
	// batchShare is what a batch costs of the standard price: "50% discount on both input and output tokens"
	// (claude.com/pricing).
	batchShare = "0.5"
	// webSearch is the price of a search: 10 USD for 1,000 calls (openai.com/api/pricing, "Web search").
	webSearch = "0.01"
)

// cost of the tokens at the rates.
func (r rates) cost(t tokens) *big.Rat {
	sum := new(big.Rat)
	for kind, n := range t {
		sum.Add(sum, r.of(kind, n))
	}
	return sum
}

// of is the cost of the tokens of one kind.
func (r rates) of(kind string, n int64) *big.Rat {
	if n == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Mul(decimal(r[kind]), big.NewRat(n, 1_000_000))
}

func decimal(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(fmt.Sprintf("%q is no number", s))
	}
	return r
}

// Exact prints a decimal with all its digits.
func Exact(r *big.Rat) string {
	digits, ok := r.FloatPrec()
	if !ok {
		panic("no decimal: " + r.RatString())
	}
	return r.FloatString(digits)
}
