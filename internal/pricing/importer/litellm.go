package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// readLiteLLM reads LiteLLM's model price list: one JSON object with a member for each
// model, prices in USD per single unit.
func readLiteLLM(name string, data []byte) ([]pricing.File, Report, error) {
	doc := &document{name, data}
	members, err := doc.object(doc.root())
	if err != nil {
		return nil, Report{}, fmt.Errorf("%w (a litellm price list is a JSON object of models)", err)
	}
	r := liteLLMReader{doc: doc, report: &Report{Name: name}, files: map[string]*liteLLMFile{}, keys: make(map[string]bool, len(members))}
	for _, m := range members {
		r.keys[m.key] = true
	}
	for _, m := range members {
		if m.key == "sample_spec" || m.key == "fallback_generalizations" {
			continue
		}
		r.model(m)
	}
	return r.finish(), *r.report, nil
}

type liteLLMReader struct {
	doc    *document
	report *Report
	files  map[string]*liteLLMFile
	order  []string
	keys   map[string]bool
}

// liteLLMFile collects one provider's models, of which one name can be given twice.
type liteLLMFile struct {
	pricing.File
	// id is the provider as the list calls it.
	id   string
	byID map[string]liteLLMName
	// keys are all of the list's.
	keys map[string]bool
}

// liteLLMName is the model that has a name.
type liteLLMName struct {
	index int
	// from is the provider as the list calls it; prefixed whether its key began with that.
	from     string
	prefixed bool
}

func (r *liteLLMReader) finish() []pricing.File {
	files := make([]pricing.File, 0, len(r.order))
	for _, id := range r.order {
		f := r.files[id]
		dropSharedAliases(f.Models)
		files = append(files, f.File)
	}
	return files
}

// dropSharedAliases removes aliases that are the id of another model or an alias of an earlier one.
func dropSharedAliases(models []pricing.Model) {
	taken := make(map[string]int, 2*len(models))
	for i := range models {
		taken[strings.ToLower(models[i].ID)] = i
	}
	for i := range models {
		models[i].Aliases = slices.DeleteFunc(models[i].Aliases, func(alias string) bool {
			folded := strings.ToLower(alias)
			if owner, ok := taken[folded]; ok {
				return owner != i || strings.EqualFold(folded, models[i].ID)
			}
			taken[folded] = i
			return false
		})
	}
}

func (r *liteLLMReader) file(id string) *liteLLMFile {
	provider := pricing.CanonicalProvider(id)
	f := r.files[provider]
	if f == nil {
		f = &liteLLMFile{File: newFile(id, id), id: id, byID: map[string]liteLLMName{}, keys: r.keys}
		f.Sources = map[string]pricing.Source{}
		r.files[provider] = f
		r.order = append(r.order, provider)
	}
	return f
}

func (r *liteLLMReader) model(m member) {
	at := entry{r.report, r.doc, "", m.key, m.at}
	members, err := r.doc.object(m.node)
	if err != nil {
		at.invalid("", string(m.raw), "a model must be a JSON object")
		return
	}
	fields := make(map[string]node, len(members))
	for _, field := range members {
		fields[field.key] = field.node
	}
	provider, ok := fields["litellm_provider"].text()
	if !ok || provider == "" {
		at.invalid("litellm_provider", string(fields["litellm_provider"].raw), "must name the provider")
		return
	}
	at.provider = provider
	file := r.file(provider)
	list, ok := liteLLMPrices(at, members, fields)
	if !ok {
		return
	}
	list.Source = file.source(fields)
	file.add(at, m.key, list)
}

// liteLLMSource is the key under which prices name this source; with a number behind it where entries
// name the page that they were read from.
const liteLLMSource = "litellm"

func (f *liteLLMFile) source(fields map[string]node) string {
	url, _ := fields["source"].text()
	if !strings.HasPrefix(url, "https://") {
		url = ""
	}
	for key, source := range f.Sources {
		if source.URL == url {
			return key
		}
	}
	key := liteLLMSource
	if url != "" {
		key = fmt.Sprintf("%s-%d", liteLLMSource, len(f.Sources)+1)
	}
	f.Sources[key] = pricing.Source{Title: "LiteLLM", URL: url}
	return key
}

// add files a model under its name without the provider in front. Of two entries of one name at one of
// LiteLLM's providers, the key with the provider wins, as it does in LiteLLM's own look-up; one of
// another of its providers that is the same here keeps its whole key.
func (f *liteLLMFile) add(at entry, key string, list pricing.PriceList) {
	id, prefixed := f.localName(key)
	have, taken := f.byID[strings.ToLower(id)]
	switch {
	case !taken:
		f.append(id, key, at.provider, prefixed, list)
	case f.free(have) && !list.Free, have.from == at.provider && prefixed && !have.prefixed:
		f.Models[have.index].Prices = []pricing.PriceList{list}
		f.Models[have.index].Aliases = appendNew(f.Models[have.index].Aliases, key)
		f.byID[strings.ToLower(id)] = liteLLMName{have.index, at.provider, prefixed}
	case have.from != at.provider && id == key && have.prefixed && !list.Free:
		first := &f.Models[have.index]
		first.ID, first.Aliases = first.Aliases[0], first.Aliases[1:]
		f.append(id, key, at.provider, prefixed, list)
	case have.from != at.provider && id != key && !list.Free:
		f.append(key, key, at.provider, prefixed, list)
	default:
		f.Models[have.index].Aliases = appendNew(f.Models[have.index].Aliases, key)
		at.unexpressed("", "", "another entry has the name "+id+" at this provider; its prices are taken")
	}
}

func (f *liteLLMFile) append(id, key, from string, prefixed bool, list pricing.PriceList) {
	model := pricing.Model{ID: id, Region: regionOf(id), Prices: []pricing.PriceList{list}}
	if id != key {
		model.Aliases = []string{key}
	}
	f.byID[strings.ToLower(id)] = liteLLMName{len(f.Models), from, prefixed}
	f.Models = append(f.Models, model)
}

func (f *liteLLMFile) free(name liteLLMName) bool { return f.Models[name.index].Prices[0].Free }

// localName strips the provider from a key: azure/gpt-5 is gpt-5 at Azure. What is left must not be the
// key of another model: perplexity/sonar is sonar, and perplexity/perplexity/sonar is something else.
func (f *liteLLMFile) localName(key string) (name string, prefixed bool) {
	rest, ok := f.withoutProvider(key)
	if !ok {
		return key, false
	}
	if _, again := f.withoutProvider(rest); again && f.keys[rest] {
		return key, false
	}
	return rest, true
}

func (f *liteLLMFile) withoutProvider(key string) (string, bool) {
	head, rest, ok := strings.Cut(key, "/")
	return rest, ok && rest != "" && (head == f.id || pricing.CanonicalProvider(head) == f.Provider)
}

// geographies are the prefixes of names that stand for a place: those of Bedrock's
// inference profiles (with a dot) and of Azure's regions (with a slash).
var geographies = []string{
	"global", "us", "eu", "apac", "au", "jp", "ca", "sa", "us-gov",
	"global-standard", "data-zone", "regional",
}

// regionOf is the place that a name prices already, or empty.
func regionOf(id string) string {
	head, _, slashed := strings.Cut(id, "/")
	if slashed && (slices.Contains(geographies, head) || isRegion(head)) {
		return head
	}
	head, _, dotted := strings.Cut(id, ".")
	if dotted && slices.Contains(geographies, head) {
		return head
	}
	return ""
}

// isRegion recognises cloud regions such as us-east-1 and ap-northeast-1.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	last := parts[len(parts)-1]
	return len(parts) >= 3 && len(parts[0]) == 2 && len(last) == 1 && last[0] >= '0' && last[0] <= '9'
}

// liteLLMPrices reads all prices of one model.
func liteLLMPrices(at entry, members []member, fields map[string]node) (pricing.PriceList, bool) {
	provider, _ := fields["litellm_provider"].text()
	c := liteLLMCard{at: at, inclusive: provider == "xai", levels: map[string]*level{}}
	for _, m := range members {
		if m.isNull() || !isPriceField(m.key) {
			continue
		}
		if err := c.field(m); err != nil {
			at.invalid(m.key, string(m.raw), err.Error())
			return pricing.PriceList{}, false
		}
	}
	if err := c.special(fields); err != nil {
		at.invalid("", "", err.Error())
		return pricing.PriceList{}, false
	}
	c.units(fields)
	c.inputOnly(fields)
	c.cacheDefault(provider)
	if len(c.level("").base) == 0 {
		at.unexpressed("", "", "no price that a meter could use")
		return pricing.PriceList{}, false
	}
	return c.list(), true
}

// isPriceField tells prices from the many other things that entries say.
func isPriceField(key string) bool {
	for _, word := range []string{"cost", "pricing", "multiplier", "provider_specific_entry", "search_free_requests"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
