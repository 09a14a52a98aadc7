package main

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

// fact is a number on a span that the price of a call may need.
type fact struct {
	// values any of which states it, and the keys that it may stand under.
	values []int64
	keys   func(key string) bool
	// dropped is the usage as it looks to those who are not told; the fact is needed
	// if that changes the price.
	dropped func(meter.Usage) meter.Usage
}

// words returns a test for keys that contain one of each group of words. Instrumentations agree on
// the words, not on their order.
func words(groups ...[]string) func(string) bool {
	return func(key string) bool {
		for _, group := range groups {
			if !slices.ContainsFunc(group, func(word string) bool { return strings.Contains(key, word) }) {
				return false
			}
		}
		return true
	}
}

var (
	inputWord  = words([]string{"input", "prompt"})
	cacheKeys  = words([]string{"cache"})
	writeKeys  = words([]string{"cache"}, []string{"write", "creation"})
	hourKeys   = words([]string{"1h"})
	outputKeys = words([]string{"output", "completion"})
	searchKeys = words([]string{"web_search"})
	audioKeys  = words([]string{"audio"})
)

// inputKeys leaves out the parts of the input that have keys of their own. Embeddings have input only,
// and may say just tokens.
func inputKeys(key string) bool {
	return strings.Contains(key, "nocache") || strings.HasSuffix(key, "usage.tokens") ||
		(inputWord(key) && !cacheKeys(key) && !audioKeys(key))
}

// factsOf lists what a call's price may need, whatever the form in which it is said.
func factsOf(u meter.Usage) []fact {
	n := func(m meter.Meter) int64 { q, _ := u[m].Int64(); return q }
	input, read := n(meter.Input), n(meter.CacheRead)
	writes := n(meter.CacheWrite5m) + n(meter.CacheWrite1h)
	audioIn, audioOut := n(meter.InputAudio), n(meter.OutputAudio)
	output, reasoning := n(meter.Output), n(meter.Reasoning)
	return []fact{
		{[]int64{input, input + audioIn, input + read, input + read + writes, input + read + writes + audioIn}, inputKeys, without(meter.Input)},
		{[]int64{output, output + reasoning, output + audioOut, output + reasoning + audioOut}, outputKeys, without(meter.Output)},
		{[]int64{read}, cacheKeys, moved(meter.CacheRead, meter.Input)},
		{[]int64{writes}, writeKeys, func(u meter.Usage) meter.Usage {
			return moved(meter.CacheWrite5m, meter.Input)(moved(meter.CacheWrite1h, meter.Input)(u))
		}},
		{[]int64{n(meter.CacheWrite1h)}, hourKeys, moved(meter.CacheWrite1h, meter.CacheWrite5m)},
		{[]int64{reasoning}, outputKeys, moved(meter.Reasoning, meter.Output)},
		{[]int64{n(meter.WebSearch)}, searchKeys, without(meter.WebSearch)},
		{[]int64{audioIn}, audioKeys, moved(meter.InputAudio, meter.Input)},
		{[]int64{audioOut}, audioKeys, moved(meter.OutputAudio, meter.Output)},
	}
}

func without(m meter.Meter) func(meter.Usage) meter.Usage {
	return func(u meter.Usage) meter.Usage {
		u[m] = meter.Usage{}[m]
		return u
	}
}

func moved(from, to meter.Meter) func(meter.Usage) meter.Usage {
	return func(u meter.Usage) meter.Usage {
		u[to] = u[to].Add(u[from])
		return without(from)(u)
	}
}

// carried says what the spans of a capture hold of what its price needs, outside of raw payloads.
type carried struct {
	// facts is set when each billed call's model and quantities stand together on one span, and its
	// service tier if that was not the standard one.
	facts bool
	// tier is set when, beyond that, the tier is said even where it was the standard one,
	// for every model that has several. Who is not told cannot be sure of a standard price.
	tier bool
}

func (p *prices) carried(c *capture) carried {
	all := carried{true, true}
	for _, call := range c.calls {
		var best carried
		for _, span := range c.spans {
			if here := p.carriedBy(span.Attributes(), call, c); here.facts {
				best = carried{true, best.tier || here.tier}
			}
		}
		all = carried{all.facts && best.facts, all.tier && best.tier}
	}
	return all
}

func (p *prices) carriedBy(attrs pcommon.Map, call billing.Call, c *capture) carried {
	price := p.Bill(call, c.start)
	if price.Amount == nil || price.AtLeast {
		return carried{}
	}
	s := statementsOf(attrs)
	if call.Charged != nil {
		said := s.amounts[call.Charged.FloatString(9)]
		return carried{said, said}
	}
	facts := (s.tiers[call.Tier] || !p.tierMatters(call, c)) && p.modelIn(s, call, price.Amount, c) && p.usageIn(s, call, price.Amount, c)
	return carried{facts, facts && (s.saysTier || !price.Tiered)}
}

func (p *prices) usageIn(s statements, call billing.Call, amount *big.Rat, c *capture) bool {
	for _, f := range factsOf(call.Usage) {
		other := call
		other.Usage = f.dropped(call.Usage)
		if blind := p.Bill(other, c.start).Amount; blind != nil && blind.Cmp(amount) == 0 {
			continue
		}
		if !s.says(f) {
			return false
		}
	}
	return true
}

// modelIn reports whether a name on the span leads to the true price.
func (p *prices) modelIn(s statements, call billing.Call, amount *big.Rat, c *capture) bool {
	for _, name := range s.models {
		other := call
		other.ResponseModel, other.RequestModel = name, ""
		if named := p.Bill(other, c.start).Amount; named != nil && named.Cmp(amount) == 0 {
			return true
		}
	}
	return false
}

// tierMatters reports whether the price would be another without the service tier.
func (p *prices) tierMatters(call billing.Call, c *capture) bool {
	other := call
	other.Tier = ""
	with, blind := p.Bill(call, c.start), p.Bill(other, c.start)
	return blind.Amount == nil || with.Amount.Cmp(blind.Amount) != 0
}

// statements are what a span's attributes say, apart from its raw payloads.
type statements struct {
	numbers map[string]int64 // by key in lower case
	amounts map[string]bool  // with 9 decimals
	tiers   map[string]bool
	models  []string
	// saysTier is set when a tier is stated. A call that asks for none gets its project's.
	saysTier bool
}

// Attributes that hold nothing but usage, or nothing but the parameters of the request, as JSON
// because attributes do not nest. Raw requests and responses are another matter.
const (
	usageJSON      = "langfuse.observation.usage_details"
	parametersJSON = "llm.invocation_parameters"
)

func statementsOf(attrs pcommon.Map) statements {
	s := statements{numbers: map[string]int64{}, amounts: map[string]bool{}, tiers: map[string]bool{}}
	for key, v := range attrs.All() {
		key := strings.ToLower(key)
		switch v.Type() {
		case pcommon.ValueTypeInt:
			s.numbers[key] = v.Int()
		case pcommon.ValueTypeDouble:
			s.numbers[key] = int64(v.Double())
			s.amounts[new(big.Rat).SetFloat64(v.Double()).FloatString(9)] = true
		case pcommon.ValueTypeStr:
			s.text(key, v.Str())
		default:
		}
	}
	return s
}

func (s *statements) text(key, value string) {
	switch {
	case key == parametersJSON:
		s.parameters(value)
	case key == usageJSON:
		details := map[string]float64{}
		if json.Unmarshal([]byte(value), &details) == nil {
			for name, n := range details {
				s.numbers[strings.ToLower(name)] = int64(n)
			}
		}
	case strings.Contains(key, "service_tier"):
		s.tiers[value], s.saysTier = true, true
	case strings.Contains(key, "model") && len(value) < 200:
		s.models = append(s.models, value)
	}
}

// says reports whether a number states the fact. A sum of everything is no statement of a part.
func (s *statements) says(f fact) bool {
	for key, n := range s.numbers {
		if strings.Contains(key, "total") || !f.keys(key) {
			continue
		}
		if slices.Contains(f.values, n) {
			return true
		}
	}
	return false
}

func (s *statements) parameters(value string) {
	var parameters struct {
		ServiceTier string `json:"service_tier"`
	}
	if json.Unmarshal([]byte(value), &parameters) == nil && parameters.ServiceTier != "" {
		s.tiers[parameters.ServiceTier], s.saysTier = true, true
	}
}
