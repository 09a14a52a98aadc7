package main

import "github.com/spf13/cobra"

func newCatalogCommand(out *output) *cobra.Command {
	c := &cobra.Command{
		Use:   "catalog",
		Short: "Import, check, compare and search price catalogs",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(
		newImportCommand(out), newValidateCommand(out), newDiffCommand(out),
		newListCommand(out), newSearchCommand(out), newBuildCommand(out),
	)
	return c
}
