package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/load"
)

// reconcileFlags say what is compared and what is made of it.
type reconcileFlags struct {
	catalogFlags
	own    ownPricesFlags
	period periodFlags
	limits limitFlags

	metered, billed, usage []string
	by                     []string
	providers, accounts    []string
	settle                 time.Duration
	html, csv, overrides   string
}

func newReconcileCommand(out *output) *cobra.Command {
	var f reconcileFlags
	c := &cobra.Command{
		Use:   "reconcile [flags] [URL]",
		Short: "Compare what was metered with what was billed",
		Long: `Compare what telemetry metered with what providers billed, and explain the difference: by a bridge whose lines add up to it
exactly, and by findings that say which service is not seen, which price is wrong, which agreement is missing. URL is the directory
or bucket that the focus exporter writes to: it has metered, unpriced, billed and billed_usage. Only days that providers do not revise any
more are compared: usage charges, before tax and credits, in the currency of the bill.

--close adds rows to metered that carry what the invoice is beyond it to teams, so that chargeback equals the invoice to the last digit, and
writes a manifest of all that they were made of; a month that is closed again is checked against it.

Exit code 1 means that --max-drift or --min-coverage is not met, or that the month cannot be closed or has changed since; 2 that the comparison
could not be made.`,
		Example: `  finops reconcile /var/lib/otelcol/focus
  finops reconcile --month 2026-11 --by provider,account,model --html november.html s3://bucket/focus
  finops reconcile --max-drift 2% --min-coverage 95% --from 2026-11-01 s3://bucket/focus
  finops reconcile --overrides review.yaml --billed exports/aws /var/lib/otelcol/focus
  finops reconcile --close 2026-11 --true-up unallocated s3://bucket/focus`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, args, out.json)
		},
	}
	f.register(c.Flags())
	addClose(c, &f, out)
	return c
}

func (f *reconcileFlags) register(flags *pflag.FlagSet) {
	f.catalogFlags.register(flags)
	f.own.register(flags)
	f.period.register(flags)
	f.limits.register(flags)
	flags.StringArrayVar(&f.metered, "metered", nil, "`URL` of metered files, in place of those below URL (can be repeated)")
	flags.StringArrayVar(&f.billed, "billed", nil, "`URL` of billed files or the export of a cloud, likewise")
	flags.StringArrayVar(&f.usage, "billed-usage", nil, "`URL` of files with what providers counted, likewise")
	flags.StringSliceVar(&f.by, "by", []string{string(reconcile.ByProvider), string(reconcile.ByAccount)},
		"what groups are told apart by: day, provider, account, subaccount, model")
	flags.StringSliceVar(&f.providers, "provider", nil, "compare only these providers")
	flags.StringSliceVar(&f.accounts, "account", nil, "compare only these billing accounts")
	flags.DurationVar(&f.settle, "settle", 72*time.Hour, "how long after its end a day's report must have been read for the day to be final")
	flags.StringVar(&f.html, "html", "", "write a page for people to `FILE`")
	flags.StringVar(&f.csv, "csv", "", "write the groups to `FILE`, with a column for each line of the bridge")
	flags.StringVar(&f.overrides, "overrides", "", "write the rates that the bill implies to `FILE`, for review, with keys of the gen_ai_pricing extension")
}

func (f *reconcileFlags) run(cmd *cobra.Command, args []string, asJSON bool) error {
	by, err := reconcile.ParseDimensions(f.by)
	if err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	limits, err := f.limits.parse()
	if err != nil {
		return err
	}
	report, err := f.compare(cmd.Context(), args)
	if err != nil {
		return notAnAnswer(err)
	}
	if err := f.writeFiles(report, by, limits); err != nil {
		return notAnAnswer(err)
	}
	if asJSON {
		err = writeJSON(cmd.OutOrStdout(), newDocument(report, by))
	} else {
		err = printComparison(cmd.OutOrStdout(), report, by)
	}
	if err != nil {
		return err
	}
	return limits.judge(report)
}

// notAnAnswer has an error end in the exit code of what could not be done: that of an answer is for limits alone.
func notAnAnswer(err error) error {
	if f := (failure{}); errors.As(err, &f) {
		return f.error
	}
	return err
}

// compare reads the datasets and compares them.
func (f *reconcileFlags) compare(ctx context.Context, args []string) (*reconcile.Report, error) {
	options, err := f.options(args)
	if err != nil {
		return nil, err
	}
	input, err := load.Load(ctx, options)
	if err != nil {
		return nil, err
	}
	return reconcile.Compare(input)
}

// options says what is read.
func (f *reconcileFlags) options(args []string) (load.Options, error) {
	o := load.Options{
		Stores:    map[focus.Dataset][]string{focus.Metered: f.metered, focus.Billed: f.billed, focus.BilledUsage: f.usage},
		Providers: f.providers, Accounts: f.accounts, Settle: f.settle, Now: time.Now(),
	}
	if len(args) > 0 {
		o.Root = args[0]
	} else if len(f.metered) == 0 || len(f.billed) == 0 {
		return o, errors.New("name the URL below which metered and billed lie, or both with --metered and --billed")
	}
	var err error
	if o.First, o.Last, err = f.period.parse(); err != nil {
		return o, err
	}
	if o.Settle < 0 {
		return o, fmt.Errorf("--settle %s must not be negative", f.settle)
	}
	o.Engine, o.ExchangeRates, err = f.prices()
	return o, err
}

// prices are what usage costs by our books.
func (f *reconcileFlags) prices() (*pricing.Engine, *pricing.ExchangeRates, error) {
	compiled, err := f.compile(f.paths...)
	if err != nil {
		return nil, nil, err
	}
	custom, err := f.own.customization()
	if err != nil {
		return nil, nil, err
	}
	engine, err := pricing.NewEngine(compiled, custom)
	return engine, custom.ExchangeRates, err
}

// writeFiles writes what was asked for beside the answer.
func (f *reconcileFlags) writeFiles(r *reconcile.Report, by []reconcile.Dimension, limits *limits) error {
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{f.csv, func(w io.Writer) error { return writeGroups(w, r, by) }},
		{f.html, func(w io.Writer) error { return writePage(w, r, by, limits) }},
		{f.overrides, func(w io.Writer) error { return writeOverrides(w, r) }},
	} {
		if file.path == "" {
			continue
		}
		if err := writeTo(file.path, file.write); err != nil {
			return err
		}
	}
	return nil
}

// writeTo leaves a whole file or an error.
func writeTo(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
