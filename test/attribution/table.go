//go:build unix

package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/otelcol-finops/otelcol-finops/internal/testutil/promtext"
)

// owner is whose money it is.
type owner struct{ team, costCenter string }

func compare(a, b owner) int {
	return cmp.Or(strings.Compare(a.team, b.team), strings.Compare(a.costCenter, b.costCenter))
}

// table is what each owner has to pay, exactly.
type table map[owner]*big.Rat

func (t table) add(o owner, amount *big.Rat) {
	if t[o] == nil {
		t[o] = new(big.Rat)
	}
	t[o].Add(t[o], amount)
}

func (t table) total() *big.Rat {
	sum := new(big.Rat)
	for _, amount := range t {
		sum.Add(sum, amount)
	}
	return sum
}

// amount prints the exact decimal.
func amount(r *big.Rat) string {
	digits, exact := r.FloatPrec()
	if !exact {
		return r.RatString()
	}
	return r.FloatString(digits)
}

var errDiffers = errors.New("the tables of cost differ")

// account prints the table and compares what was expected with spans, metrics and FOCUS rows, owner
// by owner, in all directions.
func account(out io.Writer, expected table, got result) error {
	bySpans, err1 := spanTable(got.spans)
	byMetrics, err2 := pageTable(got.page)
	byRows, err3 := rowTable(got.rows)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "TEAM\tCOST CENTER\tUSD")
	for _, o := range slices.SortedFunc(maps.Keys(byMetrics), compare) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", o.team, o.costCenter, amount(byMetrics[o]))
	}
	fmt.Fprintf(w, "all\t\t%s\n", amount(byMetrics.total()))
	if err := w.Flush(); err != nil {
		return err
	}
	err := errors.Join(
		differences("spans", expected, bySpans), differences("metrics", expected, byMetrics), differences("FOCUS rows", expected, byRows),
	)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nChecked: the table worked out by hand and the sums over %d spans, over the metrics and over %d FOCUS rows are the same, to the last digit.\n",
		len(got.spans), len(got.rows))
	return nil
}

func differences(source string, expected, got table) error {
	var errs []error
	owners := maps.Clone(expected)
	maps.Copy(owners, got)
	for _, o := range slices.SortedFunc(maps.Keys(owners), compare) {
		want, have := cmp.Or(expected[o], new(big.Rat)), cmp.Or(got[o], new(big.Rat))
		if want.Cmp(have) != 0 {
			errs = append(errs, fmt.Errorf("%w: %s, %s: expected %s, the %s say %s",
				errDiffers, o.team, o.costCenter, amount(want), source, amount(have)))
		}
	}
	return errors.Join(errs...)
}

// readTable reads team, cost_center, USD.
func readTable(path string) (table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.FieldsPerRecord = 3
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := table{}
	for i, row := range rows {
		if i == 0 {
			continue // names of the columns
		}
		value, ok := new(big.Rat).SetString(row[2])
		if !ok {
			return nil, fmt.Errorf("%s:%d: %q is no amount", path, i+1, row[2])
		}
		t.add(owner{row[0], row[1]}, value)
	}
	return t, nil
}

// pageTable adds up the metrics. A double on the page is the shortest decimal that gives it, and
// amounts of so few digits are that decimal; so sums over the page are exact too.
func pageTable(text []byte) (table, error) {
	page, err := promtext.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	t := table{}
	for _, sample := range page {
		if sample.Name != "finops_cost_USD_total" || sample.Value == 0 {
			continue
		}
		value, ok := new(big.Rat).SetString(strconv.FormatFloat(sample.Value, 'f', -1, 64))
		if !ok {
			return nil, fmt.Errorf("%s is %g", sample.Name, sample.Value)
		}
		t.add(owner{sample.Labels["finops_team"], sample.Labels["finops_cost_center"]}, value)
	}
	return t, nil
}
