package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focuscheck"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
)

func newFocusValidateCommand(out *output) *cobra.Command {
	var version string
	var strict bool
	c := &cobra.Command{
		Use:   "validate SOURCE...",
		Short: "Check files against the rules of the specification",
		Long: `Check files against the rules of FOCUS that can be seen in a file, and list those that are broken with their ids, how
many rows break them, the first place and what it says there. All files are taken for one dataset.
Exit code 1 means that a rule with MUST is broken, or with --strict any rule.`,
		Example: `  finops focus validate /var/lib/otelcol/focus/metered
  finops focus validate --focus-version 1.2 export.csv.gz`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			checker, err := newChecker(version)
			if err != nil {
				return err
			}
			for _, source := range args {
				if err := checkSource(cmd.Context(), checker, source); err != nil {
					return err
				}
			}
			report := checker.Report()
			if err := printFindings(cmd, report, out.json); err != nil {
				return err
			}
			if !report.Conforms() || strict && len(report.Findings) > 0 {
				return errAnswerIsNo
			}
			return nil
		},
	}
	c.Flags().StringVar(&version, "focus-version", "auto", "1.2, 1.3, 1.4, or auto: told by the columns of each file")
	c.Flags().BoolVar(&strict, "strict", false, "fail for rules with SHOULD as well")
	return c
}

func newChecker(version string) (*focuscheck.Checker, error) {
	if version == "auto" {
		return focuscheck.New(0), nil
	}
	v, err := focus.ParseVersion(version)
	if err != nil {
		return nil, fmt.Errorf("--focus-version: %w", err)
	}
	return focuscheck.New(v), nil
}

func checkSource(ctx context.Context, checker *focuscheck.Checker, source string) error {
	s, err := openSource(ctx, source)
	if err != nil {
		return err
	}
	defer s.Close()
	files := 0
	for key, err := range s.Files(ctx) {
		if err == nil {
			err = checkFile(ctx, checker, s, key)
		}
		if err != nil {
			return failed("%w", err)
		}
		files++
	}
	if files == 0 {
		return failed("%s: no .parquet, .csv or .csv.gz file", source)
	}
	return nil
}

func checkFile(ctx context.Context, checker *focuscheck.Checker, s *focusstore.Store, key string) error {
	f, err := s.Open(ctx, key)
	if err != nil {
		return err
	}
	defer f.Close()
	return checker.Check(s.Name(key), f.Reader)
}

func printFindings(cmd *cobra.Command, report *focuscheck.Report, asJSON bool) error {
	w := cmd.OutOrStdout()
	if asJSON {
		return writeJSON(w, report)
	}
	if len(report.Findings) > 0 {
		t := newTable("", "rule", ">rows", "where", "want", "have")
		for _, f := range report.Findings {
			rows := "file"
			if f.Count > 0 {
				rows = strconv.Itoa(f.Count)
			}
			t.add(f.Severity.String(), f.Rule, rows, f.Where, f.Text, f.Value)
		}
		if err := t.write(w); err != nil {
			return err
		}
	}
	verdict := "conform"
	if !report.Conforms() {
		verdict = "do not conform"
	}
	_, err := fmt.Fprintf(w, "%d files, %d rows: %s\n", report.Files, report.Rows, verdict)
	return err
}
