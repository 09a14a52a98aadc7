package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	_ "github.com/otelcol-finops/otelcol-finops/internal/blobs/cloud" // s3://, gs://, azblob://
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
)

func newFocusCommand(out *output) *cobra.Command {
	c := &cobra.Command{
		Use:   "focus",
		Short: "Check, sum up and convert FOCUS files",
		Long: `Work with files of FOCUS, the FinOps Open Cost and Usage Specification: those of the focus exporter
and the exports of others, in Parquet and CSV. A SOURCE is a file, a directory, or the URL of a bucket with a prefix: file://,
s3://, gs://, azblob://.`,
	}
	c.AddCommand(newFocusValidateCommand(out), newFocusShowCommand(out), newFocusConvertCommand(out))
	return c
}

// openSource opens what the user named.
func openSource(ctx context.Context, source string) (*focusstore.Store, error) {
	s, err := focusstore.Open(ctx, source)
	if err != nil {
		return nil, failed("%w", err)
	}
	return s, nil
}

// warnRounded tells of decimals that had more digits than are kept.
func warnRounded(cmd *cobra.Command, rounded int) {
	if rounded > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "finops: %d values had more decimals than are kept, and were rounded\n", rounded)
	}
}
