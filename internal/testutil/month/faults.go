package month

import (
	"math/big"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/fakeproviders"
)

// Fault is something that sets what is billed apart from what is metered.
type Fault struct {
	// Name says it for people.
	Name string
	// Kind, Provider, Model and BillLine are those of the finding that must name it; an empty one may be anything.
	Kind, Provider, Model, BillLine string

	// service whose calls it changes, all of the provider when empty; from and to are days of the month, both inclusive.
	service  string
	from, to int
	change   func(*call)
	// override is what the collector is configured with, from the day on.
	override *override
	// item is charged on each day, with no call that tells of it.
	item *item
}

// override is a price of the collector's own.
type override struct {
	model string
	rates map[string]string
}

// item is a charge of a provider that is not for tokens.
type item struct {
	project, text string
	price         string
	number        int64
}

// stalePrice is what the collector believes gpt-4.1 to cost.
var stalePrice = rates{fakeproviders.Input: "2.60", fakeproviders.CachedInput: "0.50", fakeproviders.Output: "10.40"}

// Faults, in the order in which they are injected: the discount is on everything else, so it is the last.
var (
	bypassing = &Fault{
		Name: "a service bypasses the collector", Kind: "bypassing", Provider: "openai", Model: "gpt-4o-mini",
		service: "weekly-reports", from: 11, to: 31,
		change: func(c *call) { c.instrumentation, c.seen = "", nil },
	}
	wrongPrice = &Fault{
		Name: "the collector has a stale price", Kind: "wrong_price", Provider: "openai", Model: "gpt-4.1",
		service: "checkout-assistant", from: 16, to: 31,
		change: func(c *call) { c.ours = stalePrice },
		override: &override{model: "gpt-4.1", rates: map[string]string{
			"input": stalePrice[fakeproviders.Input], "cache_read": stalePrice[fakeproviders.CachedInput], "output": stalePrice[fakeproviders.Output],
		}},
	}
	streams = &Fault{
		Name: "streams without usage", Kind: "missing_usage", Provider: "openai", Model: "gpt-4.1-mini",
		service: "support-chat", from: 6, to: 20,
		change: func(c *call) { c.instrumentation, c.seen = "otel-contrib-openai", nil },
	}
	cacheNotVisible = &Fault{
		Name: "an instrumentation that does not see the cache", Kind: "cache", Provider: "openai", Model: "gpt-4o",
		service: "search-api", from: 9, to: 31,
		change: func(c *call) {
			c.instrumentation = "opentelemetry-openai-v2-python"
			c.seen = tokens{
				fakeproviders.Input: c.used[fakeproviders.Input] + c.used[fakeproviders.CachedInput], fakeproviders.Output: c.used[fakeproviders.Output],
			}
		},
	}
	batchNotVisible = &Fault{
		Name: "batches that telemetry does not show", Kind: "tier", Provider: "anthropic", Model: "claude-haiku-4-5",
		service: "document-review", from: 3, to: 24,
		change: func(c *call) {
			c.instrumentation, c.tier = "traceloop-anthropic", fakeproviders.Batch
			c.share = new(big.Rat).Mul(c.share, decimal(batchShare))
		},
	}
	toolCalls = &Fault{
		Name: "web searches", Kind: "tool", Provider: "openai", BillLine: "web_search",
		from: 1, to: 31, item: &item{"proj_research", "web search tool calls", webSearch, 40},
	}
	renamedModel = &Fault{
		Name: "a line that nobody can read, 20 % dearer", Kind: "unparsed", Provider: "openai",
		service: "mail-triage", from: 13, to: 31,
		change: func(c *call) {
			c.item = "GPT Nano Classic"
			c.share = new(big.Rat).Mul(c.share, decimal("1.2"))
		},
	}
	discount = &Fault{
		Name: "a discount of 10 % on all lines", Kind: "agreement", Provider: "anthropic",
		from: 1, to: 31,
		change: func(c *call) { c.share = new(big.Rat).Mul(c.share, decimal("0.9")) },
	}
)

// Two faults of one service on the same days: the provider counts the calls of both as one number.
var (
	halfBypassing = &Fault{
		Name: "every second call bypasses the collector", Kind: "bypassing", Provider: "openai", Model: "gpt-4.1-mini",
		service: "support-chat", from: 6, to: 20, change: every(0, bypassing.change),
	}
	halfStreams = &Fault{
		Name: "the others are streams without usage", Kind: "missing_usage", Provider: "openai", Model: "gpt-4.1-mini",
		service: "support-chat", from: 6, to: 20, change: every(1, streams.change),
	}
)

// every changes every second call of a day.
func every(remainder int, change func(*call)) func(*call) {
	return func(c *call) {
		if c.number%2 == remainder {
			change(c)
		}
	}
}

// Scenario is a month with its faults.
type Scenario struct {
	Name   string
	Faults []*Fault
	// Mixed is set where the faults are of one model on the same days, so that nobody who has only the bill and the telemetry could
	// tell how large each of them is. Their sum must be found, and each of them named.
	Mixed bool
}

// Scenarios begin with the month in which all is well, and end with that in which nothing is.
var Scenarios = []Scenario{
	{Name: "none"},
	{Name: "bypassing", Faults: []*Fault{bypassing}},
	{Name: "wrong-price", Faults: []*Fault{wrongPrice}},
	{Name: "streams", Faults: []*Fault{streams}},
	{Name: "discount", Faults: []*Fault{discount}},
	{Name: "cache", Faults: []*Fault{cacheNotVisible}},
	{Name: "batch", Faults: []*Fault{batchNotVisible}},
	{Name: "tools", Faults: []*Fault{toolCalls}},
	{Name: "mixed", Faults: []*Fault{halfBypassing, halfStreams}, Mixed: true},
	{Name: "all", Faults: []*Fault{
		bypassing, wrongPrice, streams, cacheNotVisible, batchNotVisible, toolCalls, renamedModel, discount,
	}},
}

func (f *Fault) covers(d time.Time) bool { return f.from <= d.Day() && d.Day() <= f.to }

// apply changes a call that the fault is about.
func (f *Fault) apply(c *call) {
	if f.change != nil && f.covers(c.begin) && c.provider == f.Provider && (f.service == "" || f.service == c.name) {
		f.change(c)
	}
}
