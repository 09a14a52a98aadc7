package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gocloud.dev/blob"

	"github.com/otelcol-finops/otelcol-finops/internal/blobs"
	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusfile"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focusstore"
)

func newFocusConvertCommand(*output) *cobra.Command {
	var c conversion
	var version, format string
	cmd := &cobra.Command{
		Use:   "convert SOURCE TARGET",
		Short: "Convert files between versions and formats",
		Long: `Convert files to another version or format, keeping every amount. TARGET is a directory or the URL of a
bucket; files keep their names but for the extension. Columns that the target version names otherwise are filled from those that mean
the same. Custom columns of others (x_...) are left out, and named on stderr.`,
		Example: `  finops focus convert --focus-version 1.4 focus/metered focus-1.4/metered
  finops focus convert --format csv export.parquet .`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if c.version, err = focus.ParseVersion(version); err != nil {
				return fmt.Errorf("--focus-version: %w", err)
			}
			if c.format, err = focusfile.ParseFormat(format); err != nil {
				return fmt.Errorf("--format: %w", err)
			}
			if err := c.run(cmd.Context(), args[0], args[1]); err != nil {
				return failed("%w", err)
			}
			warnRounded(cmd, c.rounded)
			if len(c.dropped) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "finops: left out: %s\n", strings.Join(c.dropped, ", "))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d files, %d rows\n", c.files, c.rows)
			return err
		},
	}
	cmd.Flags().StringVar(&version, "focus-version", focus.DefaultVersion.String(), "1.2, 1.3 or 1.4")
	cmd.Flags().StringVar(&format, "format", "parquet", "parquet or csv")
	return cmd
}

// conversion is what files are made into, and what came of it.
type conversion struct {
	version focus.Version
	format  focusfile.Format

	files, rows, rounded int
	dropped              []string
	// made has the source of each file by its name in the target.
	made map[string]string
}

// isWithin reports whether a directory or a bucket's prefix is another or lies in it.
func isWithin(inner, outer string) bool {
	inner, outer = place(inner), place(outer)
	return inner == outer || strings.HasPrefix(inner, outer+"/")
}

// place writes what may be a path or a URL in one way, without options.
func place(target string) string {
	u, err := url.Parse(target)
	if err == nil && u.Scheme != "" && u.Scheme != "file" {
		return u.Scheme + "://" + u.Host + strings.TrimRight(u.Path, "/")
	}
	if err == nil && u.Scheme == "file" {
		path, err := blobs.LocalPath(u)
		if err != nil {
			return target // opening it says what is wrong
		}
		target = path
	}
	if absolute, err := filepath.Abs(target); err == nil {
		target = absolute
	}
	return strings.TrimRight(filepath.ToSlash(target), "/")
}

func (c *conversion) run(ctx context.Context, source, target string) error {
	if isWithin(target, source) {
		return fmt.Errorf("%s: lies in the source, whose totals would have every charge twice; write elsewhere", target)
	}
	from, err := openSource(ctx, source)
	if err != nil {
		return err
	}
	defer from.Close()
	if !strings.Contains(target, "://") {
		if err := os.MkdirAll(target, 0o755); err != nil { //nolint:gosec // as private as the directory above
			return err
		}
	}
	to, err := blobs.Open(ctx, target)
	if err != nil {
		return err
	}
	for key, err := range from.Files(ctx) {
		if err == nil {
			err = c.convert(ctx, from, key, to)
		}
		if err != nil {
			return errors.Join(err, to.Close())
		}
	}
	if c.files == 0 {
		return errors.Join(fmt.Errorf("%s: no .parquet, .csv or .csv.gz file", source), to.Close())
	}
	return to.Close()
}

func (c *conversion) convert(ctx context.Context, from *focusstore.Store, key string, to *blob.Bucket) error {
	f, err := from.Open(ctx, key)
	if err != nil {
		return err
	}
	defer f.Close()
	var rows []focus.Row
	for row, err := range f.Rows(&c.rounded) {
		if err != nil {
			return err
		}
		row.Complete()
		rows = append(rows, *row)
	}
	data, err := c.encode(rows, f.Fields())
	if err != nil {
		return fmt.Errorf("%s: %w", from.Name(key), err)
	}
	name := c.rename(key)
	if other, taken := c.made[name]; taken {
		return fmt.Errorf("%s and %s would both become %s; convert them one by one", other, from.Name(key), name)
	}
	if c.made == nil {
		c.made = map[string]string{}
	}
	c.made[name] = from.Name(key)
	c.files++
	c.rows += len(rows)
	return to.WriteAll(ctx, name, data, nil)
}

// rename gives a file the extension of its new format.
func (c *conversion) rename(key string) string {
	for _, extension := range []string{".gz", ".csv", ".parquet"} {
		key = strings.TrimSuffix(key, extension)
	}
	return key + c.format.Extension()
}

func (c *conversion) encode(rows []focus.Row, fields []focusfile.Field) ([]byte, error) {
	focusfile.Sort(rows)
	dataset := datasetOf(rows, fields)
	o := focusfile.Options{
		Format: c.format, Version: c.version, Dataset: dataset, SchemaID: focus.SchemaID(c.version, dataset),
		Columns: c.columns(dataset, fields),
	}
	var buf bytes.Buffer
	w, err := focusfile.NewWriter(&buf, o)
	if err != nil {
		return nil, err
	}
	err = errors.Join(w.Write(rows), w.Close())
	c.rounded += w.Rounded()
	return buf.Bytes(), err
}

// datasetOf tells estimates from what was billed, and both from quantities without a cost. Files of others are bills.
func datasetOf(rows []focus.Row, fields []focusfile.Field) focus.Dataset {
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f focusfile.Field) bool { return f.Name == name })
	}
	switch {
	case !has("BilledCost") && has("x_SnapshotTime"):
		return focus.BilledUsage
	case !has("BilledCost"):
		return focus.Unpriced
	case slices.ContainsFunc(rows, func(r focus.Row) bool {
		return r.XCostSource == focus.SourceEstimate || r.XCostSource == focus.SourceTrueUp
	}):
		return focus.Metered
	default:
		return focus.Billed
	}
}

// columns are those of the dataset, and what else of the target version the file has.
func (c *conversion) columns(d focus.Dataset, fields []focusfile.Field) []*focus.Column {
	columns := focus.Columns(c.version, d)
	for _, f := range fields {
		column, ok := focus.ColumnByName(f.Name)
		switch {
		case !ok:
			c.drop(f.Name)
		case column.Defined(c.version) && !slices.Contains(columns, column):
			columns = append(columns, column)
		}
	}
	return columns
}

func (c *conversion) drop(name string) {
	if !slices.Contains(c.dropped, name) {
		c.dropped = append(c.dropped, name)
	}
}
