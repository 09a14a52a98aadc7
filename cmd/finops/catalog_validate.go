package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// validation is what was found about one file.
type validation struct {
	File     string   `json:"file"`
	Valid    bool     `json:"valid"`
	Models   int      `json:"models"`
	Problems []string `json:"problems,omitempty"`
}

func newValidateCommand(out *output) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check catalog files of the finops format",
		Long: `Check catalog files of the finops format and list every problem with its file, line, entry and key.
Exit code 1 means that there are problems.`,
		Example: `  finops catalog validate prices/contract.yaml
  finops catalog validate --json prices/*.yaml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			results := make([]validation, 0, len(args))
			valid := true
			for _, path := range args {
				result, err := validate(path)
				if err != nil {
					return err
				}
				results = append(results, result)
				valid = valid && result.Valid
			}
			if err := printValidations(cmd, results, out.json); err != nil {
				return err
			}
			if !valid {
				return errAnswerIsNo
			}
			return nil
		},
	}
}

func validate(path string) (validation, error) {
	data, err := readFile(path)
	if err != nil {
		return validation{}, err
	}
	result := validation{File: path, Valid: true}
	file, err := pricing.ParseFile(path, data, pricing.ParseOptions{Lenient: true})
	if file != nil {
		result.Models = len(file.Models)
	}
	if err != nil {
		result.Valid, result.Problems = false, problemsOf(err)
	}
	return result, nil
}

// problemsOf splits a joined error.
func problemsOf(err error) []string {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []string{err.Error()}
	}
	var out []string
	for _, e := range joined.Unwrap() {
		out = append(out, problemsOf(e)...)
	}
	return out
}

func printValidations(cmd *cobra.Command, results []validation, asJSON bool) error {
	w := cmd.OutOrStdout()
	if asJSON {
		return writeJSON(w, results)
	}
	for _, r := range results {
		for _, problem := range r.Problems {
			fmt.Fprintln(w, problem)
		}
		if r.Valid {
			fmt.Fprintf(w, "%s: %d models, valid\n", r.File, r.Models)
		} else {
			fmt.Fprintf(w, "%s: %d problems\n", r.File, len(r.Problems))
		}
	}
	return nil
}
