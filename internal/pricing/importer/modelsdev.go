package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// readModelsDev reads models.dev's api.json: an object of providers with an object of
// models each, prices in USD per million tokens.
func readModelsDev(name string, data []byte) ([]pricing.File, Report, error) {
	doc := &document{name, data}
	members, err := doc.object(doc.root())
	if err != nil {
		return nil, Report{}, fmt.Errorf("%w (models_dev data is a JSON object of providers)", err)
	}
	r := modelsDevReader{doc: doc, report: &Report{Name: name}}
	var files []pricing.File
	for _, m := range members {
		file, err := r.provider(m)
		if err != nil {
			return nil, Report{}, err
		}
		files = joinFile(files, file)
	}
	return files, *r.report, nil
}

// joinFile adds a file, or its new models where the provider has a file already.
func joinFile(files []pricing.File, file pricing.File) []pricing.File {
	at := slices.IndexFunc(files, func(f pricing.File) bool { return f.Provider == file.Provider })
	if at < 0 {
		return append(files, file)
	}
	have := map[string]bool{}
	for _, m := range files[at].Models {
		have[strings.ToLower(m.ID)] = true
	}
	for _, m := range file.Models {
		if !have[strings.ToLower(m.ID)] {
			files[at].Models = append(files[at].Models, m)
		}
	}
	return files
}

type modelsDevReader struct {
	doc    *document
	report *Report
}

// modelsDevSource is the key under which prices name this source.
const modelsDevSource = "models.dev"

func (r *modelsDevReader) provider(m member) (pricing.File, error) {
	fields, err := r.fields(m.node)
	if err != nil {
		return pricing.File{}, err
	}
	name, _ := fields["name"].text()
	url, _ := fields["doc"].text()
	file := newFile(m.key, name)
	file.Sources = map[string]pricing.Source{modelsDevSource: {Title: "models.dev", URL: url}}
	if fields["models"].kind() != '{' {
		return file, nil
	}
	models, err := r.doc.object(fields["models"])
	if err != nil {
		return file, err
	}
	for _, model := range models {
		at := entry{r.report, r.doc, m.key, model.key, model.at}
		if priced, ok := r.model(at, model); ok {
			file.Models = append(file.Models, priced)
		}
	}
	return file, nil
}

func (r *modelsDevReader) fields(n node) (map[string]node, error) {
	members, err := r.doc.object(n)
	fields := make(map[string]node, len(members))
	for _, m := range members {
		fields[m.key] = m.node
	}
	return fields, err
}

// modelsDevRates are the keys of a cost object. Some entries use older spellings.
var modelsDevRates = map[string]meter.Meter{
	"input":        meter.Input,
	"output":       meter.Output,
	"reasoning":    meter.Reasoning,
	"cache_read":   meter.CacheRead,
	"cached_input": meter.CacheRead,
	"cache_input":  meter.CacheRead,
	"cache_write":  meter.CacheWrite5m,
	"cached_write": meter.CacheWrite5m,
	"input_audio":  meter.InputAudio,
	"output_audio": meter.OutputAudio,
	"citation":     meter.Citation,
}

func (r *modelsDevReader) model(at entry, m member) (pricing.Model, bool) {
	fields, err := r.fields(m.node)
	if err != nil {
		at.invalid("", string(m.raw), "a model must be a JSON object")
		return pricing.Model{}, false
	}
	if fields["cost"].kind() != '{' {
		at.unexpressed("cost", "", "no price")
		return pricing.Model{}, false
	}
	base, list, err := r.cost(at, fields["cost"])
	if err != nil {
		at.invalid("cost", string(fields["cost"].raw), err.Error())
		return pricing.Model{}, false
	}
	r.imagePrice(at, fields, &base, &list)
	if err := r.modes(at, fields["experimental"], base, &list); err != nil {
		at.invalid("experimental", string(fields["experimental"].raw), err.Error())
		return pricing.Model{}, false
	}
	list.Source = modelsDevSource
	return pricing.Model{ID: m.key, Prices: []pricing.PriceList{list}}, true
}

// cost reads a cost object into a price list.
func (r *modelsDevReader) cost(at entry, n node) (card, pricing.PriceList, error) {
	members, err := r.doc.object(n)
	if err != nil {
		return card{}, pricing.PriceList{}, err
	}
	c := card{rates: rates{}}
	byThreshold := map[int64]tierRates{}
	var legacy node
	for _, m := range members {
		switch {
		case m.isNull():
		case m.key == "tiers":
			err = errors.Join(err, r.tiers(at, m.node, byThreshold))
		case m.key == "context_over_200k":
			legacy = m.node
		default:
			err = errors.Join(err, r.rate(at, m, c.rates))
		}
	}
	if err != nil {
		return card{}, pricing.PriceList{}, err
	}
	if len(c.rates) == 0 {
		return card{}, pricing.PriceList{}, errors.New("no price that a meter could use")
	}
	doubt := ""
	if len(byThreshold) == 0 && legacy.kind() == '{' {
		const threshold = 200_000
		own, err := r.plain(at, legacy)
		if err != nil {
			return card{}, pricing.PriceList{}, err
		}
		byThreshold[threshold] = tierRates{threshold: threshold, rates: own}
		doubt = "context_over_200k is also written for models whose threshold is another one"
	}
	c = c.complete(sortedTiers(byThreshold))
	list := c.list()
	list.Disputed = doubt
	if list.Free {
		list.Disputed = "models.dev writes 0 also for subscriptions"
	}
	return c, list, nil
}

// complete fills each tier with what holds below it.
func (c card) complete(tiers []tierRates) card {
	below := c.rates.tokens()
	for _, t := range tiers {
		t.rates = below.with(t.rates)
		below = t.rates
		c.tiers = append(c.tiers, t)
	}
	return c
}

func (r *modelsDevReader) rate(at entry, m member, into rates) error {
	target, ok := modelsDevRates[m.key]
	if !ok {
		at.unexpressed("cost."+m.key, string(m.raw), "no meter counts this")
		return nil
	}
	amount, err := checkRate(m.node, target, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", m.key, err)
	}
	into[target] = rate{amount: amount}
	return nil
}

func (r *modelsDevReader) plain(at entry, n node) (rates, error) {
	members, err := r.doc.object(n)
	if err != nil {
		return nil, err
	}
	out := rates{}
	for _, m := range members {
		if m.key == "tier" || m.isNull() {
			continue
		}
		if err := r.rate(at, m, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *modelsDevReader) tiers(at entry, n node, into map[int64]tierRates) error {
	elements, err := r.doc.array(n)
	if err != nil {
		return err
	}
	for _, element := range elements {
		fields, err := r.fields(element.node)
		if err != nil {
			return err
		}
		threshold, err := r.threshold(fields["tier"])
		if err != nil {
			return err
		}
		own, err := r.plain(at, element.node)
		if err != nil {
			return err
		}
		into[threshold] = tierRates{threshold: threshold, rates: own}
	}
	return nil
}

func (r *modelsDevReader) threshold(n node) (int64, error) {
	if n.kind() != '{' {
		return 0, errors.New("a tier needs a size")
	}
	fields, err := r.fields(n)
	if err != nil {
		return 0, err
	}
	if kind, ok := fields["type"].text(); ok && kind != "context" {
		return 0, fmt.Errorf("a tier of type %q, not context", kind)
	}
	size, err := fields["size"].number()
	if err != nil || size.exp < 0 || size.sign() <= 0 || !size.rat().Num().IsInt64() {
		return 0, fmt.Errorf("tier size %s is not a number of tokens", fields["size"].raw)
	}
	return size.rat().Num().Int64(), nil
}

// imagePrice knows that models.dev has one output price: that of the pictures for models that
// draw, where text costs something else that is not written.
func (r *modelsDevReader) imagePrice(at entry, fields map[string]node, base *card, list *pricing.PriceList) {
	if !r.draws(at.model, fields) || list.Free {
		return
	}
	price, ok := base.rates[meter.Output]
	if !ok {
		return
	}
	base.rates[meter.OutputImage] = price
	list.Rates = base.rates.spec()
	list.Disputed = "the output price of a model that draws is that of its pictures; its text may cost less"
	at.unexpressed("cost.output", price.amount.String(), "taken for pictures; the price of text output is not written")
}

func (r *modelsDevReader) draws(model string, fields map[string]node) bool {
	if fields["modalities"].kind() == '{' {
		modalities, err := r.fields(fields["modalities"])
		if err == nil && modalities["output"].kind() == '[' {
			return strings.Contains(string(modalities["output"].raw), `"image"`)
		}
	}
	return strings.Contains(strings.ToLower(model), "-image")
}

// modes reads experimental.modes, alternative prices under a service tier or a speed.
func (r *modelsDevReader) modes(at entry, n node, base card, list *pricing.PriceList) error {
	if n.kind() != '{' || list.Free {
		return nil
	}
	experimental, err := r.fields(n)
	if err != nil || experimental["modes"].kind() != '{' {
		return err
	}
	modes, err := r.doc.object(experimental["modes"])
	if err != nil {
		return err
	}
	for _, mode := range modes {
		if err := r.mode(at, mode, base, list); err != nil {
			return fmt.Errorf("modes.%s: %w", mode.key, err)
		}
	}
	return nil
}

func (r *modelsDevReader) mode(at entry, m member, base card, list *pricing.PriceList) error {
	fields, err := r.fields(m.node)
	if err != nil {
		return err
	}
	if fields["cost"].kind() != '{' {
		return nil
	}
	c, _, err := r.cost(at, fields["cost"])
	if err != nil {
		return err
	}
	when, ok := r.when(fields["provider"])
	if !ok {
		at.unexpressed("experimental.modes."+m.key, string(m.raw), "nothing in it tells how a call asks for the mode")
		return nil
	}
	list.Variants = append(list.Variants, c.variant(base, m.key, when))
	return nil
}

// when reads what a request body must say to get a mode.
func (r *modelsDevReader) when(n node) (pricing.Condition, bool) {
	if n.kind() != '{' {
		return pricing.Condition{}, false
	}
	provider, err := r.fields(n)
	if err != nil || provider["body"].kind() != '{' {
		return pricing.Condition{}, false
	}
	body, err := r.fields(provider["body"])
	if err != nil {
		return pricing.Condition{}, false
	}
	if tier, ok := body["service_tier"].text(); ok {
		return pricing.Condition{ServiceTier: []string{tier}}, true
	}
	if speed, ok := body["speed"].text(); ok {
		return pricing.Condition{Speed: []string{speed}}, true
	}
	return pricing.Condition{}, false
}
