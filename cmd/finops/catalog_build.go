package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing/catalog/build"
	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

// buildFlags are the flags of `catalog build`.
type buildFlags struct {
	output, python            string
	genaiPrices, litellm      string
	genaiVersion, liteVersion string
	date                      string
}

func newBuildCommand(out *output) *cobra.Command {
	var f buildFlags
	c := &cobra.Command{
		Use:   "build",
		Short: "Make the builtin catalog from public price lists",
		Long: `Make the builtin catalog: one file for each provider, from the price lists in the Python
packages genai-prices and litellm, which pip downloads. Files given by flag are used instead of packages.

The catalog that is in the directory already is carried on: a price that changed without its list
saying when is new from --date, and the old one holds before.`,
		Example: `  finops catalog build --output internal/pricing/catalog/data
  finops catalog build --genai-prices data.json --litellm prices.json --date 2026-11-23 --output data`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			summary, err := f.run(cmd.Context(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if out.json {
				return writeJSON(cmd.OutOrStdout(), summary)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d entries of %d providers (%d completed, %d added, %d disputed, %d skipped)\n",
				summary.Entries, summary.Providers, summary.Completed, summary.Added, summary.Disputed, summary.Skipped)
			return err
		},
	}
	flags := c.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "directory to write the files to")
	flags.StringVar(&f.python, "python", "python3", "Python with pip, to download packages")
	flags.StringVar(&f.genaiPrices, "genai-prices", "", "genai-prices data (JSON) instead of the package")
	flags.StringVar(&f.litellm, "litellm", "", "LiteLLM price list (JSON) instead of the package")
	flags.StringVar(&f.genaiVersion, "genai-prices-version", "", "version of the package (default newest)")
	flags.StringVar(&f.liteVersion, "litellm-version", "", "version of the package (default newest)")
	flags.StringVar(&f.date, "date", time.Now().UTC().Format(time.DateOnly), "day on which the lists stated their prices")
	_ = c.MarkFlagRequired("output")
	return c
}

func (f *buildFlags) run(ctx context.Context, warnings io.Writer) (build.Summary, error) {
	if _, err := time.Parse(time.DateOnly, f.date); err != nil {
		return build.Summary{}, fmt.Errorf("--date %q must be a day such as 2026-11-23", f.date)
	}
	lists, err := f.lists(ctx, warnings)
	if err != nil {
		return build.Summary{}, err
	}
	if lists.Previous, err = previousCatalog(f.output); err != nil {
		return build.Summary{}, err
	}
	files, summary := build.Catalog(lists)
	return summary, replaceCatalog(f.output, files)
}

func (f *buildFlags) lists(ctx context.Context, warnings io.Writer) (build.Lists, error) {
	dir, err := os.MkdirTemp("", "finops-catalog-")
	if err != nil {
		return build.Lists{}, failed("%w", err)
	}
	defer os.RemoveAll(dir)
	packages := packageSource{python: f.python, dir: dir}
	genai, err := readOr(f.genaiPrices, func() ([]byte, error) { return packages.genAIPrices(ctx, f.genaiVersion) })
	if err != nil {
		return build.Lists{}, err
	}
	lite, err := readOr(f.litellm, func() ([]byte, error) { return packages.liteLLM(ctx, f.liteVersion) })
	if err != nil {
		return build.Lists{}, err
	}
	options := importer.Options{Date: f.date}
	lists := build.Lists{Date: f.date}
	var genaiReport, liteReport importer.Report
	if lists.Primary, genaiReport, err = importer.Read("genai_prices", "genai-prices", genai, options); err != nil {
		return lists, failed("%w", err)
	}
	if lists.Secondary, liteReport, err = importer.Read("litellm", "litellm", lite, options); err != nil {
		return lists, failed("%w", err)
	}
	for _, issue := range slices.Concat(genaiReport.Invalid, liteReport.Invalid) {
		fmt.Fprintln(warnings, "left out: "+issue.String())
	}
	return lists, nil
}

func readOr(path string, otherwise func() ([]byte, error)) ([]byte, error) {
	if path == "" {
		return otherwise()
	}
	return readFile(path)
}
