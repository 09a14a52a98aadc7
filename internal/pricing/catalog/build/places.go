package build

import (
	"slices"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// placeVariants lets a model's own entry know what it costs in a place, where a list has that as another
// model: azure/eu/gpt-5 is gpt-5 with the region eu. The entry under the other name stays, for telemetry that
// uses it.
func placeVariants(file *pricing.File) {
	byID := make(map[string]int, len(file.Models))
	for i, m := range file.Models {
		byID[fold(m.ID)] = i
	}
	for _, placed := range file.Models {
		place, name, ok := strings.Cut(placed.ID, "/")
		if !ok || placed.Region != place || !slices.Contains(dataZones, place) {
			continue
		}
		if at, ok := byID[fold(name)]; ok && file.Models[at].Region == "" {
			addPlace(&file.Models[at], placed, place)
		}
	}
}

// dataZones are the places that a call's region is compared with.
var dataZones = []string{"us", "eu"}

func addPlace(model *pricing.Model, placed pricing.Model, place string) {
	list := &model.Prices[len(model.Prices)-1]
	there := placed.Prices[len(placed.Prices)-1]
	factor := uniformFactor(*list, pricing.Variant{Rates: there.Rates})
	if factor == "" || factor == "1" || list.Free {
		return
	}
	list.Variants = append(slices.Clone(list.Variants), pricing.Variant{
		Name: "data_zone_" + place, When: pricing.Condition{Region: []string{place}},
		Multipliers: pricing.Multipliers{"tokens": factor}, Source: there.Source,
	})
}
