// Accuracy sends the corpus of real captures through the built collector, compares every price with what
// the provider billed, and writes the page that shows it. It fails when anything is silently wrong.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/billing"
)

func main() {
	collector := flag.String("collector", "_build/otelcol-finops", "collector under test, as make build leaves it")
	corpus := flag.String("captures", "testdata/captures", "directory of the captures")
	out := flag.String("page", "docs/accuracy.md", "page to write; empty for none")
	flag.Parse()
	if err := check(context.Background(), *collector, *corpus, *out); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

func check(ctx context.Context, collector, corpus, out string) error {
	captures, err := loadCaptures(corpus)
	if err != nil {
		return err
	}
	p, err := builtinPrices()
	if err != nil {
		return err
	}
	claims, err := run(ctx, collector, captures)
	if err != nil {
		return err
	}
	outcomes := evaluate(captures, claims, p)
	show(outcomes)
	if out != "" {
		if err := os.WriteFile(out, []byte(page(outcomes)), 0o600); err != nil {
			return err
		}
	}
	if n := countOf(outcomes, billing.Wrong); n > 0 {
		return fmt.Errorf("%d captures are silently wrong", n)
	}
	return nil
}

// show prints the table, and every capture that is wrong, to whoever runs it.
func show(outcomes []outcome) {
	fmt.Printf("%-36s %8s %6s %8s %15s   %s\n", "instrumentation", "captures", "exact", "flagged", "silently wrong", "naive sum")
	for _, g := range grouped(outcomes) {
		billed, _, naive, naiveWrong := sums(g.outcomes)
		fmt.Printf("%-36s %8d %6d %8d %15d   %s, %d wrong\n", g.name, len(g.outcomes), g.count(billing.Exact), g.count(billing.Flagged), g.count(billing.Wrong),
			deviation(naive, billed), naiveWrong)
	}
	for _, o := range outcomes {
		if o.verdict.Class == billing.Wrong {
			fmt.Printf("SILENTLY WRONG %s: %v\n", o.capture.ID(), o.verdict.Why)
		}
		if o.carried.tier && o.verdict.Class == billing.Flagged {
			fmt.Printf("not exact although the spans carry what the price needs: %s: %v\n", o.capture.ID(), o.verdict.Why)
		}
	}
	carrying, exactOfThem, exactOthers, tierUnsaid := carriers(outcomes)
	fmt.Printf("%d captures: %d exact, %d flagged, %d silently wrong, %d with nothing sent\n", len(outcomes),
		countOf(outcomes, billing.Exact), countOf(outcomes, billing.Flagged), countOf(outcomes, billing.Wrong), countOf(outcomes, billing.Unseen))
	fmt.Printf("%d carry every fact that the price needs, %d of them are exact; %d more do but for the tier of a model that has several; %d others are exact\n",
		carrying, exactOfThem, tierUnsaid, exactOthers)
}
