package importer

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// maxRuleDepth bounds the nesting of match rules in hostile data; public data uses two.
const maxRuleDepth = 8

// matchRule is genai-prices' way to say which names a model is called by.
type matchRule struct {
	// op is equals, starts_with, ends_with, contains, regex, or, and.
	op   string
	text string
	// expr is nil for a regular expression that RE2 cannot run.
	expr  *regexp.Regexp
	rules []matchRule
}

func (r *genAIReader) rule(n node, depth int) (matchRule, error) {
	if depth > maxRuleDepth {
		return matchRule{}, fmt.Errorf("rules are nested deeper than %d", maxRuleDepth)
	}
	members, err := r.doc.object(n)
	if err != nil || len(members) != 1 {
		return matchRule{}, errors.New("a rule is an object with one key: equals, starts_with, ends_with, contains, regex, or, and")
	}
	switch op := members[0].key; op {
	case "or", "and":
		return r.compound(op, members[0].node, depth)
	case "equals", "starts_with", "ends_with", "contains", "regex":
		text, ok := members[0].text()
		if !ok {
			return matchRule{}, fmt.Errorf("%s needs a string", op)
		}
		return simpleRule(op, text), nil
	default:
		return matchRule{}, fmt.Errorf("unknown rule %q", op)
	}
}

func (r *genAIReader) compound(op string, n node, depth int) (matchRule, error) {
	elements, err := r.doc.array(n)
	if err != nil {
		return matchRule{}, err
	}
	rule := matchRule{op: op}
	for _, element := range elements {
		part, err := r.rule(element.node, depth+1)
		if err != nil {
			return matchRule{}, err
		}
		rule.rules = append(rule.rules, part)
	}
	return rule, nil
}

func simpleRule(op, text string) matchRule {
	if op != "regex" {
		return matchRule{op: op, text: strings.ToLower(text)}
	}
	// Names are lower-cased before they are matched, expressions are not.
	expr, err := regexp.Compile(text)
	if err != nil {
		return matchRule{op: op, text: text}
	}
	return matchRule{op: op, text: text, expr: expr}
}

// matches applies the rule as its own engine does. An expression that RE2 cannot run
// matches everything, as its translation does.
func (m matchRule) matches(name string) bool {
	name = strings.ToLower(name)
	switch m.op {
	case "or":
		return m.any(name)
	case "and":
		return m.all(name)
	case "equals":
		return name == m.text
	case "starts_with":
		return strings.HasPrefix(name, m.text)
	case "ends_with":
		return strings.HasSuffix(name, m.text)
	case "contains":
		return strings.Contains(name, m.text)
	default:
		return m.expr == nil || m.expr.MatchString(name)
	}
}

func (m matchRule) any(name string) bool {
	for _, rule := range m.rules {
		if rule.matches(name) {
			return true
		}
	}
	return false
}

func (m matchRule) all(name string) bool {
	for _, rule := range m.rules {
		if !rule.matches(name) {
			return false
		}
	}
	return true
}

// translate turns the rule into names that match exactly and patterns for the whole name.
// It is loose when a condition that narrows the rule has no translation.
func (m matchRule) translate(at entry) (aliases, patterns []string, loose bool) {
	switch m.op {
	case "equals":
		return []string{m.text}, nil, false
	case "or":
		for _, rule := range m.rules {
			a, p, l := rule.translate(at)
			aliases, patterns, loose = append(aliases, a...), append(patterns, p...), loose || l
		}
		return aliases, patterns, loose
	case "and":
		return m.translateAll(at)
	default:
		pattern, ok := m.pattern()
		if !ok {
			at.unexpressed("match", m.text, "the expression is not RE2 and the model is found by its other names only")
			return nil, nil, true
		}
		return m.literal(), []string{pattern}, false
	}
}

// literal is the text of a rule as a name of its own. It is the most usual one, and exact names are
// found before anything is taken off them: `global.` of a model's name, for example.
func (m matchRule) literal() []string {
	name := strings.Trim(m.text, "-_.:@/ ")
	if m.op == "regex" || name != m.text {
		return nil
	}
	return []string{name}
}

// pattern is the RE2 expression that matches the same whole names.
func (m matchRule) pattern() (string, bool) {
	literal := regexp.QuoteMeta(m.text)
	switch m.op {
	case "starts_with":
		return literal + ".*", true
	case "ends_with":
		return ".*" + literal, true
	case "contains":
		return ".*" + literal + ".*", true
	case "regex":
		return wholeName(m.text), m.expr != nil
	default:
		return "", false
	}
}

// wholeName anchors an expression that was written for searching.
func wholeName(expr string) string {
	head, tail := ".*", ".*"
	if strings.Contains(expr, "|") {
		return head + "(?:" + expr + ")" + tail
	}
	if rest, ok := strings.CutPrefix(expr, "^"); ok {
		expr, head = rest, ""
	}
	if rest, ok := strings.CutSuffix(expr, "$"); ok && !strings.HasSuffix(rest, `\`) {
		expr, tail = rest, ""
	}
	return head + expr + tail
}

// translateAll joins conditions that must all hold into patterns with their texts in every
// possible order.
func (m matchRule) translateAll(at entry) (aliases, patterns []string, loose bool) {
	var prefix, suffix string
	var inner []string
	for _, rule := range m.rules {
		switch rule.op {
		case "equals":
			if m.matches(rule.text) {
				return []string{rule.text}, nil, false
			}
			return nil, nil, false
		case "starts_with":
			prefix = regexp.QuoteMeta(rule.text)
		case "ends_with":
			suffix = regexp.QuoteMeta(rule.text)
		case "contains":
			inner = append(inner, regexp.QuoteMeta(rule.text))
		default:
			loose = true
			at.unexpressed("match", rule.text, "narrows the rule in a way that patterns cannot; the model is asked after all others")
		}
	}
	const tooMany = 4
	if len(inner) > tooMany || prefix+suffix == "" && len(inner) == 0 {
		at.unexpressed("match", "", "too many conditions at once; the model is found by its id only")
		return nil, nil, true
	}
	for _, order := range permutations(inner) {
		parts := append(append([]string{prefix}, order...), suffix)
		patterns = append(patterns, strings.Join(parts, ".*"))
	}
	return nil, patterns, loose
}

func permutations(list []string) [][]string {
	if len(list) == 0 {
		return [][]string{nil}
	}
	var out [][]string
	for i := range list {
		rest := append(append([]string(nil), list[:i]...), list[i+1:]...)
		for _, tail := range permutations(rest) {
			out = append(out, append([]string{list[i]}, tail...))
		}
	}
	return out
}
