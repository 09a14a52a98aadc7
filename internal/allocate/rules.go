package allocate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Driver is what usage is measured in.
type Driver string

// The drivers.
const (
	// Tokens of rows whose ConsumedUnit is Tokens.
	Tokens Driver = "tokens"
	// Requests of rows, which only our own have.
	Requests Driver = "requests"
	// Cost is the EffectiveCost of rows.
	Cost Driver = "cost"
)

// Period is the time over which usage is measured.
type Period string

// The periods, in UTC.
const (
	Month Period = "month"
	Day   Period = "day"
)

// Values of a dimension that name nobody and never have to pay.
const (
	// Unallocated is what nothing claimed.
	Unallocated = "unallocated"
	// Overflow stands for all values beyond the limit of the dimension.
	Overflow = "otel.overflow"
)

// Rule says how the cost of one shared value is split.
type Rule struct {
	// Name is for people; it becomes part of AllocatedMethodId.
	Name string `yaml:"name"`
	// Dimension is the tag that says who pays, and Shared the value of it whose cost is split.
	Dimension string `yaml:"dimension"`
	Shared    string `yaml:"shared"`
	// Driver is what usage is measured in.
	Driver Driver `yaml:"driver"`
	// Period is the time over which usage is measured: a month if it is empty.
	Period Period `yaml:"period"`
	// Callers says who used the service, and by how much.
	Callers Callers `yaml:"callers"`
	// Tags go with a value that has to pay, such as the cost center of a team.
	Tags map[string]map[string]string `yaml:"tags"`

	line int
}

// Callers selects the rows that are measured.
type Callers struct {
	// Dimension is the tag that names the caller; the rule's own dimension if it is empty.
	Dimension string `yaml:"dimension"`
	// Where has tags that a row must have to be measured.
	Where map[string]string `yaml:"where"`
	// Among are the only callers who have to pay; all if it is empty.
	Among []string `yaml:"among"`
}

// Rules are what an [Allocator] goes by.
type Rules struct {
	rules []Rule
	// shared are the values that rules split, by dimension: they are no callers.
	shared map[[2]string]bool
}

// ParseRules reads a YAML file. Every error names file and line.
func ParseRules(name string, data []byte) (*Rules, error) {
	var file struct {
		Rules []Rule `yaml:"rules"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(file.Rules) == 0 {
		return nil, fmt.Errorf("%s: rules is empty; add what is to be split", name)
	}
	r := &Rules{rules: file.Rules, shared: map[[2]string]bool{}}
	var lines struct {
		Rules []yaml.Node `yaml:"rules"`
	}
	if err := yaml.Unmarshal(data, &lines); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var errs []error
	for i := range r.rules {
		r.rules[i].line = lines.Rules[i].Line
		if err := r.add(i); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: rules[%d]: %w", name, r.rules[i].line, i, err))
		}
	}
	for _, rule := range r.rules {
		if err := r.callersPay(&rule); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: rule %s: %w", name, rule.line, rule.Name, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// add checks one rule and fills in what it leaves open.
func (r *Rules) add(i int) error {
	rule := &r.rules[i]
	if rule.Name == "" || strings.ContainsFunc(rule.Name, notInName) {
		return fmt.Errorf("name is %q; use letters, digits, dots, hyphens and underscores", rule.Name)
	}
	if slices.ContainsFunc(r.rules[:i], func(other Rule) bool { return other.Name == rule.Name }) {
		return fmt.Errorf("name %s appears twice", rule.Name)
	}
	if rule.Dimension == "" || rule.Shared == "" {
		return errors.New("dimension and shared are needed: the tag that says who pays, and its value that is split")
	}
	key := [2]string{rule.Dimension, rule.Shared}
	if r.shared[key] {
		return fmt.Errorf("%s %s is split by a rule above", rule.Dimension, rule.Shared)
	}
	r.shared[key] = true
	if rule.Driver != Tokens && rule.Driver != Requests && rule.Driver != Cost {
		return fmt.Errorf("driver is %q; use tokens, requests or cost", rule.Driver)
	}
	if rule.Period == "" {
		rule.Period = Month
	}
	if rule.Period != Month && rule.Period != Day {
		return fmt.Errorf("period is %q; use month or day", rule.Period)
	}
	if rule.Callers.Dimension == "" {
		rule.Callers.Dimension = rule.Dimension
	}
	return nil
}

func notInName(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.'
}

// callersPay refuses callers whose cost is split itself: what they got would stay with nobody.
func (r *Rules) callersPay(rule *Rule) error {
	for _, value := range rule.Callers.Among {
		if !r.pays(rule, value) {
			return fmt.Errorf("callers::among has %q, which cannot pay: it is shared itself or nobody", value)
		}
	}
	for value, tags := range rule.Tags {
		if _, ok := tags[rule.Dimension]; ok {
			return fmt.Errorf("tags::%s sets %s, which the rule sets", value, rule.Dimension)
		}
	}
	return nil
}

// pays reports whether a value can have to pay under the rule.
func (r *Rules) pays(rule *Rule, value string) bool {
	return value != "" && value != Unallocated && value != Overflow && !r.shared[[2]string{rule.Dimension, value}]
}
