package pricing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxProblems is how many problems of one file are listed before the rest is only counted.
const maxProblems = 200

// Problem is one thing that is wrong with a catalog file.
type Problem struct {
	// File is the name under which the file was read; Line is 0 when the file was not
	// read from YAML.
	File string
	Line int
	// Entry is the id of the model concerned, or empty.
	Entry string
	// Path is the key path within the file.
	Path string
	// Reason says what is wrong and what would be right.
	Reason string
}

// Error returns `file:line: entry "id": path: reason`.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Entry != "" {
		fmt.Fprintf(&b, ": entry %q", p.Entry)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	return b.String() + ": " + p.Reason
}

// step is one part of a key path: a key, or an index when key is empty.
type step struct {
	key   string
	index int
}

// reporter collects problems at the place that it is told to be at.
type reporter struct {
	file     string
	root     *yaml.Node
	entry    string
	steps    []step
	problems []error
	dropped  int
	// models holds the indices of the models that have a problem; fatal is set when a problem
	// lies outside of any model.
	models map[int]bool
	fatal  bool
}

func (r *reporter) enter(key string) { r.steps = append(r.steps, step{key: key}) }

func (r *reporter) item(i int) { r.steps = append(r.steps, step{index: i}) }

func (r *reporter) leave() { r.steps = r.steps[:len(r.steps)-1] }

// inside runs check one key deeper.
func (r *reporter) inside(key string, check func()) {
	r.enter(key)
	check()
	r.leave()
}

func (r *reporter) addf(format string, args ...any) { r.report(r.line(), format, args...) }

func (r *reporter) report(line int, format string, args ...any) {
	r.blame()
	if len(r.problems) >= maxProblems {
		r.dropped++
		return
	}
	r.problems = append(r.problems, &Problem{
		File: r.file, Line: line, Entry: r.entry, Path: r.path(), Reason: fmt.Sprintf(format, args...),
	})
}

// blame notes which model the current place belongs to.
func (r *reporter) blame() {
	if len(r.steps) < 2 || r.steps[0].key != "models" {
		r.fatal = true
		return
	}
	if r.models == nil {
		r.models = make(map[int]bool)
	}
	r.models[r.steps[1].index] = true
}

func (r *reporter) err() error {
	if r.dropped > 0 {
		r.problems = append(r.problems, fmt.Errorf("%s: %d more problems", r.file, r.dropped))
		r.dropped = 0
	}
	return errors.Join(r.problems...)
}

func (r *reporter) path() string {
	var b strings.Builder
	for _, s := range r.steps {
		if s.key == "" {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.key)
	}
	return b.String()
}

// line walks the document to the current place. It is done for problems only, which is
// why the decoded structs need not remember their lines.
func (r *reporter) line() int {
	node, line := r.root, 0
	for _, s := range r.steps {
		if node = child(node, s); node == nil {
			return line
		}
		line = node.Line
	}
	return line
}

func child(node *yaml.Node, s step) *yaml.Node {
	if node == nil {
		return nil
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.Kind == yaml.SequenceNode && s.key == "" && s.index < len(node.Content):
		return node.Content[s.index]
	case node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == s.key {
				return node.Content[i+1]
			}
		}
	}
	return nil
}
