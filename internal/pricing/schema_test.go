package pricing

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
)

var update = flag.Bool("update", false, "write docs/catalog.schema.json instead of comparing with it")

const (
	schemaPath = "../../docs/catalog.schema.json"
	formatPage = "../../docs/catalog-format.md"
)

// The schema for editors says what the structs of the format say, in the words of their comments.
func TestSchemaIsUpToDate(t *testing.T) {
	s := schemaMaker{docs: fieldDocs(t), defs: make(map[string]any)}
	s.of(reflect.TypeFor[File]())
	want, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "finops/v1 price catalog",
		"$ref":    "#/$defs/File",
		"$defs":   s.defs,
	}, "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile(schemaPath, want, 0o644))
	}
	got, err := os.ReadFile(schemaPath)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "run: go test ./internal/pricing -run Schema -update")
}

type schemaMaker struct {
	docs map[string]string
	defs map[string]any
}

// required keys and closed sets of values, by type and key.
var (
	requiredKeys = map[string][]string{
		"File": {"format", "provider", "models"}, "Source": {"date"}, "Model": {"id", "prices"}, "Tier": {"threshold"},
		"Variant": {"name", "when"}, "Window": {"from", "to"}, "RateSpec": {"rate"},
	}
	enums = map[string][]string{
		"File.format": {FormatVersion}, "Tier.metric": {metricInput, metricOutput}, "Tier.op": {opGreater, opGreaterEqual},
		"Tier.mode": {modeCliff, modeGraduated}, "Window.weekdays": {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
	}
)

func (s *schemaMaker) of(t reflect.Type) map[string]any {
	switch {
	case t == rateSpecType:
		return map[string]any{"anyOf": []any{decimalSchema(), s.structOf(t)}}
	case t == multipliersType:
		names := append(strings.Split(meterNames(), ", "), multiplierTokens, multiplierUnits)
		return map[string]any{"anyOf": []any{decimalSchema(), map[string]any{
			"type": "object", "propertyNames": map[string]any{"enum": names}, "additionalProperties": decimalSchema(),
		}}}
	case t.Kind() == reflect.Struct:
		return s.structOf(t)
	case t.Kind() == reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		text := s.of(t.Elem())
		return map[string]any{"anyOf": []any{text, map[string]any{"type": "array", "items": text}}}
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case t.Kind() == reflect.Int64:
		return map[string]any{"type": "integer"}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	default:
		return map[string]any{"type": "string"}
	}
}

func decimalSchema() map[string]any {
	return map[string]any{"type": []string{"string", "number"}, "description": "a decimal, best quoted"}
}

func (s *schemaMaker) structOf(t reflect.Type) map[string]any {
	ref := map[string]any{"$ref": "#/$defs/" + t.Name()}
	if s.defs[t.Name()] != nil {
		return ref
	}
	properties := make(map[string]any)
	def := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	s.defs[t.Name()] = def
	if required := requiredKeys[t.Name()]; required != nil {
		def["required"] = required
	}
	for f := range t.Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		property := s.of(f.Type)
		if f.Type.Kind() == reflect.Map && (key == "rates" || key == "fallbacks") {
			property["propertyNames"] = map[string]any{"enum": strings.Split(meterNames(), ", ")}
		}
		if values := enums[t.Name()+"."+key]; values != nil {
			property = restrict(property, values)
		}
		if doc := s.docs[t.Name()+"."+f.Name]; doc != "" {
			property["description"] = doc
		}
		properties[key] = property
	}
	return ref
}

func restrict(property map[string]any, values []string) map[string]any {
	if property["anyOf"] == nil {
		return map[string]any{"enum": values}
	}
	one := map[string]any{"enum": values}
	return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one}}}
}

// fieldDocs reads the comments of format.go by "Type.Field".
func fieldDocs(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "format.go", nil, parser.ParseComments)
	require.NoError(t, err)
	docs := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if structType, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range structType.Fields.List {
				text := strings.TrimSpace(field.Doc.Text() + field.Comment.Text())
				docs[spec.Name.Name+"."+field.Names[0].Name] = strings.ReplaceAll(text, "\n", " ")
			}
		}
		return true
	})
	return docs
}

// Every key and every meter is on the page, and its examples are read by the parser.
func TestFormatPageIsComplete(t *testing.T) {
	data, err := os.ReadFile(formatPage)
	require.NoError(t, err)
	page := string(data)
	for _, of := range []reflect.Type{
		reflect.TypeFor[File](), reflect.TypeFor[Source](), reflect.TypeFor[Model](), reflect.TypeFor[PriceList](),
		rateSpecType, reflect.TypeFor[Tier](), reflect.TypeFor[Variant](), reflect.TypeFor[Condition](), reflect.TypeFor[Window](),
	} {
		for key := range fieldsOf(of) {
			assert.Contains(t, page, "`"+key+"`", "key of %s", of.Name())
		}
	}
	for m := range meter.Meter(meter.Count) {
		assert.Contains(t, page, "`"+m.String()+"`")
	}

	examples := 0
	for _, block := range strings.Split(page, "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		_, err := ParseFile("example.yaml", []byte(example(text)), ParseOptions{})
		assert.NoError(t, err, text)
		examples++
	}
	assert.GreaterOrEqual(t, examples, 8)
}

// example completes a part of a file that the page shows.
func example(text string) string {
	const head = "format: finops/v1\nprovider: example\n"
	switch {
	case strings.HasPrefix(text, "format:"):
		return text
	case strings.HasPrefix(text, "models:"), strings.HasPrefix(text, "sources:"), strings.HasPrefix(text, "synonyms:"):
		return head + text
	case strings.HasPrefix(text, "prices:"):
		return head + "models:\n  - id: m\n    " + strings.ReplaceAll(text, "\n", "\n    ")
	default:
		indented := strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n        ")
		if !strings.HasPrefix(text, "rates:") {
			indented = "rates: {input: \"1\", output: \"2\"}\n        " + indented
		}
		return head + "models:\n  - id: m\n    prices:\n      - " + indented + "\n"
	}
}
