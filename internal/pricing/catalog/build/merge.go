package build

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// merger merges the two files of one provider.
type merger struct {
	summary  *Summary
	provider string
	date     string
	file     pricing.File
	// exact and patterns find a model of the primary list as that list's own engine does.
	exact    map[string]int
	patterns []modelPattern
	// names has every name that is taken, folded.
	names map[string]bool
	// completedBy has for each model the secondary entry that completed it, "" for none.
	completedBy map[int]string
}

type modelPattern struct {
	re    *regexp.Regexp
	model int
}

func (m *merger) merge(primary, secondary pricing.File) pricing.File {
	m.file = primary
	if len(primary.Models) == 0 {
		m.file = secondary
		m.file.Models = nil
	}
	m.file.Models = cloneModels(m.file.Models)
	for i := range m.file.Models {
		m.file.Models[i].Region = regionOf(m.file.Models[i].ID)
		m.file.Models[i].Prices = collapse(m.file.Models[i].Prices)
	}
	m.file.Sources = mergedSources(primary.Sources, secondary.Sources)
	m.index()
	m.mergeModels(secondary.Models)
	placeVariants(&m.file)
	return m.file
}

// mergeModels takes in the secondary list's models. A model's own name says more about it than a
// snapshot's, so it completes first; entries that disagree come last and inherit what is complete by then.
func (m *merger) mergeModels(others []pricing.Model) {
	type pair struct {
		at    int
		other pricing.Model
	}
	var own, snapshots, disagreeing []pair
	for _, other := range others {
		at, ok := m.find(other.ID)
		switch {
		case !ok:
			m.addMissing(other)
		case m.isOwnName(at, other.ID):
			own = append(own, pair{at, other})
		default:
			snapshots = append(snapshots, pair{at, other})
		}
	}
	for _, p := range slices.Concat(own, snapshots) {
		if !m.join(p.at, p.other) {
			disagreeing = append(disagreeing, p)
		}
	}
	for _, p := range disagreeing {
		m.split(p.at, p.other)
	}
}

func mergedSources(a, b map[string]pricing.Source) map[string]pricing.Source {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]pricing.Source{}
	}
	maps.Copy(out, b)
	return out
}

// regionOf is the place that an id of the primary list stands for, or empty.
func regionOf(id string) string {
	for _, place := range []string{"regional", "global"} {
		if strings.HasPrefix(id, place+".") {
			return place
		}
	}
	return ""
}

// collapse joins price lists that differ in their variants only. The primary list dates a variant by the
// day on which it was written down; the tiers existed before.
func collapse(prices []pricing.PriceList) []pricing.PriceList {
	var out []pricing.PriceList
	for _, p := range prices {
		if n := len(out); n > 0 && sameStandard(out[n-1], p) {
			p.From = out[n-1].From
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

func sameStandard(a, b pricing.PriceList) bool {
	return a.Free == b.Free && reflect.DeepEqual(a.Rates, b.Rates) && reflect.DeepEqual(a.Tiers, b.Tiers) &&
		slices.EqualFunc(hoursOf(a), hoursOf(b), func(v, w pricing.Variant) bool { return reflect.DeepEqual(v, w) })
}

func hoursOf(p pricing.PriceList) []pricing.Variant {
	return slices.DeleteFunc(slices.Clone(p.Variants), func(v pricing.Variant) bool { return !isTimeOfDay(v) })
}

func (m *merger) index() {
	m.exact, m.names, m.completedBy = map[string]int{}, map[string]bool{}, map[int]string{}
	for i, model := range m.file.Models {
		for _, name := range append([]string{model.ID}, model.Aliases...) {
			m.exact[fold(name)] = i
			m.names[fold(name)] = true
		}
		for _, pattern := range model.Patterns {
			if re, err := regexp.Compile(`(?i)^(?:` + pattern + `)$`); err == nil {
				m.patterns = append(m.patterns, modelPattern{re, i})
			}
		}
	}
}

func fold(name string) string { return strings.ToLower(name) }

func (m *merger) find(name string) (int, bool) {
	if i, ok := m.exact[fold(name)]; ok {
		return i, true
	}
	for _, p := range m.patterns {
		if p.re.MatchString(name) {
			return p.model, true
		}
	}
	return 0, false
}

// isOwnName tells a model's own name from that of one of its snapshots or places.
func (m *merger) isOwnName(at int, name string) bool {
	return fold(m.file.Models[at].ID) == fold(name)
}

// addMissing takes a model that the primary list does not have.
func (m *merger) addMissing(other pricing.Model) {
	if m.names[fold(other.ID)] {
		return
	}
	if allFree(other) && !freeOfCharge(m.provider, other.ID) {
		m.summary.Skipped++
		return
	}
	other.Aliases = nil
	m.names[fold(other.ID)] = true
	m.file.Models = append(m.file.Models, other)
	m.summary.Added++
}

func allFree(model pricing.Model) bool {
	return !slices.ContainsFunc(model.Prices, func(p pricing.PriceList) bool { return !p.Free })
}

// freeModels are models of which it is known that a zero in the secondary list means free: what runs on
// one's own machine, experiments and open models on the Gemini API, Mistral's labs. Elsewhere a zero also
// stands for prices that are not known or covered by a subscription.
var freeModels = map[string]*regexp.Regexp{
	"ollama":     regexp.MustCompile(`.`),
	"gcp.gemini": regexp.MustCompile(`exp|learnlm|gemma`),
	"mistral_ai": regexp.MustCompile(`^labs-`),
}

func freeOfCharge(provider, id string) bool {
	known, ok := freeModels[provider]
	return ok && known.MatchString(id)
}

// join brings what the secondary list says about a model together with the primary's. It reports false
// for a snapshot that disagrees.
func (m *merger) join(at int, other pricing.Model) bool {
	model := &m.file.Models[at]
	current := m.currentList(model)
	if allFree(other) || current.Free {
		m.alias(model, other.ID)
		return true
	}
	differences := differences(*current, other.Prices[0])
	if len(differences) > 0 && !m.isOwnName(at, other.ID) {
		return false
	}
	current.Disputed = strings.Join(differences, "; ")
	m.alias(model, other.ID)
	m.complete(at, other)
	return true
}

// alias gives the model another name, unless the name is its own or taken.
func (m *merger) alias(model *pricing.Model, name string) {
	if m.names[fold(name)] {
		return
	}
	m.names[fold(name)] = true
	model.Aliases = append(model.Aliases, name)
}

// split gives a disputed snapshot an entry of its own, so that the doubt is about it alone.
func (m *merger) split(at int, other pricing.Model) {
	if m.names[fold(other.ID)] && !slices.ContainsFunc(m.file.Models[at].Aliases, func(a string) bool { return fold(a) == fold(other.ID) }) {
		return
	}
	model := m.file.Models[at]
	model.ID, model.Aliases, model.Patterns, model.Prefixes = other.ID, nil, nil, nil
	if other.Region != "" {
		model.Region = other.Region
	}
	model.Prices = slices.Clone(model.Prices)
	current := m.currentList(&model)
	current.Disputed = strings.Join(differences(*current, other.Prices[0]), "; ")
	m.file.Models[at].Aliases = slices.DeleteFunc(slices.Clone(m.file.Models[at].Aliases), func(a string) bool { return fold(a) == fold(other.ID) })
	m.names[fold(other.ID)] = true
	m.file.Models = append(m.file.Models, model)
}

// complete takes variants, fees and meters from the secondary entry, once for each model.
func (m *merger) complete(at int, other pricing.Model) {
	if m.completedBy[at] != "" {
		return
	}
	model := &m.file.Models[at]
	if complete(model, m.currentIndex(model), other.Prices[0]) {
		m.completedBy[at] = other.ID
		m.summary.Completed++
	}
}
