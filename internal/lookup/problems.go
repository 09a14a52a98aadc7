package lookup

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// problems are what is wrong with a table, up to a limit.
type problems struct {
	name  string
	limit int
	found []problem
}

type problem struct {
	line int
	err  error
}

// add reports whether there is room for more.
func (p *problems) add(line int, err error) bool {
	if err != nil && !p.full() {
		p.found = append(p.found, problem{line, err})
	}
	return !p.full()
}

func (p *problems) full() bool { return len(p.found) >= p.limit }

// err joins the problems by line.
func (p *problems) err() error {
	slices.SortStableFunc(p.found, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, found := range p.found {
		errs = append(errs, fmt.Errorf("%s:%d: %w", p.name, found.line, found.err))
	}
	if p.full() {
		errs = append(errs, fmt.Errorf("%s: reading ended after %d errors", p.name, p.limit))
	}
	return errors.Join(errs...)
}
