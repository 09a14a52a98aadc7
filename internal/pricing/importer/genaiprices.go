package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// readGenAIPrices reads genai-prices data: an array of providers, as its repository
// publishes it (first and second version) and as its packages embed it.
func readGenAIPrices(name string, data []byte) ([]pricing.File, Report, error) {
	doc := &document{name, data}
	elements, err := doc.array(doc.root())
	if err != nil {
		return nil, Report{}, fmt.Errorf("%w (genai_prices data is a JSON array of providers)", err)
	}
	r := genAIReader{doc: doc, report: &Report{Name: name}}
	var files []pricing.File
	for _, element := range elements {
		file, err := r.provider(element.node)
		if err != nil {
			return nil, Report{}, err
		}
		files = append(files, file)
	}
	return files, *r.report, nil
}

type genAIReader struct {
	doc    *document
	report *Report
}

func (r *genAIReader) provider(n node) (pricing.File, error) {
	fields, err := r.fields(n)
	if err != nil {
		return pricing.File{}, err
	}
	id, ok := fields["id"].text()
	if !ok {
		return pricing.File{}, fmt.Errorf("%s: line %d: a provider needs an id", r.doc.name, r.doc.line(n.at))
	}
	name, _ := fields["name"].text()
	file := newFile(id, name)
	for _, other := range r.strings(fields["fallback_model_providers"]) {
		file.Fallback = append(file.Fallback, pricing.CanonicalProvider(other))
	}
	file.Sources = r.sources(fields)
	file.Models, err = r.models(id, fields["models"])
	return file, err
}

func (r *genAIReader) fields(n node) (map[string]node, error) {
	members, err := r.doc.object(n)
	if err != nil {
		return nil, err
	}
	fields := make(map[string]node, len(members))
	for _, m := range members {
		fields[m.key] = m.node
	}
	return fields, nil
}

// genAISource is the key under which prices name this source.
const genAISource = "genai-prices"

func (r *genAIReader) sources(fields map[string]node) map[string]pricing.Source {
	source := pricing.Source{Title: "genai-prices"}
	if urls := r.strings(fields["pricing_urls"]); len(urls) > 0 {
		source.URL = urls[0]
	}
	return map[string]pricing.Source{genAISource: source}
}

func (r *genAIReader) strings(n node) []string {
	if n.kind() != '[' {
		return nil
	}
	elements, err := r.doc.array(n)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range elements {
		if s, ok := e.text(); ok {
			out = append(out, s)
		}
	}
	return out
}

func (r *genAIReader) models(provider string, n node) ([]pricing.Model, error) {
	if n.kind() != '[' {
		return nil, nil
	}
	elements, err := r.doc.array(n)
	if err != nil {
		return nil, err
	}
	var drafts []*genAIModel
	for _, element := range elements {
		draft, err := r.model(provider, element.node)
		if err != nil {
			return nil, err
		}
		if draft != nil {
			drafts = append(drafts, draft)
		}
	}
	return arrange(drafts), nil
}

// genAIModel is a model and the rule that finds it.
type genAIModel struct {
	pricing.Model
	match matchRule
	// loose is set when a narrowing condition was lost; the model must then be asked last.
	loose bool
}

func (r *genAIReader) model(provider string, n node) (*genAIModel, error) {
	fields, err := r.fields(n)
	if err != nil {
		return nil, err
	}
	id, _ := fields["id"].text()
	at := entry{r.report, r.doc, provider, id, n.at}
	if id == "" {
		at.invalid("id", "", "a model needs an id")
		return nil, nil
	}
	m := &genAIModel{Model: pricing.Model{ID: id}}
	if m.match, err = r.rule(fields["match"], 0); err != nil {
		at.invalid("match", string(fields["match"].raw), err.Error())
		return nil, nil
	}
	m.Aliases, m.Patterns, m.loose = m.match.translate(at)
	m.Prices, err = r.prices(at, fields)
	if err != nil {
		at.invalid("prices", string(fields["prices"].raw), err.Error())
		return nil, nil
	}
	return m, nil
}

// arrange keeps the meaning of the source's order, in which the first match wins: a name
// that an earlier rule takes as well belongs to that rule. Loose rules come last.
func arrange(drafts []*genAIModel) []pricing.Model {
	slices.SortStableFunc(drafts, func(a, b *genAIModel) int { return cmp.Compare(loosely(a), loosely(b)) })
	ids := make(map[string]bool, len(drafts))
	for _, d := range drafts {
		ids[strings.ToLower(d.ID)] = true
	}
	aliases := map[*genAIModel][]string{}
	for _, d := range drafts {
		for _, alias := range d.Aliases {
			if first := firstMatch(drafts, alias); first != nil && !ids[alias] {
				aliases[first] = appendNew(aliases[first], alias)
			}
		}
	}
	models := make([]pricing.Model, 0, len(drafts))
	for _, d := range drafts {
		d.Aliases = aliases[d]
		models = append(models, d.Model)
	}
	return models
}

func loosely(m *genAIModel) int {
	if m.loose {
		return 1
	}
	return 0
}

func firstMatch(drafts []*genAIModel, name string) *genAIModel {
	for _, d := range drafts {
		if d.match.matches(name) {
			return d
		}
	}
	return nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
