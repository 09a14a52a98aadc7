package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/ledger"
)

type explainFlags struct {
	catalogFlags
	own   ownPricesFlags
	payer payerFlags
	span  string
}

func newExplainCommand(out *output) *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain FILE",
		Short: "Explain the cost of recorded spans or logs, from attribute to amount",
		Long: `Explain the cost of the model calls in a file of OTLP JSON (traces or logs, one document or one for
each line; - reads standard input): what the attributes say, what that means in meters, how the
price was found and what follows from it. All records of the file are judged together, as one
batch. Exit code 1 means that a call has no price.`,
		Example: `  finops explain trace.json
  otelcol-finops ... | finops explain - --json
  finops explain trace.json --span 2b1c7f0a9d3e4f55 --catalog builtin --catalog contract.yaml
  finops explain trace.json --pricing own.yaml --team search`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			explained, err := f.run(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			if out.json {
				err = writeJSON(cmd.OutOrStdout(), explained)
			} else {
				err = printExplained(cmd, explained)
			}
			if err == nil && anyUnpriced(explained) {
				return errAnswerIsNo
			}
			return err
		},
	}
	f.register(c.Flags())
	f.own.register(c.Flags())
	f.payer.register(c.Flags())
	c.Flags().StringVar(&f.span, "span", "", "explain this span only (hex id)")
	return c
}

func (f *explainFlags) run(stdin io.Reader, path string) ([]explanation, error) {
	data, err := readInput(stdin, path)
	if err != nil {
		return nil, err
	}
	engine, err := f.engine(&f.own)
	if err != nil {
		return nil, err
	}
	records, err := readRecords(path, data)
	if err != nil {
		return nil, err
	}
	for i := range records {
		records[i].payer = f.payer
	}
	all := explainRecords(engine, records)
	if f.span == "" {
		return all, nil
	}
	for _, e := range all {
		if strings.EqualFold(e.SpanID, f.span) {
			return []explanation{e}, nil
		}
	}
	return nil, failed("%s: no model call has the span id %s", path, f.span)
}

func readInput(stdin io.Reader, path string) ([]byte, error) {
	if path != "-" {
		return readFile(path)
	}
	data, err := io.ReadAll(stdin)
	if err != nil {
		return nil, failed("%w", err)
	}
	return data, nil
}

func anyUnpriced(all []explanation) bool {
	for _, e := range all {
		if e.Price.Status == string(ledger.StatusUnpriced) {
			return true
		}
	}
	return false
}

func printExplained(cmd *cobra.Command, all []explanation) error {
	w := cmd.OutOrStdout()
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "no record tells of a model call")
		return err
	}
	for i, e := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := e.printTo(cmd.OutOrStdout()); err != nil {
			return err
		}
	}
	return nil
}

func (e *explanation) printTo(w io.Writer) error {
	fmt.Fprintf(w, "== %s %s\n", e.Name, e.SpanID)
	fmt.Fprintf(w, "instrumentation: %s, read by profile %q\n", e.Scope, e.Profile)
	for _, a := range e.Attributes {
		fmt.Fprintf(w, "  %s = %s\n", a.Key, a.Value)
	}
	fmt.Fprintf(w, "call: %s\n", e.Call)
	if e.Usage != "" {
		fmt.Fprintf(w, "usage: %s\n", e.Usage)
	}
	if len(e.NotTold) > 0 {
		fmt.Fprintf(w, "not told: %s\n", strings.Join(e.NotTold, "; "))
	}
	if e.Reported != "" {
		fmt.Fprintf(w, "reported cost: %s\n", e.Reported)
	}
	return e.Price.printTo(w)
}
