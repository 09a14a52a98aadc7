//go:build unix

package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"text/tabwriter"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/month"
)

// summarize prints a line for a scenario, as soon as it is over.
func summarize(out io.Writer, o *month.Outcome) {
	fmt.Fprintf(out, "%-12s metered USD %s, billed USD %s, drift %s\n", o.Name, month.Cents(o.Metered), month.Cents(o.Billed), percent(o.Drift()))
}

// show prints a row for each fault of each scenario.
func show(out io.Writer, outcomes []*month.Outcome) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nSCENARIO\tFAULT\tTRUE SIZE\tNAMED\tFOUND\tOFF BY")
	for _, o := range outcomes {
		for i := range o.Results {
			r := &o.Results[i]
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n",
				o.Name, r.Name, month.Cents(r.Size), named(r), month.Cents(r.Found), month.Cents(r.Difference()))
		}
	}
	return w.Flush()
}

// named says in the report's own words what it found.
func named(r *month.Result) string {
	if len(r.Findings) == 0 {
		return "nothing"
	}
	f := &r.Findings[0]
	text := strings.Join(strings.Fields(f.Kind+" "+f.Provider+" "+f.Model), " ")
	switch n := len(r.Findings); {
	case n > 1:
		return fmt.Sprintf("%s, in %d", text, n)
	case f.BillLine != "":
		return fmt.Sprintf("%s %q", text, f.BillLine)
	default:
		return text
	}
}

func percent(r *big.Rat) string {
	return month.Cents(new(big.Rat).Mul(r, big.NewRat(100, 1))) + " %"
}
