package pricing

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

// bigCatalog is a catalog of n models beside the ones of testdata.
func bigCatalog(tb testing.TB, n int) *Catalog {
	tb.Helper()
	base := readCatalog(tb)
	files := []*File{base.providers["anthropic"].order[0].file, base.providers["openai"].order[0].file}
	filler := &File{Format: FormatVersion, Provider: "openai"}
	for i := range n {
		filler.Models = append(filler.Models, Model{
			ID:      fmt.Sprintf("filler-%06d", i),
			Aliases: []string{fmt.Sprintf("filler-%06d-2026-01-02", i)},
			Prices:  []PriceList{{Rates: map[string]RateSpec{"input": {Rate: "1"}, "output": {Rate: "2"}}}},
		})
	}
	c, err := Compile(append(files, filler)...)
	require.NoError(tb, err)
	return c
}

func BenchmarkPrice(b *testing.B) {
	for _, n := range []int{20, 2_000, 20_000} {
		b.Run(fmt.Sprintf("known/entries=%d", n), func(b *testing.B) {
			e, err := NewEngine(bigCatalog(b, n), Customization{})
			require.NoError(b, err)
			call := worked(b, "2026-03-12T23:59:50Z")
			require.Empty(b, e.Price(call).Reason)
			b.ReportAllocs()
			for b.Loop() {
				e.Price(call)
			}
		})
	}
}

// Calls of several models, tiers and dates that take turns, so that no cache of the last one helps.
func BenchmarkPriceMixed(b *testing.B) {
	e, err := NewEngine(bigCatalog(b, 2_000), Customization{})
	require.NoError(b, err)
	var calls []*Call
	for i, model := range []string{"gpt-4o-2024-08-06", "gpt-4o-mini", "gpt-5.4", "o3", "gpt-4o"} {
		for k, tier := range []string{"default", "batch", "priority", "flex"} {
			calls = append(calls, &Call{
				Provider: "openai", ResponseModel: model, ServiceTier: tier, Time: instant(b, "2026-03-12T23:59:50Z"),
				Usage: tokens(map[meter.Meter]int64{meter.Input: int64(1 + i*k*100_000), meter.Output: 1}),
			})
		}
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		e.Price(calls[i%len(calls)])
		i++
	}
}

func BenchmarkPriceWithAgreements(b *testing.B) {
	var agreements []Agreement
	for i := range 100 {
		agreements = append(agreements, Agreement{
			Selector: Selector{Provider: []string{"anthropic"}, Team: []string{fmt.Sprintf("team-%d", i)}}, Discount: "5%",
		})
	}
	e := engine(b, Customization{Agreements: agreements})
	call := worked(b, "2026-03-12T23:59:50Z")
	call.Team = "team-77"
	b.ReportAllocs()
	for b.Loop() {
		e.Price(call)
	}
}

func BenchmarkPriceUnknownModel(b *testing.B) {
	e := engine(b, Customization{})
	call := worked(b, "2026-03-12T23:59:50Z")
	call.ResponseModel, call.RequestModel = "no-such-model", "no-such-model"
	b.ReportAllocs()
	for b.Loop() {
		e.Price(call)
	}
}

// The price of a model that was never seen, and of a name that no model has.
func BenchmarkFirstPrice(b *testing.B) {
	for _, n := range []int{20, 20_000} {
		catalog := bigCatalog(b, n)
		for _, kind := range []string{"exact", "date", "unknown"} {
			b.Run(fmt.Sprintf("%s/entries=%d", kind, n), func(b *testing.B) {
				e, err := NewEngine(catalog, Customization{})
				require.NoError(b, err)
				call := worked(b, "2026-03-12T23:59:50Z")
				call.RequestModel, call.Provider, call.ResponseModel = "", "openai", "gpt-4o"
				i := 0
				for b.Loop() {
					b.StopTimer()
					switch kind {
					case "date":
						call.ResponseModel = fmt.Sprintf("gpt-4o-20%02d-%02d-%02d", 24+i/336%16, 1+i/28%12, 1+i%28)
					case "unknown":
						call.ResponseModel = fmt.Sprintf("model-%d", i)
					}
					if i%5000 == 0 || kind == "exact" {
						reset(e)
					}
					i++
					b.StartTimer()
					e.Price(call)
				}
			})
		}
	}
}

// reset makes an engine forget what it has seen, and its models uncompiled.
func reset(e *Engine) {
	e.forget()
	for _, p := range e.catalog.providers {
		if m := p.entries["gpt-4o"]; m != nil {
			fresh := &entry{provider: m.provider, model: m.model, file: m.file, names: m.names, canonical: m.canonical}
			p.entries["gpt-4o"], p.exact["gpt-4o"], p.loose["gpt-4o"] = fresh, fresh, fresh
		}
	}
}
