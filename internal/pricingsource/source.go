// Package pricingsource is how components find the prices to use: those of a gen_ai_pricing
// extension, or the builtin catalog when there is none.
package pricingsource

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-finops/otelcol-finops/internal/accounts"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Source offers prices that may change while the Collector runs. A component loads the engine once for
// each batch, so that all records of a batch are priced alike.
type Source interface {
	// Engine returns the engine in use, never nil.
	Engine() *pricing.Engine
	// Accounts returns the billing accounts in use, never nil.
	Accounts() *accounts.Table
}

// Find returns the source that a component uses: the extension of that id; without an id the only extension
// there is, the builtin catalog if there is none, and an error if there are several.
func Find(host component.Host, id *component.ID) (Source, error) {
	if id != nil {
		return byID(host, *id)
	}
	var found Source
	var ids []component.ID
	for id, ext := range host.GetExtensions() {
		if source, ok := ext.(Source); ok {
			found = source
			ids = append(ids, id)
		}
	}
	switch len(ids) {
	case 0:
		return builtinSource()
	case 1:
		return found, nil
	default:
		return nil, fmt.Errorf("there are several pricing extensions (%s); name the one to use", join(ids))
	}
}

func byID(host component.Host, id component.ID) (Source, error) {
	ext, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("extension %q is not running; add it under extensions and service::extensions", id)
	}
	source, ok := ext.(Source)
	if !ok {
		return nil, fmt.Errorf("extension %q offers no prices; name a gen_ai_pricing extension", id)
	}
	return source, nil
}

func join(ids []component.ID) string {
	slices.SortFunc(ids, func(a, b component.ID) int { return cmp.Compare(a.String(), b.String()) })
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	return strings.Join(names, ", ")
}
