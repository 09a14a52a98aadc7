package month

import (
	"fmt"
	"maps"
	"math/big"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

const day = 24 * time.Hour

// tokens by kind.
type tokens map[string]int64

// service is an application of the company: whose it is, and which calls it makes on each day.
type service struct {
	name, team string
	provider   string
	// project is what OpenAI calls a project, and Anthropic a workspace.
	project         string
	model           string
	instrumentation string
	// calls are those of a day, usage is that of the smallest of them.
	calls int
	usage tokens
}

// services have a model each, so that the size of each fault can be said.
var services = []service{
	{
		name: "checkout-assistant", team: "storefront", provider: "openai", project: "proj_checkout", model: "gpt-4.1-2025-04-14",
		instrumentation: openAIPython, calls: 6, usage: tokens{fakeproviders.Input: 81_000, fakeproviders.CachedInput: 32_128, fakeproviders.Output: 12_100},
	},
	{
		name: "search-api", team: "search", provider: "openai", project: "proj_search", model: "gpt-4o-2024-08-06",
		instrumentation: openAIPython, calls: 5, usage: tokens{fakeproviders.Input: 19_000, fakeproviders.CachedInput: 60_032, fakeproviders.Output: 6_300},
	},
	{
		name: "support-chat", team: "support", provider: "openai", project: "proj_support", model: "gpt-4.1-mini-2025-04-14",
		instrumentation: openAIPython, calls: 8, usage: tokens{fakeproviders.Input: 231_000, fakeproviders.CachedInput: 48_128, fakeproviders.Output: 24_700},
	},
	{
		name: "weekly-reports", team: "finance", provider: "openai", project: "proj_reports", model: "gpt-4o-mini-2024-07-18",
		instrumentation: openAIPython, calls: 8, usage: tokens{fakeproviders.Input: 87_000, fakeproviders.CachedInput: 16_128, fakeproviders.Output: 13_000},
	},
	{
		name: "market-research", team: "growth", provider: "openai", project: "proj_research", model: "gpt-5-mini-2025-08-07",
		instrumentation: openAIPython, calls: 5, usage: tokens{fakeproviders.Input: 152_000, fakeproviders.CachedInput: 80_128, fakeproviders.Output: 39_000},
	},
	{
		name: "mail-triage", team: "support", provider: "openai", project: "proj_support", model: "gpt-4.1-nano-2025-04-14",
		instrumentation: openAIPython, calls: 7, usage: tokens{fakeproviders.Input: 344_000, fakeproviders.CachedInput: 90_112, fakeproviders.Output: 26_000},
	},
	{
		name: "coding-assistant", team: "engineering", provider: "anthropic", project: "wrkspc_engineering", model: "claude-sonnet-4-5-20250929",
		instrumentation: anthropicSDK, calls: 4,
		usage: tokens{fakeproviders.Input: 4_000, fakeproviders.CachedInput: 61_000, fakeproviders.CacheWrite: 7_000, fakeproviders.Output: 3_900},
	},
	{
		name: "document-review", team: "legal", provider: "anthropic", project: "wrkspc_legal", model: "claude-haiku-4-5-20251001",
		instrumentation: anthropicSDK, calls: 5, usage: tokens{fakeproviders.Input: 72_000, fakeproviders.CachedInput: 15_000, fakeproviders.Output: 5_200},
	},
	{
		name: "contract-drafts", team: "legal", provider: "anthropic", project: "wrkspc_legal", model: "claude-opus-4-5-20251101",
		instrumentation: anthropicSDK, calls: 2,
		usage: tokens{fakeproviders.Input: 11_000, fakeproviders.CachedInput: 23_000, fakeproviders.CacheWrite: 3_000, fakeproviders.Output: 4_100},
	},
}

// Instrumentations whose spans have every fact that a price needs.
const (
	openAIPython = "opentelemetry-genai-openai-python"
	anthropicSDK = "anthropic-sdk"
)

// accounts of the company at its providers.
var accounts = map[string]string{"openai": "org-main", "anthropic": "org-anthropic"}

// call is one call of a service: what it used, what its telemetry tells, and how it is charged.
type call struct {
	*service

	begin  time.Time
	number int
	used   tokens

	// instrumentation is empty where nothing tells of the call.
	instrumentation string
	// seen is what its spans say of the usage.
	seen tokens
	// ours are the rates that the collector has.
	ours rates

	// share of the published price that is charged.
	share *big.Rat
	tier  string
	// item is the text of the charge where that does not name the model.
	item string
}

// callsOf are the calls of a day without any fault.
func callsOf(s *service, d time.Time) []*call {
	calls := make([]*call, s.calls)
	for i := range calls {
		used := maps.Clone(s.usage)
		for kind, n := range used {
			// No two days are alike.
			used[kind] = n + n*int64((7*d.Day()+3*i)%17)/100
		}
		calls[i] = &call{
			service: s, begin: d.Add(time.Duration(8+2*i)*time.Hour + time.Duration(d.Day())*time.Minute), number: i, used: used,
			instrumentation: s.instrumentation, seen: used, ours: published[s.model], share: big.NewRat(1, 1),
		}
	}
	return calls
}

func (c *call) identity() string {
	return fmt.Sprint(c.name, c.begin.Format(time.DateOnly), c.number)
}

// charge is what the provider charges for the tokens of a kind.
func (c *call) charge(kind string) *big.Rat {
	charge := published[c.model].of(kind, c.used[kind])
	return charge.Mul(charge, c.share)
}

// told is what the collector is bound to say that the call cost.
func (c *call) told() *big.Rat { return c.ours.cost(c.seen) }
