package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing"
)

// listed is a provider or a model in a listing.
type listed struct {
	Provider string `json:"provider"`
	Model    string `json:"model,omitempty"`
	Version  string `json:"version,omitempty"`
	// Models is the number of the provider's models.
	Models  int      `json:"models,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
}

func newListCommand(out *output) *cobra.Command {
	var f catalogFlags
	var provider string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the providers of a catalog, or one provider's models",
		Example: `  finops catalog list
  finops catalog list --provider anthropic`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			compiled, err := f.compile(f.paths...)
			if err != nil {
				return err
			}
			if provider == "" {
				return printProviders(cmd, compiled.Models(), out.json)
			}
			id := pricing.CanonicalProvider(provider)
			models := slices.DeleteFunc(compiled.Models(), func(m pricing.ModelInfo) bool { return m.Provider != id })
			if len(models) == 0 {
				return failed("no models of provider %q; finops catalog list shows the providers", provider)
			}
			return printModels(cmd, models, out.json)
		},
	}
	f.register(c.Flags())
	c.Flags().StringVar(&provider, "provider", "", "list this provider's models")
	return c
}

func newSearchCommand(out *output) *cobra.Command {
	var f catalogFlags
	c := &cobra.Command{
		Use:   "search TEXT",
		Short: "Find models by a part of their names",
		Example: `  finops catalog search sonnet-4
  finops catalog search gpt-4o --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			compiled, err := f.compile(f.paths...)
			if err != nil {
				return err
			}
			text := strings.ToLower(args[0])
			models := slices.DeleteFunc(compiled.Models(), func(m pricing.ModelInfo) bool { return !mentions(m, text) })
			if len(models) == 0 && !out.json {
				fmt.Fprintf(cmd.OutOrStdout(), "no model has %q in its name\n", args[0])
				return errAnswerIsNo
			}
			return printModels(cmd, models, out.json)
		},
	}
	f.register(c.Flags())
	return c
}

func mentions(m pricing.ModelInfo, text string) bool {
	return slices.ContainsFunc(append([]string{m.ID, m.Name}, m.Aliases...), func(name string) bool {
		return strings.Contains(strings.ToLower(name), text)
	})
}

func printProviders(cmd *cobra.Command, models []pricing.ModelInfo, asJSON bool) error {
	count := map[string]int{}
	for _, m := range models {
		count[m.Provider]++
	}
	all := make([]listed, 0, len(count))
	for provider, n := range count {
		all = append(all, listed{Provider: provider, Models: n})
	}
	slices.SortFunc(all, func(a, b listed) int { return cmp.Compare(a.Provider, b.Provider) })
	if asJSON {
		return writeJSON(cmd.OutOrStdout(), all)
	}
	t := newTable("provider", ">models")
	for _, p := range all {
		t.add(p.Provider, strconv.Itoa(p.Models))
	}
	return t.write(cmd.OutOrStdout())
}

func printModels(cmd *cobra.Command, models []pricing.ModelInfo, asJSON bool) error {
	if asJSON {
		all := make([]listed, 0, len(models))
		for _, m := range models {
			all = append(all, listed{Provider: m.Provider, Model: m.ID, Version: m.Version, Aliases: m.Aliases})
		}
		return writeJSON(cmd.OutOrStdout(), all)
	}
	t := newTable("provider", "model", "also")
	for _, m := range models {
		t.add(m.Provider, m.ID, shortened(m.Aliases))
	}
	return t.write(cmd.OutOrStdout())
}

// shortened names the first few of many.
func shortened(names []string) string {
	const enough = 3
	if len(names) <= enough {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:enough], ", "), len(names)-enough)
}
