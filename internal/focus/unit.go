package focus

import (
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
)

// Unit is how price lists state the price of a meter. A block is a power of ten, so that prices and quantities
// of a block are exact decimals.
type Unit struct {
	// Consumed is the ConsumedUnit, Pricing the PricingUnit.
	Consumed, Pricing string
	// Block is how many consumed units one pricing unit is.
	Block int64
	// Direction and CacheAction are the TokenDirection and TokenCacheAction of token meters, as the drafts of FOCUS 1.5 name
	// them.
	Direction, CacheAction string
	// Words describe the meter in ChargeDescription.
	Words string
}

const million = 1_000_000

// units states the prices of providers as their public price lists do: tokens and characters by the million
// (OpenAI, Anthropic, Google, Mistral), searches and pages by the thousand (OpenAI, Anthropic, Cohere, Mistral). Seconds stay
// single, because a price for a minute is no exact decimal of a price for a second.
var units = [meter.Count]Unit{
	meter.Input:          {"Tokens", "1000000 Tokens", million, "Input", "", "input tokens"},
	meter.CacheRead:      {"Tokens", "1000000 Tokens", million, "Input", "Read", "cached input tokens"},
	meter.CacheWrite5m:   {"Tokens", "1000000 Tokens", million, "Input", "Write", "tokens written to the cache"},
	meter.CacheWrite1h:   {"Tokens", "1000000 Tokens", million, "Input", "Write", "tokens written to the cache for an hour"},
	meter.Output:         {"Tokens", "1000000 Tokens", million, "Output", "", "output tokens"},
	meter.Reasoning:      {"Tokens", "1000000 Tokens", million, "Output", "", "reasoning tokens"},
	meter.Citation:       {"Tokens", "1000000 Tokens", million, "Output", "", "citation tokens"},
	meter.InputAudio:     {"Tokens", "1000000 Tokens", million, "Input", "", "audio input tokens"},
	meter.OutputAudio:    {"Tokens", "1000000 Tokens", million, "Output", "", "audio output tokens"},
	meter.CacheReadAudio: {"Tokens", "1000000 Tokens", million, "Input", "Read", "cached audio input tokens"},
	meter.InputImage:     {"Tokens", "1000000 Tokens", million, "Input", "", "image input tokens"},
	meter.OutputImage:    {"Tokens", "1000000 Tokens", million, "Output", "", "image output tokens"},
	meter.CacheReadImage: {"Tokens", "1000000 Tokens", million, "Input", "Read", "cached image input tokens"},
	meter.InputVideo:     {"Tokens", "1000000 Tokens", million, "Input", "", "video input tokens"},
	meter.OutputVideo:    {"Tokens", "1000000 Tokens", million, "Output", "", "video output tokens"},
	meter.Request:        {"Requests", "Requests", 1, "", "", "requests"},
	meter.WebSearch:      {"Searches", "1000 Searches", 1000, "", "", "web searches"},
	meter.FileSearch:     {"Searches", "1000 Searches", 1000, "", "", "file searches"},
	meter.CodeExecution:  {"Sessions", "Sessions", 1, "", "", "code execution sessions"},
	meter.RerankSearch:   {"Searches", "1000 Searches", 1000, "", "", "rerank searches"},
	meter.Image:          {"Images", "Images", 1, "", "", "images"},
	meter.Page:           {"Pages", "1000 Pages", 1000, "", "", "pages"},
	meter.Character:      {"Characters", "1000000 Characters", million, "", "", "characters"},
	meter.AudioSecond:    {"Seconds", "Seconds", 1, "", "", "seconds of audio"},
	meter.VideoSecond:    {"Seconds", "Seconds", 1, "", "", "seconds of video"},
}

// UnitOf returns how the meter's prices are stated.
func UnitOf(m meter.Meter) Unit { return units[m] }

// one is the price 1, which turns quantities into numbers without loss.
var one = mustPrice("1")

func mustPrice(s string) money.UnitPrice {
	p, err := money.ParseUnitPrice(s)
	if err != nil {
		panic("focus: " + err.Error())
	}
	return p
}

// consumed returns the quantity in single units, and false when it is out of range.
func consumed(q money.Quantity) (Number, bool) {
	a, ok := one.Mul(q)
	return NumberOf(a), ok
}

// parts are the prices 1/Block, by which a quantity becomes one of blocks.
var parts = map[int64]money.UnitPrice{1: one, 1000: mustPrice("0.001"), million: mustPrice("0.000001")}

// quantity returns the quantity in pricing units.
func (u Unit) quantity(q money.Quantity) (Number, bool) {
	a, ok := parts[u.Block].Mul(q)
	return NumberOf(a), ok
}

// price returns the price of one pricing unit, and false when it is out of range.
func (u Unit) price(p money.UnitPrice) (Number, bool) {
	a, ok := p.Mul(money.Units(u.Block))
	return NumberOf(a), ok
}
