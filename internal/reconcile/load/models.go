package load

import (
	"cmp"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
)

// noon of a day is when its prices are asked for: prices change at midnight of some time zone.
const noon = 12 * time.Hour

// models finds out which model a name means. Versions are not told apart: bills of one model mix names with and without
// them, and prices that differ between versions meet in the average rate of a day on both sides.
type models struct {
	engine *pricing.Engine
	names  map[spelling]string
}

type spelling struct {
	provider, name string
	day            time.Time
	// certain is set where a text may be something else than a model.
	certain bool
}

func newModels(engine *pricing.Engine) *models {
	return &models{engine: engine, names: map[spelling]string{}}
}

// canonical returns the catalog's name of a model, and the name itself in lower case where the catalog does not know it.
func (m *models) canonical(provider, name string, day time.Time) string {
	if name == "" {
		return ""
	}
	if found := m.find(spelling{provider, name, day, false}); found != "" {
		return found
	}
	return strings.ToLower(name)
}

func (m *models) find(s spelling) string {
	found, ok := m.names[s]
	if !ok {
		p := m.engine.Price(&pricing.Call{Provider: s.provider, ResponseModel: s.name, Time: s.day.Add(noon)})
		if found = p.Model; s.certain && (p.Match != pricing.MatchExact || p.Foreign || p.ProviderGuessed) {
			found = ""
		}
		m.names[s] = found
	}
	return found
}

// named returns the one model that a row of a cloud's export names: a text of it that is, as a whole, a name that the catalog has. Two
// texts that name two models name none.
func (m *models) named(provider string, r *focus.Row, day time.Time) string {
	texts := append(detailsOf(r.SkuPriceDetails), r.SkuId, r.ResourceName, r.ChargeDescription)
	model := ""
	for _, text := range texts {
		if text == "" {
			continue
		}
		found := m.find(spelling{provider, text, day, true})
		if found != "" && model != "" && found != model {
			return ""
		}
		if found != "" {
			model = found
		}
	}
	return model
}

// detailsOf returns the texts of a flat JSON object.
func detailsOf(text string) []string {
	var details map[string]any
	if json.Unmarshal([]byte(text), &details) != nil {
		return nil
	}
	var texts []string
	for _, k := range slices.Sorted(maps.Keys(details)) {
		if s, ok := details[k].(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// wholes are priced as most of what is in them.
var wholes = map[reconcile.Meter]reconcile.Meter{
	reconcile.Prompt:     reconcile.Meter(meter.Input.String()),
	reconcile.Completion: reconcile.Meter(meter.Output.String()),
}

// isTokens reports whether a meter of a usage report is of tokens.
func isTokens(m reconcile.Meter) bool { return isToken(cmp.Or(wholes[m], m)) }

// rates answers what usage costs of which telemetry has no like.
type rates struct {
	engine   *pricing.Engine
	exchange *pricing.ExchangeRates
	known    map[asked]answer
}

type asked struct {
	reconcile.Key
	reconcile.Slot
}

type answer struct {
	reconcile.Rate
	ok bool
}

func newRates(o *Options) *rates {
	return &rates{engine: o.Engine, exchange: o.ExchangeRates, known: map[asked]answer{}}
}

// Rate implements [reconcile.Rates]: the contracted rate at noon of the day.
func (r *rates) Rate(k reconcile.Key, s reconcile.Slot) (reconcile.Rate, bool) {
	k.Subaccount = "" // has no prices of its own
	q := asked{k, s}
	a, ok := r.known[q]
	if !ok {
		a.Rate, a.ok = r.find(&k, s)
		r.known[q] = a
	}
	return a.Rate, a.ok
}

func (r *rates) find(k *reconcile.Key, s reconcile.Slot) (reconcile.Rate, bool) {
	m, ok := meter.Parse(string(cmp.Or(wholes[s.Meter], s.Meter)))
	if !ok || k.Model == "" {
		return reconcile.Rate{}, false
	}
	p := r.engine.Price(&pricing.Call{
		Provider: k.Provider, ResponseModel: k.Model, Time: k.Day.Add(noon), ServiceTier: s.Tier, Account: k.Account,
	})
	if p.Sheet == nil || !p.Sheet.Free && !p.Sheet.Rates[m].Known {
		return reconcile.Rate{}, false
	}
	per, ok := r.exchange.Convert(r.engine.Info().Currency, k.Currency, k.Day)
	if !ok {
		return reconcile.Rate{}, false
	}
	return reconcile.Rate{PerUnit: new(big.Rat).Mul(p.Sheet.Rates[m].Contracted.Rat(), per), PricingID: p.Sheet.ID}, true
}
