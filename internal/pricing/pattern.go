package pricing

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// pattern is an RE2 expression for the names of a model.
type pattern struct {
	text  string
	entry *entry
	// literal is in lower case and in every name that matches. Looking for it is a hundred times cheaper than
	// asking the expression, which for most names is never compiled.
	literal string
	// open is set when anything may follow the literal.
	open bool
	re   func() *regexp.Regexp
}

var errPatternSize = errors.New("the pattern compiles to a program too large; use smaller repetition counts")

func checkPattern(text string) error {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return err
	}
	if len(prog.Inst) > maxPatternInsts {
		return errPatternSize
	}
	return nil
}

func newPattern(text string, e *entry) pattern {
	p := pattern{text: text, entry: e, re: sync.OnceValue(func() *regexp.Regexp {
		// Whole names, without regard to case.
		re, err := regexp.Compile(`(?i)^(?:` + text + `)$`)
		if err != nil {
			return nil
		}
		return re
	})}
	p.literal, p.open = requiredLiteral(text)
	return p
}

func (p *pattern) match(name string) bool {
	if !strings.Contains(name, p.literal) {
		return false
	}
	re := p.re()
	return re != nil && re.MatchString(name)
}

// requiredLiteral returns the longest text that every match of an expression contains, and whether
// anything may follow it.
func requiredLiteral(text string) (literal string, open bool) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return "", true
	}
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	for i, part := range parts {
		if part.Op == syntax.OpLiteral && len(part.Rune) > len(literal) {
			literal = strings.ToLower(string(part.Rune))
			open = i+1 < len(parts) && isAnything(parts[i+1])
		}
	}
	return literal, open
}

func isAnything(part *syntax.Regexp) bool {
	return (part.Op == syntax.OpStar || part.Op == syntax.OpPlus) &&
		(part.Sub[0].Op == syntax.OpAnyCharNotNL || part.Sub[0].Op == syntax.OpAnyChar)
}

// rest returns what follows the pattern's literal in a name: where an open pattern goes on.
func (p *pattern) rest(name string) string {
	return name[strings.LastIndex(name, p.literal)+len(p.literal):]
}
