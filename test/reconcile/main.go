//go:build unix

// Command reconcile simulates a month of a small company, once without faults and then with one after the other, and
// shows what finops reconcile makes of it.
//
// For each scenario it starts the collector, sends the spans of all calls as their instrumentations export them,
// serves the bills as the providers' APIs do (with the failures that those have), and compares what was metered with what
// was billed. Each fault must be named, at its size, to the cent. Then it closes the month: what teams are charged must be what was billed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/month"
)

func main() {
	var r month.Runner
	flag.StringVar(&r.Collector, "collector", "_build/otelcol-finops", "the collector to run")
	flag.StringVar(&r.Finops, "finops", "_build/finops", "the finops command to run")
	flag.StringVar(&r.Directory, "out", "", "an empty or new directory for FOCUS files and reports; one of its own if not given")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, &r)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "reconcile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, r *month.Runner) error {
	if err := prepare(r); err != nil {
		return err
	}
	now := time.Now()
	fmt.Fprintf(out, "%s, %d times:\n\n", month.Last(now).Format("January 2006"), len(month.Scenarios))
	outcomes := make([]*month.Outcome, len(month.Scenarios))
	for i, scenario := range month.Scenarios {
		var err error
		if outcomes[i], err = r.Run(ctx, scenario, now); err != nil {
			return err
		}
		summarize(out, outcomes[i])
	}
	if err := show(out, outcomes); err != nil {
		return err
	}
	last := outcomes[len(outcomes)-1]
	fmt.Fprintf(out, "\nThe last one as a page: %s\nClosed, it charges %d teams USD %s of USD %s billed.\n",
		last.Page, len(last.Closed.Teams), month.Exact(last.Closed.Sum()), month.Exact(last.Billed))
	return judge(out, outcomes)
}

// errWrong says that the report is not what the ledgers say.
var errWrong = errors.New("the comparison is wrong")

func judge(out io.Writer, outcomes []*month.Outcome) error {
	var problems []string
	for _, o := range outcomes {
		problems = append(problems, o.Problems()...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w:\n%s", errWrong, strings.Join(problems, "\n"))
	}
	fmt.Fprintln(out, "\nChecked: without faults bill and books are the same to the last digit; each fault is named, at its size to the cent, and nothing else is.\n"+
		"Of faults of one model on the same days (mixed), that holds for their sum: the provider counts their calls as one number.\n"+
		"Each month was closed: teams are charged the provider's ledger to the last digit, and closing again changed no byte.")
	return nil
}

// prepare makes the directory, which outlives the command: people want to look at the page.
func prepare(r *month.Runner) (err error) {
	if r.Directory == "" {
		r.Directory, err = os.MkdirTemp("", "otelcol-finops-reconcile-")
		return err
	}
	return os.MkdirAll(r.Directory, 0o700)
}
