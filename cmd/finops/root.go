package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"
)

// output says how a command answers.
type output struct {
	json bool
}

func newRootCommand() *cobra.Command {
	out := new(output)
	root := &cobra.Command{
		Use:   "finops",
		Short: "Price model calls, explain their cost, compare it with the bill, manage price catalogs",
		Long: `finops prices calls of GenAI models with the same catalog and the same engine as the
collector, explains how a cost came about, compares what was metered with what was billed, and imports,
checks and compares price catalogs.

Exit codes: 0 yes or done; 1 the answer is no (invalid, unknown, different); 2 wrong usage.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().BoolVar(&out.json, "json", false, "answer in JSON")
	root.AddCommand(newPriceCommand(out), newExplainCommand(out), newCatalogCommand(out), newAllocateCommand(out), newFocusCommand(out),
		newReconcileCommand(out))
	return root
}

// writeJSON prints a value for machines.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
