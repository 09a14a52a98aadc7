package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/pricing/importer"
)

type importFlags struct {
	format, output, date string
	lenient              bool
}

func newImportCommand(out *output) *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Turn a public price list into catalog files",
		Long: `Turn a public price list into catalog files, one for each provider, and list entry by entry
what the catalog format cannot express. Entries that cannot be prices (negative, of another unit)
make the import fail; with --lenient they are left out and listed.`,
		Example: `  finops catalog import --format litellm model_prices_and_context_window.json
  finops catalog import --format genai_prices data.json --date 2026-09-23 --output prices
  finops catalog import --format models_dev api.json --lenient --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := f.run(args[0])
			if err != nil {
				return err
			}
			if err := printReport(cmd.OutOrStdout(), report, out.json); err != nil {
				return err
			}
			if len(report.Invalid) > 0 && !f.lenient {
				return errAnswerIsNo
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.format, "format", "", "format of the price list: "+strings.Join(importer.Formats(), ", "))
	flags.StringVarP(&f.output, "output", "o", "", "directory for the catalog files (default: report only)")
	flags.StringVar(&f.date, "date", "", "day on which the list stated its prices (default: day the file was changed)")
	flags.BoolVar(&f.lenient, "lenient", false, "import what is sound and list the rest")
	_ = c.MarkFlagRequired("format")
	return c
}

func (f *importFlags) run(path string) (*importer.Report, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	date, err := f.listDate(path)
	if err != nil {
		return nil, err
	}
	files, report, err := importer.Read(f.format, path, data, importer.Options{Date: date})
	if err != nil {
		return nil, failure{err}
	}
	if f.output == "" || (len(report.Invalid) > 0 && !f.lenient) {
		return &report, nil
	}
	sound, err := checked(path, files, f.lenient)
	if err != nil {
		return nil, err
	}
	return &report, writeFiles(f.output, sound)
}

func (f *importFlags) listDate(path string) (string, error) {
	if f.date != "" {
		if _, err := time.Parse(time.DateOnly, f.date); err != nil {
			return "", fmt.Errorf("--date %q must be a day such as 2026-11-23", f.date)
		}
		return f.date, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", failed("%w", err)
	}
	return info.ModTime().UTC().Format(time.DateOnly), nil
}

func printReport(w io.Writer, report *importer.Report, asJSON bool) error {
	if asJSON {
		return writeJSON(w, report)
	}
	fmt.Fprintf(w, "%s: %d models of %d providers; %d things cannot be expressed, %d entries are invalid\n",
		report.Name, report.Models, report.Providers, len(report.Unexpressed), len(report.Invalid))
	for _, issue := range report.Invalid {
		fmt.Fprintln(w, "invalid: "+issue.String())
	}
	for _, issue := range report.Unexpressed {
		fmt.Fprintln(w, "not expressed: "+issue.String())
	}
	return nil
}
