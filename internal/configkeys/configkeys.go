// Package configkeys finds misspelt keys where confmap does not: a structure that squashes the collector's HTTP
// client takes every key without a word, because the client reads its own and ignores the rest.
package configkeys

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// Refuse returns an error that names the keys of conf which no field of the structures has.
func Refuse(conf *confmap.Conf, structures ...any) error {
	unknown := conf.ToStringMap()
	for _, s := range structures {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(s)) {
			key, _, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
			delete(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("has invalid keys: %s", strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
}
