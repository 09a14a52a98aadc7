package importer_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// TestPublicLists imports whole public lists and prices every entry by each of its names.
func TestPublicLists(t *testing.T) {
	for _, c := range []struct {
		format string
		list   func(*testing.T) []byte
		models int
	}{
		{"litellm", liteLLMList, 3500},
		{"genai_prices", genAIList, 1900},
		{"models_dev", modelsDevList, 400},
	} {
		t.Run(c.format, func(t *testing.T) {
			files, report, err := importer.Read(c.format, c.format, c.list(t), importer.Options{Date: "2026-11-23"})
			require.NoError(t, err)
			require.NoError(t, report.Err())
			assert.GreaterOrEqual(t, report.Models, c.models)
			engine := compiled(t, files)
			names := 0
			for i := range files {
				for j := range files[i].Models {
					names += priceEntry(t, engine, &files[i], &files[i].Models[j])
				}
			}
			t.Logf("%d providers, %d models, %d names, %d things that have no expression here",
				report.Providers, report.Models, names, len(report.Unexpressed))
		})
	}
}

func compiled(t *testing.T, files []pricing.File) *pricing.Engine {
	t.Helper()
	pointers := make([]*pricing.File, len(files))
	for i := range files {
		pointers[i] = &files[i]
	}
	compiled, err := pricing.Compile(pointers...)
	require.NoError(t, err)
	engine, err := pricing.NewEngine(compiled, pricing.Customization{})
	require.NoError(t, err)
	return engine
}

// priceEntry prices a call of each name that uses all that the entry has a rate for, at each of its dates.
func priceEntry(t *testing.T, engine *pricing.Engine, file *pricing.File, model *pricing.Model) int {
	t.Helper()
	names := append([]string{model.ID}, model.Aliases...)
	for _, name := range names {
		for _, list := range model.Prices {
			price := engine.Price(&pricing.Call{
				Provider: file.Provider, RequestModel: name, Time: within(t, list), Usage: unitOfEach(list.Rates),
			})
			if assert.NotNil(t, price.Sheet, "%s %s: %s", file.Provider, name, price.Reason) {
				assert.True(t, price.Sheet.Free || !list.Free, name)
				assert.Equal(t, file.Provider+"/"+model.ID, entryOf(price.Sheet.ID), name)
			}
		}
	}
	return len(names)
}

// entryOf is the entry in finops.pricing.id; names can have an @ themselves.
func entryOf(id string) string { return id[:strings.LastIndexByte(id, '@')] }

// within is an instant at which the list holds, outside of peak hours.
func within(t *testing.T, list pricing.PriceList) time.Time {
	t.Helper()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, bound := range []string{list.From, list.To} {
		if bound == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, bound)
		require.NoError(t, err)
		if bound == list.From && at.Before(day) {
			at = day
		}
		if bound == list.To && !at.Before(day) {
			at = day.Add(-time.Second)
		}
	}
	return at
}

func unitOfEach(rates map[string]pricing.RateSpec) *meter.Usage {
	usage := new(meter.Usage)
	for name := range rates {
		if m, ok := meter.Parse(name); ok {
			usage[m] = money.Units(1)
		}
	}
	return usage
}

// TestPublicModelsDev computes what calls cost straight from models.dev's figures: so many tokens of each kind, times
// its price for a million of them; those of the highest context tier that the input is above.
func TestPublicModelsDev(t *testing.T) {
	data := modelsDevList(t)
	files, _, err := importer.Read("models_dev", "models_dev", data, importer.Options{Date: "2026-11-23"})
	require.NoError(t, err)
	engine := compiled(t, files)
	var list map[string]struct {
		Models map[string]struct {
			Cost map[string]json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(data, &list))
	calls := 0
	for provider, p := range list {
		for name, m := range p.Models {
			for _, input := range []int64{1000, 200_000, 200_001} {
				want, ok := modelsDevTotal(t, m.Cost, input)
				if !ok {
					continue
				}
				got, price, ok := modelsDevCase(provider, name, m.Cost, input).cost(engine)
				if assert.True(t, ok, "%s %s: %s", provider, name, price.Reason) {
					assert.Zero(t, want.Cmp(got), "%s %s with %d: want %s, got %s", provider, name, input, want.FloatString(12), got.FloatString(12))
				}
				calls++
			}
		}
	}
	t.Logf("%d calls", calls)
	require.Greater(t, calls, 1000)
}

const (
	modelsDevOutput = 700
	modelsDevCached = 300
)

func modelsDevCase(provider, model string, cost map[string]json.RawMessage, input int64) *peerCase {
	usage := map[string]int64{"input_tokens": input, "output_tokens": modelsDevOutput}
	if _, ok := cost["cache_read"]; ok {
		usage["cache_read_tokens"] = modelsDevCached
	}
	return &peerCase{Provider: provider, Model: model, Time: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Usage: usage}
}

func modelsDevTotal(t *testing.T, cost map[string]json.RawMessage, input int64) (*big.Rat, bool) {
	t.Helper()
	rates := map[string]*big.Rat{}
	take := func(from map[string]json.RawMessage) {
		for _, key := range []string{"input", "output", "cache_read"} {
			if raw, ok := from[key]; ok {
				rate, ok := new(big.Rat).SetString(string(raw))
				require.True(t, ok, "%s", raw)
				rates[key] = rate
			}
		}
	}
	take(cost)
	if over, ok := cost["context_over_200k"]; ok && input > 200_000 {
		var above map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(over, &above))
		take(above)
	}
	if rates["input"] == nil || rates["output"] == nil {
		return nil, false
	}
	tokens := map[string]int64{"input": input, "output": modelsDevOutput}
	if rates["cache_read"] != nil {
		tokens["input"], tokens["cache_read"] = input-modelsDevCached, modelsDevCached
	}
	total := new(big.Rat)
	for key, n := range tokens {
		total.Add(total, new(big.Rat).Mul(rates[key], big.NewRat(n, 1_000_000)))
	}
	return total, true
}
