//go:build unix

package month

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/otelcol"
)

// Runner has the binaries under test.
type Runner struct {
	// Collector is the distribution, Finops the command.
	Collector, Finops string
	// Directory holds what each scenario leaves, below its name.
	Directory string
}

// Outcome is what came of a scenario.
type Outcome struct {
	Scenario
	// Page is the report as HTML.
	Page string
	// Process is the collector, which has ended.
	Process *otelcol.Process
	// Metered and Billed are what the report compares.
	Metered, Billed *big.Rat
	// Exact is the part of Metered that is said to be exact.
	Exact   *big.Rat
	Results []Result
	// Unexpected are findings that no fault accounts for.
	Unexpected []Finding
	// Closed is what became of the month after the report.
	Closed Closed

	// told is what telemetry is bound to say, charged what the providers charge.
	told, charged *big.Rat
}

// Result is a fault, its true size, and what the report makes of it.
type Result struct {
	*Fault

	// Size is by how much the fault sets bill and books apart.
	Size *big.Rat
	// Found is the sum of the findings that name it.
	Found    *big.Rat
	Findings []Finding
}

// Run runs a scenario on the last month that is final at the time.
func (r *Runner) Run(ctx context.Context, scenario Scenario, now time.Time) (*Outcome, error) {
	directory, err := filepath.Abs(filepath.Join(r.Directory, scenario.Name))
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(directory, 0o700); err != nil {
		return nil, err
	}
	s := simulate(Last(now), scenario.Faults)
	process, err := s.write(ctx, r.Collector, directory)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scenario.Name, err)
	}
	report, err := s.reconcile(ctx, r.Finops, directory)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scenario.Name, err)
	}
	closed, err := s.close(ctx, r.Finops, directory)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scenario.Name, err)
	}
	o := &Outcome{
		Scenario: scenario, Closed: closed, Page: filepath.Join(directory, page), Process: process, told: s.metered(), charged: s.billed(),
		Metered: report.sum(func(g *totals) string { return g.Metered }), Billed: report.sum(func(g *totals) string { return g.Billed }),
		Exact: report.sum((*totals).exact),
	}
	o.judge(sizes(s.first, scenario.Faults), report.Findings)
	return o, nil
}
