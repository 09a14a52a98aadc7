// Package attribution says whose money a call is: for every dimension (team, cost center) the
// first source that has a value wins, and what nothing claims is visibly unallocated.
//
// An [Attributor] is made of a configuration. Each batch takes a [View] of it, which stays the same while tables
// are reloaded, and asks in two steps: [View.Inherit] once per resource, and [View.Answer] per record,
// which only repeats what the record itself can change.
package attribution

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-finops/otelcol-finops/internal/signals"
)

// dimension is what one dimension is in all signals.
type dimension struct {
	name     string
	guard    *guard
	fallback string
	splits   map[string]split
}

// Attributor answers the dimensions of a configuration. It is safe for concurrent use.
type Attributor struct {
	dimensions []*dimension
	plans      map[signals.Signal]*plan
	tables     []*table
	// columns are the columns that sources ask for; a step knows its index.
	columns []columnRef
	edition atomic.Pointer[edition]
	// warn is told once per source that its expression fails.
	warn func(source, expression string, err error)
}

// New compiles a configuration. Errors name the keys to change, beginning below attribution. Tables are not
// read before [Attributor.Load].
func New(cfg *Config, settings component.TelemetrySettings) (*Attributor, error) {
	c := &compiler{cfg: cfg, parsers: parsers{settings: settings}}
	a := c.compile()
	if err := errors.Join(c.errs...); err != nil {
		return nil, err
	}
	a.warn = warner(settings)
	return a, nil
}

// Names are the dimensions in the order of answers: team and cost_center, then the others by name.
func (a *Attributor) Names() []string {
	names := make([]string, len(a.dimensions))
	for i, d := range a.dimensions {
		names[i] = d.name
	}
	return names
}

// Index returns the place of the named dimension in answers, and -1 if it is not answered.
func (a *Attributor) Index(name string) int {
	return slices.IndexFunc(a.dimensions, func(d *dimension) bool { return d.name == name })
}

// Stats are the figures of the i-th dimension.
func (a *Attributor) Stats(i int) Stats { return a.dimensions[i].guard.stats() }

// View returns the attributor as it is now, for records of a signal.
func (a *Attributor) View(signal signals.Signal) View {
	e := a.edition.Load()
	p := a.plans[signal]
	return View{attributor: a, plan: p, edition: e, late: p.late || p.usesLateTable(e)}
}

// fail counts an evaluation of an expression or condition that failed, and has it logged if it is the first of its
// source.
func (a *Attributor) fail(d *dimension, s *step, text string, err error) {
	d.guard.failures.Add(1)
	if s.warned.CompareAndSwap(false, true) {
		a.warn(fmt.Sprintf("%s::sources::%d", d.name, s.source), text, err)
	}
}
