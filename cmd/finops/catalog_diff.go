package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/meter"
	"github.com/otelcol-finops/otelcol-finops/internal/money"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

type diffFlags struct {
	catalogFlags
	provider, date string
}

// difference is one price that two catalogs state differently.
type difference struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// When says under which circumstances: standard, long_context, batch, flex, priority.
	When  string `json:"when"`
	Meter string `json:"meter"`
	// A and B are the prices per million tokens, or per unit; empty when a catalog has none of its own.
	A string `json:"a"`
	B string `json:"b"`
}

func newDiffCommand(out *output) *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Show where two catalogs state different prices",
		Long: `Show where two catalogs state different prices for models that both know. A and B are files,
of the format given by --format, or builtin. Models are found as calls would find them, so that
different names of one model are compared. Exit code 1 means that there are differences.`,
		Example: `  finops catalog diff builtin prices.json --format litellm
  finops catalog diff builtin contract.yaml --provider openai --date 2026-10-01`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			differences, err := f.run(args[0], args[1])
			if err != nil {
				return err
			}
			if out.json {
				err = writeJSON(cmd.OutOrStdout(), differences)
			} else {
				err = printDifferences(cmd, differences)
			}
			if err == nil && len(differences) > 0 {
				return errAnswerIsNo
			}
			return err
		},
	}
	f.registerFormat(c.Flags())
	c.Flags().StringVar(&f.provider, "provider", "", "compare this provider only")
	c.Flags().StringVar(&f.date, "date", "", "day for which prices are compared (default today)")
	return c
}

func (f *diffFlags) run(a, b string) ([]difference, error) {
	at, err := parseTime(f.date)
	if err != nil {
		return nil, err
	}
	catalogA, err := f.compile(a)
	if err != nil {
		return nil, err
	}
	catalogB, err := f.compile(b)
	if err != nil {
		return nil, err
	}
	engineA, err := pricing.NewEngine(catalogA, pricing.Customization{})
	if err != nil {
		return nil, failed("%w", err)
	}
	engineB, err := pricing.NewEngine(catalogB, pricing.Customization{})
	if err != nil {
		return nil, failed("%w", err)
	}
	provider := pricing.CanonicalProvider(f.provider)
	differences := []difference{}
	for _, model := range catalogB.Models() {
		if provider == "" || model.Provider == provider {
			differences = append(differences, compare(engineA, engineB, model, at)...)
		}
	}
	return differences, nil
}

// circumstance is a way of serving a call that has a price of its own.
type circumstance struct {
	name, tier string
	input      int64
}

var circumstances = []circumstance{
	{name: "standard"},
	{name: "long_context", input: 1_000_000},
	{name: "batch", tier: "batch"},
	{name: "flex", tier: "flex"},
	{name: "priority", tier: "priority"},
}

func compare(a, b *pricing.Engine, model pricing.ModelInfo, at time.Time) []difference {
	var out []difference
	for _, c := range circumstances {
		sheetA, sheetB := c.sheet(a, model, at), c.sheet(b, model, at)
		if sheetA == nil || sheetB == nil {
			continue
		}
		for m := range meter.Meter(meter.Count) {
			priceA, priceB := sheetA.Rates[m], sheetB.Rates[m]
			// Rates through fallbacks follow from others.
			if !priceA.Known || !priceB.Known || priceA.Assumed || priceB.Assumed || priceA.List.Cmp(priceB.List) == 0 {
				continue
			}
			out = append(out, difference{
				Provider: model.Provider, Model: model.ID, When: c.name, Meter: m.String(),
				A: display(priceA.List, m), B: display(priceB.List, m),
			})
		}
	}
	return withoutRepeated(out)
}

// withoutRepeated drops the differences of other circumstances that repeat the standard one, because
// neither catalog has a price for them.
func withoutRepeated(all []difference) []difference {
	standard := map[difference]bool{}
	var out []difference
	for _, d := range all {
		key := d
		key.When = ""
		if d.When == "standard" {
			standard[key] = true
		} else if standard[key] {
			continue
		}
		out = append(out, d)
	}
	return out
}

func (c circumstance) sheet(engine *pricing.Engine, model pricing.ModelInfo, at time.Time) *pricing.Sheet {
	usage := new(meter.Usage)
	usage[meter.Input] = money.Units(c.input)
	price := engine.Price(&pricing.Call{Provider: model.Provider, RequestModel: model.ID, Time: at, ServiceTier: c.tier, Usage: usage})
	if price.Foreign || price.MatchUncertain || price.TierAssumed {
		return nil
	}
	return price.Sheet
}

// display is the price of a million tokens, or of one unit.
func display(price money.UnitPrice, m meter.Meter) string {
	text := price.String()
	if !m.IsToken() {
		return text
	}
	return perMillion(text)
}

// perMillion moves the decimal point of a plain decimal by six places.
func perMillion(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	fraction += strings.Repeat("0", max(0, 6-len(fraction)))
	whole, fraction = whole+fraction[:6], strings.TrimRight(fraction[6:], "0")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

func printDifferences(cmd *cobra.Command, differences []difference) error {
	if len(differences) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "no differences")
		return err
	}
	t := newTable("provider", "model", "when", "meter", ">a", ">b")
	for _, d := range differences {
		t.add(d.Provider, d.Model, d.When, d.Meter, d.A, d.B)
	}
	return t.write(cmd.OutOrStdout())
}
