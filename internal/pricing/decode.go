package pricing

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

const (
	// DefaultMaxBytes is the largest catalog file that is read unless told otherwise.
	DefaultMaxBytes = 64 << 20
	// maxNodes bounds the work that aliases can multiply: no more values are decoded.
	maxNodes = 8 << 20
)

// ParseOptions says how strictly a catalog file is read.
type ParseOptions struct {
	// Lenient keeps the models that are sound when others are not; the error still lists
	// every problem.
	Lenient bool
	// MaxBytes is the size of the largest file accepted; 0 means DefaultMaxBytes.
	MaxBytes int
}

// ParseFile reads one catalog file of the `finops` format and checks it whole. The error
// joins a [*Problem] for everything that is wrong. With Lenient, both results can be non-nil.
func ParseFile(name string, data []byte, opts ParseOptions) (*File, error) {
	if limit := opts.maxBytes(); len(data) > limit {
		return nil, &Problem{File: name, Reason: fmt.Sprintf("%d bytes are more than the limit of %d", len(data), limit)}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, &Problem{File: name, Reason: strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if doc.Kind == 0 {
		return nil, &Problem{File: name, Reason: "is empty"}
	}
	d := decoder{reporter: reporter{file: name, root: doc.Content[0]}}
	file := new(File)
	d.decode(d.root, reflect.ValueOf(file).Elem())
	digest := sha256.Sum256(data)
	file.digest = digest[:]
	return finish(file, &d.reporter, opts)
}

func (o ParseOptions) maxBytes() int {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return DefaultMaxBytes
}

// CheckFile does for a file that was built in memory, by an importer for example, what
// ParseFile does for one that was read.
func CheckFile(name string, file *File, opts ParseOptions) (*File, error) {
	return finish(file, &reporter{file: name}, opts)
}

func finish(file *File, r *reporter, opts ParseOptions) (*File, error) {
	check(file, r)
	err := r.err()
	switch {
	case err == nil:
		file.checked = true
		return file, nil
	case !opts.Lenient || r.fatal:
		return nil, err
	}
	sound := *file
	sound.Models = nil
	for i := range file.Models {
		if !r.models[i] {
			sound.Models = append(sound.Models, file.Models[i])
		}
	}
	sound.checked = true
	return &sound, err
}

// decoder fills structs from YAML nodes by their yaml tags. It goes no deeper than the
// structs do, so a hostile document cannot make it recurse.
type decoder struct {
	reporter
	nodes int
}

var errTooLarge = errors.New("the file says too much; aliases multiply its size")

func (d *decoder) decode(node *yaml.Node, v reflect.Value) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	d.nodes++
	if d.nodes >= maxNodes {
		if d.nodes == maxNodes {
			d.fatal = true
			d.report(node.Line, "%v", errTooLarge)
		}
		return
	}
	if node.Tag == "!!null" {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.decodeStruct(node, v)
	case reflect.Map:
		d.decodeMap(node, v)
	case reflect.Slice:
		d.decodeSlice(node, v)
	default:
		d.decodeScalar(node, v)
	}
}

var rateSpecType = reflect.TypeFor[RateSpec]()

func (d *decoder) decodeStruct(node *yaml.Node, v reflect.Value) {
	if v.Type() == rateSpecType && node.Kind == yaml.ScalarNode {
		v.Field(0).SetString(node.Value)
		return
	}
	if !d.is(node, yaml.MappingNode, "a mapping") {
		return
	}
	if v.Type() == modelType {
		if id := child(node, step{key: "id"}); id != nil {
			d.entry = id.Value
		}
		defer func() { d.entry = "" }()
	}
	fields := fieldsOf(v.Type())
	d.eachKey(node, func(key string, value *yaml.Node) {
		i, ok := fields[key]
		if !ok {
			// A key too many at the top concerns no model.
			fatal := d.fatal
			d.report(value.Line, "is not a key of the format; known here: %s", knownKeys(v.Type()))
			d.fatal = fatal || (d.fatal && len(d.steps) > 1)
			return
		}
		d.decode(value, v.Field(i))
	})
}

var (
	modelType       = reflect.TypeFor[Model]()
	multipliersType = reflect.TypeFor[Multipliers]()
)

func (d *decoder) decodeMap(node *yaml.Node, v reflect.Value) {
	if v.Type() == multipliersType && node.Kind == yaml.ScalarNode {
		v.Set(reflect.ValueOf(Multipliers{multiplierTokens: node.Value}))
		return
	}
	if !d.is(node, yaml.MappingNode, "a mapping") {
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(node.Content)/2))
	d.eachKey(node, func(key string, value *yaml.Node) {
		elem := reflect.New(v.Type().Elem()).Elem()
		d.decode(value, elem)
		v.SetMapIndex(reflect.ValueOf(key), elem)
	})
}

func (d *decoder) eachKey(node *yaml.Node, visit func(key string, value *yaml.Node)) {
	seen := make(map[string]bool, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		d.enter(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			d.report(key.Line, "a key must be plain text")
		case seen[key.Value]:
			d.report(key.Line, "is given twice")
		default:
			seen[key.Value] = true
			visit(key.Value, value)
		}
		d.leave()
	}
}

func (d *decoder) decodeSlice(node *yaml.Node, v reflect.Value) {
	// One text stands for a list of one.
	if node.Kind == yaml.ScalarNode && v.Type().Elem().Kind() == reflect.String {
		v.Set(reflect.ValueOf([]string{node.Value}))
		return
	}
	if !d.is(node, yaml.SequenceNode, "a list") {
		return
	}
	if d.nodes+len(node.Content) >= maxNodes {
		d.nodes = maxNodes - 1
		d.decode(node, v)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content)))
	for i, item := range node.Content {
		d.item(i)
		d.decode(item, v.Index(i))
		d.leave()
	}
}

func (d *decoder) decodeScalar(node *yaml.Node, v reflect.Value) {
	if !d.is(node, yaml.ScalarNode, "a single value") {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		if node.Value != "true" && node.Value != "false" {
			d.report(node.Line, "%q must be true or false", node.Value)
		}
		v.SetBool(node.Value == "true")
	case reflect.Int64:
		n, err := strconv.ParseInt(node.Value, 10, 64)
		if err != nil {
			d.report(node.Line, "%q must be a whole number", node.Value)
		}
		v.SetInt(n)
	default:
		v.SetString(node.Value)
	}
}

func (d *decoder) is(node *yaml.Node, kind yaml.Kind, want string) bool {
	if node.Kind != kind {
		d.report(node.Line, "must be %s", want)
		return false
	}
	return true
}

// fieldIndex maps a struct type to its fields by yaml key.
var fieldIndex sync.Map

func fieldsOf(t reflect.Type) map[string]int {
	if cached, ok := fieldIndex.Load(t); ok {
		return cached.(map[string]int)
	}
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); key != "" {
			fields[key] = i
		}
	}
	fieldIndex.Store(t, fields)
	return fields
}

func knownKeys(t reflect.Type) string {
	var keys []string
	for field := range t.Fields() {
		if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key != "" {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, ", ")
}
