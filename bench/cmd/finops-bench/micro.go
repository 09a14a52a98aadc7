package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/otelcol-finops/otelcol-finops/bench/result"
)

// spansPerOp is the number of spans of a batch, which is one operation of a benchmark.
const spansPerOp = 512

// measureMicro compiles the benchmarks once and runs all of them in every round.
func (o options) measureMicro(ctx context.Context, tools string, r *result.Result) error {
	binary := filepath.Join(tools, "bench.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, ".").CombinedOutput(); err != nil { //nolint:gosec // our own benchmarks
		return fmt.Errorf("compile the benchmarks: %w\n%s", err, out)
	}
	measured := map[string][]result.Micro{}
	for round := range o.rounds {
		fmt.Fprintf(os.Stderr, "micro benchmarks, round %d of %d\n", round+1, o.rounds)
		command := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench="+o.bench, "-test.benchtime="+o.benchtime) //nolint:gosec // built above
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			return fmt.Errorf("run the benchmarks: %w\n%s", err, out)
		}
		if err := parse(string(out), measured); err != nil {
			return err
		}
	}
	maps.Copy(r.Micro, measured)
	return nil
}

// parse adds the lines of a run's output, each a name, a number of iterations, and values followed by
// their units.
func parse(out string, measured map[string][]result.Micro) error {
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		var m result.Micro
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("benchmark line %q: %w", line, err)
			}
			switch fields[i+1] {
			case "ns/span":
				m.NsPerSpan = value
			case "B/op":
				m.BytesPerSpan = value / spansPerOp
			case "allocs/op":
				m.AllocsPerSpan = value / spansPerOp
			}
		}
		name := benchmarkName(fields[0])
		measured[name] = append(measured[name], m)
	}
	return nil
}

// benchmarkName strips "Benchmark" and the number of cores.
func benchmarkName(field string) string {
	name := strings.TrimPrefix(field, "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		name = name[:i]
	}
	return name
}
