package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/otelcol-finops/otelcol-finops/internal/focus"
	"github.com/otelcol-finops/otelcol-finops/internal/focus/focustotal"
)

func newFocusShowCommand(out *output) *cobra.Command {
	var by, where []string
	c := &cobra.Command{
		Use:   "show SOURCE...",
		Short: "Sum up costs by any column",
		Long: `Sum up the costs of files, exactly, by any column, by day or month, or by a key of Tags or another column that
holds JSON. Currencies are never added to each other. An empty cost means that no row has one: unknown is not zero.`,
		Example: `  finops focus show --by Tags.team,x_Model /var/lib/otelcol/focus/metered
  finops focus show --by day --where ServiceName='Amazon Bedrock' s3://bucket/focus/billed`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := newQuery(by, where)
			if err != nil {
				return err
			}
			for _, source := range args {
				if err := q.add(cmd.Context(), source); err != nil {
					return err
				}
			}
			warnRounded(cmd, q.rounded)
			return q.print(cmd, out.json)
		},
	}
	c.Flags().StringSliceVar(&by, "by", nil, "columns, day, month, Tags.<key>")
	c.Flags().StringArrayVar(&where, "where", nil, "only rows with <column>=<value>; may be repeated")
	return c
}

// query is what rows are counted, and by what.
type query struct {
	by      []focustotal.Dimension
	where   []filter
	totals  *focustotal.Totals
	rounded int
}

type filter struct {
	dimension focustotal.Dimension
	value     string
}

func newQuery(by, where []string) (*query, error) {
	q := new(query)
	for _, name := range by {
		d, err := focustotal.ParseDimension(name)
		if err != nil {
			return nil, fmt.Errorf("--by: %w", err)
		}
		q.by = append(q.by, d)
	}
	for _, text := range where {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return nil, fmt.Errorf("--where: %q; want <column>=<value>", text)
		}
		d, err := focustotal.ParseDimension(name)
		if err != nil {
			return nil, fmt.Errorf("--where: %w", err)
		}
		q.where = append(q.where, filter{d, value})
	}
	q.totals = focustotal.New(q.by...)
	return q, nil
}

func (q *query) add(ctx context.Context, source string) error {
	s, err := openSource(ctx, source)
	if err != nil {
		return err
	}
	defer s.Close()
	for row, err := range s.Rows(ctx, nil, &q.rounded) {
		if err == nil && q.matches(row) {
			err = q.totals.Add(row)
		}
		if err != nil {
			return failed("%w", err)
		}
	}
	return nil
}

func (q *query) matches(row *focus.Row) bool {
	for _, f := range q.where {
		if f.dimension.Value(row) != f.value {
			return false
		}
	}
	return true
}

// total is how a total is printed for machines; amounts are texts, so that no reader makes doubles of them.
type total struct {
	Group      map[string]string `json:"group"`
	Currency   string            `json:"currency,omitempty"`
	Rows       int               `json:"rows"`
	Requests   string            `json:"requests,omitempty"`
	Quantity   string            `json:"quantity,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Billed     string            `json:"billed_cost,omitempty"`
	Effective  string            `json:"effective_cost,omitempty"`
	Contracted string            `json:"contracted_cost,omitempty"`
	List       string            `json:"list_cost,omitempty"`
}

func (q *query) print(cmd *cobra.Command, asJSON bool) error {
	if asJSON {
		return q.printJSON(cmd)
	}
	var titles []string
	for _, d := range q.by {
		titles = append(titles, d.Name)
	}
	t := newTable(append(titles, ">rows", ">requests", ">quantity", "unit", ">billed", ">effective", ">list", "currency")...)
	for _, sum := range q.totals.Sorted() {
		cells := append(append([]string(nil), sum.Group...), strconv.Itoa(sum.Rows), sum.Requests.String(), sum.Quantity.String(), sum.Unit,
			sum.Billed.String(), sum.Effective.String(), sum.List.String(), sum.Currency)
		t.add(cells...)
	}
	return t.write(cmd.OutOrStdout())
}

func (q *query) printJSON(cmd *cobra.Command) error {
	all := make([]total, 0, len(q.totals.Sorted()))
	for _, sum := range q.totals.Sorted() {
		group := make(map[string]string, len(q.by))
		for i, d := range q.by {
			group[d.Name] = sum.Group[i]
		}
		all = append(all, total{
			Group: group, Currency: sum.Currency, Rows: sum.Rows, Requests: sum.Requests.String(), Quantity: sum.Quantity.String(), Unit: sum.Unit,
			Billed: sum.Billed.String(), Effective: sum.Effective.String(), Contracted: sum.Contracted.String(), List: sum.List.String(),
		})
	}
	return writeJSON(cmd.OutOrStdout(), all)
}
