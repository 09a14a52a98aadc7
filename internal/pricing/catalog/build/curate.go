package build

import (
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// rule is something that is known about the prices of many models and that no list says for each
// of them.
type rule struct {
	applies func(provider string, m *pricing.Model) bool
	change  func(*pricing.Model)
}

var rules = []rule{
	// Anthropic, Batch API: all usage costs half, caches included. The same on resellers.
	{
		applies: func(_ string, m *pricing.Model) bool { return isClaude(*m) },
		change:  inEachList(batchHalvesAll),
	},
	// Anthropic, fast mode: not to be had with the Batch API.
	{
		applies: func(provider string, _ *pricing.Model) bool { return provider == "anthropic" },
		change:  inEachList(fastExcludesBatch),
	},
	// DeepSeek, pricing details: peak hours began on 2026-08-17; weekends are off-peak since 2026-08-23.
	{
		applies: func(provider string, m *pricing.Model) bool {
			return provider == "deepseek" && strings.HasPrefix(m.ID, "deepseek-v4")
		},
		change: peakOnWorkdays,
	},
	// deepseek-flash is younger than both.
	{
		applies: func(provider string, m *pricing.Model) bool {
			return provider == "deepseek" && m.ID == "deepseek-flash"
		},
		change: inEachList(func(list *pricing.PriceList) { *list = onWorkdays(doublePeak(*list)) }),
	},
}

// curate applies what is known beyond the lists.
func curate(file *pricing.File) {
	for i := range file.Models {
		m := &file.Models[i]
		for _, r := range rules {
			if r.applies(file.Provider, m) {
				r.change(m)
			}
		}
	}
}

func inEachList(change func(*pricing.PriceList)) func(*pricing.Model) {
	return func(m *pricing.Model) {
		for i := range m.Prices {
			m.Prices[i].Variants = slices.Clone(m.Prices[i].Variants)
			change(&m.Prices[i])
		}
	}
}

// batchHalvesAll makes the batch variant a multiplier, where its input and output are half the
// base's.
func batchHalvesAll(list *pricing.PriceList) {
	for i, v := range list.Variants {
		if v.Name == "batch" && uniformFactor(*list, v) == "0.5" {
			list.Variants[i] = multiplied(v, "0.5")
		}
	}
}

// multiplied is the variant as a multiple of the base.
func multiplied(v pricing.Variant, factor string) pricing.Variant {
	return pricing.Variant{Name: v.Name, When: v.When, Multipliers: pricing.Multipliers{"tokens": factor}, Source: v.Source}
}

func fastExcludesBatch(list *pricing.PriceList) {
	hasFast := slices.ContainsFunc(list.Variants, func(v pricing.Variant) bool { return v.Name == "fast" })
	for i := range list.Variants {
		if hasFast && list.Variants[i].Name == "batch" {
			list.Variants[i].Excludes = []string{"fast"}
		}
	}
}

const (
	peakHoursBegin    = "2026-08-17"
	weekendsBecomeOff = "2026-08-23"
)

var workdays = []string{"mon", "tue", "wed", "thu", "fri"}

// peakOnWorkdays takes the dear hours out of the time before they were introduced and, from the day on
// which that changed, out of weekends. The primary list can say neither, because a price of it
// has a date or hours and not both.
func peakOnWorkdays(m *pricing.Model) {
	var lists []pricing.PriceList
	for _, list := range m.Prices {
		if list.From < peakHoursBegin {
			list.Variants = slices.DeleteFunc(slices.Clone(list.Variants), isTimeOfDay)
			lists = append(lists, list)
			continue
		}
		if list.From < weekendsBecomeOff {
			before := doublePeak(list)
			before.To = weekendsBecomeOff
			lists = append(lists, before)
			list.From = weekendsBecomeOff
		}
		lists = append(lists, onWorkdays(doublePeak(list)))
	}
	m.Prices = lists
}

// doublePeak says what the hours are: twice the price. The primary list has the peak price of
// its last change for all times.
func doublePeak(list pricing.PriceList) pricing.PriceList {
	list.Variants = slices.Clone(list.Variants)
	for i, v := range list.Variants {
		if isTimeOfDay(v) {
			list.Variants[i] = multiplied(v, "2")
			list.Variants[i].Name = "peak"
		}
	}
	return list
}

func isTimeOfDay(v pricing.Variant) bool { return len(v.When.Windows) > 0 }

func onWorkdays(list pricing.PriceList) pricing.PriceList {
	list.Variants = slices.Clone(list.Variants)
	for i, v := range list.Variants {
		if !isTimeOfDay(v) {
			continue
		}
		windows := slices.Clone(v.When.Windows)
		for j := range windows {
			windows[j].Weekdays = workdays
		}
		list.Variants[i].When.Windows = windows
	}
	return list
}

// tidy makes a file as small as it can be without loss: sorted, without what says nothing.
func tidy(file *pricing.File) {
	file.Synonyms = nil
	slices.SortStableFunc(file.Models, func(a, b pricing.Model) int { return strings.Compare(sortKey(a), sortKey(b)) })
	used := map[string]bool{}
	for i := range file.Models {
		for j := range file.Models[i].Prices {
			p := &file.Models[i].Prices[j]
			used[p.Source] = true
			for _, v := range p.Variants {
				used[v.Source] = true
			}
		}
	}
	for key := range file.Sources {
		if !used[key] {
			delete(file.Sources, key)
		}
	}
}

// sortKey keeps models with patterns in their order, because the first pattern that matches wins,
// and sorts the others behind them.
func sortKey(m pricing.Model) string {
	if len(m.Patterns) > 0 {
		return ""
	}
	return "~" + fold(m.ID)
}
