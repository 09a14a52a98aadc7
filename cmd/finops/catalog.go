package main

import "github.com/spf13/cobra"

func newCatalogCommand(out *output) *cobra.Command {
	c := &cobra.Command{
		Use:   "catalog",
		Short: "Import, check, compare and search price catalogs",
	}
	c.AddCommand(newBuildCommand(out))
	return c
}
