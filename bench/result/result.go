// Package result holds what a run of the benchmarks measured, and renders it for people.
package result

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"github.com/otelcol-finops/otelcol-finops/bench/whole"
)

// Result is one complete run: several interleaved rounds of everything.
type Result struct {
	// Date on which it was taken.
	Date string `json:"date"`
	// Go version and the number of cores; nothing else of the machine matters for ratios.
	Go    string `json:"go"`
	Cores int    `json:"cores"`
	// Micro by the name of the benchmark, without "Benchmark".
	Micro map[string][]Micro `json:"micro"`
	// Whole by workload, then by variant.
	Whole map[string]map[string][]whole.Run `json:"whole"`
}

// Micro is one round of one Go benchmark.
type Micro struct {
	NsPerSpan     float64 `json:"ns_per_span"`
	BytesPerSpan  float64 `json:"bytes_per_span"`
	AllocsPerSpan float64 `json:"allocs_per_span"`
}

// Load reads a result, or returns an empty one when the file does not exist.
func Load(path string) (*Result, error) {
	r := &Result{Micro: map[string][]Micro{}, Whole: map[string]map[string][]whole.Run{}}
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	return r, json.Unmarshal(text, r)
}

// Save writes the result, and the directory that it is in.
func (r *Result) Save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// Spread is the median of several rounds with the least and the most.
type Spread struct{ Median, Min, Max float64 }

// SpreadOf returns the spread of one figure over the rounds, and false when there are none.
func SpreadOf[T any](rounds []T, figure func(T) float64) (Spread, bool) {
	if len(rounds) == 0 {
		return Spread{}, false
	}
	values := make([]float64, len(rounds))
	for i, round := range rounds {
		values[i] = figure(round)
	}
	slices.Sort(values)
	middle := len(values) / 2
	median := values[middle]
	if len(values)%2 == 0 {
		median = (values[middle-1] + median) / 2
	}
	return Spread{Median: median, Min: values[0], Max: values[len(values)-1]}, true
}

// Ns returns the time a span takes in the benchmark, in nanoseconds.
func (r *Result) Ns(name string) (Spread, bool) {
	return SpreadOf(r.Micro[name], func(m Micro) float64 { return m.NsPerSpan })
}

// Allocs returns the allocations a span takes in the benchmark.
func (r *Result) Allocs(name string) (Spread, bool) {
	return SpreadOf(r.Micro[name], func(m Micro) float64 { return m.AllocsPerSpan })
}

// CPU returns the CPU seconds that a million spans take in the variant.
func (r *Result) CPU(workload, variant string) (Spread, bool) {
	return SpreadOf(r.Whole[workload][variant], func(run whole.Run) float64 { return run.CPU })
}
