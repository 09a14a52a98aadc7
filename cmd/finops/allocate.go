package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/allocate"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
)

func newAllocateCommand(out *output) *cobra.Command {
	var rules, version string
	job := allocate.Job{}
	cmd := &cobra.Command{
		Use:   "allocate --rules FILE --output FILE INPUT...",
		Short: "Split the cost of shared services by measured usage, over FOCUS rows",
		Long: `Split the cost of shared services by the usage that was measured, when a period is over. Inputs are FOCUS files of
one dataset, Parquet or CSV, or directories of them. All of their rows are written to one file: those of a shared
value in parts, with the tags of whoever pays and the allocation columns filled in, and all others as they are. The
parts of a row add up to it to the last digit.`,
		Example: `  finops allocate --rules allocation.yaml --output 2026-11.parquet focus/metered/billing_period=2026-11`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readFile(rules)
			if err != nil {
				return err
			}
			if job.Rules, err = allocate.ParseRules(rules, data); err != nil {
				return failed("%w", err)
			}
			if job.Version, err = focus.ParseVersion(version); err != nil {
				return fmt.Errorf("--version: %w", err)
			}
			job.Inputs = args
			result, err := job.Run()
			if err != nil {
				return failed("%w", err)
			}
			return errors.Join(warn(cmd, result), printAllocation(cmd, result, out.json))
		},
	}
	cmd.Flags().StringVar(&rules, "rules", "", "file of the rules")
	cmd.Flags().StringVarP(&job.Output, "output", "o", "", "file to write; .parquet or .csv")
	cmd.Flags().StringVar(&version, "version", focus.DefaultVersion.String(), "FOCUS version to write: 1.2, 1.3, 1.4")
	for _, flag := range []string{"rules", "output"} {
		if err := cmd.MarkFlagRequired(flag); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

// warn says what of the input is not in the output.
func warn(cmd *cobra.Command, result allocate.Result) error {
	if len(result.Dropped) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "finops: columns that FOCUS does not have were left out: %s\n", strings.Join(result.Dropped, ", "))
	return err
}

// allocation is a line of the answer.
type allocation struct {
	Rule     string `json:"rule"`
	Start    string `json:"start"`
	Caller   string `json:"caller,omitempty"`
	Usage    string `json:"usage,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Share    string `json:"share,omitempty"`
	Cost     string `json:"cost"`
	Currency string `json:"currency"`
}

func printAllocation(cmd *cobra.Command, result allocate.Result, asJSON bool) error {
	lines := make([]allocation, 0, len(result.Lines))
	for _, line := range result.Lines {
		lines = append(lines, answer(line))
	}
	if asJSON {
		return writeJSON(cmd.OutOrStdout(), struct {
			Read        int          `json:"read"`
			Written     int          `json:"written"`
			Allocations []allocation `json:"allocations"`
		}{result.Read, result.Written, lines})
	}
	t := newTable("rule", "period", "who pays", ">usage", "unit", ">share", ">cost", "currency")
	for _, l := range lines {
		t.add(l.Rule, l.Start, cmp.Or(l.Caller, "nobody used it"), l.Usage, l.Unit, l.Share, l.Cost, l.Currency)
	}
	if err := t.write(cmd.OutOrStdout()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%d rows read, %d written\n", result.Read, result.Written)
	return err
}

func answer(line allocate.Line) allocation {
	a := allocation{
		Rule: line.Rule, Start: line.Start.Format("2006-01-02"), Caller: line.Caller,
		Cost: line.Cost.String(), Currency: line.Currency,
	}
	if !line.Total.IsZero() {
		percent := new(big.Rat).Quo(line.Usage.Rat(), line.Total.Rat())
		a.Usage, a.Unit = line.Usage.String(), line.Unit
		a.Share = percent.Mul(percent, big.NewRat(100, 1)).FloatString(2) + "%"
	}
	return a
}
