package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/closing"
	"github.com/otelcol-finops/otelcol-finops/internal/reconcile/load"
)

// closeFlags say which month is closed, and how. What is read for it is what a comparison of the month reads.
type closeFlags struct {
	*reconcileFlags
	month, trueUp string
	reclose       bool
}

// addClose has the command close a month in place of comparing it, when asked to.
func addClose(c *cobra.Command, compared *reconcileFlags, out *output) {
	f := &closeFlags{reconcileFlags: compared}
	f.register(c.Flags())
	compare := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.check(cmd.Flags(), args); err != nil {
			return err
		}
		if f.month == "" {
			return compare(cmd, args)
		}
		return f.run(cmd, args[0], out.json)
	}
}

func (f *closeFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.month, "close", "", "close a `month`, such as 2026-11: add rows to metered that make its sum the invoice")
	flags.StringVar(&f.trueUp, "true-up", string(closing.ProRata), "who gets what the invoice is beyond the metered cost: pro-rata, unallocated")
	flags.BoolVar(&f.reclose, "reclose", false, "with --close, replace what the month was closed with before")
}

// notWithClose are flags of comparisons, which a month that is closed has no use for.
var notWithClose = []string{
	"month", "from", "to", "by", "html", "csv", "overrides", "max-drift", "min-coverage", "metered", "billed-usage",
}

// check refuses what would be ignored in silence.
func (f *closeFlags) check(flags *pflag.FlagSet, args []string) error {
	if f.month == "" {
		if flags.Changed("true-up") || f.reclose {
			return errors.New("--true-up and --reclose go with --close")
		}
		return nil
	}
	for _, name := range notWithClose {
		if flags.Changed(name) {
			return fmt.Errorf("--%s does not go with --close; compare first, and close then", name)
		}
	}
	if len(args) == 0 {
		return errors.New("name the URL whose metered is to be closed")
	}
	return nil
}

// run closes a month and says what became of it.
func (f *closeFlags) run(cmd *cobra.Command, root string, asJSON bool) error {
	result, err := f.closeMonth(cmd.Context(), root)
	if err != nil {
		return notAnAnswer(err)
	}
	warnRounded(cmd, result.Rounded)
	if asJSON {
		err = writeJSON(cmd.OutOrStdout(), result)
	} else {
		err = printClosing(cmd.OutOrStdout(), f.month, result)
	}
	if err == nil && !result.Outcome.Done() {
		return errAnswerIsNo
	}
	return err
}

func (f *closeFlags) closeMonth(ctx context.Context, root string) (result *closing.Result, err error) {
	o := closing.Options{Reclose: f.reclose, Accounts: f.accounts, Settle: f.settle, Version: version()}
	if o.Month, err = closing.ParseMonth(f.month); err != nil {
		return nil, fmt.Errorf("--close %q: %w", f.month, err)
	}
	if o.TrueUp, err = closing.ParseMode(f.trueUp); err != nil {
		return nil, fmt.Errorf("--true-up: %w", err)
	}
	for _, provider := range f.providers {
		o.Providers = append(o.Providers, pricing.CanonicalProvider(provider))
	}
	f.period.month = f.month
	days, err := f.options([]string{root})
	if err != nil {
		return nil, err
	}
	input, err := load.Load(ctx, days)
	if err != nil {
		return nil, err
	}
	o.Now, o.Excluded, o.ExchangeRates = days.Now, input.Excluded, days.ExchangeRates
	if o.Tables, err = f.tables(); err != nil {
		return nil, err
	}
	places, err := f.openPlaces(ctx, root, &o)
	defer func() { err = errors.Join(err, closeAll(places)) }()
	if err != nil {
		return nil, err
	}
	return closing.Close(ctx, o)
}

// openPlaces opens what is read and written. What is open is to be closed even after an error.
func (f *closeFlags) openPlaces(ctx context.Context, root string, o *closing.Options) (open []io.Closer, err error) {
	if o.Root, err = blobs.Open(ctx, root); err != nil {
		return nil, err
	}
	open = append(open, o.Root)
	source := func(name, target string) (closing.Source, error) {
		s, err := focusstore.Open(ctx, target)
		if err == nil {
			open = append(open, s)
		}
		return closing.Source{Name: name, Store: s}, err
	}
	if o.Metered, err = source(focus.Metered.String(), load.Below(root, focus.Metered)); err != nil {
		return open, err
	}
	targets, names := f.billed, f.billed
	if len(targets) == 0 {
		targets, names = []string{load.Below(root, focus.Billed)}, []string{focus.Billed.String()}
	}
	for i, target := range targets {
		s, err := source(withoutSecrets(names[i]), target)
		if err != nil {
			return open, err
		}
		o.Billed = append(o.Billed, s)
	}
	return open, nil
}

func closeAll(open []io.Closer) error {
	var errs []error
	for _, c := range open {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// withoutSecrets returns a URL without what may be a password or a key.
func withoutSecrets(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme == "" {
		return target
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}

// tables are what prices and rates are read from, by their contents: where they lie does not count.
func (f *closeFlags) tables() ([]closing.Table, error) {
	var all []closing.Table
	add := func(setting, path string) error {
		data, err := readFile(path)
		sum := sha256.Sum256(data)
		all = append(all, closing.Table{Setting: setting, Name: filepath.Base(path), Hash: hex.EncodeToString(sum[:])})
		return err
	}
	for _, path := range f.paths {
		if path != builtinName {
			if err := add("catalog", path); err != nil {
				return nil, err
			}
			continue
		}
		compiled, err := f.compile(builtinName)
		if err != nil {
			return nil, err
		}
		engine, err := pricing.NewEngine(compiled, pricing.Customization{})
		if err != nil {
			return nil, err
		}
		all = append(all, closing.Table{Setting: "catalog", Name: builtinName, Hash: engine.Info().Hash})
	}
	for _, table := range []struct{ setting, path string }{{"pricing", f.own.pricing}, {"exchange-rates", f.own.exchangeRates}} {
		if table.path == "" {
			continue
		}
		if err := add(table.setting, table.path); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// version returns the release that this was built from, empty for builds of a working tree.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" || strings.Contains(info.Main.Version, "+dirty") {
		return ""
	}
	return info.Main.Version
}

// outcomes say what became of a month.
var outcomes = map[closing.Outcome]string{
	closing.WasClosed: "%s is closed.",
	closing.Unchanged: "%s is closed and unchanged.",
	closing.Repaired:  "%s is closed; what an interrupted run had left out is written.",
	closing.Reclosed:  "%s is closed anew, with these changes:",
	closing.Changed:   "%s was closed before, and these are not what they were:",
	closing.Open:      "%s cannot be closed:",
}

func printClosing(w io.Writer, month string, r *closing.Result) error {
	fmt.Fprintf(w, outcomes[r.Outcome]+"\n", month)
	for _, c := range r.Changes {
		fmt.Fprintln(w, "  "+c.String())
	}
	for i := range r.Pending {
		fmt.Fprintln(w, "  "+r.Pending[i].Text)
	}
	switch r.Outcome {
	case closing.Changed:
		_, err := fmt.Fprintln(w, "Nothing was written; --reclose closes it with what they are now.")
		return err
	case closing.Open:
		_, err := fmt.Fprintln(w, "Nothing was written.")
		return err
	}
	t := newTable("provider", "account", ">metered", ">billed", ">true-up", ">rows", "currency", "status")
	for _, total := range r.Manifest.Totals {
		t.add(total.Provider, total.Account, total.Metered.String(), amountText(total.Billed), amountText(total.Residual), strconv.Itoa(total.Rows),
			total.Currency, strings.ReplaceAll(string(total.Status), "_", " "))
	}
	fmt.Fprintln(w)
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nrows      %s\nmanifest  %s\n", r.Manifest.Outputs[0].Name, r.ManifestFile)
	return err
}

// amountText is empty for what is not known.
func amountText(a *money.Amount) string {
	if a == nil {
		return ""
	}
	return a.String()
}
