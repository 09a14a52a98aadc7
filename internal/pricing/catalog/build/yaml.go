package build

import (
	"bytes"
	"reflect"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// Marshal writes a catalog file: one line for each list of names, tier and variant, so that a
// change of a price is a change of one line.
func Marshal(file *pricing.File) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(structNode(reflect.ValueOf(*file), false)); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// oneLine are the types that are written on one line.
var oneLine = map[reflect.Type]bool{
	reflect.TypeFor[pricing.Source]():  true,
	reflect.TypeFor[pricing.Tier]():    true,
	reflect.TypeFor[pricing.Variant](): true,
}

func structNode(v reflect.Value, flow bool) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Style: style(flow || oneLine[v.Type()])}
	for i := range v.NumField() {
		key, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if key == "" || (options == "omitempty" && isEmpty(v.Field(i))) {
			continue
		}
		node.Content = append(node.Content, plainText(key), valueNode(v.Field(i), node.Style == yaml.FlowStyle))
	}
	return node
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}

func style(flow bool) yaml.Style {
	if flow {
		return yaml.FlowStyle
	}
	return 0
}

func plainText(s string) *yaml.Node {
	node := new(yaml.Node)
	node.SetString(s)
	return node
}

func valueNode(v reflect.Value, flow bool) *yaml.Node {
	switch value := v.Interface().(type) {
	case string:
		return plainText(value)
	case pricing.RateSpec:
		return rateNode(value)
	}
	switch v.Kind() {
	case reflect.Struct:
		return structNode(v, flow)
	case reflect.Map:
		return mapNode(v, flow)
	case reflect.Slice:
		return sliceNode(v, flow)
	default:
		node := new(yaml.Node)
		// Only booleans and integers are left, which always encode.
		_ = node.Encode(v.Interface())
		return node
	}
}

func rateNode(rate pricing.RateSpec) *yaml.Node {
	text := &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: rate.Rate}
	if rate.Per == "" {
		return text
	}
	per := &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: rate.Per}
	return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{plainText("rate"), text, plainText("per"), per}}
}

// mapNode writes meters in their own order and all other keys sorted. Maps of plain values
// are written on one line.
func mapNode(v reflect.Value, flow bool) *yaml.Node {
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return lessKey(keys[i].String(), keys[j].String()) })
	flow = flow || v.Type().Elem().Kind() == reflect.String || v.Type().Elem() == reflect.TypeFor[pricing.RateSpec]()
	node := &yaml.Node{Kind: yaml.MappingNode, Style: style(flow)}
	for _, key := range keys {
		node.Content = append(node.Content, plainText(key.String()), valueNode(v.MapIndex(key), flow))
	}
	return node
}

func lessKey(a, b string) bool {
	m, isMeter := meter.Parse(a)
	n, otherIsMeter := meter.Parse(b)
	if isMeter && otherIsMeter {
		return m < n
	}
	return a < b
}

func sliceNode(v reflect.Value, flow bool) *yaml.Node {
	flow = flow || v.Type().Elem().Kind() == reflect.String
	node := &yaml.Node{Kind: yaml.SequenceNode, Style: style(flow)}
	for i := range v.Len() {
		node.Content = append(node.Content, valueNode(v.Index(i), flow))
	}
	return node
}
