package pricing

import (
	"cmp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// Engine prices calls. It is immutable but for caches, safe for concurrent use, and replaced as a whole when
// the catalog or the customization changes.
type Engine struct {
	catalog     *Catalog
	rules       *rules
	deployments map[string]Deployment
	rates       *ExchangeRates
	reporting   string
	info        Info
	cache       *lookupCache

	mu     sync.Mutex
	offers map[offerKey]*offer
	sheets atomic.Int64
}

// maxEngineSheets bounds the memory of cached sheets, at 2.5 KB each, over all models.
const maxEngineSheets = 16384

type offerKey struct {
	provider string
	entry    *entry
}

// Info describes what an engine prices with.
type Info struct {
	// Catalog names the catalog and its content: finops.pricing.catalog.
	Catalog string
	// Hash of the text that the catalog was read from.
	Hash string
	// Entries is the number of models, Providers that of providers.
	Entries, Providers int
	// SourceDate is the newest date of a source, YYYY-MM-DD.
	SourceDate string
	// ExchangeRateDate is the date of the newest exchange rate, if any.
	ExchangeRateDate string
	// Currency is the reporting currency.
	Currency string
}

// Stats counts look-ups that went beyond the cache since the engine was made.
type Stats struct {
	// Misses are pairs of provider and model that had to be resolved, Evictions those that pushed
	// another pair out of the cache.
	Misses, Evictions uint64
}

// NewEngine checks the customization and makes an engine.
func NewEngine(catalog *Catalog, custom Customization) (*Engine, error) {
	if catalog == nil {
		return nil, errNoCatalog
	}
	compiled, err := compileRules(&custom)
	if err != nil {
		return nil, err
	}
	if catalog, err = catalog.withOverridden(custom.Overrides); err != nil {
		return nil, err
	}
	compiled.canonical(catalog)
	e := &Engine{
		catalog:     catalog,
		rules:       compiled,
		deployments: make(map[string]Deployment, len(custom.Deployments)),
		rates:       custom.ExchangeRates,
		reporting:   custom.reporting(),
		cache:       newLookupCache(),
		offers:      make(map[offerKey]*offer),
	}
	for name, d := range custom.Deployments {
		e.deployments[fold(name)] = d
	}
	e.info = Info{
		Catalog: "finops@" + catalog.hash, Hash: catalog.hash, Entries: catalog.entries,
		Providers: len(catalog.providers), SourceDate: catalog.date,
		ExchangeRateDate: e.rates.Last(), Currency: e.reporting,
	}
	return e, nil
}

// Info describes the catalog and the reporting currency.
func (e *Engine) Info() Info { return e.info }

// Stats returns the counters of the look-up cache.
func (e *Engine) Stats() Stats {
	return Stats{Misses: e.cache.misses.Load(), Evictions: e.cache.evictions.Load()}
}

// Price selects the unit prices of a call.
func (e *Engine) Price(c *Call) Price {
	l := e.lookup(c)
	if l == nil {
		return Price{Reason: ledger.ReasonNoModel}
	}
	if l.offer == nil {
		return Price{Reason: ledger.ReasonUnknownModel}
	}
	p := Price{
		Model: l.offer.name, Version: l.version, Match: l.match, MatchUncertain: l.uncertain,
		Foreign: l.foreign, ProviderGuessed: l.guessed, Region: cmp.Or(l.region, c.Region),
	}
	e.selectSheet(c, l, &p)
	return p
}

// lookup resolves the response's model, and the request's when the catalog does not know it.
func (e *Engine) lookup(c *Call) *lookup {
	var l *lookup
	if c.ResponseModel != "" {
		if l = e.find(c.Provider, c.ResponseModel); l.offer != nil {
			return l
		}
	}
	if c.RequestModel != "" && c.RequestModel != c.ResponseModel {
		return e.find(c.Provider, c.RequestModel)
	}
	return l
}

func (e *Engine) find(provider, model string) *lookup {
	if l := e.cache.get(provider, model); l != nil {
		return l
	}
	return e.resolve(provider, model)
}

// resolve does for a pair seen for the first time what find then remembers.
func (e *Engine) resolve(provider, model string) *lookup {
	l := &lookup{provider: provider, model: model}
	if d, ok := e.deployments[fold(model)]; ok {
		l.resolution = e.catalog.resolve(cmp.Or(d.Provider, provider), d.Model)
		l.region, l.deployment = cmp.Or(l.region, d.Region), d.Kind
		l.rule = "deployment " + model + " is " + d.Model + ": " + l.rule
	} else {
		l.resolution = e.catalog.resolve(provider, model)
	}
	if l.entry != nil {
		l.offer = e.offer(l, provider)
	}
	if len(model) <= maxModelName && len(provider) <= maxModelName {
		e.cache.put(l)
	}
	return l
}

func (e *Engine) offer(l *lookup, provider string) *offer {
	by := l.entry.provider.id
	if !l.guessed {
		if p := e.catalog.lookupProvider(foldProvider(provider)); p != nil {
			by = p.id
		} else if provider != "" {
			by = provider
		}
	}
	key := offerKey{foldProvider(by), l.entry}
	e.mu.Lock()
	defer e.mu.Unlock()
	o, ok := e.offers[key]
	if !ok {
		o = newOffer(l.entry, key.provider, e.rules)
		e.offers[key] = o
	}
	return o
}

// selectSheet fills in the part of a price that depends on more than the names. It returns what it took that
// from, nil if no price list holds at the time of the call.
func (e *Engine) selectSheet(c *Call, l *lookup, p *Price) *keyedSheet {
	o, instant := l.offer.in(p.Region), c.Time.UnixNano()
	list := o.entry.at(instant)
	if list == nil {
		p.Reason = ledger.ReasonNoRate
		return nil
	}
	usage := c.Usage
	if usage == nil {
		usage = &noUsage
	}
	f := facts{
		tier: canonicalTier(c.ServiceTier, e.catalog.names.tiers), speed: canonicalTier(c.Speed, e.catalog.names.tiers),
		region: p.Region, deployment: cmp.Or(c.Deployment, l.deployment), time: c.Time,
	}
	key := sheetKey{list: list, mask: list.choose(&f), step: base}
	p.TierAssumed = f.tier != "" && !strings.EqualFold(f.tier, tierStandard) && !containsFold(list.info.ServiceTiers, f.tier)
	p.SpeedAssumed = list.speedAssumed(f.speed)
	if list.sized {
		key.step = int32(list.stepOf(key.mask, usage))
	}
	s := o.selection(c, p.Region)
	key.segment = s.segment(instant)
	if e.converts(list, s) {
		key.day = dayOf(c.Time)
	}
	made := s.cached(&key)
	if made == nil {
		made = s.add(e.makeSheets(s, key, instant))
		if e.sheets.Add(1) > maxEngineSheets {
			e.forget()
		}
	}
	e.fill(p, made, usage)
	return made
}

var noUsage meter.Usage

// converts tells whether a sheet depends on exchange rates and so on the day.
func (e *Engine) converts(l *list, s *selection) bool {
	return l.currency != e.reporting || s.foreign(e.reporting)
}

// fill puts the sheets into a price, or the reason why there is none.
func (e *Engine) fill(p *Price, made *keyedSheet, usage *meter.Usage) {
	if made.sheet == nil {
		p.Reason = ledger.ReasonNoRate
		return
	}
	for _, m := range made.unknown {
		if !usage[m].IsZero() {
			p.Reason = ledger.ReasonNoRate
			return
		}
	}
	p.Sheet, p.Upper = made.sheet, made.upper
	if made.upper != nil {
		tier := &made.key.list.steps[made.key.step]
		p.Threshold, p.UpperByOutput = tier.size, tier.key.metric == metricOutput
	}
}

// makeSheets computes the sheet for a key, and for a graduated tier the one for the part above.
func (e *Engine) makeSheets(s *selection, key sheetKey, instant int64) *keyedSheet {
	terms := s.terms(instant)
	made := &keyedSheet{key: key}
	lower := key
	if mask := key.list.exclude(key.mask); key.step != base && key.list.steps[key.step].at(mask).graduated {
		lower.step = int32(key.list.below(mask, int(key.step)))
		made.upper = e.makeSheet(key, terms)
	}
	made.sheet = e.makeSheet(lower, terms)
	if made.sheet == nil || (lower != key && made.upper == nil) {
		return &keyedSheet{key: key}
	}
	for m := range made.sheet.Rates {
		known := made.sheet.Rates[m].Known && (made.upper == nil || made.upper.Rates[m].Known)
		if !known && meter.Meter(m) != meter.Request {
			made.unknown = append(made.unknown, uint8(m))
		}
	}
	return made
}

func (e *Engine) makeSheet(key sheetKey, t *terms) *Sheet {
	maker := func(explain bool) *sheetMaker {
		return &sheetMaker{
			quoter: quoter{list: key.list, explain: explain},
			key:    key, terms: t, rates: e.rates, reporting: e.reporting,
		}
	}
	sheet := maker(false).make()
	if sheet != nil {
		sheet.Trace = func() []string {
			k := maker(true)
			k.make()
			return k.trace
		}
	}
	return sheet
}

// forget empties all caches. Calls being priced go on with what they hold.
func (e *Engine) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sheets.Store(0)
	e.offers = make(map[offerKey]*offer)
	e.cache.clear()
}
