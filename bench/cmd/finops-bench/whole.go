package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/otelcol-finops/otelcol-finops/bench/result"
	"github.com/otelcol-finops/otelcol-finops/bench/whole"
	"github.com/otelcol-finops/otelcol-finops/bench/workload"
)

// connections of the load generator.
const connections = 2

// loads are the workloads of the whole collector. GenAI is what the budget is about; fewer rounds
// of the others will do.
func (o options) loads() []struct {
	name   string
	spec   workload.Spec
	rounds int
} {
	few := max(1, o.rounds-2)
	return []struct {
		name   string
		spec   workload.Spec
		rounds int
	}{
		{"genai", workload.Spec{}, o.rounds},
		{"mixed5", workload.Spec{GenAIEvery: 20}, few},
		{"messages", workload.Spec{MessageBytes: 2048}, few},
	}
}

func (o options) measureWhole(ctx context.Context, tools string, r *result.Result) error {
	floor := filepath.Join(tools, "floorcol")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", floor, "./cmd/floorcol").CombinedOutput(); err != nil { //nolint:gosec // our own command
		return fmt.Errorf("build the floor's collector: %w\n%s", err, out)
	}
	for _, load := range o.loads() {
		batch, err := workload.New(load.spec)
		if err != nil {
			return err
		}
		runs := map[string][]whole.Run{}
		for round := range load.rounds {
			for _, v := range whole.Variants() {
				binary := o.collector
				if v.Floor {
					binary = floor
				}
				run, err := v.Measure(ctx, binary, whole.Load{Batch: batch, Connections: connections, WarmUp: 100, Batches: o.batches})
				if err != nil {
					return fmt.Errorf("%s, %s: %w", load.name, v.Name, err)
				}
				fmt.Fprintf(os.Stderr, "%s, round %d of %d: %-30s %6.2f CPU s per million spans\n", load.name, round+1, load.rounds, v.Name, run.CPU)
				runs[v.Name] = append(runs[v.Name], run)
			}
		}
		r.Whole[load.name] = runs
	}
	return nil
}
